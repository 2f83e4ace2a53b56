"""SQLite reads our .dna with the tables of DNA 3: statements, variables, entities; and the event list says the same."""

import csv
import sqlite3

from common import Study, done, same

TABLES = {
    "SETTINGS": {"Property", "Value"},
    "CODERS": {"ID", "Name", "Red", "Green", "Blue", "Refresh", "FontSize", "Password", "PermissionAddStatements"},
    "DOCUMENTS": {"ID", "Title", "Text", "Coder", "Author", "Source", "Section", "Notes", "Type", "Date"},
    "STATEMENTTYPES": {"ID", "Label", "Red", "Green", "Blue"},
    "VARIABLES": {"ID", "Variable", "DataType", "StatementTypeId"},
    "VARIABLELINKS": {"ID", "SourceVariableId", "TargetVariableId"},
    "REGEXES": {"Label", "Red", "Green", "Blue"},
    "CODERRELATIONS": {"ID", "Coder", "OtherCoder", "viewStatements", "editStatements"},
    "STATEMENTS": {"ID", "StatementTypeId", "DocumentId", "Start", "Stop", "Coder"},
    "ENTITIES": {"ID", "VariableId", "Value", "Red", "Green", "Blue", "ChildOf"},
    "DATABOOLEAN": {"ID", "StatementId", "VariableId", "Value"},
    "DATAINTEGER": {"ID", "StatementId", "VariableId", "Value"},
    "DATASHORTTEXT": {"ID", "StatementId", "VariableId", "Entity"},
    "DATALONGTEXT": {"ID", "StatementId", "VariableId", "Value"},
    "ATTRIBUTEVARIABLES": {"ID", "VariableId", "AttributeVariable"},
    "ATTRIBUTEVALUES": {"ID", "EntityId", "AttributeVariableId", "AttributeValue"},
}


def expected(study):
    """The statements that claims should become: coder, text, words, who, agreement, note."""
    statements = []
    # The original as it is, whatever was said of its losses.
    study.report = None
    for layer in study.layers():
        spans = {span["id"]: span for span in layer.spans}
        for claim in (span for span in layer.spans if span["label"] == "claim"):
            start, end = claim["ranges"][0][0], claim["ranges"][-1][1]
            said = [r for r in layer.relations if r["from"] == claim["id"] and r["label"] == "claimant"]
            agreement = 0 if claim["attributes"].get("stance") == "denies" else 1
            for who in [spans[r["to"]]["quote"] for r in said] or [""]:
                statements.append(
                    [layer.annotator, layer.text, layer.text[start:end], who, agreement, claim["note"]]
                )
    return statements


study = Study()
path = study.export("dna", "study.dna")
db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
assert db.execute("PRAGMA foreign_key_check").fetchall() == []
for table, columns in TABLES.items():
    found = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
    assert columns <= found, (table, columns - found)
assert db.execute("SELECT Value FROM SETTINGS WHERE Property = 'version'").fetchone() == ("3.0.7",)
variables = dict(db.execute("SELECT Variable, DataType FROM VARIABLES"))
assert variables["person"] == variables["organization"] == variables["concept"] == "short text", variables
assert variables["agreement"] == "boolean", variables
statements = db.execute("SELECT COUNT(*) FROM STATEMENTS").fetchone()[0]
for table, kind in [("DATASHORTTEXT", "short text"), ("DATALONGTEXT", "long text"), ("DATABOOLEAN", "boolean")]:
    # DNA wants every statement to have a row for every variable of its type.
    wanted = statements * list(variables.values()).count(kind)
    assert db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] == wanted, table

got = []
for coder, text, start, stop, who, agreement, note in db.execute(
    """SELECT CODERS.Name, Text, Start, Stop, ENTITIES.Value, DATABOOLEAN.Value, DATALONGTEXT.Value
    FROM STATEMENTS JOIN DOCUMENTS ON DOCUMENTS.ID = DocumentId JOIN CODERS ON CODERS.ID = STATEMENTS.Coder
    JOIN STATEMENTTYPES ON STATEMENTTYPES.ID = STATEMENTS.StatementTypeId AND STATEMENTTYPES.Label = 'DNA Statement'
    JOIN DATASHORTTEXT ON DATASHORTTEXT.StatementId = STATEMENTS.ID JOIN ENTITIES ON ENTITIES.ID = Entity
    JOIN VARIABLES AS O ON O.ID = DATASHORTTEXT.VariableId AND O.Variable = 'organization'
    JOIN DATABOOLEAN ON DATABOOLEAN.StatementId = STATEMENTS.ID
    JOIN DATALONGTEXT ON DATALONGTEXT.StatementId = STATEMENTS.ID
    JOIN VARIABLES AS N ON N.ID = DATALONGTEXT.VariableId AND N.Variable = 'note'"""
):
    words = text.encode("utf-16-le")[2 * start : 2 * stop].decode("utf-16-le")
    got.append([coder, text, words, who, agreement, note])
same(got, expected(study), "statements")

again = study.reimport(path)
same(
    [[layer.annotator, span["quote"], span["note"]] for layer in again.layers() for span in layer.spans],
    [[coder, words, note] for coder, _, words, _, _, note in got],
    "read back",
)

events = study.export("dna-events", "events.csv")
with open(events, encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file, delimiter=";"))
assert len(rows) == len(got)
same(
    [[row["coder"], row["text"], row["organization"], int(row["agreement"])] for row in rows],
    [[coder, words, who, agreement] for coder, _, words, who, agreement, _ in got],
    "events",
)
done(len(got) + len(rows), "statements")
