//! Damaged project files: 20,000 mutants of a small project. None makes the program panic or puts a span on other words;
//! each opens as what it was or is reported.
#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::explicit_write,
    reason = "what fails here is a failed test; figures are printed past the test runner"
)]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use hashiya::model::{
    Annotator, Article, ArticleInfo, Edit, Entity, EntityKind, Layer, LayerKey, Project, Relation,
    RelationId, Span, SpanId, Status, TextRange, TextSize, quote_of,
};
use hashiya::session::{Access, Opened, Session, Waiting};
use hashiya::store::sim::{Dice, Disk, SimVfs};
use rayon::prelude::*;

const ROOT: &str = "/study";
const TEXTS: [(&str, &str); 2] = [
    ("a", "بغداد (رويترز) - قال رئيس الوزراء: «لا حاجة». قال رئيس الوزراء: «لا حاجة»."),
    ("b", "Ali said no no no. Ali said yes, and no."),
];

/// Prints a figure also where the test passes and its output is kept back.
fn say(what: &str) {
    use std::io::Write as _;
    writeln!(std::io::stderr(), "    {what}").unwrap();
}

/// A span on words where they stand for the first time.
fn span(id: u32, label: &str, words: &str, text: &str) -> Span {
    let start = TextSize::try_from(text.find(words).unwrap()).unwrap();
    let range = TextRange::at(start, TextSize::of(words));
    Span::new(SpanId(id), label, [range], text).unwrap()
}

/// Two articles, three layers, an entity.
fn project() -> Project {
    let mut project = Project::new("دراسة", "study-1");
    let mut codebook = (*project.codebook).clone();
    codebook.labels.truncate(3);
    codebook.relations.truncate(1);
    project.codebook = Arc::new(codebook);
    for id in ["me", "you"] {
        project.annotators.push(Annotator { id: id.into(), name: id.to_uppercase() });
    }
    for (at, (id, text)) in TEXTS.into_iter().enumerate() {
        let info = ArticleInfo {
            title: format!("عنوان {id}"),
            date: "2026-01-18".into(),
            ..ArticleInfo::new(id, text)
        };
        project.insert_article(at, info);
        project.put_text(Arc::new(Article::new(id, text)));
    }
    for (article, annotator, spans) in [
        ("a", "me", vec![span(1, "actor", "بغداد", TEXTS[0].1), span(2, "location", "رئيس", TEXTS[0].1)]),
        ("b", "me", vec![span(1, "actor", "Ali", TEXTS[1].1), span(2, "actor", "no", TEXTS[1].1)]),
        ("b", "you", vec![span(1, "actor", "no no", TEXTS[1].1), span(3, "location", "said", TEXTS[1].1)]),
    ] {
        let mut layer = Layer { last_span: 3, ..Layer::default() };
        layer.spans = spans.into_iter().map(|span| (span.id, span)).collect();
        project.put_layer(LayerKey::new(article, annotator), Arc::new(layer));
    }
    let id = "baghdad";
    let (name, aliases, external) = ("بغداد".into(), vec!["Baghdad".into()], "Q1530".into());
    project
        .entities
        .insert(id.into(), Entity { id: id.into(), name, aliases, kind: EntityKind::Location, external });
    project
}

/// Edits that are in the journal only.
fn edits() -> Vec<Edit> {
    let (a, b) = (LayerKey::new("a", "me"), LayerKey::new("b", "me"));
    vec![
        Edit::AddSpan { layer: b.clone(), span: Box::new(span(4, "claim", "said no", TEXTS[1].1)) },
        Edit::AddRelation {
            layer: b.clone(),
            relation: Relation::new(RelationId(1), "claimant", SpanId(4), SpanId(1)),
        },
        Edit::SetName { old: "دراسة".into(), new: "دراسة ثانية".into() },
        Edit::AddSpan {
            layer: a.clone(), span: Box::new(span(4, "actor", "رئيس الوزراء", TEXTS[0].1))
        },
        Edit::SetStatus { layer: a, old: Status::New, new: Status::Done },
        Edit::RemoveSpan { layer: b.clone(), span: Box::new(span(2, "actor", "no", TEXTS[1].1)) },
        Edit::SetStatus { layer: b, old: Status::New, new: Status::InProgress },
    ]
}

