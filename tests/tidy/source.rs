//! Rust source as tokens and paths, so that comments, strings and line breaks cannot deceive a rule.

/// A word, a mark or a literal of Rust source; comments and white space are gone, a literal keeps its quotes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
    pub(crate) word: bool,
    /// Whether it belongs to an item that is compiled for tests only.
    pub(crate) test: bool,
}

/// A path as written, with `self` and `super` resolved: `crate::…` starts with "crate", all else with its own first word.
#[derive(Debug, PartialEq)]
pub(crate) struct Path {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
    pub(crate) test: bool,
}

/// Splits source into tokens and marks those of test items.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or('\0');
    let (mut tokens, mut here, mut line) = (Vec::new(), 0, 1);
    while here < chars.len() {
        let start = here;
        let mut kept = None;
        match at(here) {
            '/' if at(here + 1) == '/' => {
                while here < chars.len() && at(here) != '\n' {
                    here += 1
                }
            }
            '/' if at(here + 1) == '*' => here = comment_end(&chars, here),
            '"' => (here, kept) = (string_end(&chars, here), Some(false)),
            '\'' if at(here + 1) == '\\' || at(here + 2) == '\'' => {
                here += if at(here + 1) == '\\' { 3 } else { 2 };
                while here < chars.len() && at(here) != '\'' {
                    here += 1
                }
                (here, kept) = (here + 1, Some(false));
            }
            c if is_word(c) => {
                while is_word(at(here)) {
                    here += 1
                }
                let raw = (here..).take_while(|&index| at(index) == '#').count();
                let word: String = chars[start..here].iter().collect();
                if matches!(word.as_str(), "r" | "br" | "cr") && at(here + raw) == '"' {
                    (here, kept) = (raw_end(&chars, here + raw, raw), Some(false));
                } else if matches!(word.as_str(), "b" | "c") && at(here) == '"' {
                    (here, kept) = (string_end(&chars, here), Some(false));
                } else {
                    kept = Some(!c.is_ascii_digit());
                }
            }
            ':' if at(here + 1) == ':' => (here, kept) = (here + 2, Some(false)),
            c if c.is_whitespace() => here += 1,
            _ => (here, kept) = (here + 1, Some(false)),
        }
        if let Some(word) = kept {
            let text: String = chars[start..here.min(chars.len())].iter().collect();
            tokens.push(Token { text, line, word, test: false });
        }
        line += chars[start..here.min(chars.len())].iter().filter(|&&c| c == '\n').count();
    }
    mark_tests(&mut tokens);
    tokens
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn comment_end(chars: &[char], start: usize) -> usize {
    let (mut here, mut depth) = (start, 0);
    while here < chars.len() {
        match chars.get(here..here + 2) {
            Some(['/', '*']) => (here, depth) = (here + 2, depth + 1),
            Some(['*', '/']) => (here, depth) = (here + 2, depth - 1),
            _ => here += 1,
        }
        if depth == 0 {
            break;
        }
    }
    here
}

fn string_end(chars: &[char], quote: usize) -> usize {
    let mut here = quote + 1;
    while here < chars.len() && chars[here] != '"' {
        here += if chars[here] == '\\' { 2 } else { 1 };
    }
    here + 1
}

fn raw_end(chars: &[char], quote: usize, hashes: usize) -> usize {
    let mut here = quote + 1;
    while here < chars.len() {
        let closing = chars[here] == '"' && (1..=hashes).all(|offset| chars.get(here + offset) == Some(&'#'));
        if closing {
            return here + 1 + hashes;
        }
        here += 1;
    }
    here
}

/// Marks the items under `#[cfg(test)]` or `#[test]`, and everything under `#![cfg(test)]`.
fn mark_tests(tokens: &mut [Token]) {
    let mut here = 0;
    while here < tokens.len() {
        let inner = text(tokens, here + 1) == "!";
        let bracket = here + 1 + usize::from(inner);
        if text(tokens, here) != "#" || text(tokens, bracket) != "[" {
            here += 1;
            continue;
        }
        let end = closing(tokens, bracket);
        if !is_test_attribute(&tokens[bracket + 1..end.min(tokens.len())]) {
            here = end;
            continue;
        }
        let stop = if inner { tokens.len() } else { item_end(tokens, end + 1) };
        let first = if inner { 0 } else { here };
        tokens[first..stop].iter_mut().for_each(|token| token.test = true);
        here = stop;
    }
}

fn is_test_attribute(attribute: &[Token]) -> bool {
    let has = |word: &str| attribute.iter().any(|token| token.text == word);
    match attribute.first().map(|token| token.text.as_str()) {
        Some("cfg") => has("test") && !has("any") && !has("not"),
        Some("test") => attribute.len() == 1,
        _ => false,
    }
}

