#!/usr/bin/env python3
"""The worked playbooks, one workspace per trade: each checks without a warning, has its pages, passes its tests, which reach all of it, and gives over its
made-up population, which comes to every step, what its READMEs show; both READMEs, English and Chinese, answer five questions of an operator; its twin in
the other spelling is there and does the same.

    playbooks_test.py TEND [NAME…]        from the repository root; UPDATE_FIGURES=1 writes the figures into the READMEs

A README shows figures in a block that begins with `$ tend simulate …`: the one in the workspace's own tongue must, the other may (with `--lang`).
"""
import json
import os
import re
import subprocess
import sys
import tempfile

FOLDER = "playbooks"
TWINS = "playbooks/twins"
README = {"en": "README.md", "zh": "README.zh.md"}
CSV_BYTES_MAX = 250_000   # of a workspace
QUESTION = re.compile(r"^\*\*\d\. .+\*\*\n\S", re.M)
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
    done = run(tend, "check", "--deny", "warnings", at)
    if done.returncode != 0:
        problems.append(f"{at}: does not check without a warning:\n{done.stdout}{done.stderr}")
    for lang in README:
        pages = os.path.join(scratch, "pages", lang)
        done = run(tend, "doc", at, "--lang", lang, "--out", pages)
        if done.returncode != 0 or not os.path.exists(os.path.join(pages, "index.html")):
            problems.append(f"{at}: has no pages in `{lang}` (exit code {done.returncode}): {done.stderr}")
    for name in README.values():
        questions = len(QUESTION.findall(text_of(os.path.join(at, name))))
        if questions != 5:
            problems.append(f"{at}/{name}: has {questions} questions with answers, not five")
    return problems


def text_of(path):
    """What the file says; nothing where there is none."""
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


def language(at):
    """The tongue of the workspace, by its tend.toml."""
    return re.search(r'^language = "(en|zh)"', text_of(os.path.join(at, "tend.toml")), re.M).group(1)


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
    tests = run(tend, "test", "--coverage", "--lang", "en", "--format", "json", at=at).stdout
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
    done = run(tend, "check", "--deny", "warnings", twin)
    if done.returncode != 0:
        return [f"{twin}: does not check without a warning:\n{done.stdout}{done.stderr}"]
    period = figures_of(at).group(1).split()
    one, other = does(tend, at, period, scratch), does(tend, twin, period, scratch)
    return [f"{twin}: has other {what} than {at}" for what in one if one[what] != other[what]]


def problems_of_tests(tend, at):
    done = run(tend, "test", at, "--coverage", "--threshold", "100", "--lang", "en", "--format", "json")
    if not done.stdout:
        return [f"{at}: its tests cannot be run: {done.stderr}"]
    report = json.loads(done.stdout)
    problems = [f"{at}: {report['tests'] - report['passed']} of its tests do not pass"] if report["passed"] < report["tests"] else []
    tested = {result["playbook"] for result in report["results"] if result["verdict"] == "passed"}
    for playbook in report["coverage"]["playbooks"]:
        if playbook["playbook"] not in tested:
            problems.append(f"{at}: nobody tests {playbook['playbook']}")
        problems += [f"{at}: {playbook['playbook']}: {part}" for part in playbook["unreached"]]
    if done.returncode != 0 and not problems:
        problems.append(f"{at}: `tend test --coverage --threshold 100` ends with {done.returncode}: {done.stderr}")
    return problems


def figures_of(at):
    """What the README in the workspace's own tongue shows of `tend simulate`."""
    return FIGURES.search(text_of(os.path.join(at, README[language(at)])))


def problems_of_figures(tend, at):
    if not figures_of(at):
        return [f"{at}/{README[language(at)]}: shows no figures of `tend simulate`"]
    problems = []
    for path in (os.path.join(at, name) for name in README.values()):
        readme = text_of(path)
        for shown in reversed(list(FIGURES.finditer(readme))):
            done = run(tend, *shown.group(1).split(), at=at)
            if done.returncode != 0:
                problems.append(f"{path}: `{shown.group(1)}` fails: {done.stderr}")
            elif os.environ.get("UPDATE_FIGURES"):
                readme = readme[: shown.start(2)] + done.stdout + readme[shown.end(2) :]
            elif done.stdout != shown.group(2):
                problems.append(f"{path}: shows other figures than `{shown.group(1)}` gives (UPDATE_FIGURES=1 writes them):\n{done.stdout}")
        if readme != text_of(path):
            with open(path, "w", encoding="utf-8") as file:
                file.write(readme)
    done = run(tend, *figures_of(at).group(1).split(), "--format", "json", at=at)
    playbooks = json.loads(done.stdout)["playbooks"] if done.returncode == 0 else {}
    problems += [f"{at}: nobody enters {name}" for name, figures in playbooks.items() if figures["entered"] == 0]
    problems += [f"{at}: {name}: nobody comes to {step['step']}, line {step['line']}" for name, figures in playbooks.items() for step in figures["steps"] if step["reached"] == 0]
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
    size = sum(os.path.getsize(os.path.join(at, name)) for name in kept)
    if size > CSV_BYTES_MAX:
        problems.append(f"{at}: has {size} bytes of data")
    for name in sorted(kept & set(os.listdir(made))):
        with open(os.path.join(at, name), "rb") as one, open(os.path.join(made, name), "rb") as other:
            if one.read() != other.read():
                problems.append(f"{at}/{name}: is not what generate.py makes")
    return problems


def main(tend, wanted):
    problems = []
    names = sorted(name for name in os.listdir(FOLDER) if os.path.exists(os.path.join(FOLDER, name, "tend.toml")))
    for name in wanted or names:
        with tempfile.TemporaryDirectory() as scratch:
            problems += problems_of(tend, os.path.join(FOLDER, name), scratch)
    problems += [f"{TWINS}/{name}: is nobody's twin" for name in os.listdir(TWINS) if os.path.isdir(os.path.join(TWINS, name)) and name not in names]
    index = text_of(os.path.join(FOLDER, "README.md"))
    problems += [f"{FOLDER}/README.md: does not name {name} in both tongues" for name in names if not all(f"({name}/{readme})" in index for readme in README.values())]
    print("\n".join(problems) or f"{len(wanted or names)} worked playbooks are as they say")
    return 1 if problems or len(names) < 9 else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), sys.argv[2:]))
