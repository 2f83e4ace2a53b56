"""GATE: gatenlp loads every document, in both units, and has the same words, features and sets."""

import json

from common import Study, done, same
from gatenlp import Document

study = Study()
count = 0
for unit, declared in (("code-points", "p"), ("utf-16", "j")):
    folder = study.export("gate", f"gate-{declared}", "--offset-unit", unit)
    layers = {(layer.article, layer.annotator): layer for layer in study.layers()}
    for path in sorted(folder.glob("*.bdocjs")):
        assert json.loads(path.read_text(encoding="utf-8"))["offset_type"] == declared
        document = Document.load(str(path))
        for name in document.annset_names():
            layer = layers.pop((path.stem, document.features["annotators"][name]))
            assert document.text == layer.text, path
            spans = list(document.annset(name))
            got = []
            for span in spans:
                features = dict(span.features.to_dict())
                note = features.pop("note", "")
                got.append([span.id, span.start, span.end, span.type, document[span], note, features])
            kept = {span["id"] for span in layer.kept()}
            expected = []
            for span in layer.kept():
                start, end = layer.cover(span)
                words = [span["id"], start, end, span["label"], span["quote"], span["note"], span["attributes"]]
                expected.append(words)
            same([span for span in got if span[0] in kept], expected, f"{path} {name}")
            got = [
                [found["type"], found["from"], found["to"], found["features"]]
                for found in document.features["relations"].get(name, [])
            ]
            want = [[r["label"], r["from"], r["to"], r["attributes"]] for r in layer.relations]
            same(got, want, f"relations of {path} {name}")
            count += len(expected) + len(want)
    assert not layers, f"not exported: {list(layers)}"
    # What gatenlp saves, we read: the same spans again.
    saved = study.path / f"saved-{declared}"
    saved.mkdir()
    for path in folder.glob("*.bdocjs"):
        Document.load(str(path)).save(str(saved / path.name), fmt="bdocjs", offset_type=declared)
    again = study.reimport(saved, "--format", "gate")
    told = [[layer.article, layer.annotator, layer.text, span] for layer in again.layers() for span in layer.spans]
    for entry in told:
        entry[3].pop("origin")
    first = study.reimport(folder, "--format", "gate")
    expected = [[layer.article, layer.annotator, layer.text, span] for layer in first.layers() for span in layer.spans]
    for entry in expected:
        entry[3].pop("origin")
    same(told, expected, "saved by gatenlp")
done(count, "spans and relations")
