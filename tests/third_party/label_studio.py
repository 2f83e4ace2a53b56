"""Label Studio: its SDK holds configuration, tasks and annotations against each other; regions are sliced by code points,
as its editor counts them (this proves the shape and the words, not the page in the browser)."""

import json

from common import Study, done, same
from label_studio_sdk.converter import Converter
from label_studio_sdk.label_interface import LabelInterface


def spans_of(annotation, text):
    """Regions with their attributes, and who made them."""
    regions, annotator = {}, None
    for item in annotation["result"]:
        if item["type"] == "labels":
            value = item["value"]
            assert text[value["start"] : value["end"]] == value["text"], value
            note = item.get("meta", {}).get("text", [""])[0]
            found = {"at": [value["start"], value["end"]], "label": value["labels"], "note": note, "more": {}}
            assert regions.setdefault(item["id"], found) is found, "a region twice"
    for item in annotation["result"]:
        if item["type"] in ("choices", "textarea"):
            ((key, (value,)),) = [(key, item["value"][key]) for key in ("choices", "text") if key in item["value"]]
            if item["from_name"] == "annotator":
                annotator = value
            else:
                regions[item["id"]]["more"][item["from_name"]] = value
    return annotator, regions


study = Study()
folder = study.export("label-studio", "label-studio")
config = LabelInterface((folder / "labels.xml").read_text(encoding="utf-8"))
assert config.is_valid
tasks = json.loads((folder / "tasks.json").read_text(encoding="utf-8"))
layers = {(layer.article, layer.annotator): layer for layer in study.layers()}
assert len(tasks) == len(study.articles())
count = 0
for task in tasks:
    text = task["data"]["text"]
    # Annotations apart: with them in it, the SDK calls its own function without its argument.
    assert config.validate_task({"data": task["data"]}), task["data"]["id"]
    for annotation in task["annotations"]:
        assert config.validate_annotation(annotation), annotation
        annotator, regions = spans_of(annotation, text)
        layer = layers.pop((task["data"]["id"], annotator))
        assert layer.text == text
        kept = {f"span-{span['id']}" for span in layer.kept()}
        expected = [
            {"at": list(layer.cover(span)), "label": [span["label"]], "note": span["note"], "more": span["attributes"]}
            for span in layer.kept()
        ]
        same([region for name, region in regions.items() if name in kept], expected, f"{layer.article}/{annotator}")
        relations = [item for item in annotation["result"] if item["type"] == "relation"]
        got = [(item["from_id"], item["labels"], item["to_id"]) for item in relations]
        want = [(f"span-{r['from']}", [r["label"]], f"span-{r['to']}") for r in layer.relations]
        same(got, want, f"relations of {layer.article}/{annotator}")
        count += len(expected) + len(want)
# The converter of the SDK: as many regions of each annotation, with the same words, in its small JSON.
converter = Converter(config=str(folder / "labels.xml"), project_dir=None, download_resources=False)
converter.convert_to_json_min(str(folder / "tasks.json"), str(study.path / "min"), is_dir=False)
small = json.loads((study.path / "min" / "result.json").read_text(encoding="utf-8"))
got = [[region["text"], region["labels"]] for entry in small for region in entry.get("label", [])]
annotations = [annotation for task in tasks for annotation in task["annotations"]]
items = [item["value"] for annotation in annotations for item in annotation["result"] if item.get("type") == "labels"]
same(got, [[value["text"], value["labels"]] for value in items], "converted by the SDK")
assert not layers, f"not exported: {list(layers)}"
bad = json.loads(json.dumps(next(task["annotations"][0] for task in tasks if len(task["annotations"]) > 1)))
bad["result"][1]["value"]["labels"] = ["no label of ours"]
assert not config.validate_annotation(bad), "the judge accepts anything"
done(count, "spans and relations")
