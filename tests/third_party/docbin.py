"""spaCy reads our DocBin: texts, spans, labels, entities, and what is in user_data; and we read what spaCy writes."""

import spacy
from spacy.tokens import Doc, DocBin

from common import Study, done, same

LATIN = "Ali visited 😀 Cairo in case of DATE."


def documents(path):
    """The documents by article and annotator."""
    docs = DocBin().from_disk(path).get_docs(spacy.blank("ar").vocab)
    named = {}
    for doc in docs:
        ours = doc.user_data["hashiya"]
        assert (ours["id"], ours["annotator"]) not in named, "twice"
        named[ours["id"], ours["annotator"]] = doc
    return named


def check(study, path):
    """Holds every layer against its document; how many spans were compared."""
    docs, compared = documents(path), 0
    for layer in study.layers():
        doc = docs.pop((layer.article, layer.annotator))
        assert doc.text == layer.text, (doc.text, layer.text)
        kept = layer.kept()
        clipped = {span["id"] for span in layer.spans} & layer.clipped
        spans = list(doc.spans["sc"])
        exact = [span for span in spans if span.id_ in {str(span["id"]) for span in kept}]
        got = [[span.id_, span.label_, span.start_char, span.end_char, span.text] for span in exact]
        expected = [[str(s["id"]), s["label"], *layer.cover(s), s["quote"]] for s in kept]
        same(got, expected, f"spans of {layer.article}/{layer.annotator}")
        assert len(spans) - len(exact) >= len(clipped) or not clipped, (len(spans), clipped)
        for span in spans:
            assert doc.char_span(span.start_char, span.end_char) is not None
        ents = [[e.label_, e.start_char, e.end_char] for e in doc.ents]
        groups = [[s.label_, s.start_char, s.end_char] for s in spans]
        assert all(ent in groups for ent in ents) and bool(ents) == bool(groups), (ents, groups)
        ours = doc.user_data["hashiya"]
        for span in kept:
            extras = ours["spans"].get(str(span["id"]), {"attributes": {}, "note": ""})
            assert extras["attributes"] == span["attributes"] and extras["note"] == span["note"], span
        numbers = {span.id_ for span in spans}
        for relation in ours["relations"]:
            assert str(relation["from"]) in numbers and str(relation["to"]) in numbers
        whole = [r for r in layer.relations if {r["from"], r["to"]} <= {s["id"] for s in kept}]
        for relation in whole:
            assert any(r["label"] == relation["label"] and r["from"] == relation["from"] for r in ours["relations"])
        compared += len(kept)
    # What is left are articles without layers.
    assert all(annotator == "" and not doc.spans["sc"] for (_, annotator), doc in docs.items()), docs
    return compared


def by_spacy(study):
    """A DocBin that spaCy wrote comes in with the same spans."""
    nlp = spacy.blank("en")
    doc = nlp(LATIN)
    wanted = [("PERSON", 0, 3), ("GPE", 14, 19), ("claim", 4, 19)]
    spans = [doc.char_span(a, b, label=label) for label, a, b in wanted]
    assert all(spans)
    doc.ents = spans[:2]
    doc.spans["sc"] = spans
    bare = Doc(nlp.vocab, words=["no", "spans"])
    path = study.path / "theirs.spacy"
    DocBin(docs=[doc, bare], attrs=["LEMMA", "ENT_IOB", "ENT_TYPE"], store_user_data=True).to_disk(path)
    again = study.reimport(path, "--annotator", "me")
    layers = [layer for layer in again.layers() if layer.spans]
    assert len(layers) == 1 and layers[0].text == LATIN, layers
    got = [[span["label"], *layers[0].cover(span)] for span in layers[0].spans]
    same(got, [list(span) for span in wanted], "spaCy's own file")
    return len(got)


study = Study()
count = 0
for options in ([], ["--tokens", "whitespace", "--cut", "spans"], ["--tokens", "clitics", "--layers", "innermost"]):
    count += check(study, study.export("docbin", f"{len(options)}{'-'.join(options)}.spacy", *options))
done(count + by_spacy(study))
