//! Laws that hold for every project, tried on thousands: edits have inverses, the journal tells what the window showed,
//! files say what the project holds, and positions mean the same in every unit.
#![allow(clippy::unwrap_used, reason = "what fails here is a failed test")]

mod disk;

use std::path::Path;
use std::sync::Arc;

use disk::Disk;
use hashiya::model::{
    Article, ArticleInfo, Edit, Entity, EntityKind, Layer, LayerKey, Offsets, Origin, Project, Relation,
    Span, Status, TextRange, TextSize,
};
use hashiya::session::{Access, Opened, Session, Waiting};
use proptest::prelude::*;
use proptest::sample::Index;

const ROOT: &str = "/p";

/// Text of what news in Arabic is made of, and of what breaks programs.
fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "قال",
        "مُحَمَّد",
        "القاهِرَة",
        " ",
        "\n",
        "😀",
        "🇪🇬",
        "👩‍👧",
        "می\u{200c}رود",
        "a",
        "é",
        "e\u{301}",
        "\"",
        "\\",
        "'",
        "«لا»",
        "\u{200f}",
        "\u{202e}",
        "\u{2066}",
        "\t",
        "\u{0}",
        "\u{feff}",
        "\u{2028}",
        "// x",
        "r#\"",
        "\\u{41}",
        "٢٠٢٦",
        "\u{10ffff}",
    ]);
    prop::collection::vec(piece, 1..40).prop_map(|pieces| pieces.concat())
}

/// What a person may do next.
#[derive(Clone, Debug)]
enum Act {
    Mark(Index, Index, String),
    MarkApart([Index; 4]),
    Remove(Index),
    Relabel(Index, String),
    Note(Index, String, String),
    Link(Index, Index),
    Unlink(Index),
    Done(bool),
    Raise(u8, u8),
    Enter(String),
    Rename(String),
    Undo,
    Redo,
    Snapshot,
    Crash,
    Close,
    Away,
}

fn act() -> impl Strategy<Value = Act> {
    let index = any::<Index>;
    let label = || prop::sample::select(vec!["actor", "claim", "مكان"]).prop_map(str::to_owned);
    prop_oneof![
        6 => (index(), index(), label()).prop_map(|(a, b, label)| Act::Mark(a, b, label)),
        1 => [index(), index(), index(), index()].prop_map(Act::MarkApart),
        1 => index().prop_map(Act::Remove),
        1 => (index(), label()).prop_map(|(span, label)| Act::Relabel(span, label)),
        2 => (index(), text(), text()).prop_map(|(span, id, note)| Act::Note(span, id, note)),
        2 => (index(), index()).prop_map(|(from, to)| Act::Link(from, to)),
        1 => index().prop_map(Act::Unlink),
        1 => any::<bool>().prop_map(Act::Done),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(span, relation)| Act::Raise(span, relation)),
        1 => text().prop_map(Act::Enter),
        1 => text().prop_map(Act::Rename),
        3 => Just(Act::Undo),
        2 => Just(Act::Redo),
        1 => Just(Act::Snapshot),
        1 => Just(Act::Crash),
        1 => Just(Act::Close),
        1 => Just(Act::Away),
    ]
}

fn key() -> LayerKey {
    LayerKey::new("مقال", "سمر")
}

fn create(disk: &Disk, text: &str) -> Session {
    let mut project = Project::new("p", "p");
    project.insert_article(0, ArticleInfo::new("مقال", text));
    project.put_text(Arc::new(Article::new("مقال", text)));
    Session::create_on(Arc::new(disk.clone()), Path::new(ROOT), project, Waiting::Caller).unwrap()
}

fn open(disk: &Disk) -> Opened {
    Session::open_on(Arc::new(disk.clone()), Path::new(ROOT), Access::Write, Waiting::Caller).unwrap()
}

fn load(session: &mut Session) {
    assert_eq!(session.load(&key().article, &key().annotator), []);
}

fn pick<'a, T>(index: &Index, all: &'a [T]) -> Option<&'a T> {
    (!all.is_empty()).then(|| index.get(all))
}

/// A range between two characters, if it is not empty.
fn range(text: &str, a: &Index, b: &Index) -> Option<TextRange> {
    let edges: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let (a, b) = (*a.get(&edges), *b.get(&edges));
    let at = |place: usize| TextSize::try_from(place).unwrap();
    (a != b).then(|| TextRange::new(at(a.min(b)), at(a.max(b))))
}

