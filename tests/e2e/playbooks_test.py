#!/usr/bin/env python3
"""The worked playbooks, one workspace per trade: each checks without an error, means the same in the other tongue, has its pages, passes its
tests, and its README answers five questions of an operator.

    playbooks_test.py TEND        from the repository root
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

FOLDER = "playbooks"


def run(tend, *words):
    return subprocess.run([tend, *words], capture_output=True, text=True, timeout=120)


def problems_of(tend, at, scratch):
    """What is wrong with one worked playbook."""
    problems = []
    programs = []
    for lang in ("", "en", "zh"):
        copy = os.path.join(scratch, os.path.basename(at) + lang)
        shutil.copytree(at, copy)
        if lang:
            run(tend, "fmt", copy, "--lang", lang)
        out = os.path.join(scratch, "program")
        done = run(tend, "check", copy, "--program", out)
        if done.returncode != 0:
            problems.append(f"{at} {lang}: does not check:\n{done.stdout}{done.stderr}")
            continue
        with open(out, "rb") as file:
            programs.append(file.read())
    if len(set(programs)) > 1:
        problems.append(f"{at}: is another program in another tongue")
    pages = os.path.join(scratch, "pages")
    done = run(tend, "doc", at, "--out", pages)
    if done.returncode != 0 or not os.path.exists(os.path.join(pages, "index.html")):
        problems.append(f"{at}: has no pages: {done.stderr}")
    done = run(tend, "test", at, "--format", "json")
    report = json.loads(done.stdout) if done.stdout else {"failed": 0}
    if report["failed"]:
        problems.append(f"{at}: {report['failed']} of its tests fail")
    with open(os.path.join(at, "README.md"), encoding="utf-8") as file:
        questions = re.findall(r"^\*\*\d\. .+\*\*\n\S", file.read(), re.M)
    if len(questions) != 5:
        problems.append(f"{at}/README.md: has {len(questions)} questions with answers, not five")
    return problems


def main(tend):
    problems = []
    names = sorted(name for name in os.listdir(FOLDER) if os.path.isdir(os.path.join(FOLDER, name)))
    for name in names:
        with tempfile.TemporaryDirectory() as scratch:
            problems += problems_of(tend, os.path.join(FOLDER, name), scratch)
    print("\n".join(problems) or f"{len(names)} worked playbooks are as they say")
    return 1 if problems or len(names) < 9 else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
