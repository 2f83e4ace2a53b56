//! Articles in, and what the reading commands say of them.

use encoding_rs::{ISO_8859_6, WINDOWS_1256};

use super::house::{House, NASTY, command, one_line};

const ARTICLE: &str =
    " date 2026-01-18 العراق يعلن اكتمال الانسحاب\n\nأعلن العراق الأحد (2026)، وقالت اللجنة: نعم.\n";

fn utf16(text: &str, big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

#[test]
fn the_same_article_in_every_encoding_comes_in_once() {
    let house = House::with_project("p");
    let crlf = ARTICLE.replace('\n', "\r\n");
    for (name, bytes) in [
        ("01-utf8.txt", ARTICLE.as_bytes().to_vec()),
        ("02-mark.txt", [b"\xef\xbb\xbf".as_slice(), ARTICLE.as_bytes()].concat()),
        ("03-le-mark.txt", [b"\xff\xfe".as_slice(), &utf16(ARTICLE, false)].concat()),
        ("04-be-mark.txt", [b"\xfe\xff".as_slice(), &utf16(ARTICLE, true)].concat()),
        ("05-le.txt", utf16(ARTICLE, false)),
        ("06-be.txt", utf16(ARTICLE, true)),
        ("07-crlf.txt", crlf.clone().into_bytes()),
        ("08-windows.txt", WINDOWS_1256.encode(ARTICLE).0.into_owned()),
        ("09-windows-crlf.txt", WINDOWS_1256.encode(&crlf).0.into_owned()),
        ("10-iso.txt", ISO_8859_6.encode(ARTICLE).0.into_owned()),
        ("deep/.hidden.txt", b"\0".to_vec()),
        ("deep/11.TXT", ARTICLE.as_bytes().to_vec()),
        ("deep/picture.png", b"\x89PNG".to_vec()),
    ] {
        house.write(&format!("in/{name}"), bytes);
    }
    let report = house.json(&["import", "p", "in"]);
    assert_eq!(
        (&report["articles"]["added"], &report["articles"]["known"]),
        (&1.into(), &10.into()),
        "{report}"
    );
    let encodings: Vec<_> =
        report["files"].as_array().unwrap().iter().filter_map(|file| file["encoding"].as_str()).collect();
    assert_eq!(
        encodings,
        [
            "UTF-8",
            "UTF-8",
            "UTF-16LE",
            "UTF-16BE",
            "UTF-16LE",
            "UTF-16BE",
            "UTF-8",
            "windows-1256",
            "windows-1256",
            "ISO-8859-6",
            "UTF-8"
        ]
    );
    house
        .run(&["import", "p", "in/01-utf8.txt"])
        .expect(1)
        .saying(&["skipped in/01-utf8.txt", "2026-01-18-01-utf8"]);
    assert_eq!(house.read("p/articles/2026-01-18-01-utf8.txt"), ARTICLE);
    let list = house.json(&["list", "p"]);
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["title"], "العراق يعلن اكتمال الانسحاب");
    assert_eq!((&list[0]["date"], &list[0]["language"]), (&"2026-01-18".into(), &"ar".into()));
    assert_eq!(list[0]["length"], ARTICLE.chars().count());
    assert_eq!(list[0]["layers"], serde_json::json!({}));
}