/// The index after the item that starts at `start`: after its body, its semicolon, or the comma of a field.
fn item_end(tokens: &[Token], start: usize) -> usize {
    const ITEMS: [&str; 16] = [
        "pub",
        "fn",
        "mod",
        "use",
        "impl",
        "struct",
        "enum",
        "const",
        "static",
        "type",
        "trait",
        "unsafe",
        "async",
        "extern",
        "macro_rules",
        "union",
    ];
    let mut here = start;
    while text(tokens, here) == "#" {
        here = closing(tokens, here + 1) + 1;
    }
    let item = ITEMS.contains(&text(tokens, here));
    while here < tokens.len() {
        match text(tokens, here) {
            "{" => return (closing(tokens, here) + 1).min(tokens.len()),
            "(" | "[" => here = closing(tokens, here),
            ";" => return here + 1,
            "," if !item => return here,
            "}" | ")" | "]" => return here,
            _ => {}
        }
        here += 1;
    }
    tokens.len()
}

/// The index of the bracket that closes the one at `open`.
fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    tokens.len()
}

fn text(tokens: &[Token], index: usize) -> &str {
    tokens.get(index).map_or("", |token| token.text.as_str())
}

fn is_path_word(tokens: &[Token], index: usize) -> bool {
    tokens.get(index).is_some_and(|token| token.word)
}

/// The module a file is: `src/model/edit.rs` is `model::edit`, `src/lib.rs` the root.
pub(crate) fn module_of(file: &str) -> Vec<String> {
    let path = file.trim_start_matches("src/").trim_end_matches(".rs");
    let mut module: Vec<String> = path.split('/').map(String::from).collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        module.pop();
    }
    module
}

/// A file whose module is another than its place says, or is compiled for tests only.
#[derive(Debug, PartialEq)]
pub(crate) struct Declared {
    pub(crate) file: String,
    pub(crate) module: Vec<String>,
    pub(crate) test: bool,
}

/// The modules a file declares under `#[cfg(test)]` or with `#[path = …]`.
pub(crate) fn declared(file: &str, source: &str) -> Vec<Declared> {
    let tokens = tokens(source);
    let (module, folder) = (module_of(file), file.rsplit_once('/').map_or("", |(folder, _)| folder));
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.text != "mod" || text(&tokens, index + 2) != ";" {
            continue;
        }
        let attributes = tokens[..index].rsplit(|token| matches!(token.text.as_str(), ";" | "}")).next();
        let path = attributes.and_then(|tokens| tokens.windows(3).find(|window| window[0].text == "path"));
        let name = text(&tokens, index + 1).to_owned();
        let file = match path {
            Some(window) => format!("{folder}/{}", window[2].text.trim_matches('"')),
            None => format!("src/{}.rs", [module.clone(), vec![name.clone()]].concat().join("/")),
        };
        if token.test || path.is_some() {
            found.push(Declared { file, module: [module.clone(), vec![name]].concat(), test: token.test });
        }
    }
    found
}

/// Every path in the source of a module: those in code and every leaf of every `use`.
pub(crate) fn paths(module: &[String], source: &str) -> Vec<Path> {
    let tokens = tokens(source);
    let mut module = module.to_vec();
    let (mut inline, mut depth, mut found, mut here) = (Vec::new(), 0, Vec::new(), 0);
    while here < tokens.len() {
        let written = match text(&tokens, here) {
            "{" => {
                depth += 1;
                here += 1;
                continue;
            }
            "}" => {
                if inline.last() == Some(&depth) {
                    inline.pop();
                    module.pop();
                }
                depth -= 1;
                here += 1;
                continue;
            }
            "mod" if text(&tokens, here + 2) == "{" => {
                module.push(tokens[here + 1].text.clone());
                inline.push(depth + 1);
                here += 2;
                continue;
            }
            "use" if text(&tokens, here + 1) != "<" => {
                let mut leaves = Vec::new();
                here = use_tree(&tokens, here + 1, &[], &mut leaves);
                leaves
            }
            "extern" if text(&tokens, here + 1) == "crate" => {
                here += 3;
                vec![(vec![text(&tokens, here - 1).to_owned()], here - 1)]
            }
            _ if is_path_word(&tokens, here) => {
                let (start, mut segments) = (here, vec![tokens[here].text.clone()]);
                while text(&tokens, here + 1) == "::" && is_path_word(&tokens, here + 2) {
                    here += 2;
                    segments.push(tokens[here].text.clone());
                }
                here += 1;
                let method = start > 0 && matches!(text(&tokens, start - 1), ".");
                if segments.len() < 2 || method { Vec::new() } else { vec![(segments, start)] }
            }
            _ => {
                here += 1;
                continue;
            }
        };
        for (segments, at) in written {
            if let Some(token) = tokens.get(at) {
                found.push(Path { segments: resolve(&module, segments), line: token.line, test: token.test });
            }
        }
    }
    found
}