/// A disk with the project, as a session leaves it that was killed; and the project after each of its edits.
fn original() -> (Disk, Vec<Project>) {
    let vfs = SimVfs::new(Disk::default(), 1);
    let mut session =
        Session::create_on(Arc::new(vfs.clone()), Path::new(ROOT), project(), Waiting::Caller).unwrap();
    let mut states = vec![all_of(&mut session).0];
    for edit in edits() {
        session.apply(edit).unwrap();
        states.push(session.project().clone());
    }
    session.sync().unwrap();
    drop(session);
    (vfs.disk(), states)
}

/// Reads all of a project, and what is reported on the way.
fn all_of(session: &mut Session) -> (Project, Vec<String>) {
    let mut issues = Vec::new();
    for info in session.project().articles().to_vec() {
        for annotator in session.project().annotators.clone() {
            issues.extend(session.load(&info.id, &annotator.id).iter().map(ToString::to_string));
        }
    }
    (session.project().clone(), issues)
}

/// A file of the project, damaged.
#[derive(Clone)]
struct Mutant {
    file: PathBuf,
    bytes: Vec<u8>,
    how: String,
    /// Its checksum was made to fit, as a hand that knows how would: then it need not be reported.
    forged: bool,
}

/// Every file cut off at every byte.
fn cut(files: &[(PathBuf, Vec<u8>)]) -> Vec<Mutant> {
    let cut = |(file, bytes): &(PathBuf, Vec<u8>), end: usize| Mutant {
        file: file.clone(),
        bytes: bytes[..end].to_vec(),
        how: format!("cut off at {end}"),
        forged: false,
    };
    files.iter().flat_map(|file| (0..file.1.len()).map(|end| cut(file, end))).collect()
}

fn mutant(files: &[(PathBuf, Vec<u8>)], dice: &mut Dice) -> Mutant {
    let (file, original) = dice.pick(files).unwrap().clone();
    let mut bytes = original.clone();
    let at = dice.below(bytes.len());
    let length = 1 + dice.below(40).min(bytes.len() - at - 1);
    let (how, mut forged) = match dice.below(12) {
        0..4 => {
            bytes[at] ^= 1 << dice.below(8);
            ("a bit flipped", false)
        }
        4 => {
            bytes[at..at + length].fill(0);
            ("NULs", false)
        }
        5 => {
            let to = dice.below(bytes.len() - length + 1);
            let block: Vec<u8> = bytes.drain(at..at + length).collect();
            bytes.splice(to.min(bytes.len())..to.min(bytes.len()), block);
            ("a block moved", false)
        }
        6 => {
            let mut lines: Vec<&[u8]> = original.split_inclusive(|byte| *byte == b'\n').collect();
            let (from, to) = (dice.below(lines.len()), dice.below(lines.len()));
            match dice.below(3) {
                0 => {
                    lines.remove(from);
                }
                1 => lines.insert(to, lines[from]),
                _ => lines.swap(from, to),
            }
            bytes = lines.concat();
            ("a line removed, doubled or moved", false)
        }
        7 => {
            let other = dice.pick(files).unwrap().1.clone();
            let from = if dice.coin() { 0 } else { dice.below(other.len()) };
            bytes.splice(if dice.coin() { 0 } else { at }.., other[from..].to_vec());
            ("the content of another file", false)
        }
        8 => {
            bytes.splice(at..at, (0..length).map(|_| (dice.draw() & 0xFF) as u8).collect::<Vec<u8>>());
            ("noise put in", false)
        }
        9 => {
            bytes.drain(at..at + length);
            ("a block taken out", false)
        }
        _ => {
            // Numbers are what puts a span on other words.
            let digits: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at].is_ascii_digit()).collect();
            if let Some(at) = dice.pick(&digits) {
                bytes[*at] = b'0' + (dice.draw() % 10) as u8;
            }
            ("another digit", dice.coin())
        }
    };
    if forged {
        bytes = with_checksum(&file, &bytes);
    }
    forged &= bytes != original;
    Mutant { file, bytes, how: format!("{how} at {at}"), forged }
}

/// The same content with a checksum that fits.
fn with_checksum(file: &Path, bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    if file.extension().is_some_and(|extension| extension == "jnl") {
        let sum = |line: &str| {
            let body = line.get(9..).unwrap_or_default();
            format!("{:08x} {body}\n", crc32fast::hash(body.as_bytes()))
        };
        return text.lines().map(sum).collect::<String>().into_bytes();
    }
    match text.rsplit_once("// crc32 ") {
        Some((body, _)) => format!("{body}// crc32 {:08x}\n", crc32fast::hash(body.as_bytes())).into_bytes(),
        None => text.into_bytes(),
    }
}

