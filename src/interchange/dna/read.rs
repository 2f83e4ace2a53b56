//! Reading a `.dna` database of version 2 or 3. The file is not trusted: only plain tables are read, none of what a
//! database can run.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB, OptionalExtension as _, Row};

use super::{CLAIM, STATEMENT, variable};
use crate::interchange::build::{Build, SpanIn};
use crate::interchange::sink::{Source, read_whole, stem, unread};
use crate::interchange::units::{Claimed, Counting, Positions, Survey};
use crate::interchange::{FormatError, Item, OffsetUnit, ReadOptions, Reading, Record, text};
use crate::language::slug;
use crate::model::{ArticleInfo, Attributes, is_folder_safe};

/// Longest text or row that is read, in bytes.
const LONGEST: i32 = 256 << 20;

pub(super) fn read(source: &Rc<dyn Source>, options: &ReadOptions) -> Result<Reading, FormatError> {
    if source.other(&format!("{}-wal", source.name())).map_err(unread)?.is_some() {
        return Err(FormatError::new(
            "has a -wal file beside it with changes that are not in it yet; nothing was imported: open it in DNA, \
             close it there, and try again",
        ));
    }
    let connection = open(read_whole(&**source)?)?;
    let database = Database::load(connection, stem(source.name()))?;
    let (counting, reason) = match options.unit {
        Some(unit) => (Counting::from(unit), String::new()),
        None => {
            let found = database.survey()?.choose(options.keep_mismatches)?;
            (found.counting, found.reason)
        }
    };
    let notes = database.notes();
    let options = options.clone();
    let mut failed = false;
    let items = (0..database.documents.len()).flat_map(move |nth| {
        let records = match database.records(nth, counting, &options) {
            _ if failed => Vec::new(),
            Ok(records) => records.into_iter().map(|record| Ok(Item::Record(Box::new(record)))).collect(),
            Err(error) => {
                failed = true;
                vec![Err(error)]
            }
        };
        records.into_iter()
    });
    let reading = Reading::new(items).noting(reason);
    Ok(notes.into_iter().fold(reading, Reading::noting))
}

fn broken(error: rusqlite::Error) -> FormatError {
    FormatError::new(format!(
        "is no database of Discourse Network Analyzer, or a damaged one ({error}); nothing was imported: get the file \
         anew"
    ))
}

fn open(mut bytes: Vec<u8>) -> Result<Connection, FormatError> {
    if !bytes.starts_with(b"SQLite format 3\0") {
        return Err(FormatError::new(
            "is no SQLite database, as a .dna file is one; nothing was imported: get the file anew",
        ));
    }
    if is_cut_off(&bytes) {
        return Err(FormatError::new("is cut off or damaged; nothing was imported: get the file anew"));
    }
    // Written with a write-ahead log: such a file opens only with one, which an image in memory has not.
    if let Some(versions) = bytes.get_mut(18..20) {
        versions.fill(1);
    }
    let mut connection = Connection::open_in_memory().map_err(broken)?;
    connection.deserialize_read_exact(MAIN_DB, bytes.as_slice(), bytes.len(), true).map_err(broken)?;
    for (setting, is_on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
    ] {
        connection.set_db_config(setting, is_on).map_err(broken)?;
    }
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST).map_err(broken)?;
    connection.execute_batch("PRAGMA cell_size_check = ON; PRAGMA query_only = ON").map_err(broken)?;
    Ok(connection)
}

/// Whether there are fewer pages than the beginning of the file says.
fn is_cut_off(bytes: &[u8]) -> bool {
    let number = |at: usize| {
        let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
        four.map(u32::from_be_bytes).unwrap_or_default()
    };
    // One stands for 65,536, which does not fit.
    let page = match number(14) & 0xffff {
        1 => 65_536,
        size => u64::from(size),
    };
    // Old programs do not keep the number of pages up to date; then these two differ.
    let is_counted = number(24) == number(92);
    bytes.len() < 100 || (is_counted && u64::from(number(28)) * page > bytes.len() as u64)
}

struct Document {
    id: i64,
    name: String,
}

struct Statement {
    id: i64,
    kind: i64,
    coder: i64,
    start: i64,
    stop: i64,
}

/// A variable: its statement type and name.
type VariableName = (i64, String);

