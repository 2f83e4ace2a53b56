//! Backups, restoring one, and bringing back a project that does not open.

use super::house::{House, NASTY, one_line};

fn house() -> House {
    let house = House::with_project("p");
    house.write("nasty.jsonl", one_line(NASTY));
    house.run(&["import", "p", "nasty.jsonl"]).expect(0);
    house
}

fn newest(house: &House) -> String {
    house.json(&["backups", "p"])[0]["name"].as_str().unwrap().to_owned()
}

#[test]
fn a_backup_is_made_listed_and_restored_beside() {
    let house = house();
    assert_eq!(house.json(&["backups", "p"]), serde_json::json!([]));
    let made = house.json(&["backups", "p", "--make"]);
    let backup = &made[0];
    assert_eq!((&backup["verified"], &backup["articles"]), (&true.into(), &1.into()), "{backup}");
    assert_eq!((&backup["spans"], &backup["relations"]), (&5.into(), &1.into()), "{backup}");
    house.run(&["backups", "p", "--make"]).expect(0).saying(&["Nothing changed"]);
    let before = house.data_files("p");
    let said = house.run(&["restore", "p", &newest(&house), "--output", "again"]).expect(0);
    assert!(said.out.contains("with 1 article into again"), "{}", said.out);
    assert_eq!(house.data_files("again"), before);
    assert_eq!(house.data_files("p"), before);
    assert_eq!(house.json(&["show", "again", "nasty"]), house.json(&["show", "p", "nasty"]));
    house.run(&["check", "again"]).expect(0);
}

#[test]
fn a_restored_project_is_a_project_of_its_own() {
    let house = house();
    house.run(&["backups", "p", "--make"]).expect(0);
    house.run(&["restore", "p", &newest(&house), "--output", "again"]).expect(0);
    house.write("b.txt", "خبر جديد عن بغداد\n");
    house.run(&["import", "again", "b.txt"]).expect(0);
    assert_eq!(house.json(&["list", "again"]).as_array().unwrap().len(), 2);
    assert_eq!(house.json(&["list", "p"]).as_array().unwrap().len(), 1);
    // What was linked into the backup is shared with neither.
    house.write("again/articles/nasty.txt", "other");
    house.run(&["check", "p"]).expect(0);
}

#[test]
fn a_backup_of_damaged_files_says_so() {
    let house = house();
    house.write("p/layers/amal/nasty.ron", "(format: 1, article: ");
    let said = house.run(&["backups", "p", "--make"]).expect(1);
    assert!(said.out.contains("NOT VERIFIED") && said.out.contains("layers/amal/nasty.ron"), "{}", said.out);
    assert!(newest(&house).ends_with(".unverified"));
    house.run(&["restore", "p", &newest(&house), "--output", "again"]).expect(1).saying(&["not verified"]);
}

#[test]
fn what_cannot_be_restored_is_refused_with_a_remedy() {
    let house = house();
    house
        .run(&["restore", "p", "2026", "--output", "x"])
        .expect(2)
        .saying(&["no backup \"2026\"", "hashiya backups"]);
    house.run(&["backups", "p", "--make"]).expect(0);
    let name = newest(&house);
    house.run(&["restore", "p", &name, "--output", "p"]).expect(2).saying(&["within the project"]);
    house.write("full/a.txt", "x");
    house.run(&["restore", "p", &name, "--output", "full"]).expect(2).saying(&["not empty"]);
    house.run(&["backups", "nowhere"]).expect(2).saying(&["is not a folder"]);
}

#[test]
fn a_broken_index_is_named_and_rebuilt() {
    let house = house();
    house.run(&["backups", "p", "--make"]).expect(0);
    house.write("b.txt", "خبر جديد عن بغداد\n");
    house.run(&["import", "p", "b.txt"]).expect(0);
    let (before, show) = (house.json(&["list", "p"]), house.json(&["show", "p", "nasty"]));
    let checked = house.json(&["check", "p"]);
    let broken = house.read("p/project.ron").replacen("articles: [", "articles: ", 1);
    house.write("p/project.ron", &broken);
    for command in [&["list", "p"][..], &["check", "p"], &["import", "p", "b.txt"]] {
        house.run(command).expect(2).saying(&["project.ron, line", "hashiya recover"]);
    }
    let report = house.json(&["recover", "p"]);
    assert_eq!(report["rebuilt"]["backup"], newest(&house), "{report}");
    assert_eq!(report["rebuilt"]["salvaged"], serde_json::json!(["b"]), "{report}");
    assert_eq!(report["remaining"], checked, "{report}");
    let kept = report["rebuilt"]["kept"].as_str().unwrap();
    assert_eq!(report["quarantine"], serde_json::json!([kept]), "{report}");
    assert_eq!(house.read(&format!("p/{kept}")), broken);
    assert_eq!(house.json(&["list", "p"]), before);
    assert_eq!(house.json(&["show", "p", "nasty"]), show);
    let again = house.run(&["recover", "p"]).expect(0);
    assert!(
        again.out.starts_with("No edits were in the journal only\n1 finding remains:\n"),
        "{}",
        again.out
    );
}

#[test]
fn a_lost_index_comes_from_articles_and_layers() {
    let house = house();
    let show = house.json(&["show", "p", "nasty"]);
    std::fs::remove_file(house.path("p/project.ron")).unwrap();
    house.run(&["show", "p", "nasty"]).expect(2).saying(&["no project.ron", "hashiya recover"]);
    let said = house.run(&["recover", "p"]);
    assert!(said.out.contains("1 article found by the text alone"), "{}", said.out);
    assert!(said.out.contains("annotators known from the layers alone: amal"), "{}", said.out);
    assert_eq!(house.json(&["show", "p", "nasty"])["layers"], show["layers"]);
    house.run(&["recover", "nowhere"]).expect(2).saying(&["not a Hashiya project"]);
}

#[test]
fn what_remains_wrong_is_said() {
    let house = house();
    std::fs::remove_file(house.path("p/articles/nasty.txt")).unwrap();
    let said = house.run(&["recover", "p"]).expect(1);
    assert!(
        said.out.contains("remain:") && said.out.contains("articles/nasty.txt is not there"),
        "{}",
        said.out
    );
}

#[test]
fn who_has_a_project_open_is_said_and_for_how_long() {
    let house = house();
    let held = hashiya::session::Session::open(&house.path("p")).unwrap();
    assert_eq!(held.read_only, None);
    house.write("b.txt", "خبر جديد عن بغداد\n");
    for command in [&["import", "p", "b.txt"][..], &["recover", "p"]] {
        let words = ["has it open on", "process", "for less than a minute"];
        house.run(command).expect(2).saying(&words);
    }
    drop(held);
    house.run(&["import", "p", "b.txt"]).expect(0);
}

#[test]
fn a_newer_format_can_be_looked_at() {
    let house = house();
    let newer = house.read("p/project.ron").replacen("format: 1,", "format: 9,\n    mood: \"glad\",", 1);
    house.write("p/project.ron", &newer);
    house.write("b.txt", "خبر جديد عن بغداد\n");
    for command in [&["import", "p", "b.txt"][..], &["recover", "p"]] {
        house.run(command).expect(2).saying(&["has format 9", "newer Hashiya", "hashiya show"]);
    }
    house.run(&["list", "p"]).expect(0).saying(&["has format 9", "shows what it understands"]);
    let show = house.json(&["show", "p", "nasty"]);
    assert_eq!(show["layers"]["amal"]["spans"].as_array().unwrap().len(), 5);
    assert_eq!(house.read("p/project.ron"), newer);
}
