"""WebAnno TSV: a reading of our own, made from the format's published description, finds the same spans and relations.

No package on PyPI reads the format whole (the one there is guesses spans from equal labels), and INCEpTION itself is a
server. So this check is not another program: it is an independent reading, in another language and without any code of
Hashiya, of what the user guide of INCEpTION says in its appendix “WebAnno TSV 3.3 File format”, and of the text as its
reader puts it together. It proves that the file says what it should to one who knows the description alone.
"""

import re

from common import Study, done, same

SPAN = "webanno.custom.Span"
ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "b": "\b"}


def unescape(text):
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), text, flags=re.DOTALL)


def stack(cell):
    """The values of a cell, each with the number in brackets after it."""
    if cell == "_":
        return []
    values = [""]
    for piece in re.findall(r"\\.|.", cell, flags=re.DOTALL):
        values = [*values, ""] if piece == "|" else [*values[:-1], values[-1] + piece]
    found = []
    for value in values:
        bracket = re.search(r"(?<!\\)(?:\\\\)*\[([0-9_]+)\]$", value)
        number = bracket[1] if bracket else None
        bare = value[: -len(number) - 2] if bracket else value
        found.append((None if bare == "*" else unescape(bare), number))
    return found


class Tsv:
    def __init__(self, path):
        lines = path.read_text(encoding="utf-8").split("\n")
        assert lines[0] == "#FORMAT=WebAnno TSV 3.3", lines[0]
        end = lines.index("", 1)
        self.layers = [line[6:].split("|") for line in lines[1:end]]
        kinds = [line[:6] for line in lines[1:end]]
        assert kinds == sorted(kinds, reverse=True), "spans come before relations"
        assert lines[end + 1] == "", "two empty lines stand before the first sentence"
        self.units, self.rows, head = b"", [], None
        for line in lines[end + 2 :]:
            if line.startswith("#Text="):
                head = ([] if head is None else head) + [unescape(line[6:])]
            elif line:
                self.row(line.split("\t"), head)
                head = None
        # A line end stands after every sentence, and one after the last, which is not in the text.
        self.text = self.units.decode("utf-16-le").removesuffix("\n")

    def row(self, cells, head):
        begin, end = (int(at) for at in cells[1].split("-"))
        if head is not None:
            # As the reader of INCEpTION puts a text together.
            if len(self.units) > begin * 2:
                assert self.units.endswith("\n".encode("utf-16-le")) and len(self.units) == begin * 2 + 2
                self.units = self.units[:-2]
            self.units += " ".encode("utf-16-le") * (begin - len(self.units) // 2)
            self.units += "".join(line + "\n" for line in head).encode("utf-16-le")
        assert self.units[begin * 2 : end * 2].decode("utf-16-le") == cells[2], cells
        assert cells[-1] == "", "a tab ends the row"
        self.rows.append((cells[0], (begin, end), cells[3:-1]))

    def code_points(self, unit):
        return len(self.units[: unit * 2].decode("utf-16-le"))

    def columns(self, layer):
        before = sum(len(other) - 1 for other in self.layers[: self.layers.index(layer)])
        return before, before + len(layer) - 1

    def spans(self):
        """The spans by number, or by row where they have none."""
        spans = {}
        for layer in [layer for layer in self.layers if layer[0] == SPAN]:
            first, last = self.columns(layer)
            for name, (begin, end), cells in self.rows:
                stacks = [stack(cell) for cell in cells[first:last]]
                for values in zip(*stacks, strict=True):
                    numbers = {number for _, number in values}
                    assert len(numbers) == 1, values
                    number = numbers.pop()
                    said = dict(zip(layer[1:], [value for value, _ in values]))
                    span = spans.setdefault(number or name, {"said": said, "begin": begin, "row": name})
                    assert span["said"] == said
                    span["end"] = end
        for span in spans.values():
            span["range"] = [self.code_points(span["begin"]), self.code_points(span["end"])]
        return spans

    def arrows(self, name, spans):
        """From, to and what is said, of the relations of a layer; nothing where the file does not declare it."""
        layer = next((layer for layer in self.layers if layer[0] == name), None)
        if layer is None:
            return
        first, last = self.columns(layer)
        for name, _, cells in self.rows:
            for values in zip(*[stack(cell) for cell in cells[first:last]], strict=True):
                source, numbers = values[-1]
                numbers = numbers.split("_") if numbers else ["0", "0"]
                start = source if numbers[0] == "0" else numbers[0]
                end = name if numbers[1] == "0" else numbers[1]
                assert spans[start]["row"] == source and spans[end]["row"] == name, (source, name)
                yield start, end, dict(zip(layer[1:-1], [value for value, _ in values[:-1]]))


def said(tsv):
    spans = tsv.spans()
    ranges = {key: [span["range"]] for key, span in spans.items()}
    for start, end, _ in tsv.arrows("webanno.custom.Continuation", spans):
        ranges[start] += ranges.pop(end)

    def attributes(of):
        return {key: value for key, value in of.items() if key not in ("label", "note") and value is not None}

    found = [
        [spans[key]["said"]["label"], at, attributes(spans[key]["said"]), spans[key]["said"].get("note") or ""]
        for key, at in ranges.items()
    ]
    relations = [
        [of["label"], ranges[start], ranges[end], attributes(of)]
        for start, end, of in tsv.arrows("webanno.custom.Relation", spans)
    ]
    return found, relations


study, count = Study(), 0
for kind in ("words", "whitespace", "clitics"):
    folder = study.export("webanno-tsv", f"tsv-{kind}", "--tokens", kind)
    assert study.report["losses"] == [], study.report["losses"]
    for layer in study.layers():
        tsv = Tsv(folder / layer.annotator / f"{layer.article}.tsv")
        what = f"{kind} {layer.article}/{layer.annotator}"
        assert tsv.text == layer.text, f"{what}: {tsv.text!r} is not {layer.text!r}"
        spans, relations = said(tsv)
        ranges = {span["id"]: span["ranges"] for span in layer.spans}
        same(spans, [[s["label"], s["ranges"], s["attributes"], s["note"]] for s in layer.spans], f"{what}: spans")
        wanted = [[r["label"], ranges[r["from"]], ranges[r["to"]], r["attributes"]] for r in layer.relations]
        same(relations, wanted, f"{what}: relations")
        count += len(spans) + len(relations)
done(count, "spans and relations")
