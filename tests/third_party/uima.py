"""UIMA XMI and JSON: dkpro-cassis loads every file of our exports and finds the same spans and relations.

cassis counts code points after loading, which is what `hashiya show --json` counts.
"""

from cassis import load_cas_from_json, load_cas_from_xmi, load_typesystem
from common import Study, done, same

SPAN = "webanno.custom.Span"
RELATION = "webanno.custom.Relation"
CONTINUATION = "webanno.custom.Continuation"
OURS = {"label", "note", "Governor", "Dependent", "begin", "end", "sofa", "xmiID"}


def attributes(structure):
    names = {feature.name for feature in structure.type.all_features} - OURS
    return {name: structure[name] for name in names if structure[name] is not None}


def places(cas):
    """The ranges of each annotation, those of a discontinuous one at its first part."""
    ranges, parts = {}, set()
    for link in cas.select(CONTINUATION):
        ranges.setdefault(link.Governor.xmiID, []).append([link.Dependent.begin, link.Dependent.end])
        parts.add(link.Dependent.xmiID)
    spans = [span for span in cas.select(SPAN) if span.xmiID not in parts]
    return {span.xmiID: [[span.begin, span.end], *sorted(ranges.get(span.xmiID, []))] for span in spans}


def said(cas):
    found = places(cas)
    spans = [
        [span.label, found[span.xmiID], attributes(span), span.note or ""]
        for span in cas.select(SPAN)
        if span.xmiID in found
    ]
    relations = [
        [link.label, found[link.Governor.xmiID], found[link.Dependent.xmiID], attributes(link)]
        for link in cas.select(RELATION)
    ]
    return spans, relations


def expected(layer):
    ranges = {span["id"]: span["ranges"] for span in layer.spans}
    spans = [[span["label"], span["ranges"], span["attributes"], span["note"]] for span in layer.spans]
    relations = [
        [link["label"], ranges[link["from"]], ranges[link["to"]], link["attributes"]] for link in layer.relations
    ]
    return spans, relations


def check(study, load, folder, extension):
    count = 0
    assert study.report["losses"] == [], study.report["losses"]
    for layer in study.layers():
        cas = load(folder, folder / layer.annotator / f"{layer.article}.{extension}")
        what = f"{extension} {layer.article}/{layer.annotator}"
        assert (cas.sofa_string or "") == layer.text, f"{what}: {cas.sofa_string!r} is not {layer.text!r}"
        spans, relations = said(cas)
        wanted_spans, wanted_relations = expected(layer)
        same(spans, wanted_spans, f"{what}: spans")
        same(relations, wanted_relations, f"{what}: relations")
        for span in cas.select(SPAN):
            assert span.get_covered_text() == layer.text[span.begin : span.end], f"{what}: {span}"
        count += len(spans) + len(relations)
    return count


def xmi(folder, path):
    with open(folder / "TypeSystem.xml", "rb") as file:
        types = load_typesystem(file)
    with open(path, "rb") as file:
        return load_cas_from_xmi(file, typesystem=types)


def json(_, path):
    with open(path, "rb") as file:
        return load_cas_from_json(file)


def through_cassis(study, folder, extension):
    """What cassis writes of what it read is read by us, and is the same."""
    place = study.path / f"cassis-{extension}"
    place.mkdir()
    layers = [layer for layer in study.layers("amal") if layer.text]
    for layer in layers:
        cas = xmi(folder, folder / "amal" / f"{layer.article}.xmi")
        if extension == "json":
            cas.to_json(place / f"{layer.article}.json")
        else:
            cas.typesystem.to_xml(place / "TypeSystem.xml")
            cas.to_xmi(place / f"{layer.article}.xmi")
    again = study.reimport(place, "--annotator", "amal")
    back = {layer.text: layer for layer in again.layers("amal")}
    for layer in layers:
        for got, wanted in zip(expected(back[layer.text]), expected(layer)):
            same(got, wanted, f"{layer.article}.{extension}, written by cassis")
    return sum(len(layer.spans) for layer in back.values())


study = Study()
folder = study.export("uima-xmi", "xmi")
count = check(study, xmi, folder, "xmi")
count += through_cassis(study, folder, "xmi") + through_cassis(study, folder, "json")
count += check(study, json, study.export("uima-json", "json"), "json")
done(count, "spans and relations")
