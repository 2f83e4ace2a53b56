"""brat: our folder in brat's own parser and in bratly; spans, discontinuous ones too, relations, attributes, notes."""

import sys

import bratly.io.file_read_src as bratly
from bratsubset import annotation as brat
from bratsubset.projectconfig import ProjectConfiguration

from common import Study, done, same

# The parser asks for a mode that Python has dropped; everything else of it is as brat has it.
brat.open_textfile = lambda name, mode="r": open(name, mode.replace("U", "") or "r", encoding="utf-8", newline="")


def squeezed(text):
    """As a note or attribute stands on lines."""
    return "\n".join(line.replace("\t", " ").strip() for line in text.split("\n"))


def fragments(layer, span):
    """The ranges of a span without its line ends."""
    found = []
    for start, end in span["ranges"]:
        at = start
        for line in layer.text[start:end].split("\n"):
            if line:
                found.append([at, at + len(line)])
            at += len(line) + 1
    return found


def expected(layer):
    """What the files must say of a layer."""
    spans = [
        [f"T{span['id']}", span["label"], fragments(layer, span)] for span in layer.spans if span["id"] not in layer.dropped
    ]
    relations = [[r["label"], f"T{r['from']}", f"T{r['to']}"] for r in layer.relations]
    attributes = [[name, f"T{s['id']}", value] for s in layer.spans for name, value in s["attributes"].items()]
    attributes += [[name, f"R{r['id']}", value] for r in layer.relations for name, value in r["attributes"].items()]
    notes = [[f"T{s['id']}", line] for s in layer.spans if s["note"] for line in squeezed(s["note"]).split("\n")]
    return spans, relations, attributes, notes


def by_brat(layer, path):
    """The layer as brat's own parser has it. The words of each line are held against the text by the parser."""
    ann = brat.TextAnnotations(str(path.with_suffix("")))
    if ann.failed_lines:
        sys.exit(f"brat cannot read lines {ann.failed_lines} of {path}")
    text = path.with_suffix(".txt").read_text(encoding="utf-8")
    for bound in ann.get_textbounds():
        words = " ".join(text[start:end] for start, end in bound.spans)
        if bound.text != words:
            sys.exit(f"{path}: brat has {bound.text!r} for {words!r}")
    spans = [[b.id, b.type, [list(span) for span in b.spans]] for b in ann.get_textbounds()]
    relations = [[r.type, r.arg1, r.arg2] for r in ann.get_relations()]
    attributes = [[a.type, a.target, a.value] for a in ann.get_attributes()]
    notes = [[n.target, n.get_text()] for n in ann.get_oneline_comments()]
    for got, wanted, what in zip((spans, relations, attributes, notes), expected(layer), WHAT):
        same(got, wanted, f"brat, {what} of {path.name}")
    return len(spans)


def by_bratly(layer, path):
    """The layer as bratly has it."""
    read = bratly.read_and_load_ann_file(str(path), no_duplicates=False, sorting=False, renumerotize=False)
    kinds = {}
    for annotation in read.annotations:
        kinds.setdefault(type(annotation).__name__, []).append(annotation)
    spans = [
        [e.id, e.label, [[f.start, f.end] for f in e.fragments]] for e in kinds.get("EntityAnnotation", [])
    ]
    wanted = expected(layer)
    same(spans, wanted[0], f"bratly, spans of {path.name}")
    for kind, wanted, what in zip(("RelationAnnotation", "AttributeAnnotation", "NoteAnnotation"), wanted[1:], WHAT[1:]):
        if len(kinds.get(kind, [])) != len(wanted):
            sys.exit(f"bratly, {what} of {path.name}: {len(kinds.get(kind, []))} instead of {len(wanted)}")
    return len(spans)


def configuration(folder):
    """brat takes our configuration, and knows every label, relation and value by it."""
    config = ProjectConfiguration(str(folder))
    relations = [kind for kind in config.get_relation_types() if kind != "<OVERLAP>"]
    same(config.get_entity_types(), ["actor", "claim", "date", "location"], "entities of annotation.conf")
    same(relations, ["addressee", "claimant", "when", "where"], "relations of annotation.conf")
    same(config.relation_types_from_to("claim", "actor", include_special=False), ["addressee", "claimant"], "arcs")
    same(config.attributes_for("claim"), ["modality", "stance", "sure"], "attributes of annotation.conf")


WHAT = ("spans", "relations", "attributes", "notes")

study = Study()
folder = study.export("brat", "brat")
configuration(folder)
compared = 0
for layer in study.layers():
    path = folder / layer.annotator / f"{layer.article}.ann"
    compared += by_brat(layer, path) + by_bratly(layer, path)
done(compared)
