//! Examples for fine-tuning a chat model: JSON lines, each with the `messages` of one article as one annotator marked it.
//!
//! The system message names the labels and relations of the codebook and the form of the answer, the user message is the
//! article, the assistant's is the answer as JSON. Models do not count characters, so that a span is its words and which
//! of their occurrences in the article it is, from 1; places at which the words overlap themselves count too. Written
//! only: an answer of a model is no annotation before somebody has looked at it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, BufRead as _};

use serde::{Deserialize, Serialize};

use super::fit::Fitted;
use super::gliner::fit_example;
use super::json::Elements;
use super::sink::{Out, Sink, Source};
use super::{Format, FormatError, Header, Keeps, Page, Report, Writer};
use crate::model::{Attributes, Codebook, Layer, Span, quote_of};

pub(super) const FORMAT: Format = Format {
    name: "chat",
    aliases: &["messages"],
    extensions: &["jsonl"],
    keeps: Keeps {
        overlaps: true,
        line_ends: true,
        white_edges: true,
        attributes: true,
        relations: true,
        relation_attributes: true,
        text: true,
        ..Keeps::NOTHING
    },
    knows: Some(|_| false),
    write: Some(|_| Box::new(ChatWriter::default())),
    check: Some(check),
    help: "examples for fine-tuning a chat model, JSON lines of messages: spans as words and which of their occurrences, \
           with attributes and relations; written only",
    ..Format::EMPTY
};

#[derive(Default)]
struct ChatWriter {
    task: String,
    out: Option<Out>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    messages: [Message; 3],
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    role: String,
    content: String,
}

/// What the assistant says.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    spans: Vec<SpanOut>,
    relations: Vec<RelationOut>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpanOut {
    id: usize,
    label: String,
    quote: String,
    occurrence: usize,
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    attributes: Attributes,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RelationOut {
    label: String,
    from: usize,
    to: usize,
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    attributes: Attributes,
}

/// Bytes at which words begin in a text, also within each other.
fn occurrences<'a>(text: &'a str, words: &'a str) -> impl Iterator<Item = usize> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let found = from + text.get(from..)?.find(words)?;
        from = found + text.get(found..)?.chars().next().map_or(1, char::len_utf8);
        Some(found)
    })
}

/// What the model is told to do.
fn task(codebook: &Codebook) -> String {
    // Writing to a string does not fail.
    let mut task = String::from("Mark the spans of the article that the labels describe.\n\nLabels:\n");
    let line = |id: &str, name: &str, description: &str| {
        let words: Vec<&str> =
            [name, description].into_iter().filter(|words| !words.is_empty() && *words != id).collect();
        if words.is_empty() { format!("- {id}\n") } else { format!("- {id}: {}\n", words.join(". ")) }
    };
    for label in &codebook.labels {
        task += &line(label.id.as_str(), &label.name, &label.description);
        for attribute in &label.attributes {
            let choices = match &attribute.kind {
                crate::model::AttributeKind::Choice(choices) => format!(" ({})", choices.join(", ")),
                crate::model::AttributeKind::Flag => " (yes, no)".to_owned(),
                _ => String::new(),
            };
            _ = writeln!(task, "  - attribute {}{choices}", attribute.id);
        }
    }
    if !codebook.relations.is_empty() {
        task += "\nRelations, from one span to another:\n";
        for kind in &codebook.relations {
            task += &line(kind.id.as_str(), &kind.name, &kind.description);
        }
    }
    task + FORM
}

/// The form of the answer.
const FORM: &str = "\nAnswer with JSON: {\"spans\": [{\"id\": 1, \"label\": …, \"quote\": the exact words of the article, \
     \"occurrence\": which of the places where these words stand, from 1, \"attributes\": {…}}], \"relations\": \
     [{\"label\": …, \"from\": id, \"to\": id, \"attributes\": {…}}]}. Attributes may be left out. Spans may overlap.";

fn answer(text: &str, layer: &Layer) -> Answer {
    let spans = layer.in_reading_order();
    let number = |id| spans.iter().position(|span: &&Span| span.id == id).map_or(0, |nth| nth + 1);
    let said = spans.iter().map(|span| {
        let quote = quote_of(text, &span.ranges).unwrap_or_default();
        let before = occurrences(text, &quote).take_while(|at| *at < usize::from(span.start())).count();
        SpanOut {
            id: number(span.id),
            label: span.label.to_string(),
            occurrence: before + 1,
            quote,
            attributes: span.attributes.clone(),
        }
    });
    let relations = layer.relations.values().map(|relation| RelationOut {
        label: relation.label.to_string(),
        from: number(relation.from),
        to: number(relation.to),
        attributes: relation.attributes.clone(),
    });
    Answer { spans: said.collect(), relations: relations.collect() }
}

impl Writer for ChatWriter {
    fn know(&mut self, header: &Header) {
        self.task = task(&header.codebook.clone().unwrap_or_default());
    }

    fn fit(&self, page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
        fit_example(page, keeps, report)
    }

    fn begin(&mut self, sink: &mut dyn Sink, _: &Header) -> io::Result<()> {
        self.out = Some(sink.single()?);
        Ok(())
    }

    fn article(&mut self, page: &Page<'_>, _: &mut dyn Sink) -> io::Result<()> {
        for (_, layer) in page.layers {
            let text = page.article.text();
            let answer = serde_json::to_string(&answer(text, layer))?;
            let message = |role: &str, content: &str| Message { role: role.into(), content: content.into() };
            let messages =
                [message("system", &self.task), message("user", text), message("assistant", &answer)];
            let Some(out) = &mut self.out else { return Ok(()) };
            serde_json::to_writer(&mut *out, &Example { messages })?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), |out| out.flush())
    }
}

