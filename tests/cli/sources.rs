//! Plain articles in from pages, documents and tables; splits out.

use serde_json::Value;

use super::house::House;

const NEWS: &str = include_str!("../data/articles/news.html");

#[test]
fn a_folder_of_pages_and_tables_becomes_articles() {
    let house = House::with_project("p");
    house.write("in/news.html", NEWS);
    let (arabic, ..) =
        encoding_rs::WINDOWS_1256.encode("العنوان;النص\nخبر;قال علي إن الحرب في العراق انتهت\n");
    house.write("in/table.csv", &arabic);
    house.write("in/rows.jsonl", "{\"headline\": \"عنوان\", \"body\": \"ثم مضى\"}\n");
    let report = house.json(&["import", "p", "in"]);
    assert_eq!(report["articles"]["added"], 3, "{report}");
    let formats: Vec<&str> =
        report["files"].as_array().unwrap().iter().filter_map(|f| f["format"].as_str()).collect();
    assert_eq!(formats, ["html", "jsonl-articles", "csv-articles"]);
    let list = house.json(&["list", "p"]);
    let news = list.as_array().unwrap().iter().find(|article| article["id"] == "2026-03-04-news").unwrap();
    assert_eq!((news["date"].as_str(), news["language"].as_str()), (Some("2026-03-04"), Some("ar")));
    let shown = house.json(&["show", "p", "2026-03-04-news"]);
    let text = shown["text"].as_str().unwrap();
    assert!(text.contains("أعلنت الحكومة العراقية") && !text.contains("الطقس"), "{text}");
    house.run(&["check", "p"]).expect(0);
}

#[test]
fn columns_are_chosen_and_a_bad_row_keeps_the_whole_table_out() {
    let house = House::with_project("p");
    house.write("a.jsonl", "{\"text\": \"a summary\", \"story\": \"the story\"}\n");
    house.run(&["import", "p", "a.jsonl", "--column", "text=story"]).expect(0).saying(&["left out: text"]);
    assert_eq!(house.json(&["show", "p", "the-story"])["text"], "the story");
    house.write("bad.csv", "title,text\na,one\nb,two\nc\n");
    house.run(&["import", "p", "bad.csv"]).expect(1).saying(&["bad.csv", "line 4", "nothing was imported"]);
    house.write("odd.csv", "x,y\n1,2\n");
    house.run(&["import", "p", "odd.csv"]).expect(1).saying(&["--column text=NAME", "\"x\", \"y\""]);
    assert_eq!(house.json(&["list", "p"]).as_array().unwrap().len(), 1);
    house.run(&["import", "p", "a.jsonl", "--column", "colour=x"]).expect(2).saying(&["PART=NAME"]);
}

/// Forty stories, of which ten come a second time from another agency.
fn wire(house: &House) {
    let story = |nth: usize| (0..60).map(|word| format!("كلمة{nth}ب{word} ")).collect::<String>();
    let row = |nth: usize, id: String, head: &str| {
        let text = format!("{head} {}", story(nth));
        let line = serde_json::json!({"id": id, "text": text, "annotator": "amal", "spans": []});
        format!("{line}\n")
    };
    let first = (0..40).map(|nth| row(nth, format!("first-{nth:02}"), "بغداد (رويترز)"));
    let second = (0..10).map(|nth| row(nth, format!("again-{nth:02}"), "عنوان آخر تماماً - وكالات"));
    house.write("wire.jsonl", first.chain(second).collect::<String>());
    house.run(&["import", "p", "wire.jsonl"]).expect(0);
}

#[test]
fn splits_hold_every_article_once_and_wire_copies_together() {
    let house = House::with_project("p");
    wire(&house);
    let split = |output: &str, seed: &str| {
        house.json(&[
            "export",
            "p",
            "--format",
            "jsonl",
            "--output",
            output,
            "--split",
            "train=0.6,dev=0.2,test=0.2",
            "--seed",
            seed,
            "--stratify",
            "label,month",
        ])
    };
    let report = split("out", "7");
    assert_eq!(
        (&report["proven"], &report["articles"], &report["near_duplicates"]),
        (&true.into(), &50.into(), &10.into())
    );
    assert_eq!(report["splits"], serde_json::json!({"train": 30, "dev": 10, "test": 10}));
    let manifest: Value = serde_json::from_str(&house.read("out/splits.json")).unwrap();
    let articles = manifest["articles"].as_array().unwrap();
    assert_eq!(articles.len(), 50);
    let placed = |id: &str| articles.iter().find(|article| article["id"] == id).unwrap()["split"].clone();
    for nth in 0..10 {
        assert_eq!(placed(&format!("first-{nth:02}")), placed(&format!("again-{nth:02}")));
    }
    for name in ["train", "dev", "test"] {
        let rows = house.read(&format!("out/{name}.jsonl"));
        assert!(
            rows.lines()
                .all(|line| placed(serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap())
                    == name)
        );
        assert_eq!(Some(rows.lines().count() as u64), report["splits"][name].as_u64());
    }
    split("again", "7");
    split("other", "8");
    assert_eq!(house.read("out/train.jsonl"), house.read("again/train.jsonl"));
    assert_eq!(house.read("out/splits.json"), house.read("again/splits.json"));
    assert_ne!(house.read("out/splits.json"), house.read("other/splits.json"));
}

#[test]
fn formats_of_folders_get_a_folder_a_split_and_wrong_shares_write_nothing() {
    let house = House::with_project("p");
    wire(&house);
    let export = ["export", "p", "--format", "brat", "--output", "brat", "--split"];
    house
        .run(&[&export[..], &["train=0.5,test=0.5"]].concat())
        .expect(0)
        .saying(&["train 25, test 25", "10 clusters"]);
    let files = |split: &str| walk(&house.path(&format!("brat/{split}")));
    assert_eq!((files("train"), files("test")), (25, 25));
    for (shares, words) in
        [("train=0.5", "add up to 0.5"), ("train=2", "no share"), ("../x=1", "name of a file")]
    {
        let wrong = ["export", "p", "--format", "jsonl", "--output", "wrong", "--split", shares];
        house.run(&wrong).expect(2).saying(&[words, "nothing was written"]);
        assert!(!house.path("wrong").exists());
    }
    let stdout = ["export", "p", "--format", "jsonl", "--output", "-", "--split", "a=1"];
    house.run(&stdout).expect(2).saying(&["--output a name"]);
}

/// Number of `.ann` files below a folder.
fn walk(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let count = |path: std::path::PathBuf| match path.is_dir() {
        true => walk(&path),
        false => usize::from(path.extension().is_some_and(|extension| extension == "ann")),
    };
    entries.map(count).sum()
}
