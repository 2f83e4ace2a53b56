"""Chat examples: the types of the openai package take every message, and every span is found again from its words and
their occurrence alone."""

import json

from common import Study, done, same
from openai.types.chat import (
    ChatCompletionAssistantMessageParam,
    ChatCompletionSystemMessageParam,
    ChatCompletionUserMessageParam,
)
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

TYPES = {
    "system": ChatCompletionSystemMessageParam,
    "user": ChatCompletionUserMessageParam,
    "assistant": ChatCompletionAssistantMessageParam,
}
ADAPTERS = {role: TypeAdapter(with_config(ConfigDict(extra="forbid"))(kind)) for role, kind in TYPES.items()}


def valid(message):
    """Whether the package takes a message."""
    try:
        ADAPTERS[message["role"]].validate_python(message)
    except (KeyError, ValidationError):
        return False
    return True


def place(text, words, occurrence):
    """Where the words stand for the nth time."""
    at = -1
    for _ in range(occurrence):
        at = text.index(words, at + 1)
    return [at, at + len(words)]


study = Study()
count = 0
for annotator in ("amal", "badr"):
    path = study.export("chat", f"{annotator}.jsonl", "--annotator", annotator)
    layers = {layer.text: layer for layer in study.layers(annotator) if layer.text}
    for line in path.read_text(encoding="utf-8").splitlines():
        example = json.loads(line)
        assert list(example) == ["messages"] and all(map(valid, example["messages"])), example
        _, user, assistant = example["messages"]
        layer, answer = layers.pop(user["content"]), json.loads(assistant["content"])
        at = {span["id"]: place(layer.text, span["quote"], span["occurrence"]) for span in answer["spans"]}
        got = [[span["label"], at[span["id"]], span.get("attributes", {})] for span in answer["spans"]]
        expected = [[span["label"], list(layer.cover(span)), span["attributes"]] for span in layer.kept()]
        parts = sum(len(span["ranges"]) for span in layer.spans if span["id"] in layer.clipped)
        missing = [span for span in expected if span not in got]
        assert not missing and len(got) == len(expected) + parts, missing
        places = {span["id"]: list(span["ranges"][0]) for span in layer.spans if span["id"] not in layer.dropped}
        told = [[at[r["from"]], r["label"], at[r["to"]]] for r in answer["relations"]]
        same(told, [[places[r["from"]], r["label"], places[r["to"]]] for r in layer.relations], layer.article)
        count += len(expected) + len(told)
    assert not layers, f"not exported: {[layer.article for layer in layers.values()]}"
plain = {"role": "user", "content": "x"}
assert valid(plain)
assert not valid({"role": "user"}) and not valid({**plain, "role": "x"}) and not valid({**plain, "weight": 2})
done(count, "spans and relations")
