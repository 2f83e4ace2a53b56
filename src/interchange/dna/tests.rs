use std::sync::Arc;

use rusqlite::{Connection, MAIN_DB};

use super::*;
use crate::interchange::roundtrip::{Shelf, through, write};
use crate::interchange::sink::{Memory, SINGLE};
use crate::interchange::{Item, LossKind, Page, ReadOptions, Record, WriteOptions};
use crate::model::{Article, ArticleInfo, Relation, RelationId, SpanId, fixture};

fn read(bytes: &[u8], options: &ReadOptions) -> Result<(Vec<Record>, Vec<String>), String> {
    let memory = Memory::of([("study.dna", bytes)]);
    let reading = read::read(&memory.source("study.dna"), options).map_err(|error| error.to_string())?;
    let notes = reading.notes.clone();
    let items: Result<Vec<Item>, _> = reading.items.collect();
    let records = items.map_err(|error| error.to_string())?.into_iter().filter_map(|item| match item {
        Item::Record(record) => Some(*record),
        Item::Header(_) => None,
    });
    Ok((records.collect(), notes))
}

fn database(sql: &str) -> Vec<u8> {
    let mut connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(sql).unwrap();
    connection.serialize(MAIN_DB).unwrap().to_vec()
}

/// A database of version 2 with one statement of each of two coders; its tables as its source has them.
const VERSION_2: &str = "
    CREATE TABLE SETTINGS(Property TEXT PRIMARY KEY, Value TEXT);
    CREATE TABLE CODERS(ID INTEGER NOT NULL PRIMARY KEY, Name TEXT, Password TEXT);
    CREATE TABLE DOCUMENTS(ID INTEGER NOT NULL PRIMARY KEY, Title TEXT, Text TEXT, Coder INTEGER, Author TEXT,
        Source TEXT, Section TEXT, Notes TEXT, Type TEXT, Date INTEGER);
    CREATE TABLE STATEMENTTYPES(ID INTEGER NOT NULL PRIMARY KEY, Label TEXT);
    CREATE TABLE VARIABLES(ID INTEGER NOT NULL PRIMARY KEY, Variable TEXT, DataType TEXT, StatementTypeId INTEGER);
    CREATE TABLE STATEMENTS(ID INTEGER NOT NULL PRIMARY KEY, StatementTypeId INTEGER, DocumentId INTEGER,
        Start INTEGER, Stop INTEGER, Coder INTEGER);
    CREATE TABLE STATEMENTLINKS(ID INTEGER NOT NULL PRIMARY KEY, SourceId INTEGER, TargetId INTEGER);
    CREATE TABLE DATABOOLEAN(ID INTEGER NOT NULL PRIMARY KEY, StatementId INTEGER, VariableId INTEGER, Value INTEGER);
    CREATE TABLE DATASHORTTEXT(ID INTEGER NOT NULL PRIMARY KEY, StatementId INTEGER, VariableId INTEGER, Value TEXT);
    CREATE TABLE DATALONGTEXT(ID INTEGER NOT NULL PRIMARY KEY, StatementId INTEGER, VariableId INTEGER, Value TEXT);
    INSERT INTO SETTINGS VALUES ('version', '2.0 beta 19');
    INSERT INTO CODERS VALUES (1, 'Admin', ''), (2, 'x/y', '');
    INSERT INTO DOCUMENTS VALUES (7, 'Talks', '😀 Ali denies it. Omar agrees.', 1, 'A', 'S', 'page 2', 'seen', '', 1768737600000);
    INSERT INTO DOCUMENTS VALUES (8, 'Nobody', 'Nobody read it.', 1, '', '', '', '', '', 0);
    INSERT INTO STATEMENTTYPES VALUES (1, 'DNA Statement'), (2, 'Annotation');
    INSERT INTO VARIABLES VALUES (1, 'person', 'short text', 1), (4, 'agreement', 'boolean', 1), (5, 'note', 'long text', 2);
    INSERT INTO STATEMENTS VALUES (1, 1, 7, 3, 16, 1), (2, 2, 7, 18, 30, 2);
    INSERT INTO STATEMENTLINKS VALUES (1, 1, 2);
    INSERT INTO DATASHORTTEXT VALUES (1, 1, 1, 'Ali');
    INSERT INTO DATABOOLEAN VALUES (1, 1, 4, 0);
    INSERT INTO DATALONGTEXT VALUES (1, 2, 5, 'why?');
";

