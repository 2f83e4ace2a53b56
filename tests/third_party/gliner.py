"""GLiNER: its package needs torch and is not installed here, so that no code of GLiNER reads our file. What is checked is
the shape that its training data has (tokens, inclusive places of tokens, places of spans in relations), by a reader that
shares nothing with ours, and the words under every span."""

import json

from common import Study, done


def pieces(tokens, first, last):
    """The words of a span without the white space that tokens do not have."""
    return "".join(tokens[first : last + 1])


study = Study()
count = 0
for options in ([], ["--tokens", "clitics"], ["--cut", "spans", "--tokens", "whitespace"]):
    path = study.export("gliner", f"gliner{len(options)}.json", *options)
    layers = {(layer.article, layer.annotator): layer for layer in study.layers()}
    for example in json.loads(path.read_text(encoding="utf-8")):
        tokens, ner, relations = example["tokenized_text"], example["ner"], example["relations"]
        assert all(isinstance(token, str) and token and token.split() == [token] for token in tokens)
        assert "".join(tokens) == "".join(example["text"].split()), "a token is missing"
        for first, last, label in ner:
            assert 0 <= first <= last < len(tokens) and isinstance(label, str), (first, last, label)
        assert all(0 <= end < len(ner) for head, tail, _ in relations for end in (head, tail))
        layer = layers.pop((example["id"], example["annotator"]))
        assert example["text"] == layer.text
        got = [[label, pieces(tokens, first, last)] for first, last, label in ner]
        expected = [[span["label"], "".join(span["quote"].split())] for span in layer.kept()]
        missing = [span for span in expected if got.count(span) < expected.count(span)]
        assert not missing, f"{example['id']}: {missing} is not in {got}"
        told = [[got[head], kind, got[tail]] for head, tail, kind in relations]
        by_id = {span["id"]: [span["label"], "".join(span["quote"].split())] for span in layer.kept()}
        wanted = [[by_id.get(r["from"]), r["label"], by_id.get(r["to"])] for r in layer.relations]
        wanted = [relation for relation in wanted if None not in relation]
        assert len(relations) == len(layer.relations) and all(relation in told for relation in wanted), told
        count += len(expected) + len(wanted)
    left = {article for article, _ in layers}
    assert left == {"empty"}, f"not exported: {left}"
done(count, "spans and relations")
