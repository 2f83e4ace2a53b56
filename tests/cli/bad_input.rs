//! Broken files: a clear sentence each, nothing half-imported.

use super::house::{House, NASTY, one_line};

#[test]
fn each_broken_file_is_refused_by_name_and_the_others_come_in() {
    let house = House::with_project("p");
    let good = "خبر قصير عن العراق\n";
    house.write("in/empty.txt", "");
    house.write("in/binary.txt", b"abc\x00\x01\xff\xfe\x02");
    house.write("in/cut.txt", [b"\xff\xfe".as_slice(), &[0x27, 0x06, 0x28]].concat());
    house.write("in/damaged.txt", [good.as_bytes(), b"\xff", good.as_bytes()].concat());
    house.write("in/broken.jsonl", format!("{}{{\"text\":", one_line(NASTY)));
    house.write("in/good.txt", good);
    let said = house.run(&["import", "p", "in", "missing.txt"]).expect(1);
    said.saying(&[
        "in/empty.txt: holds no text",
        "in/binary.txt: byte 3: 0x00 stands in no text",
        "in/cut.txt: byte 4: the text in UTF-16LE breaks off",
        "in/damaged.txt: byte 34: 0xFF is not UTF-8",
        "in/broken.jsonl: line 2, byte 7: EOF",
        "missing.txt cannot be read",
        "1 added, 0 known already, 6 files refused",
    ]);
    let list = house.json(&["list", "p"]);
    assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
    assert_eq!(list[0]["id"], "good");
}

#[test]
fn an_encoding_that_does_not_fit_is_refused() {
    let house = House::with_project("p");
    house.write("a.txt", [0xc7, 0xe1, 0xda, 0xd1]);
    house
        .run(&["import", "p", "a.txt", "--encoding", "utf-8"])
        .expect(1)
        .saying(&["a.txt: byte 0: 0xC7 is not UTF-8"]);
    house
        .run(&["import", "p", "a.txt", "--encoding", "klingon"])
        .expect(1)
        .saying(&["\"klingon\" is not known"]);
    house.run(&["import", "p", "a.txt", "--encoding", "windows-1256"]).expect(0);
    assert_eq!(house.read("p/articles/a.txt"), "العر");
}

#[test]
fn spans_off_their_words_are_kept_as_lost_and_said() {
    let house = House::with_project("p");
    let beyond = one_line(NASTY)
        .replace("[[32,37]]", "[[32,3700]]")
        .replace("\"ranges\":[[7,12]]", "\"ranges\":[[8,12]]");
    house.write("beyond.jsonl", beyond);
    let said = house.run(&["import", "p", "beyond.jsonl"]).expect(1);
    said.saying(&[
        "nasty/amal/span 6: 32 to 3700 is not in the text",
        "nasty/amal/span 2: “حمدُ” stands at its place",
        "3 lossless",
    ]);
    let show = house.json(&["show", "p", "nasty"]);
    let lost: Vec<_> = show["layers"]["amal"]["spans"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|span| span["lost"] == true)
        .map(|span| span["quote"].as_str().unwrap())
        .collect();
    assert_eq!(lost, ["أحمدُ", "بغداد"]);
    let check = house.json(&["check", "p"]);
    let codes: Vec<_> =
        check.as_array().unwrap().iter().map(|issue| issue["code"].as_str().unwrap()).collect();
    assert_eq!(codes.iter().filter(|code| **code == "span-lost").count(), 2, "{check}");
}

#[test]
fn what_is_no_project_is_said_with_a_way_out() {
    let house = House::new();
    house.write("folder/x.txt", "x");
    for args in [
        &["list", "folder"][..],
        &["show", "folder", "x"],
        &["check", "none"],
        &["stats", "none"],
        &["import", "none", "folder"],
        &["export", "none", "--format", "jsonl", "--output", "x"],
    ] {
        house.run(args).expect(2).saying(&["hashiya: ", "hashiya new"]);
    }
    house.run(&["new", "folder"]).expect(2).saying(&["folder is not empty", "nothing was written"]);
}

#[test]
fn a_syntax_error_names_file_line_and_column() {
    let house = House::with_project("p");
    house.write("nasty.jsonl", one_line(NASTY));
    house.run(&["import", "p", "nasty.jsonl"]).expect(0);
    let layer = "p/layers/amal/nasty.ron";
    let sound = house.read(layer);
    house.write(layer, sound.replacen("quote:", "quote;", 1));
    let check = house.json(&["check", "p"]);
    let error = check.as_array().unwrap().iter().find(|issue| issue["severity"] == "error").unwrap();
    let message = error["message"].as_str().unwrap();
    assert!(
        error["where"] == "layers/amal/nasty.ron" && message.contains("line") && message.contains("column"),
        "{check}"
    );
    house.run(&["check", "p"]).expect(1);
    assert!(house.read(layer).contains("quote;"), "the file is left as it is");
    house.write(layer, sound);
    house.run(&["check", "p"]).expect(0);

    house.write("p/project.ron", house.read("p/project.ron").replacen("name:", "name;", 1));
    house.run(&["list", "p"]).expect(2).saying(&["project.ron, line", "column"]);
}

#[test]
fn a_project_that_cannot_be_written_says_so() {
    let house = House::with_project("p");
    house.write("a.txt", "خبر");
    let lock = std::fs::File::open(house.path("p/.lock"));
    let Ok(lock) = lock else { return };
    lock.try_lock().unwrap();
    house.run(&["import", "p", "a.txt"]).expect(2).saying(&["can only be read", "nothing was changed"]);
    house.run(&["list", "p"]).expect(0);
}

#[test]
fn a_file_like_none_of_the_formats_of_its_extension_is_no_article() {
    let house = House::with_project("p");
    house.write("settings.json", r#"{"theme": "dark"}"#);
    house.write("feed.xml", "<rss/>");
    house.write("note", "a text without an extension");
    let said = house.run(&["import", "p", "settings.json", "feed.xml", "note"]).expect(1);
    said.saying(&["settings.json", "feed.xml", "--format", "Articles: 1 added"]);
}
