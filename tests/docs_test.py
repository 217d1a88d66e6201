#!/usr/bin/env python3
"""The language's reference and the guides hold what they say: every ```tend block checks, and so does the keyword table.

    docs_test.py TEND        from the repository root

A block is a whole file, or `<!-- with prelude -->` stands before it: then it is completed by the text of the document's comment
`<!-- prelude … -->`. What stands under `<!-- each line in … -->` checks line by line, in the place of `@@`. The two tongues of a document must have the same number of each.
"""
import os
import re
import subprocess
import sys
import tempfile

PAIRS = [("docs/language.md", "docs/language.zh.md"), ("docs/guide.md", "docs/guide.zh.md"), ("docs/testing.md", "docs/testing.zh.md")]
FENCE = re.compile(r"(?:<!-- (?P<note>(?:with|each)\b.*?)-->\n)?^```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.M | re.S)
PRELUDE = re.compile(r"<!-- prelude\n(.*?)-->", re.S)
ROW = re.compile(r"^\| `([^`]+)` \| `([^`]+)`(?:, `([^`]+)`)? \|", re.M)
KEYWORD = re.compile(r'^KW\(\w+,"([^"]*)","([^"]*)","([^"]*)"', re.M)
UNIT = re.compile(r'\{"([^"]+)", Unit::(\w+), \w+, \w+\}')

findings = []


def find(path, line, sentence):
    findings.append(f"{path}:{line}: {sentence}")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def check(tend, folder, text):
    """What `tend check` says about a lone file with this text; of one with tests, what these say where it checks."""
    path = os.path.join(folder, "block.tend")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    done = subprocess.run([tend, "check", path], capture_output=True, text=True, timeout=60)
    if done.returncode == 0 and re.search(r"^(test|测试) ", text, re.M):
        done = subprocess.run([tend, "test", path], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def check_document(tend, folder, path):
    """All blocks of one document; how many of each sort there were."""
    document = read(path)
    prelude = PRELUDE.search(document)
    prelude = prelude.group(1) if prelude else ""
    counts = {"whole": 0, "completed": 0, "lines": 0}
    for fence in FENCE.finditer(document):
        note, body = fence["note"] or "", fence["body"]
        line = document.count("\n", 0, fence.start("body")) + 1
        if note.startswith("each line in\n"):
            around = note.split("\n", 1)[1]
            for at, one in enumerate(body.splitlines()):
                text = prelude + around.replace("@@", one)
                code, said = check(tend, folder, text)
                if code != 0:
                    find(path, line + at, f"`{one}` does not check:\n{said}")
                counts["lines"] += 1
        elif fence["kind"] == "tend":
            completed = note.strip() == "with prelude"
            code, said = check(tend, folder, (prelude if completed else "") + body)
            if code != 0:
                find(path, line, f"this block does not check:\n{said}")
            counts["completed" if completed else "whole"] += 1
    return counts


def check_keywords(path):
    """Each row of the keyword table is a row of the language's own table; the pairs that there are."""
    known = set()
    for english, chinese, alias in KEYWORD.findall(read("dsl/syntax/keywords.inc")):
        known |= {(english, chinese, ""), (english, chinese, alias)}
    units = {}
    for word, unit in UNIT.findall(read("dsl/syntax/scan_literal.cpp")):
        units.setdefault(unit, set()).add(word)
    document = read(path)
    start = document.find("\n## 11. ")   # the section of the table
    table = document[max(start, 0) : document.find("\n## 12. ")]
    rows = ROW.findall(table)
    for row in rows:
        unit = any(set(row) - {""} <= words for words in units.values())
        if row not in known and not unit:
            find(path, document[: document.index(f"| `{row[0]}` | `{row[1]}`", start)].count("\n") + 1, f"the language does not spell {row} so")
    return set(rows)


def main(tend):
    blocks = 0
    with tempfile.TemporaryDirectory() as folder:
        for pair in PAIRS:
            there = [path for path in pair if os.path.exists(path)]
            counts = [check_document(tend, folder, path) for path in there]
            blocks += sum(sum(one.values()) for one in counts)
            if len(counts) == 2 and counts[0] != counts[1]:
                find(there[1], 1, f"has {counts[1]}, its twin has {counts[0]}")
    tables = [check_keywords(path) for path in PAIRS[0]]
    if len(tables[0]) < 100:
        find(PAIRS[0][0], 1, f"has a keyword table of {len(tables[0])} rows")
    for row in sorted(tables[0] ^ tables[1]):
        find(PAIRS[0][1], 1, f"the keyword tables of the two tongues differ in {row}")
    print("\n".join(findings) or f"{blocks} blocks and {len(tables[0])} keywords are as the documents say")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