/// Reads one `use` tree from `here`; gives its leaves with the token they end at, and the index after it.
fn use_tree(
    tokens: &[Token],
    mut here: usize,
    prefix: &[String],
    leaves: &mut Vec<(Vec<String>, usize)>,
) -> usize {
    let mut path = prefix.to_vec();
    let mut end = here;
    while here < tokens.len() {
        match text(tokens, here) {
            "::" => {}
            "{" => {
                here += 1;
                while here < tokens.len() && text(tokens, here) != "}" {
                    here = use_tree(tokens, here, &path, leaves);
                    here += usize::from(text(tokens, here) == ",");
                }
                return here + 1;
            }
            "as" => {
                path.push("as".to_owned());
                here += 1;
            }
            "self" if !path.is_empty() => {}
            "*" => path.push("*".to_owned()),
            _ if is_path_word(tokens, here) => {
                path.push(tokens[here].text.clone());
                end = here;
            }
            _ => break,
        }
        here += 1;
    }
    if path.len() > prefix.len() || !path.is_empty() {
        leaves.push((path, end));
    }
    here
}

fn resolve(module: &[String], mut segments: Vec<String>) -> Vec<String> {
    let supers =
        segments.iter().skip_while(|word| *word == "self").take_while(|word| *word == "super").count();
    let relative = segments.iter().take_while(|word| matches!(word.as_str(), "self" | "super")).count();
    if relative == 0 {
        if segments.first().is_some_and(|word| word == "hashiya") {
            segments[0] = "crate".to_owned();
        }
        return segments;
    }
    let kept = module.len().saturating_sub(supers);
    let absolute = std::iter::once("crate".to_owned()).chain(module[..kept].iter().cloned());
    absolute.chain(segments.into_iter().skip(relative)).collect()
}

#[test]
fn comments_strings_and_lifetimes_are_not_words() {
    let source = "// a::b\n/* c::d /* e */ f::g */ let x: &'static str = \"h::i \\\" j::k\"; r#\"l::m \" n\"#; 'o'; '\\''; p::q";
    let found = paths(&module_of("src/model/x.rs"), source);
    assert_eq!(found, [Path { segments: vec!["p".into(), "q".into()], line: 2, test: false }]);
}

#[test]
fn use_trees_give_every_leaf_with_its_line() {
    let source = "use crate::{\n    model::Span,\n    store::{self, disk::*},\n};\nuse std::fs as f;";
    let found: Vec<String> = paths(&module_of("src/cli/x.rs"), source)
        .iter()
        .map(|path| format!("{}:{}", path.line, path.segments.join("::")))
        .collect();
    assert_eq!(found, ["2:crate::model::Span", "3:crate::store", "3:crate::store::disk::*", "5:std::fs::as"]);
}

#[test]
fn relative_paths_are_resolved_through_inline_modules() {
    let source = "use super::span::Span;\nmod inner { fn f() { super::super::super::store::open() } }\nfn g() { self::h::i() }";
    let found: Vec<String> =
        paths(&module_of("src/model/edit.rs"), source).iter().map(|path| path.segments.join("::")).collect();
    assert_eq!(found, ["crate::model::span::Span", "crate::store::open", "crate::model::edit::h::i"]);
}

#[test]
fn test_items_are_marked_and_nothing_after_them() {
    let source = "#[cfg(test)]\nmod tests { fn f() { a::b() } }\n#[cfg(test)] #[path = \"x\"] mod more;\nfn g() { c::d() }\n\
                  #[cfg(not(test))] fn h() { e::f() }\n#[test] fn i(x: [u8; 2]) { g::h() }";
    let marks: Vec<(String, bool)> = paths(&module_of("src/a/b.rs"), source)
        .into_iter()
        .map(|path| (path.segments.join("::"), path.test))
        .collect();
    let expected = [("a::b", true), ("c::d", false), ("e::f", false), ("g::h", true)];
    assert_eq!(marks, expected.map(|(path, test)| (path.to_owned(), test)));
}

#[test]
fn declared_modules_know_their_files() {
    let source = "mod plain;\n#[cfg(test)]\nmod fixture;\n#[cfg(test)]\n#[path = \"b_tests.rs\"]\nmod tests;";
    let declared = declared("src/a/b.rs", source);
    let module = |name: &str| ["a", "b", name].map(String::from).to_vec();
    let fixture = Declared { file: "src/a/b/fixture.rs".into(), module: module("fixture"), test: true };
    let tests = Declared { file: "src/a/b_tests.rs".into(), module: module("tests"), test: true };
    assert_eq!(declared, [fixture, tests]);
}
