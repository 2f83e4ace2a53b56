"""Prodigy JSONL in spaCy: tokens give the text back, and every span stands on tokens and has its words."""

import json
import sys

import spacy
from spacy.tokens import Doc

from common import Study, done, same

study = Study()
path = study.export("spacy", "nasty.jsonl")
vocab = spacy.blank("ar").vocab
found = {}
for line in path.read_text(encoding="utf-8").split("\n"):
    if not line:
        continue
    row = json.loads(line)
    tokens = row["tokens"]
    doc = Doc(vocab, words=[token["text"] for token in tokens], spaces=[token["ws"] for token in tokens])
    if doc.text != row["text"]:
        sys.exit(f"the tokens of {row['meta']['article']} give {doc.text!r}")
    key = (row["meta"]["article"], row.get("_annotator_id"))
    spans = found.setdefault(key, [])
    for span in row["spans"]:
        made = doc.char_span(span["start"], span["end"], label=span["label"], alignment_mode="strict")
        if made is None:
            sys.exit(f"{key}: {span} does not stand on tokens")
        same([made.start, made.end - 1], [span["token_start"], span["token_end"]], f"{key}: tokens of {span}")
        spans.append([made.label_, made.start_char, made.end_char, made.text])
    for relation in row["relations"]:
        for end, token in (("head_span", "head"), ("child_span", "child")):
            same([relation[token]], [relation[end]["token_end"]], f"{key}: {relation}")
compared = 0
for layer in study.layers():
    kept = [[s["label"], *layer.cover(s), s["quote"]] for s in layer.kept()]
    pieces = [
        [s["label"], start, end, layer.text[start:end]]
        for s in layer.spans
        if s["id"] in layer.clipped
        for start, end in s["ranges"]
    ]
    same(found[layer.article, layer.annotator], kept + pieces, f"{layer.article}/{layer.annotator}")
    compared += len(kept)
done(compared)