#[test]
fn a_database_of_version_2_is_read_and_what_has_no_place_is_reported() {
    let (records, notes) = read(&database(VERSION_2), &ReadOptions::default()).unwrap();
    let said: Vec<String> = records
        .iter()
        .map(|record| {
            let (annotator, layer) = match &record.layer {
                Some((annotator, layer)) => (annotator.as_str(), fixture::write(&record.text, layer)),
                None => ("", record.text.to_string()),
            };
            let spans = record.layer.iter().flat_map(|(_, layer)| layer.spans.values());
            let spans: Vec<String> =
                spans.map(|span| format!("{:?} “{}”", span.attributes, span.note)).collect();
            format!("{} {} {annotator}: {layer}; {}", record.info.id, record.info.date, spans.join(", "))
        })
        .collect();
    expect_test::expect![[r#"
        study-1 2026-01-18 Admin: 😀 [Ali denies it]{claim}. Omar agrees.; {"agreement": "no", "person": "Ali"} “”
        study-1 2026-01-18 x-y: 😀 Ali denies it. [Omar agrees.]{Annotation}; {} “why?”
        study-2  : Nobody read it.; "#]]
    .assert_eq(&said.join("\n"));
    assert_eq!(notes, ["1 links between statements have no place and are left out"]);
    let reasons: Vec<&str> = records[0].losses.iter().map(|loss| loss.reason.as_str()).collect();
    assert_eq!(reasons, ["its section “page 2” has no place", "its notes “seen” has no place"]);
    let merged = ReadOptions { annotator: Some("me".into()), ..ReadOptions::default() };
    let (records, _) = read(&database(VERSION_2), &merged).unwrap();
    assert_eq!(
        fixture::write(&records[0].text, &records[0].layer.as_ref().unwrap().1),
        "😀 [Ali denies it]{claim}. [Omar agrees.]{Annotation}"
    );
}

#[test]
fn positions_that_count_code_points_are_found_by_the_edges_of_words() {
    let sql = VERSION_2.replace("7, 3, 16, 1", "7, 2, 15, 1").replace("7, 18, 30, 2", "7, 17, 28, 2");
    let (records, notes) = read(&database(&sql), &ReadOptions::default()).unwrap();
    assert_eq!(
        fixture::write(&records[0].text, &records[0].layer.as_ref().unwrap().1),
        "😀 [Ali denies it]{claim}. Omar agrees."
    );
    assert!(notes[0].contains("counted as code-points, 100 %"), "{notes:?}");
}

#[test]
fn broken_and_hostile_files_are_refused() {
    let whole = database(VERSION_2);
    let endless = VERSION_2.replace(
        "CREATE TABLE DATALONGTEXT(ID INTEGER NOT NULL PRIMARY KEY, StatementId INTEGER, VariableId INTEGER, Value TEXT);",
        "",
    );
    let endless = endless.replace("INSERT INTO DATALONGTEXT VALUES (1, 2, 5, 'why?');", "");
    let view = endless
        .replace("CREATE TABLE CODERS(ID INTEGER NOT NULL PRIMARY KEY, Name TEXT, Password TEXT);", "")
        .replace("INSERT INTO CODERS VALUES (1, 'Admin', ''), (2, 'x/y', '');", "")
        + "CREATE VIEW CODERS AS WITH RECURSIVE n(ID, Name) AS (VALUES (1, '') UNION ALL SELECT ID + 1, '' FROM n) SELECT * FROM n;";
    let computed = VERSION_2
        .replace(
            "ID INTEGER NOT NULL PRIMARY KEY, Name TEXT, Password TEXT",
            "ID INTEGER NOT NULL PRIMARY KEY, Name TEXT, Password TEXT, \
        Big BLOB GENERATED ALWAYS AS (zeroblob(1000000000))",
        )
        .replace("INSERT INTO CODERS VALUES", "INSERT INTO CODERS (ID, Name, Password) VALUES");
    for (bytes, expected) in [
        (b"PK".to_vec(), "is no SQLite database"),
        (vec![], "is no SQLite database"),
        (whole[..whole.len() / 3].to_vec(), "damaged"),
        (database("CREATE TABLE x(y)"), "has no table DOCUMENTS"),
        (database(&view), "has no table CODERS"),
        (database(&computed), "has no table CODERS"),
        (database(&VERSION_2.replace("7, 3, 16, 1", "7, 16, 3, 1")), "field statement 1: stands at 16 to 3"),
        (database(&VERSION_2.replace("7, 3, 16, 1", "7, 3, 999, 1")), "statement 1"),
        (database(&VERSION_2.replace("7, 3, 16, 1", "7, 'x', 16, 1")), "damaged"),
        (database(&VERSION_2.replace("(1, 1, 7, 3", "(1, 9, 7, 3")), "field statement 1: has no type"),
    ] {
        let said = read(&bytes, &ReadOptions { unit: Some(OffsetUnit::Utf16), ..ReadOptions::default() })
            .unwrap_err();
        assert!(said.contains(expected) && said.contains("nothing was imported"), "{said} is not {expected}");
    }
    let memory = Memory::of([("a.dna", whole.as_slice()), ("a.dna-wal", b"x")]);
    assert!(
        read::read(&memory.source("a.dna"), &ReadOptions::default())
            .unwrap_err()
            .to_string()
            .contains("-wal")
    );
}

fn study() -> (ArticleInfo, Article, crate::model::Layer) {
    let (text, mut layer) = fixture::parse(
        "😀 [Ali]{actor} and [Omar]{actor} said [no]{claim#9} in [Basra]{location#3} [war]{claim#9} [=1]{claim}",
    );
    for (number, label, to) in [(1, "claimant", 1), (2, "claimant", 2), (3, "where", 3)] {
        let relation = Relation::new(RelationId(number), label, SpanId(9), SpanId(to));
        layer.relations.insert(relation.id, relation);
    }
    let claim = layer.spans.get_mut(&SpanId(9)).unwrap();
    claim.attributes.insert("stance".into(), "denies".into());
    claim.note = "who?\nthey".into();
    let info = ArticleInfo { title: "T".into(), date: "2026-01-18".into(), ..ArticleInfo::new("a", &text) };
    (info, Article::new("a", text), layer)
}

#[test]
fn a_claim_becomes_statements_with_variables_and_comes_back_as_such() {
    let (info, article, layer) = study();
    let layers = [("me".into(), Arc::new(layer))];
    let (memory, report) = write(&FORMAT, &Page { info: &info, article: &article, layers: &layers });
    let (records, notes) = read(&memory.get(SINGLE).unwrap(), &ReadOptions::default()).unwrap();
    let (_, back) = records[0].layer.as_ref().unwrap();
    let said: Vec<String> = back
        .spans
        .values()
        .map(|span| format!("{} {:?} {:?} {:?}", span.label, span.quote, span.attributes, span.note))
        .collect();
    expect_test::expect![[r#"
        claim "no in Basra war" {"agreement": "no", "organization": "Ali", "stance": "denies", "where": "Basra"} "who?\nthey"
        claim "no in Basra war" {"agreement": "no", "organization": "Omar", "stance": "denies", "where": "Basra"} "who?\nthey"
        claim "=1" {"agreement": "yes"} """#]]
    .assert_eq(&said.join("\n"));
    assert_eq!(
        (notes.len(), records[0].info.id.as_str(), records[0].info.date.as_str()),
        (0, "a", "2026-01-18")
    );
    let of = |kind: LossKind| report.losses.iter().filter(|loss| loss.kind == kind).count();
    assert_eq!(
        (of(LossKind::Dropped), of(LossKind::Clipped), of(LossKind::Renamed), of(LossKind::Stripped)),
        (6, 1, 2, 0)
    );
    let counts = report.spans;
    assert_eq!((counts.read, counts.dropped, counts.clipped, counts.lossless), (5, 3, 1, 1));
}

#[test]
fn an_event_list_has_a_row_a_statement_and_no_formulas() {
    let (info, article, layer) = study();
    let layers = [("me".into(), Arc::new(layer))];
    let (memory, _) = write(&EVENTS, &Page { info: &info, article: &article, layers: &layers });
    expect_test::expect![[r#"
        statement_id;time;document_id;document_title;author;source;coder;statement_type;start;stop;text;person;organization;concept;agreement;stance;where;note
        1;2026-01-18;a;T;;;me;claim;21;36;no in Basra war;;Ali;;0;denies;Basra;"who?
        they"
        2;2026-01-18;a;T;;;me;claim;21;36;no in Basra war;;Omar;;0;denies;Basra;"who?
        they"
        3;2026-01-18;a;T;;;me;claim;37;39;'=1;;;;1;;;
    "#]]
    .assert_eq(&memory.text(SINGLE));
    let short = Memory::of([("a.csv", b"statement_id;time\n".as_slice())]);
    assert!(events::check(&*short.source("a.csv")).is_err());
    let rows = memory.text(SINGLE).replace("\n3;", "\n4;");
    let gap = Memory::of([("a.csv", rows.as_bytes())]);
    assert!(events::check(&*gap.source("a.csv")).unwrap_err().to_string().contains("statement 3"));
}

#[test]
fn annotators_are_coders_and_articles_without_a_day_are_reported() {
    let (report, items, memory) = through(&FORMAT, &WriteOptions::default(), &mut Shelf::nasty(None));
    assert_eq!(items.len(), 6);
    let days: Vec<String> = report
        .losses
        .iter()
        .filter(|loss| loss.reason.contains("1970-01-01"))
        .map(|loss| loss.place.to_string())
        .collect();
    assert_eq!(days, ["windows", "empty", "bare", "untouched"]);
    assert!(memory.get(SINGLE).unwrap().starts_with(b"SQLite format 3\0"));
}
