//! Data sets out and in again.

use std::path::Path;

use super::house::{House, NASTY, command, one_line};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/projects/iraq-withdrawal");

/// Exports, imports the export into a new project, exports that: the same bytes and the same project.
fn round_trip(house: &House, project: &str) {
    house.run(&["export", project, "--format", "jsonl", "--output", "first.jsonl"]).expect(0);
    house.run(&["new", "copy"]).expect(0);
    house.run(&["import", "copy", "first.jsonl"]).expect(0);
    house.run(&["export", "copy", "--format", "jsonl", "--output", "second.jsonl"]).expect(0);
    assert_eq!(house.read("first.jsonl"), house.read("second.jsonl"));
    let (was, is) = (house.data_files(project), house.data_files("copy"));
    let names =
        |files: &[(String, String)]| -> Vec<String> { files.iter().map(|(name, _)| name.clone()).collect() };
    assert_eq!(names(&was), names(&is));
    for ((name, was), (_, is)) in was.iter().zip(&is) {
        assert_eq!(was, is, "{name}");
    }
}

#[test]
fn the_nasty_project_comes_back_to_the_byte() {
    let house = House::new();
    house.run(&["new", "p", "--name", "دراسة Study"]).expect(0);
    let header = r#"{"project":{"annotators":[{"id":"amal","name":"أمل"}],"entities":[{"id":"cairo","name":"القاهرة","aliases":["مصر"],"kind":"location","external":"Q85"}]}}"#;
    house.write("nasty.jsonl", format!("{header}\n{}", one_line(NASTY)));
    house.run(&["import", "p", "nasty.jsonl"]).expect(0);
    house.run(&["import", "p", "nasty.jsonl", "--annotator", "badr"]).expect(0);
    house.write("in/bare.txt", "Nobody has begun this one.\n");
    house.write("in/empty.jsonl", r#"{"id":"empty","text":""}"#);
    house.run(&["import", "p", "in"]).expect(0);
    round_trip(&house, "p");
    house.run(&["check", "copy"]).expect(0);
    assert!(house.read("copy/project.ron").contains("دراسة Study"));
    let exported = house.read("first.jsonl");
    let annotators: Vec<String> = exported
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["annotator"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(annotators, ["amal", "badr", "", ""]);
}

#[test]
fn the_sample_comes_back_to_the_byte() {
    let house = House::new();
    let sample = copy_of_sample(&house);
    let check = house.json(&["check", &sample]);
    let errors = check.as_array().unwrap().iter().filter(|issue| issue["severity"] == "error").count();
    assert_eq!(errors, 0, "{check}");
    round_trip(&house, &sample);
    let list = house.json(&["list", &sample]);
    let layer = serde_json::json!({"status": "done", "spans": 118, "relations": 59});
    assert_eq!(list[0]["layers"]["annotator-a"], layer);
    let text =
        house.json(&["show", &sample, "2026-01-18-iraq-withdrawal"])["text"].as_str().unwrap().to_owned();
    assert_eq!(text, house.read(&format!("{sample}/articles/2026-01-18-iraq-withdrawal.txt")));
}

#[test]
fn the_sample_goes_through_the_formats_of_inception_and_back() {
    let house = House::new();
    let sample = copy_of_sample(&house);
    let id = house.json(&["list", &sample])[0]["id"].as_str().unwrap().to_owned();
    let said = |project: &str| {
        let mut spans = house.json(&["show", project, &id])["layers"]["annotator-a"]["spans"].take();
        for span in spans.as_array_mut().unwrap() {
            ["id", "origin"].iter().for_each(|key| drop(span.as_object_mut().unwrap().remove(*key)));
        }
        let mut spans: Vec<String> = spans.as_array().unwrap().iter().map(ToString::to_string).collect();
        spans.sort();
        spans
    };
    for format in ["uima-xmi", "uima-json", "webanno-tsv"] {
        house.run(&["export", &sample, "--format", format, "--output", format, "--strict"]).expect(0);
        let copy = format!("copy-{format}");
        house.run(&["new", &copy]).expect(0);
        house.run(&["import", &copy, format, "--folders-are-annotators"]).expect(0);
        assert_eq!(said(&copy), said(&sample), "{format}");
        let list = house.json(&["list", &copy]);
        assert_eq!(list[0]["layers"]["annotator-a"]["relations"], 59, "{format}");
    }
    house.run(&["export", &sample, "--format", "tei", "--output", "tei", "--strict"]).expect(0);
    assert!(house.read(&format!("tei/{id}.xml")).contains("<spanGrp resp=\"#annotator-annotator-a\">"));
}

fn copy_of_sample(house: &House) -> String {
    fn copy(house: &House, from: &Path, to: &str) {
        for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
            let name = format!("{to}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                copy(house, &entry.path(), &name);
            } else {
                house.write(&name, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    copy(house, Path::new(SAMPLE), "sample");
    "sample".to_owned()
}

#[test]
fn conllu_plus_keeps_all_and_conll_lists_what_it_loses() {
    let house = House::with_project("p");
    house.write("nasty.jsonl", one_line(NASTY));
    house.run(&["import", "p", "nasty.jsonl"]).expect(0);
    let plus = ["export", "p", "--format", "conllu-plus", "--output", "out.conllup"];
    house.run(&plus).expect(0).saying(&["5 read", "5 lossless"]);
    let written = house.read("out.conllup");
    assert!(written.starts_with(
        "# global.columns = ID FORM NER:ACTOR NER:LOCATION NER:DATE NER:CLAIM NER:CLAIM:2 MISC\n"
    ));
    house.run(&["new", "copy"]).expect(0);
    house.run(&["import", "copy", "out.conllup"]).expect(0);
    let span = |project: &str| house.json(&["show", project, "nasty"])["layers"]["amal"]["spans"][3].clone();
    assert_eq!(
        (&span("p")["ranges"], &span("p")["quote"]),
        (&span("copy")["ranges"], &span("copy")["quote"])
    );
    let flat = ["export", "p", "--format", "conll", "--output", "out.conll", "--layers", "columns"];
    let flat = [&flat[..], &["--scheme", "bilou", "--report", "report.json"]].concat();
    house.run(&flat).expect(1).saying(&["5 read", "relations: 1 read", "1 dropped"]);
    let report: serde_json::Value = serde_json::from_str(&house.read("report.json")).unwrap();
    assert_eq!(
        (&report["spans"]["dropped"], &report["spans"]["clipped"]),
        (&0.into(), &1.into()),
        "{report}"
    );
    let rows = house.read("out.conll");
    assert!(rows.contains("\nو -X- _ O O O O\nبغداد -X- _ O O O U-location\n"), "{rows}");
    let one = ["export", "p", "--format", "conll", "--output", "one.conll", "--cut", "spans"];
    house.run(&one).expect(1).saying(&["outer ones stay", "it cuts a token"]);
    assert!(house.read("one.conll").contains("\nوبغداد -X- _ B-location\n"));
}

#[test]
fn only_what_is_chosen_goes_out_and_only_under_its_name_when_whole() {
    let house = House::with_project("p");
    house.write("nasty.jsonl", one_line(NASTY));
    house.run(&["import", "p", "nasty.jsonl"]).expect(0);
    house.write("b.jsonl", one_line(NASTY).replace("\"done\"", "\"new\""));
    house.run(&["import", "p", "b.jsonl", "--annotator", "badr"]).expect(0);
    let lines = |args: &[&str]| {
        let args = [&["export", "p", "--format", "jsonl", "--output", "x.jsonl"], args].concat();
        house.run(&args).expect(0);
        house.read("x.jsonl").lines().filter(|line| line.contains("\"text\"")).count()
    };
    assert_eq!(lines(&[]), 2);
    assert_eq!(lines(&["--annotator", "badr"]), 1);
    assert_eq!(lines(&["--status", "done"]), 1);
    assert_eq!(lines(&["--annotator", "badr", "--status", "done"]), 0);
    let said = house.run(&["export", "p", "--format", "jsonl", "--output", "x.jsonl", "--annotator", "none"]);
    said.expect(2).saying(&["no annotator \"none\"", "amal, badr"]);
    let to_folder = house.run(&["export", "p", "--format", "jsonl", "--output", "p"]).expect(2);
    to_folder.saying(&["cannot write p"]);
    assert!(!house.path(".p.unfinished").exists());
    let output = command()
        .args(["export", "p", "--format", "jsonl", "--output", "-"])
        .current_dir(house.path("."))
        .output();
    assert_eq!(output.unwrap().stdout.iter().filter(|byte| **byte == b'\n').count(), 2);
}

#[test]
fn an_export_is_read_back_and_a_strict_one_writes_nothing_where_it_would_lose() {
    let house = House::with_project("p");
    house.write("nasty.jsonl", one_line(NASTY));
    house.run(&["import", "p", "nasty.jsonl"]).expect(0);
    let strict =
        ["export", "p", "--format", "conll", "--output", "out.conllup", "--strict", "--report", "r.json"];
    house.run(&strict).expect(1).saying(&["Nothing was written", "dropped nasty/amal/relation 2"]);
    assert!(!house.path("out.conllup").exists() && !house.path(".out.conllup.unfinished").exists());
    let report: serde_json::Value = serde_json::from_str(&house.read("r.json")).unwrap();
    assert_eq!((&report["written"], &report["proven"]), (&false.into(), &false.into()));
    let lossless = ["export", "p", "--format", "jsonl", "--output", "out.jsonl", "--strict"];
    house.run(&lossless).expect(0).saying(&["read it back", "positions count code points"]);
    let misplaced = ["export", "p", "--format", "jsonl", "--output", "out.jsonl", "--scheme", "bilou"];
    house.run(&misplaced).expect(2).saying(&["no use for --scheme"]);
}

#[test]
fn a_brat_folder_comes_back_with_its_annotators() {
    let house = House::with_project("p");
    house.write("nasty.jsonl", one_line(NASTY));
    house.run(&["import", "p", "nasty.jsonl"]).expect(0);
    house.run(&["export", "p", "--format", "brat", "--output", "brat"]).expect(0).saying(&["read it back"]);
    house.run(&["export", "p", "--format", "brat", "--output", "brat"]).expect(2).saying(&["not empty"]);
    house.run(&["export", "p", "--format", "brat", "--output", "-"]).expect(2).saying(&["folder"]);
    house.run(&["new", "copy"]).expect(0);
    house.run(&["import", "copy", "brat"]).expect(1).saying(&["nobody who made them", "--annotator"]);
    house.run(&["import", "copy", "brat", "--folders-are-annotators"]).expect(0);
    let layer = |project: &str| {
        let mut shown = house.json(&["show", project, "nasty"])["layers"]["amal"].clone();
        for span in shown["spans"].as_array_mut().unwrap() {
            span["origin"] = "any".into();
        }
        shown
    };
    let (was, is) = (layer("p"), layer("copy"));
    assert_eq!((&was["spans"], &was["relations"]), (&is["spans"], &is["relations"]));
    house.run(&["check", "copy"]).expect(0);
}

#[test]
fn what_cannot_be_read_is_not_exported_as_if_it_were_empty() {
    let house = House::with_project("p");
    house.write("nasty.jsonl", one_line(NASTY));
    house.run(&["import", "p", "nasty.jsonl"]).expect(0);
    let export = ["export", "p", "--format", "brat", "--output", "out"];
    let layer = house.read("p/layers/amal/nasty.ron");
    house.write("p/layers/amal/nasty.ron", layer.replacen("spans: [", "spans: {", 1));
    house.run(&export).expect(2).saying(&["layers/amal/nasty.ron", "line", "nothing was written"]);
    house.write("p/layers/amal/nasty.ron", layer);
    let text = house.read("p/articles/nasty.txt");
    std::fs::remove_file(house.path("p/articles/nasty.txt")).unwrap();
    house.run(&export).expect(2).saying(&["articles/nasty.txt is not there", "nothing was written"]);
    assert!(!house.path("out").exists());
    house.write("p/articles/nasty.txt", text);
    house.run(&export).expect(0);
}