/// All of a database but the texts.
struct Database {
    connection: Connection,
    name: String,
    is_version_2: bool,
    documents: Vec<Document>,
    coders: BTreeMap<i64, String>,
    kinds: BTreeMap<i64, String>,
    /// Of each document its statements.
    statements: BTreeMap<i64, Vec<Statement>>,
    /// Of each statement its variables.
    values: BTreeMap<i64, Vec<(String, String)>>,
    links: i64,
}

/// A cell as text, whatever type it has: SQLite holds every column to none.
fn cell(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    })
}

/// All rows of a query, each made into something.
fn rows<T>(
    connection: &Connection,
    sql: &str,
    mut make: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, FormatError> {
    let mut statement = connection.prepare(sql).map_err(broken)?;
    let made = statement.query_map([], |row| make(row)).map_err(broken)?;
    made.collect::<rusqlite::Result<_>>().map_err(broken)
}

/// The columns of a plain table in the file; empty where there is none of the name.
fn columns(connection: &Connection, table: &str) -> Result<Vec<String>, FormatError> {
    let sql = format!(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{table}' AND sql LIKE 'CREATE TABLE%'"
    );
    if connection.query_row(&sql, [], |_| Ok(())).optional().map_err(broken)?.is_none() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT name, hidden FROM pragma_table_xinfo('{table}')");
    let columns = rows(connection, &sql, |row| Ok((cell(row, 0)?, row.get::<_, i64>(1)?)))?;
    // A column that computes itself could compute for ever.
    if columns.iter().any(|(_, hidden)| *hidden != 0) {
        return Ok(Vec::new());
    }
    Ok(columns.into_iter().map(|(name, _)| name).collect())
}

impl Database {
    fn load(connection: Connection, name: &str) -> Result<Self, FormatError> {
        let needed = ["DOCUMENTS", "STATEMENTS", "STATEMENTTYPES", "VARIABLES", "CODERS", "DATASHORTTEXT"];
        for table in needed {
            if columns(&connection, table)?.is_empty() {
                return Err(FormatError::new(format!(
                    "has no table {table}, as every database of Discourse Network Analyzer has it; nothing was \
                     imported: get the file anew"
                )));
            }
        }
        let version = "SELECT Value FROM SETTINGS WHERE Property = 'version'";
        let version = match columns(&connection, "SETTINGS")?.is_empty() {
            true => None,
            false => connection.query_row(version, [], |row| cell(row, 0)).optional().map_err(broken)?,
        };
        let is_version_2 = version.is_some_and(|version| version.trim_start().starts_with('2'));
        let document = |row: &Row<'_>| Ok(Document { id: row.get(0)?, name: cell(row, 1)? });
        let documents = rows(&connection, "SELECT ID, Notes FROM DOCUMENTS ORDER BY ID", document)?;
        let named = |row: &Row<'_>| Ok((row.get(0)?, cell(row, 1)?));
        let coders = rows(&connection, "SELECT ID, Name FROM CODERS", named)?.into_iter().collect();
        let kinds = rows(&connection, "SELECT ID, Label FROM STATEMENTTYPES", named)?.into_iter().collect();
        let mut statements: BTreeMap<i64, Vec<Statement>> = BTreeMap::new();
        let sql = "SELECT DocumentId, ID, StatementTypeId, Coder, Start, Stop FROM STATEMENTS ORDER BY ID";
        let found = rows(&connection, sql, |row| {
            let statement = Statement {
                id: row.get(1)?,
                kind: row.get(2)?,
                coder: row.get::<_, Option<i64>>(3)?.unwrap_or_default(),
                start: row.get(4)?,
                stop: row.get(5)?,
            };
            Ok((row.get(0)?, statement))
        })?;
        for (document, statement) in found {
            statements.entry(document).or_default().push(statement);
        }
        let values = values(&connection)?;
        let links = match columns(&connection, "STATEMENTLINKS")?.is_empty() {
            true => 0,
            false => connection
                .query_row("SELECT COUNT(*) FROM STATEMENTLINKS", [], |row| row.get(0))
                .map_err(broken)?,
        };
        Ok(Self {
            connection,
            name: name.to_owned(),
            is_version_2,
            documents,
            coders,
            kinds,
            statements,
            values,
            links,
        })
    }

    /// What people should know of the whole file.
    fn notes(&self) -> Vec<String> {
        let known: BTreeSet<i64> = self.documents.iter().map(|document| document.id).collect();
        let strays: usize = self
            .statements
            .iter()
            .filter(|(document, _)| !known.contains(document))
            .map(|(_, statements)| statements.len())
            .sum();
        let links = format!("{} links between statements have no place and are left out", self.links);
        let strays_said = format!("{strays} statements are of documents that are not there and are left out");
        [(self.links > 0, links), (strays > 0, strays_said)]
            .into_iter()
            .filter_map(|(is_so, note)| is_so.then_some(note))
            .collect()
    }

    fn text(&self, id: i64) -> Result<String, FormatError> {
        self.connection
            .query_row("SELECT Text FROM DOCUMENTS WHERE ID = ?1", [id], |row| cell(row, 0))
            .map_err(broken)
    }

    fn survey(&self) -> Result<Survey, FormatError> {
        let mut survey = Survey::new(OffsetUnit::Utf16);
        for document in &self.documents {
            let Some(statements) = self.statements.get(&document.id) else { continue };
            let spans: Vec<Claimed<'_>> = statements
                .iter()
                .filter_map(|statement| {
                    Some(Claimed { ranges: vec![statement.range()?], covered: None, place: "" })
                })
                .collect();
            survey.article(&self.text(document.id)?, false, &spans);
        }
        Ok(survey)
    }

    /// A document as records: one a coder, or one where the person says whose they are.
    fn records(
        &self,
        nth: usize,
        counting: Counting,
        options: &ReadOptions,
    ) -> Result<Vec<Record>, FormatError> {
        let Some(document) = self.documents.get(nth) else { return Ok(Vec::new()) };
        let source = self.text(document.id)?;
        let statements = self.statements.get(&document.id).map(Vec::as_slice).unwrap_or_default();
        let coders: BTreeSet<i64> = statements.iter().map(|statement| statement.coder).collect();
        let parts: Vec<Option<i64>> = match options.annotator {
            None if !coders.is_empty() => coders.into_iter().map(Some).collect(),
            _ => vec![None],
        };
        parts
            .into_iter()
            .map(|coder| {
                let positions = Positions::new(&source, false, counting);
                let (info, rest) = self.info(nth, document, positions.text())?;
                let annotator = coder.map(|coder| self.coder(coder));
                let mut build = Build::new("dna", info, positions, annotator.as_deref(), options)?;
                rest.into_iter().for_each(|reason| build.leave_out(reason));
                for statement in statements.iter().filter(|it| coder.is_none_or(|coder| it.coder == coder)) {
                    self.statement(statement, &mut build)?;
                }
                build.finish()
            })
            .collect()
    }

    fn coder(&self, id: i64) -> String {
        let name = self.coders.get(&id).filter(|name| !name.trim().is_empty()).cloned();
        let name = name.unwrap_or_else(|| format!("coder-{id}"));
        if is_folder_safe(&name) { name } else { slug::slug(&name) }
    }

    fn statement(&self, statement: &Statement, build: &mut Build<'_>) -> Result<(), FormatError> {
        let place = format!("statement {}", statement.id);
        let Some(range) = statement.range() else {
            return Err(FormatError::new(format!(
                "stands at {} to {}; nothing was imported: mend it in DNA",
                statement.start, statement.stop
            ))
            .in_field(place));
        };
        let label = match self.kinds.get(&statement.kind).map(String::as_str) {
            Some(STATEMENT) => CLAIM,
            Some(kind) if !kind.is_empty() => kind,
            _ => {
                return Err(
                    FormatError::new("has no type; nothing was imported: mend it in DNA").in_field(place)
                );
            }
        };
        let mut attributes: Attributes = self
            .values
            .get(&statement.id)
            .into_iter()
            .flatten()
            .filter(|(_, value)| !value.is_empty())
            .cloned()
            .collect();
        let note = attributes.remove(variable::NOTE).unwrap_or_default();
        build.span(SpanIn { label, ranges: vec![range], attributes, note, place, ..SpanIn::default() })?;
        Ok(())
    }

    /// What is known of a document, and what of that has no place.
    fn info(
        &self,
        nth: usize,
        document: &Document,
        words: &str,
    ) -> Result<(ArticleInfo, Vec<String>), FormatError> {
        let sql = "SELECT Title, Author, Source, Section, Type, Date FROM DOCUMENTS WHERE ID = ?1";
        let cells = self.connection.query_row(sql, [document.id], |row| {
            (0..6).map(|column| cell(row, column)).collect::<rusqlite::Result<Vec<String>>>()
        });
        let mut cells = cells.map_err(broken)?.into_iter();
        let mut next = || cells.next().unwrap_or_default();
        let (title, author, source, section, kind, date) = (next(), next(), next(), next(), next(), next());
        let ours = |key: &str| {
            let mut lines = document.name.lines();
            lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(": ")).unwrap_or_default().to_owned()
        };
        let given = ours("article");
        let is_ours = !given.is_empty();
        let id = if is_ours { given } else { format!("{}-{}", self.name, nth + 1) };
        let id = if is_folder_safe(&id) { id } else { slug::slug(&id) };
        let described = text::describe(&id, words);
        let language = if is_ours { ours("language") } else { described.language };
        let info = ArticleInfo {
            title,
            date: self.day(date.parse().unwrap_or_default()),
            author,
            source,
            url: ours("url"),
            language,
            ..ArticleInfo::new(id.as_str(), words)
        };
        let others = [
            ("section", section),
            ("type", kind),
            ("notes", if is_ours { String::new() } else { document.name.clone() }),
        ];
        let rest = others.into_iter().filter(|(_, value)| !value.is_empty());
        let rest = rest.map(|(what, value)| format!("its {what} “{value}” has no place"));
        Ok((info, rest.collect()))
    }

    /// The day of a moment; none for the beginning of time, which stands for not known.
    fn day(&self, moment: i64) -> String {
        let seconds = if self.is_version_2 { moment.div_euclid(1000) } else { moment };
        match Timestamp::from_second(seconds) {
            Ok(moment) if seconds != 0 => TimeZone::UTC.to_datetime(moment).date().to_string(),
            _ => String::new(),
        }
    }
}