#[test]
fn the_reading_commands_keep_their_shapes() {
    let house = House::with_project("p");
    house.write("nasty.jsonl", one_line(NASTY));
    house.run(&["import", "p", "nasty.jsonl"]).expect(0).saying(&["1 added", "5 lossless"]);
    let list = house.json(&["list", "p"]);
    let layer = serde_json::json!({"amal": {"status": "done", "spans": 5, "relations": 1}});
    assert_eq!(list[0]["layers"], layer);

    let show = house.json(&["show", "p", "nasty"]);
    let text: Vec<char> = show["text"].as_str().unwrap().chars().collect();
    let spans = show["layers"]["amal"]["spans"].as_array().unwrap();
    assert_eq!(spans.len(), 5);
    for span in spans {
        let part = |range: &serde_json::Value| -> String {
            let at = |nth: usize| usize::try_from(range[nth].as_u64().unwrap()).unwrap();
            text[at(0)..at(1)].iter().collect()
        };
        let parts: Vec<String> = span["ranges"].as_array().unwrap().iter().map(part).collect();
        assert_eq!(parts.join(" "), span["quote"].as_str().unwrap());
        assert_eq!(span["origin"], "import:jsonl");
        assert!(span.get("lost").is_none());
    }
    let relation = serde_json::json!([{"id": 2, "label": "claimant", "from": 1, "to": 2, "attributes": {}}]);
    assert_eq!(show["layers"]["amal"]["relations"], relation);
    let paragraphs = show["paragraphs"].as_array().unwrap();
    assert_eq!(paragraphs[0], serde_json::json!({"start": 0, "end": 30, "direction": "rtl"}));
    assert_eq!(paragraphs.len(), 2);

    let check = house.json(&["check", "p"]);
    let codes: Vec<_> =
        check.as_array().unwrap().iter().map(|issue| issue["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["attribute-value"], "{check}");
    assert_eq!(check[0]["severity"], "warning");
    assert_eq!(check[0]["where"], "nasty/amal/span 3");
    house.run(&["check", "p"]).expect(0);

    let stats = house.json(&["stats", "p"]);
    assert_eq!((&stats["articles"], &stats["spans"], &stats["relations"]), (&1.into(), &5.into(), &1.into()));
    assert_eq!(stats["labels"], serde_json::json!({"actor": 1, "claim": 2, "date": 0, "location": 2}));
    assert_eq!(stats["annotators"]["amal"]["layers"]["done"], 1);
    assert!(house.run(&["show", "p", "nasty"]).expect(0).out.contains("claimant → 2"));
    assert!(house.run(&["stats", "p/project.ron"]).expect(0).out.contains("location   2"));
    house.run(&["show", "p", "none"]).expect(2).saying(&["no article \"none\"", "hashiya list"]);
}

#[test]
fn a_dry_run_says_all_and_changes_nothing() {
    let house = House::with_project("p");
    house.write("a.txt", ARTICLE);
    house.write("nasty.jsonl", one_line(NASTY));
    let before = house.data_files("p");
    let report = house.json(&["import", "p", "a.txt", "nasty.jsonl", "--dry-run"]);
    assert_eq!(
        (&report["dry_run"], &report["articles"]["added"], &report["spans"]["read"]),
        (&true.into(), &2.into(), &5.into())
    );
    assert_eq!(house.data_files("p"), before);
    house
        .run(&["import", "p", "a.txt", "--dry-run"])
        .expect(0)
        .saying(&["Nothing was changed", "added 2026-01-18-a"]);
}

#[test]
fn annotations_of_a_colleague_join_the_article_that_is_there() {
    let house = House::with_project("p");
    house.write("nasty.jsonl", one_line(NASTY));
    house.run(&["import", "p", "nasty.jsonl"]).expect(0);
    house.run(&["import", "p", "nasty.jsonl"]).expect(1).saying(&["skipped nasty.jsonl"]);
    let report = house.json(&["import", "p", "nasty.jsonl", "--annotator", "badr"]);
    assert_eq!((&report["articles"]["added"], &report["layers"]["added"]), (&0.into(), &1.into()));
    house.write(
        "other.jsonl",
        one_line(NASTY).replace("\"id\":6,\"label\":\"location\"", "\"id\":6,\"label\":\"actor\""),
    );
    let said = house.run(&["import", "p", "other.jsonl"]).expect(1);
    said.saying(&["nasty/amal", "other annotations", "--annotator"]);
    let list = house.json(&["list", "p"]);
    assert_eq!(list[0]["layers"].as_object().unwrap().len(), 2);
    house
        .run(&["import", "p", "other.jsonl", "--annotator", "../x"])
        .expect(2)
        .saying(&["../x", "nothing was imported"]);
}

#[test]
fn a_codebook_comes_from_a_file_or_another_project() {
    let house = House::new();
    house.write(
        "book.ron",
        r#"(labels: [(id: "frame", name: "إطار", key: 1, attributes: [(id: "tone", kind: choice(["a"]))])])"#,
    );
    house.run(&["new", "a", "--codebook", "book.ron"]).expect(0);
    house.run(&["new", "b", "--codebook", "a"]).expect(0);
    house.run(&["new", "c", "--codebook", "a/project.ron", "--name", "a"]).expect(0);
    assert!(house.read("b/project.ron").contains("إطار"));
    assert_eq!(house.data_files("a"), house.data_files("c"));
    house.write("broken.ron", "(labels: [(id; 1)])");
    house.run(&["new", "d", "--codebook", "broken.ron"]).expect(2).saying(&["broken.ron, line 1, column"]);
    house.write("other.ron", "(entities: [])");
    house.run(&["new", "d", "--codebook", "other.ron"]).expect(2).saying(&["no labels"]);
    assert!(!house.path("d").exists(), "nothing is begun");
}

#[test]
fn help_completions_and_manual_are_there() {
    let house = House::new();
    for (args, words) in [
        (&["--help"][..], "Exit codes"),
        (&["import", "--help"], "--dry-run"),
        (&["--version"], "hashiya"),
        (&["completions", "bash"], "_hashiya"),
        (&["man"], ".TH hashiya"),
        (&["man", "export"], "\\-\\-format"),
    ] {
        assert!(house.run(args).expect(0).out.contains(words), "{args:?}");
    }
    for args in
        [&["import"][..], &["list"], &["export", "p", "--format", "docx", "--output", "x"], &["man", "x"]]
    {
        house.run(args).expect(2);
    }
}

#[test]
fn a_reader_that_stops_listening_is_no_error() {
    let house = House::with_project("p");
    house.write("nasty.jsonl", one_line(NASTY));
    house.run(&["import", "p", "nasty.jsonl"]).expect(0);
    for args in [
        &["list", "p", "--json"][..],
        &["completions", "bash"],
        &["export", "p", "--format", "jsonl", "--output", "-"],
    ] {
        let mut child = command()
            .args(args)
            .current_dir(house.path("."))
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{args:?}");
    }
}