fn span_of(project: &Project, ranges: Vec<TextRange>, label: &str) -> Option<Edit> {
    let id = project.layer(&key())?.next_span_id();
    let text = project.text(&key().article)?;
    let span = Span::new(id, label, ranges, text.text())?;
    span.has_sound_ranges().then(|| Edit::AddSpan { layer: key(), span: Box::new(span) })
}

/// The edit an act comes to, if there is something to do it to.
fn edit(act: &Act, project: &Project) -> Option<Edit> {
    let (layer, text) = (project.layer(&key())?, project.text(&key().article)?.text());
    let spans: Vec<&Span> = layer.spans.values().collect();
    let relations: Vec<&Relation> = layer.relations.values().collect();
    let change = |old: &Span, new: Span| Edit::ChangeSpan {
        layer: key(),
        old: Box::new(old.clone()),
        new: Box::new(new),
    };
    Some(match act {
        Act::Mark(a, b, label) => span_of(project, vec![range(text, a, b)?], label)?,
        Act::MarkApart([a, b, c, d]) => {
            let mut ranges = vec![range(text, a, b)?, range(text, c, d)?];
            ranges.sort_by_key(|range| range.start());
            span_of(project, ranges, "claim")?
        }
        Act::Remove(span) => {
            let old = *pick(span, &spans)?;
            let of = layer.relations_of(old.id).cloned();
            let mut parts: Vec<Edit> =
                of.map(|relation| Edit::RemoveRelation { layer: key(), relation }).collect();
            parts.push(Edit::RemoveSpan { layer: key(), span: Box::new(old.clone()) });
            Edit::Batch(vec![Edit::Batch(parts)])
        }
        Act::Relabel(span, label) => {
            let old = *pick(span, &spans)?;
            change(
                old,
                Span { label: label.as_str().into(), origin: Origin::Review(label.clone()), ..old.clone() },
            )
        }
        Act::Note(span, id, note) => {
            let old = *pick(span, &spans)?;
            let mut new = Span { note: note.clone(), origin: Origin::Import(note.clone()), ..old.clone() };
            new.attributes.insert(id.clone(), note.clone());
            change(old, new)
        }
        Act::Link(from, to) => {
            let (from, to) = (pick(from, &spans)?.id, pick(to, &spans)?.id);
            let relation = Relation::new(layer.next_relation_id(), "claimant", from, to);
            Edit::AddRelation { layer: key(), relation }
        }
        Act::Unlink(relation) => {
            Edit::RemoveRelation { layer: key(), relation: (*pick(relation, &relations)?).clone() }
        }
        Act::Done(done) => {
            let new = if *done { Status::Done } else { Status::InProgress };
            Edit::SetStatus { layer: key(), old: layer.status, new }
        }
        Act::Raise(span, relation) => {
            Edit::RaiseCounters { layer: key(), span: (*span).into(), relation: (*relation).into() }
        }
        Act::Enter(name) => {
            let id = name.as_str().into();
            let old = project.entities.get(&id).cloned().map(Box::new);
            let entity = |id| Entity {
                id,
                name: name.clone(),
                aliases: vec![name.clone()],
                kind: EntityKind::Actor,
                external: name.clone(),
            };
            let new = old.is_none().then(|| Box::new(entity(name.as_str().into())));
            Edit::SetEntity { id, old, new }
        }
        Act::Rename(name) => Edit::SetName { old: project.name.clone(), new: name.clone() },
        _ => return None,
    })
}

fn step(act: &Act, mut session: Session, disk: &Disk) -> Session {
    match act {
        Act::Undo => drop(session.undo().unwrap()),
        Act::Redo => drop(session.redo().unwrap()),
        Act::Snapshot => {
            session.snapshot();
            assert_eq!(session.tick(std::time::Duration::ZERO), []);
        }
        Act::Away => {
            session.unload(&key().article);
            load(&mut session);
        }
        Act::Crash | Act::Close => {
            let alive = session.project().clone();
            if matches!(act, Act::Close) {
                session.close().unwrap()
            } else {
                drop(session)
            }
            let opened = open(disk);
            assert_eq!(opened.issues, []);
            session = opened.session;
            load(&mut session);
            assert_eq!(*session.project(), alive, "after {act:?}");
        }
        other => {
            if let Some(edit) = edit(other, session.project()) {
                let before = session.project().clone();
                session.apply(edit.clone()).unwrap();
                check_inverse(&before, session.project(), &edit);
            }
        }
    }
    session
}

