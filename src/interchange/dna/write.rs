//! Writing a `.dna` database of version 3.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use rusqlite::{Connection, MAIN_DB, Params, params};

use super::schema::{LONGEST, PASSWORD, TABLES, VERSION};
use super::statements::Rules;
use super::{CLAIM, STATEMENT, variable};
use crate::interchange::fit::Fitted;
use crate::interchange::sink::{Out, Sink};
use crate::interchange::{Header, Keeps, LossKind, Page, Report, Writer};
use crate::model::{ArticleInfo, Place, Span};

#[derive(Default)]
pub(super) struct DnaWriter {
    rules: Rules,
    /// Of each label its variables, and whether their values are long.
    variables: BTreeMap<String, BTreeMap<String, bool>>,
    database: Option<Database>,
    out: Option<Out>,
}

/// Variables that every statement has.
const USUAL: [&str; 3] = [variable::PERSON, variable::ORGANIZATION, variable::CONCEPT];

impl Writer for DnaWriter {
    fn needs_survey(&self) -> bool {
        true
    }

    fn know(&mut self, header: &Header) {
        self.rules = Rules::of(header);
        self.variables.insert(CLAIM.to_owned(), BTreeMap::new());
    }

    fn survey(&mut self, page: &Page<'_>) {
        let fitted = self.rules.fit(page, &super::KEEPS, &mut Report::default());
        for span in fitted.layers.iter().flat_map(|(_, layer)| layer.spans.values()) {
            let variables = self.variables.entry(span.label.to_string()).or_default();
            for (key, value) in &span.attributes {
                *variables.entry(key.clone()).or_default() |= is_long(value);
            }
        }
    }

    fn fit(&self, page: &Page<'_>, keeps: &Keeps, report: &mut Report) -> Fitted {
        if seconds(&page.info.date).is_none() {
            let place = Place::Article(page.info.id.clone());
            report.lose(place, LossKind::Stripped, "DNA wants a day; without one, 1970-01-01 is written");
        }
        self.rules.fit(page, keeps, report)
    }

    fn begin(&mut self, sink: &mut dyn Sink, _: &Header) -> io::Result<()> {
        self.out = Some(sink.single()?);
        self.database = Some(Database::new(&self.variables).map_err(failed)?);
        Ok(())
    }

    fn article(&mut self, page: &Page<'_>, _: &mut dyn Sink) -> io::Result<()> {
        let Some(database) = &mut self.database else { return Ok(()) };
        database.article(page).map_err(failed)
    }

    fn end(&mut self, _: &mut dyn Sink) -> io::Result<()> {
        let (Some(mut database), Some(mut out)) = (self.database.take(), self.out.take()) else {
            return Ok(());
        };
        database.connection.execute_batch("COMMIT").map_err(failed)?;
        let bytes = database.connection.serialize(MAIN_DB).map_err(failed)?;
        out.write_all(&bytes)?;
        out.flush()
    }
}

/// Runs a statement that is prepared once for all rows.
fn run(connection: &Connection, sql: &str, values: impl Params) -> rusqlite::Result<i64> {
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(connection.last_insert_rowid())
}

fn failed(error: rusqlite::Error) -> io::Error {
    io::Error::other(format!("the database cannot be built: {error}"))
}

/// Whether a value is too long for a short text.
fn is_long(value: &str) -> bool {
    value.contains(['\n', '\r']) || value.chars().count() > LONGEST
}

/// Seconds since 1970 of midnight in UTC.
pub(super) fn seconds(date: &str) -> Option<i64> {
    let date: Date = date.parse().ok()?;
    let midnight = date.to_datetime(Time::midnight());
    Some(TimeZone::UTC.to_timestamp(midnight).ok()?.as_second())
}

/// What DNA has no column for, in its notes.
pub(super) fn notes(info: &ArticleInfo) -> String {
    format!("article: {}\nurl: {}\nlanguage: {}", info.id, info.url, info.language)
}

/// A variable of a statement type.
struct Variable {
    id: i64,
    table: Table,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    Short,
    Long,
    Flag,
}

struct Database {
    connection: Connection,
    coders: BTreeMap<String, i64>,
    /// Of each label its statement type and variables.
    types: BTreeMap<String, (i64, BTreeMap<String, Variable>)>,
    entities: BTreeMap<(i64, String), i64>,
}

