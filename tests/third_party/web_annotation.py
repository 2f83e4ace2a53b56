"""Web Annotations: anchorpoint (selectors of the W3C in Python) finds each position and each quote in the texts. The
documents are read as JSON here, without the vocabulary: no processor of JSON-LD is asked."""

import json
from urllib.parse import unquote

from anchorpoint.textselectors import TextPositionSelector, TextQuoteSelector
from common import Study, done, same

study = Study()
folder = study.export("web-annotation", "web")
layers = {(layer.article, layer.annotator): layer for layer in study.layers()}
bare = {article["id"] for article in study.articles() if not article["layers"]}
count = 0
for path in sorted(folder.glob("*.jsonld")):
    collection = json.loads(path.read_text(encoding="utf-8"))
    assert collection["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    assert collection["type"] == "AnnotationCollection" and collection["first"]["type"] == "AnnotationPage"
    items = collection["first"]["items"]
    assert collection["total"] == len(items) == len({item["id"] for item in items})
    spans, relations = {}, []
    for item in items:
        assert item["type"] == "Annotation"
        tags = [body["value"] for body in item["body"] if body["purpose"] == "tagging"]
        notes = [body["value"] for body in item["body"] if body["purpose"] == "commenting"]
        who, more = item["creator"]["nickname"], item.get("hashiya:attributes", {})
        if item["motivation"] == "linking":
            (to,) = [body["source"] for body in item["body"] if body["purpose"] == "linking"]
            relations.append([who, item["target"], tags, to, more])
            continue
        places, words = [], []
        for target in item["target"]:
            text = (folder / unquote(target["source"])).read_bytes().decode("utf-8")
            at, quote = target["selector"]
            position = TextPositionSelector(start=at["start"], end=at["end"])
            assert position.select_text(text) == quote["exact"], target
            kept = {key: quote[key] for key in ("exact", "prefix", "suffix")}
            found = TextQuoteSelector(**kept).as_unique_position(text)
            assert (found.start, found.end) == (at["start"], at["end"]), (found, target)
            places.append([at["start"], at["end"]])
            words.append(quote["exact"])
        spans[item["id"]] = (who, [tags, places, " ".join(words), "".join(notes), more])
    article = collection["hashiya:article"]["id"]
    told = {entry["annotator"] for entry in collection["hashiya:layers"]}
    assert told == {annotator for name, annotator in layers if name == article} or article in bare
    for annotator in told:
        layer = layers.pop((article, annotator))
        expected = [
            [[span["label"]], span["ranges"], span["quote"], span["note"], span["attributes"]] for span in layer.kept()
        ]
        same([span for who, span in spans.values() if who == annotator], expected, f"{article}/{annotator}")
        by_id = dict(zip([span["id"] for span in layer.kept()], expected))
        got = [[spans[a][1], tags, spans[b][1], more] for who, a, tags, b, more in relations if who == annotator]
        want = [[by_id[r["from"]], [r["label"]], by_id[r["to"]], r["attributes"]] for r in layer.relations]
        same(got, want, f"relations of {article}/{annotator}")
        count += len(expected) + len(want)
assert not layers, f"not exported: {list(layers)}"
done(count, "spans and relations")
