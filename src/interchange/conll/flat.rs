//! Writing CoNLL-2003.

use std::io;
use std::sync::Arc;

use super::tagging::Tagging;
use crate::interchange::bio::Overlaps;
use crate::interchange::fit::Fitted;
use crate::interchange::sink::{Out, Sink};
use crate::interchange::tokens::covering;
use crate::interchange::{Header, Keeps, Page, Report, WriteOptions, Writer};
use crate::language::{slice, text_range};
use crate::model::{Article, ArticleInfo, Layer, Ranges, Span, TextRange, quote_of};

pub(super) struct FlatWriter {
    tagging: Tagging,
    /// How many columns of tags there are, where each label has its own: the most that an article needs of each.
    columns: Vec<(Option<String>, usize)>,
    out: Option<Out>,
}

impl FlatWriter {
    pub(super) fn new(options: &WriteOptions) -> Self {
        Self { tagging: Tagging::of(options, Overlaps::Outermost), columns: Vec::new(), out: None }
    }
}

impl Writer for FlatWriter {
    fn needs_survey(&self) -> bool {
        self.tagging.overlaps == Overlaps::Columns
    }

    fn survey(&mut self, page: &Page<'_>) {
        let fitted = self.fit(page, &super::FLAT.keeps, &mut Report::default());
        for (_, layer) in &fitted.layers {
            for column in self.tagging.columns(fitted.article.text(), layer).into_keys() {
                if let Err(at) = self.columns.binary_search(&column) {
                    self.columns.insert(at, column);
                }
            }
        }
    }

    /// The text is its tokens with a space between, a sentence a line: all that the format says.
    fn fit(&self, page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
        let mut fitted = self.tagging.fit(page, keeps, report);
        let text = page.article.text();
        let spans = fitted.layers.iter().flat_map(|(_, layer)| layer.spans.values());
        let sentences = self.tagging.sentences(text, spans.flat_map(|span| span.ranges.clone()).collect());
        let (mut plain, mut old, mut new) = (String::new(), Vec::new(), Vec::new());
        for (nth, tokens) in sentences.iter().enumerate() {
            for (within, token) in tokens.iter().enumerate() {
                match (nth, within) {
                    (0, 0) => {}
                    (_, 0) => plain.push('\n'),
                    _ => plain.push(' '),
                }
                let start = plain.len();
                plain.push_str(slice(text, *token));
                old.push(*token);
                new.push(text_range(start..plain.len()));
            }
        }
        for (_, layer) in &mut fitted.layers {
            let layer = Arc::make_mut(layer);
            layer.spans.values_mut().for_each(|span| moved(span, &old, &new, &plain));
        }
        let info =
            ArticleInfo { id: fitted.info.id.clone(), ..ArticleInfo::new(fitted.info.id.clone(), &plain) };
        Fitted { article: Article::new(info.id.clone(), plain), info, layers: fitted.layers, skipped: false }
    }

    fn begin(&mut self, sink: &mut dyn Sink, _: &Header) -> io::Result<()> {
        self.out = Some(sink.single()?);
        if self.columns.is_empty() {
            self.columns.push((None, 0));
        }
        Ok(())
    }

    fn article(&mut self, page: &Page<'_>, _: &mut dyn Sink) -> io::Result<()> {
        let Some(mut out) = self.out.take() else { return Ok(()) };
        let blank = Layer::default();
        let layer = page.layers.first().map_or(&blank, |(_, layer)| layer);
        let text = page.article.text();
        let columns = self.tagging.columns(text, layer);
        let outside = " O".repeat(self.columns.len());
        write!(out, "-DOCSTART- -X- _{outside}\n\n")?;
        let mut start = 0;
        for sentence in text.split('\n').filter(|sentence| !sentence.is_empty()) {
            let mut tokens = Vec::new();
            for token in sentence.split(' ') {
                tokens.push(text_range(start..start + token.len()));
                start += token.len() + 1;
            }
            let tags: Vec<Vec<String>> = self
                .columns
                .iter()
                .map(|column| {
                    self.tagging.tags(&tokens, columns.get(column).map(Vec::as_slice).unwrap_or_default())
                })
                .collect();
            for (nth, token) in tokens.iter().enumerate() {
                write!(out, "{} -X- _", slice(text, *token))?;
                for column in &tags {
                    write!(out, " {}", column.get(nth).map_or("O", String::as_str))?;
                }
                writeln!(out)?;
            }
            writeln!(out)?;
        }
        self.out = Some(out);
        Ok(())
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), |out| out.flush())
    }
}

/// Moves a span from the tokens of one text to those of another.
fn moved(span: &mut Span, old: &[TextRange], new: &[TextRange], plain: &str) {
    let ranges: Ranges = span
        .ranges
        .iter()
        .filter_map(|range| {
            let (first, end) = covering(old, *range)?;
            crate::interchange::tokens::range_of(new, first, end)
        })
        .collect();
    span.quote = quote_of(plain, &ranges).unwrap_or_default();
    span.ranges = ranges;
}
