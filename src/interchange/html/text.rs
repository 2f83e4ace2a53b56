//! Elements → paragraphs, as a browser lays them out.

use dom_query::{Document, NodeRef};

/// Elements that begin a paragraph and end one.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
    "caption",
];
/// Elements that are no text of the page.
const SILENT: &[&str] =
    &["head", "script", "style", "noscript", "template", "iframe", "svg", "select", "button"];

/// The paragraphs of a document, none empty. Items of lists and rows of tables are lines of one paragraph, cells are
/// apart by a tab.
pub(super) fn paragraphs(document: &Document) -> Vec<String> {
    let mut out = Paragraphs::default();
    let mut node: Option<NodeRef<'_>> = Some(document.root());
    while let Some(here) = node {
        let name = here.node_name().unwrap_or_default();
        let silent = SILENT.contains(&&*name);
        if here.is_text() {
            out.words(&here.text());
        } else if !silent {
            out.open(&name);
        }
        if let Some(child) = here.first_child().filter(|_| !silent) {
            node = Some(child);
            continue;
        }
        let mut last = Some(here);
        node = loop {
            let Some(here) = last else { break None };
            out.close(&here.node_name().unwrap_or_default());
            if let Some(next) = here.next_sibling() {
                break Some(next);
            }
            last = here.parent();
        };
    }
    out.end();
    out.done
}

#[derive(Default)]
struct Paragraphs {
    done: Vec<String>,
    current: String,
}

impl Paragraphs {
    fn open(&mut self, name: &str) {
        match name {
            "br" => self.line(),
            "li" => self.line(),
            // Rows and lists within go on in the paragraph of their table or list.
            "tr" | "tbody" | "thead" | "tfoot" => self.line(),
            _ if BLOCKS.contains(&name) => self.end(),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "li" | "tr" => self.line(),
            "tbody" | "thead" | "tfoot" => {}
            "td" | "th" => {
                self.trim();
                self.current.push('\t');
            }
            _ if BLOCKS.contains(&name) => self.end(),
            _ => {}
        }
    }

    /// Text, with white space as HTML knows it made one space; other kinds of space stay.
    fn words(&mut self, text: &str) {
        for char in text.chars() {
            if matches!(char, ' ' | '\t' | '\n' | '\r' | '\u{c}') {
                if !self.current.is_empty() && !self.current.ends_with([' ', '\n', '\t']) {
                    self.current.push(' ');
                }
            } else {
                self.current.push(char);
            }
        }
    }

    fn trim(&mut self) {
        self.current.truncate(self.current.trim_end_matches([' ', '\t']).len());
    }

    fn line(&mut self) {
        self.trim();
        if !self.current.is_empty() && !self.current.ends_with('\n') {
            self.current.push('\n');
        }
    }

    fn end(&mut self) {
        let paragraph = std::mem::take(&mut self.current);
        let paragraph = paragraph.trim_end_matches([' ', '\t', '\n']);
        if !paragraph.trim().is_empty() {
            self.done.push(paragraph.to_owned());
        }
    }
}

/// A title or name on one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_paragraphs_and_inline_elements_are_not() {
        for (html, expected) in [
            ("<p>قال <b>علي</b>،<br>ثم مضى.</p><p>\n نص   آخر\n</p>", vec!["قال علي،\nثم مضى.", "نص آخر"]),
            ("<div>a<div>b</div>c</div>", vec!["a", "b", "c"]),
            ("<ul><li>one<li><p>two</p></ul>three", vec!["one", "two", "three"]),
            ("<ul><li>one</li> <li>two</li></ul>", vec!["one\ntwo"]),
            ("<table><tr><th>a</th> <td>b</td></tr><tr><td>c</td></tr></table>", vec!["a\tb\nc"]),
            ("5&nbsp;000<span> </span>كم &amp; more", vec!["5\u{a0}000 كم & more"]),
            ("<script>x</script><style>y</style> <p> </p>", vec![]),
            ("مع\u{200c}ه مُـ<wbr>حمد &#x1F600;", vec!["مع\u{200c}ه مُـحمد 😀"]),
        ] {
            assert_eq!(paragraphs(&Document::fragment(html)), expected, "{html}");
        }
        assert_eq!(one_line(" a\n\t b "), "a b");
    }
}