/// What becomes of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// It is what it was.
    Equal,
    /// The journal lost its end, as after a power loss: all edits before it are there.
    Earlier,
    /// It opens, and something is reported.
    Reported,
    /// It does not open, and it is said why.
    Refused,
    /// A hand changed it and made the checksum fit.
    Changed,
}

fn judge(disk: &Disk, states: &[Project], mutant: &Mutant) -> Result<Outcome, String> {
    let vfs = SimVfs::new(disk.clone(), 2);
    vfs.plant(&mutant.file, &mutant.bytes).unwrap();
    let open = || Session::open_on(Arc::new(vfs.clone()), Path::new(ROOT), Access::Write, Waiting::Caller);
    let mut opened = match open() {
        Ok(opened) => opened,
        Err(error) => {
            let named = error.to_string().contains(ROOT);
            return if named { Ok(Outcome::Refused) } else { Err(format!("no file is named in: {error}")) };
        }
    };
    let (found, told) = all_of(&mut opened.session);
    let reported = !opened.issues.is_empty() || !told.is_empty();
    on_its_words(&found)?;
    let last = states.len() - 1;
    let outcome = match states.iter().rposition(|state| *state == found) {
        Some(nth) if nth == last => Outcome::Equal,
        _ if reported => Outcome::Reported,
        Some(_) if mutant.file.extension().is_some_and(|extension| extension == "jnl") => Outcome::Earlier,
        _ if mutant.forged => Outcome::Changed,
        _ => return Err(format!("it differs and nothing is reported: {found:?}")),
    };
    go_on(opened, open)?;
    Ok(outcome)
}

/// Every span that is not lost stands on the words of its quote, which are words it was made on.
fn on_its_words(project: &Project) -> Result<(), String> {
    for (key, layer) in project.layers() {
        let text = project.text(&key.article).unwrap().text();
        for span in layer.spans.values().filter(|span| !span.lost) {
            if quote_of(text, &span.ranges).as_ref() != Some(&span.quote) {
                return Err(format!("{key}: {span:?} is on other words"));
            }
        }
    }
    Ok(())
}

/// Work goes on in what was opened, is saved, and is there the next time.
fn go_on(
    mut opened: Opened,
    open: impl Fn() -> Result<Opened, hashiya::store::StoreError>,
) -> Result<(), String> {
    let session = &mut opened.session;
    let old = session.project().name.clone();
    session.apply(Edit::SetName { old, new: "later".into() }).map_err(|error| error.to_string())?;
    session.sync().map_err(|error| error.to_string())?;
    opened.session.close().map_err(|error| error.to_string())?;
    let again = open().map_err(|error| format!("does not open a second time: {error}"))?;
    if again.session.project().name != "later" {
        return Err(format!("an edit made after the damage is gone; {:?}", again.issues));
    }
    Ok(())
}

#[test]
fn no_damage_puts_a_span_on_other_words_or_passes_unnoticed() {
    let begin = Instant::now();
    let (disk, states) = original();
    let files: Vec<(PathBuf, Vec<u8>)> = disk
        .files()
        .into_iter()
        .filter(|(path, bytes)| !bytes.is_empty() && !path.ends_with(".lock"))
        .map(|(path, bytes)| (path, bytes.to_vec()))
        .collect();
    assert!(files.len() > 7, "{files:?}");
    let mut mutants = cut(&files);
    let count: usize =
        std::env::var("HASHIYA_MUTANTS").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let mut dice = Dice::new(5);
    mutants.extend((mutants.len()..count).map(|_| mutant(&files, &mut dice)));
    let judged: Vec<Result<Outcome, String>> = mutants
        .par_iter()
        .map(|mutant| {
            let judged = catch_unwind(AssertUnwindSafe(|| judge(&disk, &states, mutant)));
            let judged = judged.unwrap_or_else(|_| Err("it makes the program panic".into()));
            judged.map_err(|problem| format!("{}, {}: {problem}", mutant.file.display(), mutant.how))
        })
        .collect();
    let problems: Vec<&String> = judged.iter().filter_map(|judged| judged.as_ref().err()).collect();
    let mut counts: BTreeMap<Outcome, usize> = BTreeMap::new();
    judged.iter().flatten().for_each(|outcome| *counts.entry(*outcome).or_default() += 1);
    say(&format!("{} mutants in {:.1} s: {counts:?}", mutants.len(), begin.elapsed().as_secs_f64()));
    let first: Vec<&&String> = problems.iter().take(10).collect();
    assert!(problems.is_empty(), "{} mutants pass unnoticed, such as {first:#?}", problems.len());
}
