//! Large imports go into the project in steps: the same comes of them as of small ones, also where one is cut off.

use std::fmt::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::house::{House, command};

/// More than two steps of 1,000.
const ARTICLES: usize = 2_300;

fn data_set() -> String {
    let mut lines = String::from(
        r#"{"project":{"id":"big","name":"كبير","annotators":[{"id":"amal","name":"أمل"}],"entities":[{"id":"ali","name":"علي","kind":"actor"}]}}"#,
    );
    for nth in 0..ARTICLES {
        let numbers = if nth % 7 == 0 { r#","last_span":9,"last_relation":4"# } else { "" };
        write!(
            lines,
            "\n{{\"id\":\"a{nth:04}\",\"text\":\"{nth:04} قال علي لا\",\"annotator\":\"amal\",\"spans\":[{{\"label\":\"actor\",\
             \"ranges\":[[9,12]],\"quote\":\"علي\"}}]{numbers}}}"
        )
        .unwrap();
    }
    lines
}

#[test]
fn steps_make_the_project_that_was_exported() {
    let house = House::with_project("p");
    house.write("big.jsonl", data_set());
    let plan = house.json(&["import", "p", "big.jsonl", "--dry-run"]);
    assert_eq!(plan["articles"]["added"], ARTICLES);
    assert!(!house.path("p/articles/a0000.txt").exists(), "a trial changes nothing");
    let done = house.json(&["import", "p", "big.jsonl"]);
    assert_eq!((&done["articles"], &done["layers"]), (&plan["articles"], &plan["layers"]));
    assert_eq!((&done["spans"], &done["losses"]), (&plan["spans"], &plan["losses"]));
    house.run(&["check", "p"]).expect(0);
    let journals = std::fs::read_dir(house.path("p/journal")).unwrap().count();
    assert!(journals <= 1, "{journals} journals are left");
    house.run(&["export", "p", "--format", "jsonl", "--output", "out.jsonl"]).expect(0);
    house.run(&["new", "again"]).expect(0);
    house.run(&["import", "again", "out.jsonl"]).expect(0);
    assert!(house.data_files("again") == house.data_files("p"), "the export comes back to the byte");
}

#[test]
fn a_data_set_with_a_fault_near_its_end_changes_nothing() {
    let house = House::with_project("p");
    let before = house.data_files("p");
    house.write("big.jsonl", data_set() + "\n{\"text\": 7}\n");
    let line = format!("line {}", ARTICLES + 2);
    house.run(&["import", "p", "big.jsonl"]).expect(1).saying(&[
        "refused",
        &line,
        "nothing was imported",
        "0 added",
    ]);
    assert_eq!(house.data_files("p"), before);
}

#[test]
fn an_import_that_is_killed_is_completed_by_importing_again() {
    let house = House::with_project("whole");
    house.write("big.jsonl", data_set());
    let begun = Instant::now();
    house.run(&["import", "whole", "big.jsonl"]).expect(0);
    let whole = begun.elapsed();
    house.run(&["new", "p", "--name", "whole"]).expect(0);
    let mut articles = 0;
    for part in [3, 6, 8] {
        let mut import = command();
        import.args(["import", "p", "big.jsonl"]).current_dir(house.path("")).stderr(Stdio::null());
        let mut import = import.spawn().unwrap();
        std::thread::sleep(whole * part / 10);
        import.kill().unwrap();
        import.wait().unwrap();
        let list = house.json(&["list", "p"]);
        let now = list.as_array().unwrap().len();
        assert!(now >= articles, "what was imported stays");
        articles = now;
        std::thread::sleep(Duration::from_millis(10));
    }
    house.run(&["import", "p", "big.jsonl"]);
    house.run(&["check", "p"]).expect(0);
    assert!(house.data_files("p") == house.data_files("whole"), "as if it had not been cut off");
}
