//! The laws of a split: near-duplicates stay together, order says nothing, shares are reached.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::{AnnotatorId, Article, ArticleInfo, Layer, fixture};

struct Doc {
    info: ArticleInfo,
    article: Article,
    layers: Vec<(AnnotatorId, Arc<Layer>)>,
}

impl Doc {
    fn new(id: &str, marked: &str) -> Self {
        let (text, layer) = fixture::parse(marked);
        Self {
            info: ArticleInfo::new(id, &text),
            article: Article::new(id, text),
            layers: vec![("amal".into(), Arc::new(layer))],
        }
    }

    fn page(&self) -> Page<'_> {
        Page { info: &self.info, article: &self.article, layers: &self.layers }
    }
}

/// Words of an article that no other article has.
fn story(nth: usize, words: usize) -> String {
    (0..words).map(|word| format!("كلمة{nth}ب{word} ")).collect()
}

fn split(docs: &[Doc], by: &[Stratum], shares: &str, seed: u64) -> Splits {
    let mut survey = Survey::new(by);
    docs.iter().for_each(|doc| survey.add(&doc.page()));
    let mut suspects = survey.finish();
    docs.iter().for_each(|doc| suspects.add(&doc.page()));
    suspects.split(&Shares::parse(shares).unwrap(), seed)
}

const USUAL: &str = "train=0.8,dev=0.1,test=0.1";

#[test]
fn wire_copies_under_other_headlines_stay_together() {
    let wire = "أعلن العراق الأحد اكتمال عملية انسحاب التحالف الدولي من أراضيه الاتحادية بعد سنوات من العمل المشترك، \
                وقالت اللجنة العسكرية العليا في بيان إن القوات العراقية تسلمت جميع القواعد التي كانت تشغلها قوات التحالف \
                وإن التعاون الأمني سيستمر في إطار العلاقات الثنائية بين بغداد وواشنطن خلال الأعوام المقبلة.";
    let copies = [
        format!("العراق يعلن انسحاب التحالف\n\n{wire}"),
        format!("بغداد (رويترز) - {wire}"),
        format!(
            "بغداد 18 يناير (وكالات)\nبيان عسكري: لا قوات أجنبية بعد اليوم\n{}",
            wire.replace("العليا ", "")
        ),
        wire.replace('أ', "ا").replace('ة', "ه"),
    ];
    let mut docs: Vec<Doc> =
        copies.iter().enumerate().map(|(n, text)| Doc::new(&format!("copy{n}"), text)).collect();
    docs.extend((0..40).map(|n| Doc::new(&format!("other{n}"), &story(n, 60))));
    for seed in 0..20 {
        let splits = split(&docs, &[], "train=0.5,test=0.5", seed);
        assert_eq!(splits.near_duplicates(), (1, 4));
        let of: BTreeSet<_> = (0..4).map(|n| splits.of(&format!("copy{n}").as_str().into())).collect();
        assert_eq!(of.len(), 1);
        assert_eq!((splits.count("train"), splits.count("test")), (22, 22));
    }
}

#[test]
fn texts_without_words_and_single_articles_are_placed_too() {
    let docs = [Doc::new("a", ""), Doc::new("b", "…"), Doc::new("c", "قال")];
    let splits = split(&docs, &[], USUAL, 1);
    assert!(["a", "b", "c"].iter().all(|id| splits.of(&(*id).into()).is_some()));
    assert_eq!((splits.near_duplicates(), splits.of(&"d".into())), ((0, 0), None));
    assert_eq!(split(&[], &[], USUAL, 1).count("train"), 0);
}