/// What was done and taken back leaves all as it was, but for the numbers that are given only once.
fn check_inverse(before: &Project, after: &Project, edit: &Edit) {
    assert_eq!(edit.inverse().inverse(), *edit);
    let mut back = after.clone();
    edit.inverse().apply(&mut back).unwrap();
    let layer = |project: &Project| project.layer(&key()).cloned().unwrap_or_default();
    assert!(layer(&back).same_content(&layer(before)));
    back.put_layer(key(), layer(before));
    assert_eq!(back, *before);
}

/// Reads a layer's file with nothing but `ron`, as a trainer would.
fn check_file(file: &str, text: &str, layer: &Layer) {
    #[derive(serde::Deserialize)]
    struct File {
        spans: Vec<Row>,
    }
    #[derive(serde::Deserialize)]
    struct Row {
        id: u32,
        ranges: Vec<(usize, usize)>,
        quote: String,
        #[serde(default)]
        note: String,
    }
    ron::from_str::<ron::Value>(file).unwrap();
    let rows = ron::from_str::<File>(file).unwrap().spans;
    assert_eq!(rows.len(), layer.spans.len());
    let letters: Vec<char> = text.chars().collect();
    for row in rows {
        let words: Vec<String> =
            row.ranges.iter().map(|(start, end)| letters[*start..*end].iter().collect()).collect();
        assert_eq!(words.join(" "), row.quote);
        let span = &layer.spans[&hashiya::model::SpanId(row.id)];
        assert_eq!((&row.quote, &row.note), (&span.quote, &span.note));
    }
    let spans =
        file.lines().filter(|line| line.starts_with("        (id: ") && line.contains("ranges: ")).count();
    assert_eq!(spans, layer.spans.len(), "one span a line");
    let deceives = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!file.contains(deceives), "no character reorders the file");
}

proptest! {
    // PROPTEST_CASES asks for more.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(600), ..ProptestConfig::default() })]

    #[test]
    fn the_journal_tells_what_was_shown(text in text(), acts in prop::collection::vec(act(), 1..40)) {
        let disk = Disk::default();
        let mut session = create(&disk, &text);
        load(&mut session);
        for act in &acts {
            session = step(act, session, &disk);
        }
        session = step(&Act::Crash, session, &disk);
        let layer = session.project().layer(&key()).unwrap().clone();
        session = step(&Act::Close, session, &disk);
        drop(session);
        if let Some(file) = disk.files().get(Path::new("/p/layers/سمر/مقال.ron")) {
            check_file(std::str::from_utf8(file).unwrap(), &text, &layer);
        }
    }

    #[test]
    fn opening_changes_nothing(text in text(), acts in prop::collection::vec(act(), 1..20)) {
        let disk = Disk::default();
        let mut session = create(&disk, &text);
        load(&mut session);
        for act in &acts {
            session = step(act, session, &disk);
        }
        drop(session);
        let before = disk.files();
        let first = open(&disk);
        let (project, list) = (first.session.project().clone(), first.recovered_list);
        drop(first.session);
        prop_assert_eq!(&disk.files(), &before);
        let second = open(&disk);
        prop_assert_eq!(second.session.project(), &project);
        prop_assert_eq!(&second.recovered_list, &list);
    }

    #[test]
    fn positions_mean_the_same_in_every_unit(text in text()) {
        let table = Offsets::new(&text);
        let (mut scalars, mut units) = (0, 0);
        for (byte, letter) in text.char_indices() {
            let at = TextSize::try_from(byte).unwrap();
            prop_assert_eq!(table.to_scalar(&text, at), Some(scalars));
            prop_assert_eq!(table.to_utf16(&text, at), Some(units));
            prop_assert_eq!(table.from_scalar(&text, scalars), Some(at));
            prop_assert_eq!(table.from_utf16(&text, units), Some(at));
            scalars += 1;
            units += u32::try_from(letter.len_utf16()).unwrap();
        }
        prop_assert_eq!((table.scalars(), table.utf16_units()), (scalars, units));
        prop_assert_eq!(table.from_scalar(&text, scalars + 1), None);
    }
}
