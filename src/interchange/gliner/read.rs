//! Reading examples.

use std::rc::Rc;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::interchange::build::{Build, Names, SpanIn};
use crate::interchange::json::{Element, Elements, info_of};
use crate::interchange::sink::{Source, stem};
use crate::interchange::units::{Positions, short};
use crate::interchange::{FormatError, Item, OffsetUnit, ReadOptions, Reading, Record};
use crate::model::Attributes;

#[derive(Deserialize)]
struct Example {
    tokenized_text: Vec<String>,
    #[serde(default)]
    ner: Vec<(usize, usize, String)>,
    #[serde(default)]
    relations: Option<Vec<(usize, usize, String)>>,
    annotator: Option<String>,
    text: Option<String>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// A text and where its tokens stand in it, in bytes.
type Found = (String, Vec<(u32, u32)>);

pub(super) fn read(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    let (options, name) = (options.clone(), stem(source.name()).to_owned());
    let items = Elements::of(&**source)?.map(move |element| {
        let element = element?;
        let record = element.parse::<Example>()?.record(&element, &name, &options);
        Ok(Item::Record(Box::new(record.map_err(|error| error.at_line(element.line))?)))
    });
    Ok(Reading::new(items))
}

impl Example {
    fn found(&mut self, place: &str) -> Result<Found, FormatError> {
        let at = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        let mut tokens = Vec::with_capacity(self.tokenized_text.len());
        let Some(text) = self.text.take() else {
            let mut text = String::new();
            for token in &self.tokenized_text {
                if !text.is_empty() {
                    text.push(' ');
                }
                let start = text.len();
                text.push_str(token);
                tokens.push((at(start), at(text.len())));
            }
            return Ok((text, tokens));
        };
        let mut rest = text.as_str();
        for token in &self.tokenized_text {
            rest = rest.trim_start();
            let start = text.len() - rest.len();
            rest = rest.strip_prefix(token.as_str()).ok_or_else(|| {
                FormatError::new(format!(
                    "{place}: its text goes on with “{}”, not with its token “{}”; nothing was imported: take the text \
                     out, or mend the tokens",
                    short(rest),
                    short(token)
                ))
            })?;
            tokens.push((at(start), at(start + token.len())));
        }
        Ok((text, tokens))
    }

    fn record(mut self, element: &Element, name: &str, options: &ReadOptions) -> Result<Record, FormatError> {
        let nth = element.nth;
        let (text, tokens) = self.found(&format!("example {nth}"))?;
        let positions = Positions::new(&text, false, OffsetUnit::Bytes);
        let info = info_of(&self.more, &format!("{name}-{nth}"), positions.text());
        let mut build = Build::new("gliner", info, positions, self.annotator.as_deref(), options)?;
        let mut names = Names::default();
        for (which, (first, last, label)) in self.ner.iter().enumerate() {
            let place = format!("example {nth}, ner[{which}]");
            let (Some((start, _)), Some((_, end))) = (tokens.get(*first), tokens.get(*last)) else {
                let problem = format!("{place}: there are no tokens {first} to {last} in {}", tokens.len());
                if !options.keep_mismatches {
                    return Err(FormatError::new(format!(
                        "{problem}; nothing was imported: mend it, or leave such spans out with --keep-mismatches"
                    )));
                }
                build.leave_out(format!("{problem}; it is left out"));
                continue;
            };
            let ranges = vec![(*start, *end)];
            let id = build.span(SpanIn { label, ranges, place, ..SpanIn::default() })?;
            names.put(&which.to_string(), id);
        }
        for (which, (head, tail, label)) in self.relations.iter().flatten().enumerate() {
            let place = format!("example {nth}, relations[{which}]");
            let ends = (names.get(&head.to_string()), names.get(&tail.to_string()));
            build.relation(None, label, ends, Attributes::new(), &place)?;
        }
        let unknown: Vec<&str> = self.more.keys().map(String::as_str).filter(|key| *key != "id").collect();
        if !unknown.is_empty() {
            build.leave_out(format!("left out: {}, which is no annotation", unknown.join(", ")));
        }
        build.finish()
    }
}
