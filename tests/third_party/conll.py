"""Columns of tags: CoNLL-U Plus in conllu, CoNLL-2003 in spaCy's converter and in seqeval's strict reading."""

import subprocess
import sys

import conllu
import spacy
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import BILOU, IOB2, Entities
from spacy.tokens import DocBin

from common import Study, done, same


def runs(tags):
    """Label, first token and token after the last, of strict BIO."""
    found = []
    for nth, tag in enumerate(tags):
        if tag.startswith("B-"):
            found.append([tag[2:], nth, nth + 1])
        elif tag.startswith("I-"):
            if not found or found[-1][0] != tag[2:] or found[-1][2] != nth:
                sys.exit(f"{tag} continues nothing in {tags}")
            found[-1][2] = nth + 1
    return found


def by_conllu(path):
    """Spans by the numbers in MISC, with the words that their tokens cover in the article."""
    columns, spans = None, {}
    for sentence in conllu.parse(path.read_text(encoding="utf-8")):
        columns = [key for key in sentence[0] if key.startswith("ner")] if len(sentence) else columns
        key = (document(sentence), annotator(sentence))
        for column in columns if len(sentence) else []:
            for label, first, end in runs([token[column] for token in sentence]):
                tokens = sentence[first:end]
                begins = int(tokens[0]["misc"]["TokenRange"].split(":")[0])
                ends = int(tokens[-1]["misc"]["TokenRange"].split(":")[1])
                spans.setdefault(key, []).append([label, begins, ends])
    return spans


SEEN = {}


def document(sentence):
    """The article of a sentence: said once, before its first."""
    if "newdoc id" in sentence.metadata:
        SEEN["document"], SEEN["annotator"] = sentence.metadata["newdoc id"], sentence.metadata.get("annotator")
    return SEEN["document"]


def annotator(_):
    return SEEN["annotator"]


def lines(layer, span):
    """The parts of a span on one line each, without white space at their edges."""
    for start, end in span["ranges"]:
        at = start
        for line in layer.text[start:end].split("\n"):
            bare = line.strip()
            if bare:
                begins = at + line.index(bare)
                yield [span["label"], begins, begins + len(bare)]
            at += len(line) + 1


def rows(path):
    """Documents as lists of sentences as lists of rows."""
    documents = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        if block.startswith("-DOCSTART-"):
            documents.append([])
        elif block.strip():
            documents[-1].append([line.split(" ") for line in block.strip("\n").split("\n")])
    return documents


study = Study()
compared = 0

plus = by_conllu(study.export("conllu-plus", "nasty.conllup"))
for layer in study.layers():
    wanted = [part for span in layer.spans if span["id"] not in layer.dropped for part in lines(layer, span)]
    same(plus.get((layer.article, layer.annotator), []), wanted, f"conllu, {layer.article}/{layer.annotator}")
    compared += len(wanted)

for scheme, strict, options in (("bio", IOB2, []), ("bilou", BILOU, ["--scheme", "bilou"])):
    path = study.export("conll", f"nasty-{scheme}.conll", "--annotator", "amal", *options)
    sentences = [sentence for document in rows(path) for sentence in document]
    tags = [[row[-1] for row in sentence] for sentence in sentences]
    entities = [entity for sentence in Entities(tags, strict).entities for entity in sentence]
    kept = [(span["label"], span["quote"]) for layer in study.layers("amal") for span in layer.kept()]
    covered = [
        (entity.tag, " ".join(row[0] for row in sentences[entity.sent_id][entity.start : entity.end]))
        for entity in entities
    ]
    squeezed = lambda pairs: [[label, "".join(words.split())] for label, words in pairs]
    clipped = study.report["spans"]["clipped"]
    if clipped == 0:
        same(squeezed(covered), squeezed(kept), f"seqeval, {scheme}")
    else:
        missing = [pair for pair in squeezed(kept) if pair not in squeezed(covered)]
        same(missing, [], f"seqeval, {scheme}")
    compared += len(covered)
    if scheme == "bio" and sum(len(get_entities(sentence)) for sentence in tags) != len(entities):
        sys.exit("seqeval reads other entities when it is not strict")

folder = study.path / "spacy"
folder.mkdir()
path = study.path / "nasty-bio.conll"
command = [sys.executable, "-m", "spacy", "convert", str(path), str(folder), "-c", "ner", "-l", "ar", "-n", "1"]
said = subprocess.run(command, capture_output=True, text=True, check=False)
if said.returncode:
    sys.exit(f"spaCy cannot convert it: {said.stdout}{said.stderr}")
documents = list(DocBin().from_disk(folder / "nasty-bio.spacy").get_docs(spacy.blank("ar").vocab))
got = [[span.label_, "".join(span.text.split())] for doc in documents for span in doc.ents]
tagged = [
    [label, "".join(row[0] for row in sentence[first:end])]
    for document in rows(path)
    for sentence in document
    for label, first, end in runs([row[-1] for row in sentence])
]
same(got, tagged, "spaCy, nasty-bio.conll")
done(compared + len(got))