impl Statement {
    fn range(&self) -> Option<(u32, u32)> {
        let (start, stop) = (u32::try_from(self.start).ok()?, u32::try_from(self.stop).ok()?);
        (start < stop).then_some((start, stop))
    }
}

/// The variables of all statements.
fn values(connection: &Connection) -> Result<BTreeMap<i64, Vec<(String, String)>>, FormatError> {
    let variables: BTreeMap<i64, VariableName> =
        rows(connection, "SELECT ID, StatementTypeId, Variable FROM VARIABLES", |row| {
            Ok((row.get(0)?, (row.get::<_, Option<i64>>(1)?.unwrap_or_default(), cell(row, 2)?)))
        })?
        .into_iter()
        .collect();
    let entities =
        ["ENTITIES", "ATTRIBUTES"].into_iter().find_map(|table| match columns(connection, table) {
            Ok(columns) if columns.is_empty() => None,
            found => Some(found.map(|_| table)),
        });
    let entities: BTreeMap<i64, String> = match entities.transpose()? {
        None => BTreeMap::new(),
        Some(table) => {
            let sql = format!("SELECT ID, Value FROM {table}");
            rows(connection, &sql, |row| Ok((row.get(0)?, cell(row, 1)?)))?.into_iter().collect()
        }
    };
    let has_entities = columns(connection, "DATASHORTTEXT")?.iter().any(|column| column == "Entity");
    let mut values: BTreeMap<i64, Vec<(String, String)>> = BTreeMap::new();
    let short = if has_entities { "Entity" } else { "Value" };
    for (table, column) in [
        ("DATASHORTTEXT", short),
        ("DATALONGTEXT", "Value"),
        ("DATAINTEGER", "Value"),
        ("DATABOOLEAN", "Value"),
    ] {
        if columns(connection, table)?.is_empty() {
            continue;
        }
        let sql = format!("SELECT StatementId, VariableId, {column} FROM {table} ORDER BY ID");
        let found = rows(connection, &sql, |row| {
            let value = match (table, row.get_ref(2)?) {
                ("DATABOOLEAN", ValueRef::Integer(flag)) => if flag == 0 { "no" } else { "yes" }.to_owned(),
                // A number in a column of texts names an entity.
                ("DATASHORTTEXT", ValueRef::Integer(id)) => entities.get(&id).cloned().unwrap_or_default(),
                _ => cell(row, 2)?,
            };
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, value))
        })?;
        for (statement, variable, value) in found {
            let Some((_, name)) = variables.get(&variable) else { continue };
            values.entry(statement).or_default().push((name.clone(), value));
        }
    }
    Ok(values)
}
