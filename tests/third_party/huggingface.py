"""`datasets` loads our folder without a network, pyarrow its file; and we read what `datasets` writes."""

import os

os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1")

import pyarrow.parquet as pq
from datasets import ClassLabel, load_dataset

from common import Study, done, same


def pairs(values):
    """Attributes of a row as a dictionary."""
    assert len({value["name"] for value in values}) == len(values)
    return {value["name"]: value["value"] for value in values}


def check(layer, row, labels, relations):
    """Holds a layer against its row; how many spans were compared."""
    assert row["text"] == layer.text
    kept = {span["id"]: span for span in layer.kept()}
    got = []
    for span in row["spans"]:
        if len(span["ranges"]) == 1:
            assert row["text"][span["start"] : span["end"]] == span["text"]
        got.append(
            {
                "id": span["id"],
                "label": labels.int2str(span["label"]),
                "ranges": [[part["start"], part["end"]] for part in span["ranges"]],
                "quote": span["text"],
                "attributes": pairs(span["attributes"]),
                "note": span["note"],
            }
        )
    keys = ("id", "label", "ranges", "quote", "attributes", "note")
    same(got, [{key: span[key] for key in keys} for span in kept.values()], f"spans of {layer.article}")
    same(
        [
            [r["id"], relations.int2str(r["label"]), r["head"], r["tail"], pairs(r["attributes"])]
            for r in row["relations"]
        ],
        [[r["id"], r["label"], r["from"], r["to"], r["attributes"]] for r in layer.relations],
        f"relations of {layer.article}",
    )
    return len(got)


def by_datasets(study, loaded):
    """What `datasets` writes of it comes in with the same spans."""
    path = study.path / "theirs.parquet"
    loaded.to_parquet(str(path))
    again = study.reimport(path)
    shape = lambda layer: [
        layer.annotator, layer.text, sorted([s["label"], s["ranges"], s["quote"], sorted(s["attributes"].items())] for s in layer.spans)
    ]
    same([shape(layer) for layer in again.layers()], [shape(layer) for layer in study.layers()], "written by datasets")
    return sum(len(layer.spans) for layer in again.layers())


study = Study()
folder = study.export("huggingface", "hf")
loaded = load_dataset(str(folder), cache_dir=str(study.path / "cache"))
assert list(loaded) == ["train"], loaded
train = loaded["train"]
features = train.features
spans = getattr(features["spans"], "feature", features["spans"])
spans = spans[0] if isinstance(spans, list) else spans
relations = getattr(features["relations"], "feature", features["relations"])
relations = relations[0] if isinstance(relations, list) else relations
assert isinstance(spans["label"], ClassLabel) and isinstance(relations["label"], ClassLabel), features
table = pq.read_table(folder / "data" / "train-00000-of-00001.parquet")
assert table.num_rows == len(train) and b"huggingface" in table.schema.metadata, table.schema
rows = {(row["id"], row["annotator"]): row for row in train}
assert len(rows) == len(train)
count = 0
for layer in study.layers():
    count += check(layer, rows.pop((layer.article, layer.annotator)), spans["label"], relations["label"])
assert [row["annotator"] for row in rows.values()] == [""] * len(rows), rows
done(count + by_datasets(study, train))
