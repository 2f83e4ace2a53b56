#!/usr/bin/env python3
"""Measures what the README's speed table says and writes the table: python3 benches/speed.py [--print]

Runs the benches one after the other in the release profile and takes their medians. Absolute times belong to the
machine they were measured on, which the table names; compare them with each other, not with those of another machine.
"""
import pathlib, platform, re, subprocess, sys

ROWS = [
    # bench, function, what it is, budget
    ("page", "first_layout_5_kb", "article of 5 KB: first layout", "≤ 2 ms"),
    ("page", "first_page_10_mb", "article of 10 MB: first page", "≤ 50 ms"),
    ("page", "redraw_no_spans", "frame of an unchanged page, no spans", ""),
    ("page", "redraw_1000_spans_in_view", "frame of an unchanged page, 1,000 spans in view", "≤ 1 ms"),
    ("page", "label_and_redraw_1000_spans", "another label for a span, with its frame, 1,000 spans in view", "next frame"),
    ("durable", "label_until_on_disk/1", "edit until it is on disk, project of 1 article", "≤ 20 ms"),
    ("durable", "label_until_on_disk/10000", "edit until it is on disk, project of 10,000 articles", "≤ 20 ms"),
    ("durable", "label_until_on_disk/1 p99", "the slowest of a hundred such edits, project of 1 article", "≤ 20 ms"),
    ("durable", "label_until_on_disk/10000 p99", "the slowest of a hundred such edits, project of 10,000 articles", "≤ 20 ms"),
    ("durable", "open_to_the_list/10000", "open a project of 10,000 articles", ""),
    ("durable", "open_to_the_list/100000", "open a project of 100,000 articles", "≤ 1 s"),
]
BEGIN, END = "<!-- speed table -->", "<!-- end of speed table -->"


def medians(bench):
    """Median of each function of a bench, as divan prints it."""
    done = subprocess.run(["cargo", "bench", "--locked", "--bench", bench], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"the bench {bench} failed:\n{done.stdout}{done.stderr}")
    found, group = {}, ""
    for line in done.stdout.splitlines():
        tail = re.match(r"^(p\d+) (\S+): (.*)$", line)
        if tail:
            found[f"{tail[2]} {tail[1]}"] = tail[3]
            continue
        entry = re.match(r"^([│\s]*)[├╰]─ (\w+)(.*)$", line)
        if not entry:
            continue
        indent, name, rest = entry.groups()
        times = re.findall(r"[\d.]+ (?:ns|µs|ms|s)\b", rest)
        if not times:
            group = name
        else:
            # fastest, slowest, median, mean
            found[f"{group}/{name}" if indent else name] = times[2]
    return found


def machine():
    model = ""
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    cores = len(re.findall(r"^processor", pathlib.Path("/proc/cpuinfo").read_text(), re.M))
    return f"{model or platform.machine()}, {cores} cores"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    results = {bench: medians(bench) for bench in dict.fromkeys(row[0] for row in ROWS)}
    lines = ["| what | budget | measured |", "|---|---|---|"]
    for bench, name, what, budget in ROWS:
        lines.append(f"| {what} | {budget} | {results[bench].get(name, 'not measured')} |")
    lines.append("")
    lines.append(f"Medians of one run of `python3 benches/speed.py` on {machine()}.")
    table = "\n".join(lines)
    print(table)
    if "--print" not in sys.argv:
        readme = root / "README.md"
        text = readme.read_text()
        start = text.index(BEGIN) + len(BEGIN)
        end = text.index(END) if END in text else start
        rest = text[end + len(END):] if END in text else text[start:]
        readme.write_text(f"{text[:start]}\n\n{table}\n\n{END}{rest}")


if __name__ == "__main__":
    main()