#[test]
fn the_seed_decides_and_the_manifest_says_all() {
    let docs: Vec<Doc> = (0..60).map(|n| Doc::new(&format!("a{n:02}"), &story(n, 20))).collect();
    let test = |seed: u64| {
        let splits = split(&docs, &[], USUAL, seed);
        docs.iter().map(|doc| splits.of(&doc.info.id).unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(test(7), test(7));
    assert!((0..5).any(|seed| test(seed) != test(7)));
    let manifest = split(&docs, &[Stratum::Month], USUAL, 7).manifest();
    assert_eq!((&manifest["seed"], &manifest["stratify"][0]), (&7.into(), &"month".into()));
    assert_eq!((&manifest["counts"]["train"], &manifest["counts"]["dev"]), (&48.into(), &6.into()));
    let first = &manifest["articles"][0];
    assert_eq!((first["id"].as_str(), first["cluster"].as_u64()), (Some("a00"), Some(1)));
    assert_eq!(first["text_blake3"].as_str(), Some(docs[0].info.hash.to_hex().as_str()));
    assert_eq!(first["split"].as_str(), Some(test(7)[0].as_str()));
}

#[test]
fn a_rare_label_a_source_and_a_month_are_spread_by_the_shares() {
    let mut docs = Vec::new();
    for nth in 0..200 {
        let rare = if nth % 20 == 0 { " [نادر]{date} [نادر]{date}" } else { "" };
        let often = " [علي]{actor}".repeat(nth % 7);
        let mut doc = Doc::new(&format!("a{nth}"), &format!("{}{often}{rare}", story(nth, 12)));
        doc.info.source = if nth % 10 < 3 { "A" } else { "B" }.into();
        doc.info.date = format!("2026-{:02}-11", 1 + nth / 50);
        docs.push(doc);
    }
    for seed in 0..10 {
        let splits = split(&docs, &Stratum::ALL, "train=0.6,dev=0.2,test=0.2", seed);
        let part = |name: &str, count: &dyn Fn(&Doc) -> usize| {
            let here = docs.iter().filter(|doc| splits.of(&doc.info.id) == Some(name));
            here.map(count).sum::<usize>() as f64 / docs.iter().map(count).sum::<usize>() as f64
        };
        let label = |label: &'static str| {
            move |doc: &Doc| {
                doc.layers[0].1.spans.values().filter(|span| span.label.as_str() == label).count()
            }
        };
        for (name, share) in [("train", 0.6), ("dev", 0.2), ("test", 0.2)] {
            let near = |what: &str, found: f64, by: f64| {
                assert!((found - share).abs() <= by, "{what} in {name}: {found}, seed {seed}");
            };
            near("articles", part(name, &|_| 1), 0.02);
            near("actors", part(name, &label("actor")), 0.03);
            near("dates", part(name, &label("date")), 0.1 + 1e-9);
            near("source A", part(name, &|doc| usize::from(doc.info.source == "A")), 0.05);
            near("January", part(name, &|doc| usize::from(doc.info.date.starts_with("2026-01"))), 0.06);
        }
    }
}

/// Stories, each told by some articles with some of their words changed.
fn told() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0usize..12, 0usize..40), 1..40)
}

fn docs_of(told: &[(usize, usize)]) -> Vec<Doc> {
    let doc = |(nth, (which, head)): (usize, &(usize, usize))| {
        let text = format!("{} {}", story(1000 + nth, head / 4), story(*which, 40));
        Doc::new(&format!("a{nth}"), &text)
    };
    told.iter().enumerate().map(doc).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_tells_the_same_story_is_in_one_split_in_whatever_order(told in told(), seed in 0u64..5, turn in 0usize..40) {
        let mut docs = docs_of(&told);
        let splits = split(&docs, &[Stratum::Label, Stratum::Source], "a=0.34,b=0.33,c=0.33", seed);
        let shingles: Vec<_> = docs.iter().map(|doc| similar::shingles(doc.article.text())).collect();
        for (nth, one) in docs.iter().enumerate() {
            for (other_nth, other) in docs.iter().enumerate() {
                if told[nth].0 == told[other_nth].0 && similar::alike(&shingles[nth], &shingles[other_nth]) {
                    prop_assert_eq!(splits.of(&one.info.id), splits.of(&other.info.id));
                }
            }
        }
        let turn = turn % docs.len();
        docs.rotate_left(turn);
        docs.reverse();
        prop_assert_eq!(split(&docs, &[Stratum::Source, Stratum::Label], "a=0.34,b=0.33,c=0.33", seed), splits);
    }

    #[test]
    fn shares_of_articles_are_reached_to_the_article(count in 1usize..120, seed in any::<u64>()) {
        let docs: Vec<Doc> = (0..count).map(|nth| Doc::new(&format!("a{nth}"), &story(nth, 8))).collect();
        let splits = split(&docs, &[], USUAL, seed);
        for (name, share) in [("train", 0.8), ("dev", 0.1), ("test", 0.1)] {
            prop_assert!((splits.count(name) as f64 - share * count as f64).abs() <= 1.0, "{}", name);
        }
    }
}