/// Every line has the three messages, and every answer speaks of words and spans that are there.
fn check(source: &dyn Source) -> Result<(), FormatError> {
    // A data set of articles nobody has begun has no line.
    if source.open().and_then(|mut file| Ok(file.fill_buf()?.is_empty())).map_err(super::sink::unread)? {
        return Ok(());
    }
    for element in Elements::of(source)? {
        let element = element?;
        let Example { messages: [system, user, assistant] } = element.parse()?;
        let problem = |problem: String| Err(FormatError::new(problem).at_line(element.line));
        let roles = [&system, &user, &assistant].map(|message| message.role.as_str());
        if roles != ["system", "user", "assistant"] {
            return problem(format!("the messages are those of {}", roles.join(", ")));
        }
        let answer: Answer = match serde_json::from_str(&assistant.content) {
            Ok(answer) => answer,
            Err(error) => return problem(format!("the answer is not as described: {error}")),
        };
        let mut ids = BTreeSet::new();
        for span in &answer.spans {
            let nth = span.occurrence.checked_sub(1);
            let found = nth.and_then(|nth| occurrences(&user.content, &span.quote).nth(nth));
            if span.quote.is_empty() || found.is_none() || !ids.insert(span.id) {
                return problem(format!(
                    "span {}: “{}” does not stand {} times in the article, or its number is taken",
                    span.id, span.quote, span.occurrence
                ));
            }
        }
        let loose = answer.relations.iter().find(|it| !ids.contains(&it.from) || !ids.contains(&it.to));
        if let Some(relation) = loose {
            return problem(format!("a relation {} leads to no span", relation.label));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::interchange::WriteOptions;
    use crate::interchange::roundtrip::{self, Shelf, through};
    use crate::interchange::sink::{Memory, SINGLE};
    use crate::model::{Article, ArticleInfo, Relation, RelationId, SpanId, fixture};

    #[test]
    fn a_layer_is_an_answer_with_words_and_their_occurrence() {
        let (text, mut layer) = fixture::parse("نعم قال [نعم]{claim} و\n[[Ali]{actor} نعم]{claim}");
        layer.spans.get_mut(&SpanId(1)).unwrap().attributes.insert("stance".into(), "asserts".into());
        let relation = Relation::new(RelationId(4), "claimant", SpanId(2), SpanId(3));
        layer.relations.insert(relation.id, relation);
        let info = ArticleInfo::new("a", &text);
        let article = Article::new("a", text.as_str());
        let layers = [("me".into(), Arc::new(layer))];
        let (memory, _) =
            roundtrip::write(&FORMAT, &Page { info: &info, article: &article, layers: &layers });
        let example: Example = serde_json::from_str(&memory.text(SINGLE)).unwrap();
        let [system, user, assistant] = example.messages;
        assert_eq!((user.role.as_str(), user.content), ("user", text));
        expect_test::expect![[r#"
            {"spans":[{"id":1,"label":"claim","quote":"نعم","occurrence":2,"attributes":{"stance":"asserts"}},
            {"id":2,"label":"claim","quote":"Ali نعم","occurrence":1},
            {"id":3,"label":"actor","quote":"Ali","occurrence":1}],"relations":[{"label":"claimant","from":2,"to":3}]}"#]].assert_eq(&assistant.content.replace("},{", "},\n{"));
        assert!(
            system.content.contains("\n- claim: ") && system.content.contains("\n- claimant: "),
            "{}",
            system.content
        );
    }

    #[test]
    fn words_that_overlap_themselves_are_counted() {
        assert_eq!(occurrences("aaaa", "aa").collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(occurrences("و و و", "و و").collect::<Vec<_>>(), [0, 3]);
        let (text, layer) = fixture::parse("a[aa]{x}a");
        assert_eq!(answer(&text, &layer).spans[0].occurrence, 2);
    }

    #[test]
    fn the_check_finds_what_an_example_must_not_have() {
        let (_, _, memory) = through(&FORMAT, &WriteOptions::default(), &mut Shelf::nasty(Some("amal")));
        let sound = memory.text(SINGLE);
        let held = |text: &str| check(&*Memory::of([(SINGLE, text.as_bytes())]).source(SINGLE));
        assert_eq!(sound.lines().count(), 3);
        held(&sound).unwrap();
        for (was, is, expected) in [
            ("\"role\":\"system\"", "\"role\":\"user\"", "the messages are those of user"),
            ("\\\"occurrence\\\":1", "\\\"occurrence\\\":7", "does not stand 7 times"),
            ("\\\"occurrence\\\":1", "\\\"occurrence\\\":0", "does not stand 0 times"),
            ("\\\"from\\\":", "\\\"from\\\":9", "leads to no span"),
            ("{\\\"spans\\\"", "\\\"spans\\\"", "the answer is not as described"),
            ("{\"messages\"", "{\"weight\":1,\"messages\"", "unknown field `weight`"),
        ] {
            // The form of the answer stands in the first message, too.
            let answer = sound.find("\"assistant\"").filter(|_| was.contains('\\')).unwrap_or_default();
            let (head, tail) = sound.split_at(answer);
            let broken = head.to_owned() + &tail.replacen(was, is, 1);
            assert_ne!(broken, sound, "{was}");
            let error = held(&broken).unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains("line 1"), "{error}");
        }
        held("").unwrap();
    }
}
