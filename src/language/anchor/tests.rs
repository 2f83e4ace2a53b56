use super::*;
use crate::model::fixture;
use proptest::prelude::*;

/// Looks for the spans of a fixture in a new text. Each span as a line: its quote, `stands`, or its places as
/// `words@start`, the certain one with `!`.
fn look(fixture: &str, new: &str) -> Vec<String> {
    let (old, layer) = fixture::parse(fixture);
    let article = Article::new("a", old.as_str());
    let new = Article::new("a", new);
    let olds: Vec<Old> = layer
        .in_reading_order()
        .into_iter()
        .map(|span| Old {
            stands: quote_of(new.text(), &span.ranges).as_ref() == Some(&span.quote),
            ..Old::of(span, &article, None)
        })
        .collect();
    let found = candidates(&new, article.offsets().scalars(), &olds);
    found.iter().map(|anchored| said(anchored, &new)).collect()
}

fn said(anchored: &Anchored, new: &Article) -> String {
    let mut said = match (anchored.stands, anchored.doubtful) {
        (true, true) => "doubtful".to_owned(),
        (true, false) => "stands".to_owned(),
        _ => String::new(),
    };
    for candidate in &anchored.candidates {
        let (start, _) = scalars(new, candidate.ranges[0]).unwrap();
        let sign = match (candidate.certain, candidate.likeness) {
            (true, _) => "!",
            (_, Likeness::Exact) => "=",
            (_, Likeness::Folded) => "~",
            (_, Likeness::Words(_)) => "?",
        };
        said.push_str(&format!(" {}@{start}{sign}", candidate.quote));
    }
    said.trim().to_owned()
}

#[test]
fn a_paragraph_put_before_moves_everything_along() {
    let found = look(
        "[علي]{actor} قال [لا للحرب]{claim} في [بغداد]{location}",
        "فقرة جديدة.\nعلي قال لا للحرب في بغداد",
    );
    assert_eq!(found, ["علي@12!", "لا للحرب@20!", "بغداد@32!"]);
}

#[test]
fn what_stands_is_left_alone() {
    let found = look("[Ali]{actor} said [no]{claim} today", "Ali said no yesterday");
    assert_eq!(found, ["stands", "stands"]);
}

#[test]
fn harakat_and_spelling_are_found_but_are_not_certain() {
    let found = look("قال [أحمد]{actor} في [بغداد]{location} اليوم", "وقال أَحْمَد في بغداد اليوم");
    assert_eq!(found, ["أَحْمَد@5~", "بغداد@16!"]);
    let found = look("[الوزير أعلن القرار]{claim}", "قالوا: الوزير اعلن القرار");
    assert_eq!(found, ["الوزير اعلن القرار@7~"]);
}

#[test]
fn changed_words_are_offered_and_never_certain() {
    let found = look(
        "[the war in the north must stop now]{claim}",
        "He said that the war in the far north must end now, today",
    );
    assert_eq!(found, ["the war in the far north must end now@13?"]);
    assert_eq!(look("[Kadhimi]{actor} spoke", "It was Kadhemi who spoke"), ["Kadhemi@7?"]);
    assert_eq!(look("[Kadhimi]{actor} spoke", "It was Sudani who spoke"), [""]);
}

#[test]
fn a_sentence_taken_out_takes_its_spans_along() {
    // The other Ali is another place of the same word; it must not be taken without a look.
    let found = look(
        "Hello. [Ali]{actor} said [the war is over for good]{claim}. Then Ali went home.",
        "Hello. Then Ali went home.",
    );
    assert_eq!(found, ["Ali@12=", ""]);
}

#[test]
fn of_words_that_stand_twice_the_neighbours_tell_which() {
    let found = look(
        "[Ali]{actor} met [the minister of defence]{actor} and [Ali]{actor} left [the city of Mosul]{location}",
        "Yesterday Ali met the minister of defence and Ali left the city of Mosul",
    );
    assert_eq!(found[1], "the minister of defence@18!");
    assert_eq!(found[2].split(' ').next(), Some("Ali@46!"));
    assert!(found[0].starts_with("Ali@10"), "{found:?}");
}

#[test]
fn order_decides_where_nothing_moved_evenly() {
    // Both moved by other distances: the words are long enough to be sure of, unless they changed places.
    let found = look(
        "[the old bridge of the city]{x} and [the new road to the north]{y}",
        "Now the old bridge of the city, burnt, and also [the new road to the north",
    );
    assert_eq!(found, ["the old bridge of the city@4!", "the new road to the north@49!"]);
    let found = look(
        "[the old bridge of the city]{x} and [the new road to the north]{y}",
        "first the new road to the north, then the old bridge of the city",
    );
    assert_eq!(found.iter().filter(|line| line.contains('!')).count(), 1, "{found:?}");
}

#[test]
fn a_discontinuous_span_keeps_its_parts_in_order() {
    let found = look("[لا]{claim#2} قال الوزير [للحرب]{claim#2} أبدا", "أمس: لا قال الوزير للحرب أبدا");
    assert_eq!(found, ["لا للحرب@5!"]);
    let found = look("[no]{claim#2} he said [war]{claim#2}", "war, and then no he said");
    assert_eq!(found, [""], "the parts do not follow each other any more");
}

