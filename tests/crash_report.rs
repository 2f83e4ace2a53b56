//! What is left when the program stops on a mistake of its own: a report that says where, and quotes no article.
//!
//! This program starts itself as the one that stops, so it brings its own `main`.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a program of its own that fails on purpose and looks at a folder from outside"
)]

#[path = "runner/mod.rs"]
#[allow(dead_code, reason = "other programs of tests use the rest")]
mod runner;

use std::path::{Path, PathBuf};
use std::process::{ExitCode, Output};

use runner::{Test, folder, role, run, variable, worker};

const FOLDER: &str = "HASHIYA_TEST_FOLDER";
const SECRET: &str = "قال رئيس الوزراء إن بغداد";

const TESTS: &[Test] = &[
    ("a_panic_leaves_a_report_without_any_text", a_panic_leaves_a_report),
    ("a_panic_on_a_thread_leaves_the_program_alive", a_panic_on_a_thread),
    ("a_mistake_in_each_frame_does_not_fill_the_disk", many),
    ("where_no_report_can_be_written_it_is_said", nowhere),
];

fn main() -> ExitCode {
    let Some(role) = role() else { return run(TESTS) };
    hashiya::cli::crash::install_in(Some(PathBuf::from(variable(FOLDER))));
    match role.as_str() {
        // As text does when it is cut within a letter: the message quotes it.
        "slice" => drop(SECRET[1..].to_owned()),
        "thread" => {
            let job = std::thread::Builder::new().name("hashiya-import".to_owned());
            let ended = job.spawn(unreachable_in_the_field).unwrap().join();
            println!("alive: {}", ended.is_err());
        }
        _ => {
            for _ in 0..50 {
                std::panic::catch_unwind(unreachable_in_the_field).unwrap_err();
            }
        }
    }
    ExitCode::SUCCESS
}

fn unreachable_in_the_field() {
    panic!("the index is empty");
}

fn crash(role: &str, folder: &Path) -> Output {
    worker::<&str>(role, &[], &[(FOLDER, folder)]).output().unwrap()
}

fn reports(folder: &Path) -> Vec<String> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

fn a_panic_leaves_a_report() {
    let folder = folder();
    let output = crash("slice", folder.path());
    assert_eq!(output.status.code(), Some(101));
    let reports = reports(folder.path());
    let [report] = reports.as_slice() else { panic!("{} reports", reports.len()) };
    for part in ["version: ", "place: tests/crash_report.rs:", "thread: main", "system: linux", "calls: "] {
        assert!(report.contains(part), "{part} is not in {report}");
    }
    assert!(report.contains("slice_error_fail"), "the calls are there: {report}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("crash-") && said.contains("what was acknowledged is on disk"), "{said}");
    for text in [report, &said] {
        assert!(!text.chars().any(|c| matches!(c, '\u{600}'..='\u{6ff}')), "it quotes an article: {text}");
    }
}

fn a_panic_on_a_thread() {
    let folder = folder();
    let output = crash("thread", folder.path());
    assert!(output.status.success());
    assert_eq!(output.stdout, b"alive: true\n");
    let report = reports(folder.path()).concat();
    assert!(
        report.contains("thread: hashiya-import") && report.contains("message: the index is empty"),
        "{report}"
    );
}

fn many() {
    let folder = folder();
    assert!(crash("frames", folder.path()).status.success());
    assert_eq!(reports(folder.path()).len(), 8);
}

fn nowhere() {
    let folder = folder();
    let file = folder.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    let output = crash("slice", &file);
    assert_eq!(output.status.code(), Some(101));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("no report could be written"), "{said}");
}
