"""The table of spans in Python's csv: every span has its words at its place in the text of its article."""

import csv
import json
import sys

from common import Study, done, same

study = Study()
path = study.export("csv", "nasty.csv")
csv.field_size_limit(1 << 28)
texts, found = {}, {}
with open(path, encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
        key = (row["article"], row["annotator"])
        if row["kind"] == "article":
            texts[key] = row["text"]
            found[key] = []
        elif row["kind"] == "span":
            ranges = [[int(end) for end in part.split(":")] for part in row["ranges"].split(";")]
            words = " ".join(texts[key][start:end] for start, end in ranges)
            if words != row["text"]:
                sys.exit(f"{key}: {words!r} stands at the place of {row['text']!r}")
            found[key].append([row["label"], ranges, json.loads(row["attributes"] or "{}"), row["note"]])
compared = 0
for layer in study.layers():
    wanted = [[s["label"], s["ranges"], s["attributes"], s["note"]] for s in layer.spans]
    same(found[layer.article, layer.annotator], wanted, f"{layer.article}/{layer.annotator}")
    compared += len(wanted)
done(compared)