#[test]
fn a_word_is_not_found_inside_another_where_it_stands_alone() {
    assert_eq!(look("he said [no]{claim}", "the north says no"), ["no@15!"]);
    assert_eq!(look("say [no]{claim}", "the north says no"), ["doubtful no@15="], "it stands in north now");
    assert_eq!(look("في [بغداد]{location}", "ذهب وبغداد"), ["بغداد@5!"]);
}

#[test]
fn a_span_that_stands_by_chance_is_doubted() {
    // `no` stands at its old place again, but everything around it moved by three.
    let found = look(
        "[the war in the north]{x} no [the road to the south]{y} no [no]{z} [the people of the city]{w}",
        "no the war in the north no the road to the south no no the people of the city",
    );
    assert_eq!(found[0], "the war in the north@3!");
    assert!(found.iter().all(|line| !line.contains('?')), "{found:?}");
    let chance = "[aa]{x} [the war in the north of]{y} aa aa aa aa aa [aa]{z} [the road to the south]{w} bb";
    let moved = "aa aa the war in the north of aa aa aa aa aa aa the road to the south bb";
    assert!(look(chance, moved)[2].starts_with("doubtful"), "{:?}", look(chance, moved));
}

#[test]
fn ranges_that_leave_the_text_still_have_their_old_places() {
    let article = Article::new("a", "short");
    let mut span = Span::new(SpanId(1), "x", [crate::language::text_range(0..5)], "short").unwrap();
    (span.ranges, span.quote, span.lost) = (Ranges::new(), "no war".into(), true);
    let old = Old::of(&span, &article, Some(&[(40, 42), (50, 53)]));
    let piece = |words: &str, start| Piece { words: words.into(), start };
    assert_eq!(old.pieces, [piece("no", 40), piece("war", 50)]);
    // A quote that does not fit its ranges is looked for as a whole.
    assert_eq!(Old::of(&span, &article, Some(&[(40, 41), (50, 53)])).pieces, [piece("no war", 40)]);
    assert_eq!(Old::of(&span, &article, None).pieces, [piece("no war", 0)]);
}

const WORDS: [&str; 10] = ["علي", "قال", "لا", "بغداد", "الوزير", "war", "في", "the", "العراق", "أَحْمَد"];

fn text() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(&WORDS[..]), 6..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever happened to the text: what is offered are words of it, in order and apart; exact ones are the quote.
    #[test]
    fn candidates_are_words_of_the_new_text(old in text(), new in text(), marks in prop::collection::vec((0usize..60, 1usize..5), 1..6)) {
        let (before, now) = (Article::new("a", old.join(" ")), Article::new("a", new.join(" ")));
        let olds = olds(&before, &old, &marks, &now);
        for (anchored, old) in candidates(&now, before.offsets().scalars(), &olds).iter().zip(&olds) {
            prop_assert!(anchored.candidates.len() <= MOST);
            prop_assert!(anchored.candidates.iter().filter(|candidate| candidate.certain).count() <= 1);
            for candidate in &anchored.candidates {
                prop_assert_eq!(quote_of(now.text(), &candidate.ranges), Some(candidate.quote.clone()));
                if candidate.likeness == Likeness::Exact {
                    prop_assert_eq!(&candidate.quote, &old.pieces[0].words);
                }
                prop_assert!(!candidate.certain || candidate.likeness == Likeness::Exact);
            }
        }
    }

    /// Where one stretch was put in, a certain place is the true one.
    #[test]
    fn after_one_insertion_certain_is_true(old in text(), put in text(), at in 0usize..60, marks in prop::collection::vec((0usize..60, 1usize..5), 1..8)) {
        let at = at.min(old.len());
        let (head, tail) = old.split_at(at);
        let new = [head, &put, tail].concat();
        let (before, now) = (Article::new("a", old.join(" ")), Article::new("a", new.join(" ")));
        let olds = olds(&before, &old, &marks, &now);
        let (length, shift) = (before.offsets().scalars(), now.offsets().scalars() - before.offsets().scalars());
        let border = head.join(" ").chars().count() as u32;
        for (anchored, old) in candidates(&now, length, &olds).iter().zip(&olds) {
            let Some(certain) = anchored.candidates.iter().find(|candidate| candidate.certain) else { continue };
            let piece = &old.pieces[0];
            let end = piece.start + piece.words.chars().count() as u32;
            // A span the insertion went through has no true place.
            if piece.start < border && end > border { continue; }
            let (start, _) = scalars(&now, certain.ranges[0]).unwrap();
            prop_assert_eq!(start, piece.start + if piece.start >= border { shift } else { 0 }, "{:?} in {:?}", piece, now.text());
        }
    }
}

/// Spans over words of the old text, by the number of their first word.
fn olds(before: &Article, words: &[&str], marks: &[(usize, usize)], now: &Article) -> Vec<Old> {
    let mut olds = Vec::new();
    for (number, (first, count)) in marks.iter().enumerate() {
        let first = first % words.len();
        let quote = words[first..(first + count).min(words.len())].join(" ");
        let start = words[..first].iter().map(|word| word.len() + 1).sum::<usize>();
        let range = crate::language::text_range(start..start + quote.len());
        let span = Span::new(SpanId(number as u32 + 1), "x", [range], before.text()).unwrap();
        assert_eq!(span.quote, quote);
        let stands = quote_of(now.text(), &span.ranges).as_ref() == Some(&span.quote);
        olds.push(Old { stands, ..Old::of(&span, before, None) });
    }
    olds
}
