#!/usr/bin/env python3
"""The worked playbooks, one workspace per trade: each checks without an error, means the same in the other tongue, has its pages, passes its
tests, gives over its made-up population what its README shows, and the README answers five questions of an operator.

    playbooks_test.py TEND        from the repository root; UPDATE_FIGURES=1 writes the figures into the READMEs
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

FOLDER = "playbooks"
COVERED = 75   # percent of entries, steps, branches and arms that a workspace's tests reach
CSV_BYTES_MAX = 200_000
# What the README shows: the command, and all that it prints.
FIGURES = re.compile(r"^```\n\$ tend (simulate [^\n]*)\n(.*?)^```$", re.M | re.S)


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
    problems += problems_of_tests(tend, at) + problems_of_figures(tend, at) + problems_of_data(at, scratch)
    with open(os.path.join(at, "README.md"), encoding="utf-8") as file:
        questions = re.findall(r"^\*\*\d\. .+\*\*\n\S", file.read(), re.M)
    if len(questions) != 5:
        problems.append(f"{at}/README.md: has {len(questions)} questions with answers, not five")
    return problems


def problems_of_tests(tend, at):
    done = run(tend, "test", at, "--coverage", "--format", "json")
    if not done.stdout:
        return [f"{at}: its tests cannot be run: {done.stderr}"]
    report = json.loads(done.stdout)
    problems = [f"{at}: {report['tests'] - report['passed']} of its tests do not pass"] if report["passed"] < report["tests"] else []
    tested = {result["playbook"] for result in report["results"] if result["verdict"] == "passed"}
    for playbook in report["coverage"]["playbooks"]:
        if playbook["playbook"] not in tested:
            problems.append(f"{at}: nobody tests {playbook['playbook']}")
    if report["coverage"]["percent"] < COVERED:
        problems.append(f"{at}: its tests cover {report['coverage']['percent']}%")
    return problems


def problems_of_figures(tend, at):
    path = os.path.join(at, "README.md")
    with open(path, encoding="utf-8") as file:
        readme = file.read()
    shown = FIGURES.search(readme)
    if not shown:
        return [f"{path}: shows no figures of `tend simulate`"]
    done = subprocess.run([tend, *shown.group(1).split()], cwd=at, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        return [f"{at}: `{shown.group(1)}` fails: {done.stderr}"]
    if os.environ.get("UPDATE_FIGURES"):
        with open(path, "w", encoding="utf-8") as file:
            file.write(readme[: shown.start(2)] + done.stdout + readme[shown.end(2) :])
    elif done.stdout != shown.group(2):
        return [f"{path}: shows other figures than `{shown.group(1)}` gives (UPDATE_FIGURES=1 writes them):\n{done.stdout}"]
    done = subprocess.run([tend, *shown.group(1).split(), "--format", "json"], cwd=at, capture_output=True, text=True, timeout=120)
    playbooks = json.loads(done.stdout)["playbooks"]
    problems = [f"{at}: nobody enters {name}" for name, figures in playbooks.items() if figures["entered"] == 0]
    if not any(channel["accepted"] for figures in playbooks.values() for message in figures["sends"].values() for channel in message.values()):
        problems.append(f"{at}: nothing is sent")
    return problems


def problems_of_data(at, scratch):
    """The data are what generate.py makes, and small."""
    made = os.path.join(scratch, "made")
    os.makedirs(made)
    done = subprocess.run([sys.executable, os.path.abspath(os.path.join(at, "generate.py"))], cwd=made, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        return [f"{at}/generate.py fails: {done.stderr}"]
    kept = {name for name in os.listdir(at) if name.endswith(".csv") and not name.endswith(".rejects.csv")}
    problems = [] if kept == set(os.listdir(made)) else [f"{at}: holds {sorted(kept)}, generate.py makes {sorted(os.listdir(made))}"]
    for name in sorted(kept & set(os.listdir(made))):
        with open(os.path.join(at, name), "rb") as one, open(os.path.join(made, name), "rb") as other:
            content = one.read()
            if content != other.read():
                problems.append(f"{at}/{name}: is not what generate.py makes")
        if len(content) > CSV_BYTES_MAX:
            problems.append(f"{at}/{name}: has {len(content)} bytes")
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