impl Database {
    fn new(labels: &BTreeMap<String, BTreeMap<String, bool>>) -> rusqlite::Result<Self> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(TABLES)?;
        connection.execute_batch("BEGIN")?;
        connection.execute("INSERT INTO SETTINGS (Property, Value) VALUES ('version', ?1)", [VERSION])?;
        let mut database =
            Self { connection, coders: BTreeMap::new(), types: BTreeMap::new(), entities: BTreeMap::new() };
        database.coder("Admin")?;
        for (label, variables) in labels {
            database.statement_type(label, variables)?;
        }
        Ok(database)
    }

    fn statement_type(&mut self, label: &str, variables: &BTreeMap<String, bool>) -> rusqlite::Result<()> {
        let name = if label == CLAIM { STATEMENT } else { label };
        let id = run(
            &self.connection,
            "INSERT INTO STATEMENTTYPES (Label, Red, Green, Blue) VALUES (?1, 239, 208, 51)",
            [name],
        )?;
        let usual = USUAL.map(|name| (name, Table::Short)).into_iter();
        let usual = usual.chain([(variable::AGREEMENT, Table::Flag), (variable::NOTE, Table::Long)]);
        let mut all: Vec<(String, Table)> = usual.map(|(name, table)| (name.to_owned(), table)).collect();
        for (name, is_long) in variables {
            if !all.iter().any(|(known, _)| known == name) {
                all.push((name.clone(), if *is_long { Table::Long } else { Table::Short }));
            }
        }
        let mut made = BTreeMap::new();
        for (name, table) in all {
            let kind = match table {
                Table::Short => "short text",
                Table::Long => "long text",
                Table::Flag => "boolean",
            };
            let variable = run(
                &self.connection,
                "INSERT INTO VARIABLES (Variable, DataType, StatementTypeId) VALUES (?1, ?2, ?3)",
                params![name, kind, id],
            )?;
            if table == Table::Short {
                // DNA has the empty value of every variable.
                self.entity(variable, "")?;
            }
            made.insert(name, Variable { id: variable, table });
        }
        self.types.insert(label.to_owned(), (id, made));
        Ok(())
    }

    fn coder(&mut self, name: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.coders.get(name) {
            return Ok(*id);
        }
        let id = run(
            &self.connection,
            "INSERT INTO CODERS (Name, Red, Green, Blue, Password, PermissionEditStatementTypes, \
             PermissionEditCoders) VALUES (?1, 255, 255, 0, ?2, ?3, ?3)",
            params![name, PASSWORD, i64::from(self.coders.is_empty())],
        )?;
        self.coders.insert(name.to_owned(), id);
        Ok(id)
    }

    fn entity(&mut self, variable: i64, value: &str) -> rusqlite::Result<i64> {
        let key = (variable, value.to_owned());
        if let Some(id) = self.entities.get(&key) {
            return Ok(*id);
        }
        let id = run(
            &self.connection,
            "INSERT INTO ENTITIES (VariableId, Value) VALUES (?1, ?2)",
            params![variable, value],
        )?;
        self.entities.insert(key, id);
        Ok(id)
    }

    fn article(&mut self, page: &Page<'_>) -> rusqlite::Result<()> {
        let info = page.info;
        let title = if info.title.trim().is_empty() { info.id.as_str() } else { &info.title };
        let title: String = title.chars().take(LONGEST).collect();
        let date = seconds(&info.date).unwrap_or_default();
        let document = run(
            &self.connection,
            "INSERT INTO DOCUMENTS (Title, Text, Coder, Author, Source, Notes, Date) VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6)",
            params![title, page.article.text(), info.author, info.source, notes(info), date],
        )?;
        for (annotator, layer) in page.layers {
            let coder = self.coder(annotator.as_str())?;
            for span in layer.in_reading_order() {
                self.statement(page, span, document, coder)?;
            }
        }
        Ok(())
    }

    fn statement(&mut self, page: &Page<'_>, span: &Span, document: i64, coder: i64) -> rusqlite::Result<()> {
        let (offsets, text, cover) = (page.article.offsets(), page.article.text(), span.cover());
        let (start, stop) = (offsets.to_utf16(text, cover.start()), offsets.to_utf16(text, cover.end()));
        // The survey has seen the label and all variables.
        let Some((kind, variables)) = self.types.get(span.label.as_str()) else { return Ok(()) };
        let statement = run(
            &self.connection,
            "INSERT INTO STATEMENTS (StatementTypeId, DocumentId, Start, Stop, Coder) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![kind, document, start, stop, coder],
        )?;
        let value = |name: &str| match name {
            variable::NOTE => span.note.as_str(),
            name => span.attributes.get(name).map(String::as_str).unwrap_or_default(),
        };
        let values: Vec<(i64, Table, String)> =
            variables.iter().map(|(name, it)| (it.id, it.table, value(name).to_owned())).collect();
        for (variable, table, value) in values {
            match table {
                Table::Short => {
                    let entity = self.entity(variable, &value)?;
                    run(
                        &self.connection,
                        "INSERT INTO DATASHORTTEXT (StatementId, VariableId, Entity) VALUES (?1, ?2, ?3)",
                        params![statement, variable, entity],
                    )?;
                }
                Table::Long => {
                    run(
                        &self.connection,
                        "INSERT INTO DATALONGTEXT (StatementId, VariableId, Value) VALUES (?1, ?2, ?3)",
                        params![statement, variable, value],
                    )?;
                }
                Table::Flag => {
                    run(
                        &self.connection,
                        "INSERT INTO DATABOOLEAN (StatementId, VariableId, Value) VALUES (?1, ?2, ?3)",
                        params![statement, variable, value != "no"],
                    )?;
                }
            }
        }
        Ok(())
    }
}
