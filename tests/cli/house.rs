//! A folder to work in, and what a command said.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

/// Leading emoji, harakat, a flag, ZWNJ, a line break; nested, overlapping, discontinuous spans, a sub-word span.
pub(crate) const NASTY: &str = r#"{"id":"nasty","title":"عنوان","date":"2026-01-18","text":"😀 زارَ أحمدُ القاهِرَة 🇪🇬 مع‌ه\nوبغداد \"ثم\" عاد","annotator":"amal","status":"done","spans":[
{"id":1,"label":"claim","ranges":[[2,25]],"quote":"زارَ أحمدُ القاهِرَة 🇪🇬"},
{"id":2,"label":"actor","ranges":[[7,12]],"quote":"أحمدُ","note":"من؟"},
{"id":3,"label":"location","ranges":[[13,22]],"quote":"القاهِرَة","attributes":{"entity":"cairo"}},
{"id":4,"label":"claim","ranges":[[13,25],[39,41]],"quote":"القاهِرَة 🇪🇬 ثم"},
{"id":6,"label":"location","ranges":[[32,37]],"quote":"بغداد"}],
"relations":[{"id":2,"label":"claimant","from":1,"to":2}],"last_span":9,"last_relation":4}"#;

/// A temporary folder and the binary.
pub(crate) struct House {
    folder: tempfile::TempDir,
}

/// What a command said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl House {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// With an empty project in it.
    pub(crate) fn with_project(name: &str) -> Self {
        let house = Self::new();
        house.run(&["new", name]).expect(0);
        house
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs `hashiya` in the folder.
    pub(crate) fn run(&self, args: &[&str]) -> Said {
        let output = command().args(args).current_dir(self.folder.path()).output().unwrap();
        Said::of(output)
    }

    /// Runs a command that prints JSON.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let said = self.run(&[args, &["--json"]].concat());
        serde_json::from_str(&said.out)
            .unwrap_or_else(|error| panic!("{args:?}: {error}: {}{}", said.out, said.err))
    }

    /// Every file of a project that holds data, with its content; what differs between two copies of one project
    /// (whose journals they continue, and the checksum over that) is left out.
    pub(crate) fn data_files(&self, project: &str) -> Vec<(String, String)> {
        let root = self.path(project);
        let mut found = vec![];
        for part in ["project.ron", "entities.ron", "articles", "layers"] {
            collect(&root, Path::new(part), &mut found);
        }
        found
    }
}

fn collect(root: &Path, part: &Path, found: &mut Vec<(String, String)>) {
    let path = root.join(part);
    if path.is_dir() {
        let mut names: Vec<_> =
            std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names.iter().for_each(|name| collect(root, &part.join(name), found));
    } else if path.is_file() {
        let text = std::fs::read_to_string(&path).unwrap();
        let own = |line: &&str| {
            !["    through: ", "    journal: ", "// crc32 "].iter().any(|start| line.starts_with(start))
        };
        let kept: Vec<&str> = text.lines().filter(|line| own(line)).collect();
        found.push((part.display().to_string(), kept.join("\n")));
    }
}

impl Said {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let said = Self {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        assert!(!said.err.contains("panicked") && said.code != 101, "{}", said.err);
        said
    }

    /// The same, if it ended with this code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "said: {}{}", self.out, self.err);
        self
    }

    /// The same, if it said these words to people.
    #[track_caller]
    pub(crate) fn saying(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.err.contains(word), "{word:?} is not in: {}", self.err);
        }
        self
    }
}

pub(crate) fn command() -> std::process::Command {
    std::process::Command::new(env!("CARGO_BIN_EXE_hashiya"))
}

/// One line of JSON of several lines of it.
pub(crate) fn one_line(json: &str) -> String {
    json.lines().collect::<Vec<_>>().concat() + "\n"
}
