"""What the checks of this folder share: the nasty project, exports of it by the real program, the spans that are expected.

Each check is a program `<format>.py` that exits with 0 when it is content. It starts with

    from common import Study, done
    study = Study()                       # a project of tests/data/nasty.jsonl
    study.export("brat", "brat-folder")   # the path of the export; its report is study.report
    for layer in study.layers("amal"): …  # what `hashiya show --json` says, without what the report calls lost

and ends with `done(count)`, which refuses to be content with nothing.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
NASTY = HERE.parent / "data" / "nasty.jsonl"
HASHIYA = os.environ.get("HASHIYA") or str(HERE.parents[1] / "target" / "debug" / "hashiya")


@dataclass
class Layer:
    """One annotator's spans on one article, in code points: what a format must give back."""

    article: str
    annotator: str
    text: str
    spans: list = field(default_factory=list)
    relations: list = field(default_factory=list)
    dropped: set = field(default_factory=set)
    clipped: set = field(default_factory=set)
    stripped: set = field(default_factory=set)

    def kept(self):
        """Spans that are in the export with exactly these ranges."""
        return [span for span in self.spans if span["id"] not in self.dropped | self.clipped]

    def cover(self, span):
        """Start and end of a span of one range."""
        ((start, end),) = span["ranges"]
        return start, end


class Study:
    """A project of the nasty data set in a temporary folder."""

    def __init__(self, source=NASTY):
        self._folder = tempfile.TemporaryDirectory(prefix="hashiya-third-party-")
        self.path = Path(self._folder.name)
        self.project = self.path / "nasty"
        self.report = None
        self.run("new", self.project)
        self.run("import", self.project, source)

    def run(self, *args, allowed=(0, 1)):
        """Runs the program; its standard output."""
        said = subprocess.run([HASHIYA, *map(str, args)], capture_output=True, text=True, check=False)
        if said.returncode not in allowed:
            sys.exit(f"hashiya {' '.join(map(str, args))}: {said.returncode}\n{said.stdout}{said.stderr}")
        return said.stdout

    def export(self, form, name, *options):
        """Exports; the path. The report is kept in `self.report`."""
        output, report = self.path / name, self.path / f"{name}.report.json"
        self.run("export", self.project, "--format", form, "--output", output, "--report", report, *options)
        self.report = json.loads(report.read_text(encoding="utf-8"))
        assert self.report["proven"], self.report
        return output

    def reimport(self, path, *options):
        """Imports into a new project; that project as a Study."""
        other = Study.__new__(Study)
        other._folder, other.path, other.report = self._folder, self.path, None
        other.project = self.path / f"again-{Path(path).name}"
        self.run("new", other.project)
        self.run("import", other.project, path, *options)
        return other

    def articles(self):
        """Every article as `hashiya show --json` gives it."""
        listed = json.loads(self.run("list", self.project, "--json"))
        return [json.loads(self.run("show", self.project, entry["id"], "--json")) for entry in listed]

    def layers(self, annotator=None):
        """The layers of an annotator, or of all, with what the last report says of each span."""
        losses = {}
        for loss in (self.report or {}).get("losses", []):
            losses.setdefault(loss["where"], set()).add(loss["kind"])
        layers = []
        for article in self.articles():
            for name, layer in article["layers"].items():
                if annotator not in (None, name):
                    continue
                made = Layer(article["id"], name, article["text"], layer["spans"], layer["relations"])
                for span in layer["spans"]:
                    kinds = losses.get(f"{made.article}/{name}/span {span['id']}", set())
                    for kind in kinds:
                        getattr(made, kind).add(span["id"])
                layers.append(made)
        return layers


def multiset(items):
    """For comparing without order; items may be lists and dicts."""
    return sorted(json.dumps(item, ensure_ascii=False, sort_keys=True) for item in items)


def same(got, expected, what):
    """Fails with what is missing and what is too many."""
    got, expected = multiset(got), multiset(expected)
    if got != expected:
        missing = [item for item in expected if item not in got]
        extra = [item for item in got if item not in expected]
        sys.exit(f"{what}: missing {missing}; not expected {extra}; {len(got)} instead of {len(expected)}")


def done(count, what="spans"):
    """Says how many were compared; none is no success."""
    if not count:
        sys.exit(f"no {what} were compared")
    print(f"{Path(sys.argv[0]).stem}: {count} {what} compared, all the same")
