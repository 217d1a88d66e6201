#!/usr/bin/env python3
"""The worked playbooks, one workspace per trade: each checks without an error, has its pages, passes its tests, gives over its made-up population
what its README shows, and the README answers five questions of an operator; its twin in the other spelling is there and does the same.

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
TWINS = "playbooks/twins"
COVERED = 75   # percent of entries, steps, branches and arms that a workspace's tests reach
CSV_BYTES_MAX = 200_000
# What the README shows: the command, and all that it prints.
FIGURES = re.compile(r"^```\n\$ tend (simulate [^\n]*)\n(.*?)^```$", re.M | re.S)


def run(tend, *words, at=None):
    return subprocess.run([tend, *words], cwd=at, capture_output=True, text=True, timeout=120)


def problems_of(tend, at, scratch):
    """What is wrong with one worked playbook."""
    problems = problems_of_text(tend, at, scratch) + problems_of_tests(tend, at) + problems_of_figures(tend, at) + problems_of_data(at, scratch)
    return problems + (problems_of_twin(tend, at, scratch) if not problems else [])


def problems_of_text(tend, at, scratch):
    problems = []
    tongue = language(at)
    done = run(tend, "fmt", "--check", "--lang", tongue, at)
    if done.returncode != 0:
        problems.append(f"{at}: is not as `tend fmt --lang {tongue}` writes it:\n{done.stdout}{done.stderr}")
    done = run(tend, "check", at)
    if done.returncode != 0:
        problems.append(f"{at}: does not check:\n{done.stdout}{done.stderr}")
    pages = os.path.join(scratch, "pages")
    done = run(tend, "doc", at, "--out", pages)
    if done.returncode != 0 or not os.path.exists(os.path.join(pages, "index.html")):
        problems.append(f"{at}: has no pages: {done.stderr}")
    with open(os.path.join(at, "README.md"), encoding="utf-8") as file:
        questions = re.findall(r"^\*\*\d\. .+\*\*\n\S", file.read(), re.M)
    if len(questions) != 5:
        problems.append(f"{at}/README.md: has {len(questions)} questions with answers, not five")
    return problems


def language(at):
    """The tongue of the workspace, by its tend.toml."""
    with open(os.path.join(at, "tend.toml"), encoding="utf-8") as file:
        return re.search(r'^language = "(en|zh)"', file.read(), re.M).group(1)


def files_of(folder):
    """Each file below the folder and its bytes."""
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(at, name), "rb") as file:
                found[os.path.relpath(os.path.join(at, name), folder)] = file.read()
    return found


def without_lines(told):
    """What a report in JSON says, but for where it stands: lines differ between the spellings."""
    if isinstance(told, dict):
        return {key: without_lines(value) for key, value in told.items() if key not in ("line", "unreached")}
    return [without_lines(value) for value in told] if isinstance(told, list) else told


def does(tend, at, period, scratch):
    """What a workspace is and does, whatever its spelling: its program, its tests, its figures, every message."""
    program, sends = os.path.join(scratch, "program"), os.path.join(scratch, "sends")
    run(tend, "check", at, "--program", program)
    tests = run(tend, "test", "--coverage", "--format", "json", at=at).stdout
    figures = run(tend, *period, "--format", "json", "--sends", sends, at=at).stdout
    with open(program, "rb") as one, open(sends, "rb") as other:
        return {"program": one.read(), "tests": without_lines(json.loads(tests)), "figures": without_lines(json.loads(figures)), "messages": other.read()}


def problems_of_twin(tend, at, scratch):
    """The twin in the other spelling is what make.py writes, and does the same."""
    name = os.path.basename(at)
    twin, made = os.path.join(TWINS, name), os.path.join(scratch, "twins")
    again = f"`{TWINS}/make.py TEND {name}` writes it"
    if not os.path.exists(os.path.join(twin, "tend.toml")):
        return [f"{at}: has no twin: {again}"]
    subprocess.run([sys.executable, os.path.join(TWINS, "make.py"), tend, name, "--out", made], check=True)
    if files_of(os.path.join(made, name)) != files_of(twin):
        return [f"{twin}: is not the twin of {at}: {again}"]
    done = run(tend, "check", twin)
    if done.returncode != 0:
        return [f"{twin}: does not check:\n{done.stdout}{done.stderr}"]
    period = figures_of(at)[1].group(1).split()
    one, other = does(tend, at, period, scratch), does(tend, twin, period, scratch)
    return [f"{twin}: has other {what} than {at}" for what in one if one[what] != other[what]]


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


def figures_of(at, name="README.md"):
    """The README, and what it shows of `tend simulate`."""
    with open(os.path.join(at, name), encoding="utf-8") as file:
        readme = file.read()
    return readme, FIGURES.search(readme)


def problems_of_shown(tend, at, name):
    """The README shows what `tend simulate` gives; the Chinese one if it shows anything."""
    path = os.path.join(at, name)
    readme, shown = figures_of(at, name)
    if not shown:
        return [f"{path}: shows no figures of `tend simulate`"] if name == "README.md" else []
    done = run(tend, *shown.group(1).split(), at=at)
    if done.returncode != 0:
        return [f"{at}: `{shown.group(1)}` fails: {done.stderr}"]
    if os.environ.get("UPDATE_FIGURES"):
        with open(path, "w", encoding="utf-8") as file:
            file.write(readme[: shown.start(2)] + done.stdout + readme[shown.end(2) :])
    elif done.stdout != shown.group(2):
        return [f"{path}: shows other figures than `{shown.group(1)}` gives (UPDATE_FIGURES=1 writes them):\n{done.stdout}"]
    return []


def problems_of_figures(tend, at):
    names = [name for name in ("README.md", "README.zh.md") if os.path.exists(os.path.join(at, name))]
    problems = [problem for name in names for problem in problems_of_shown(tend, at, name)]
    if problems:
        return problems
    done = run(tend, *figures_of(at)[1].group(1).split(), "--format", "json", at=at)
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
    names = sorted(name for name in os.listdir(FOLDER) if os.path.exists(os.path.join(FOLDER, name, "tend.toml")))
    for name in names:
        with tempfile.TemporaryDirectory() as scratch:
            problems += problems_of(tend, os.path.join(FOLDER, name), scratch)
    problems += [f"{TWINS}/{name}: is nobody's twin" for name in os.listdir(TWINS) if os.path.isdir(os.path.join(TWINS, name)) and name not in names]
    print("\n".join(problems) or f"{len(names)} worked playbooks are as they say")
    return 1 if problems or len(names) < 9 else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
