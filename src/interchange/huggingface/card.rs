//! The data card: `README.md` with what `datasets` and people look for.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use crate::interchange::Header;
use crate::model::Codebook;

/// What the card says.
pub(super) struct Card<'a> {
    pub(super) header: &'a Header,
    pub(super) languages: &'a BTreeSet<String>,
    /// Name and rows of each split.
    pub(super) splits: &'a [(String, usize)],
}

impl Card<'_> {
    pub(super) fn text(&self) -> String {
        let name = self
            .header
            .name
            .as_deref()
            .filter(|name| !name.trim().is_empty())
            .unwrap_or("Annotated articles");
        let mut card = self.front(name);
        // Writing to a string does not fail.
        _ = writeln!(card, "\n# {}\n\n{ROWS}", line(name));
        for (split, rows) in self.splits {
            _ = writeln!(card, "- `{split}`: {rows} rows");
        }
        if let Some(codebook) = &self.header.codebook {
            codebook_part(codebook, &mut card);
        }
        card
    }

    /// YAML; a JSON string is one of YAML as well.
    fn front(&self, name: &str) -> String {
        let mut front = "---\nlicense: unknown\n".to_owned();
        if !self.languages.is_empty() {
            front.push_str("language:\n");
            self.languages.iter().for_each(|language| _ = writeln!(front, "- {}", quoted(language)));
        }
        let rows = self.splits.iter().map(|(_, rows)| *rows).sum();
        _ = writeln!(
            front,
            "task_categories:\n- token-classification\npretty_name: {}\nsize_categories:\n- {}\nconfigs:\n- config_name: \
             default\n  data_files:",
            quoted(name),
            size(rows)
        );
        for (split, _) in self.splits {
            _ = writeln!(front, "  - split: {split}\n    path: data/{split}-*.parquet");
        }
        front.push_str("---\n");
        front
    }
}

/// What a row is.
const ROWS: &str = "One row is an article as one annotator marked it; an article nobody has begun has an empty \
`annotator`. The project states no licence: fill it in above before you pass the data set on.\n\n\
- `text`: the article. Positions count code points: `text[start:end]` in Python.\n\
- `spans`: `label`, `start`, `end` and the words (`text`). A span may have several parts: `ranges` has all of them, and \
`start` and `end` are the outer edges. Spans may lie in each other and overlap.\n\
- `relations`: `label`, from the span whose `id` is `head` to the one whose `id` is `tail`.\n\
- `attributes`: names and values, of spans and of relations.\n\
- `status`: how far the annotator is: `new`, `in_progress`, `done`.\n";

fn codebook_part(codebook: &Codebook, card: &mut String) {
    card.push_str("\n## Labels\n\n");
    for label in &codebook.labels {
        _ = writeln!(card, "- `{}` ({}): {}", label.id, line(&label.name), line(&label.description));
    }
    card.push_str("\n## Relations\n\n");
    for kind in &codebook.relations {
        _ = writeln!(card, "- `{}` ({}): {}", kind.id, line(&kind.name), line(&kind.description));
    }
}

/// A text on one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn quoted(text: &str) -> String {
    Value::from(line(text)).to_string()
}

/// The classes of size that the hub knows.
fn size(rows: usize) -> &'static str {
    match rows {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        100_000..1_000_000 => "100K<n<1M",
        _ => "n>1M",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_yaml_and_words_whatever_the_name() {
        let header = Header {
            name: Some("عراق: \"x\"\n---\n# y".into()),
            codebook: Some(Codebook::default()),
            ..Header::default()
        };
        let languages = ["ar".to_owned()].into();
        let card = Card { header: &header, languages: &languages, splits: &[("train".into(), 7)] }.text();
        let front: Vec<&str> = card.split("---\n").collect();
        assert_eq!(front.len(), 3, "{card}");
        expect_test::expect![[r##"
            license: unknown
            language:
            - "ar"
            task_categories:
            - token-classification
            pretty_name: "عراق: \"x\" --- # y"
            size_categories:
            - n<1K
            configs:
            - config_name: default
              data_files:
              - split: train
                path: data/train-*.parquet
        "##]]
        .assert_eq(front[1]);
        assert!(
            card.contains("- `train`: 7 rows")
                && card.contains("- `claimant` (Claimant): Who makes the claim.")
        );
    }
}
