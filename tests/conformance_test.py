#!/usr/bin/env python3
"""The language tested in the language: every file and folder below tests/conformance/SECTION is a workspace whose tests pass; what the
engine does not run yet must check, and its tests wait. Every keyword occurs, in both tongues.

    conformance_test.py TEND        from the repository root

A file NAME.zh.tend is NAME.tend with Chinese keywords, as `tend fmt --lang zh` writes it; UPDATE_GOLDEN=1 writes them.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

FOLDER = "tests/conformance"
KEYWORD = re.compile(r'^KW\((\w+),"([^"]*)","([^"]*)"', re.M)


def run(tend, *words):
    return subprocess.run([tend, *words], capture_output=True, text=True, timeout=300)


def workspaces():
    for section in sorted(os.listdir(FOLDER)):
        at = os.path.join(FOLDER, section)
        if not os.path.isdir(at):
            continue
        for name in sorted(os.listdir(at)):
            path = os.path.join(at, name)
            if os.path.isdir(path) or name.endswith(".tend"):
                yield path


def twin_problems(tend, folder, path):
    """The Chinese twin of a lone English file."""
    if os.path.isdir(path) or path.endswith(".zh.tend"):
        return []
    there = path[: -len(".tend")] + ".zh.tend"
    copy = os.path.join(folder, os.path.basename(there))
    shutil.copy(path, copy)
    done = run(tend, "fmt", "--lang", "zh", copy)
    if done.returncode != 0:
        return [f"{path}: cannot be written in Chinese: {done.stderr}"]
    with open(copy, encoding="utf-8") as file:
        text = file.read()
    if os.environ.get("UPDATE_GOLDEN"):
        with open(there, "w", encoding="utf-8") as file:
            file.write(text)
    if not os.path.exists(there):
        return [f"{path}: has no Chinese twin (UPDATE_GOLDEN=1 writes it)"]
    with open(there, encoding="utf-8") as file:
        if file.read() != text:
            return [f"{there}: is not {path} in Chinese (UPDATE_GOLDEN=1 writes it)"]
    return []


def texts():
    """Everything in the suite but comments and texts in quotes."""
    for folder, _, names in os.walk(FOLDER):
        for name in names:
            if not name.endswith(".tend"):
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                yield re.sub(r'"[^"\n{}]*"|“[^”\n{}]*”|#.*', " ", file.read())


def unused_keywords():
    """Keywords that stand nowhere in the suite, in either tongue."""
    with open("dsl/syntax/keywords.inc", encoding="utf-8") as file:
        keywords = KEYWORD.findall(file.read())
    whole = "\n".join(texts())
    missing = []
    for name, english, chinese in keywords:
        if not re.search(r"(?<!\w)" + re.escape(english) + r"(?!\w)", whole):
            missing.append(f"the keyword `{english}` ({name}) stands nowhere in {FOLDER}")
        if chinese not in whole:
            missing.append(f"the keyword `{chinese}` ({name}) stands nowhere in {FOLDER}")
    return missing


def check_problems(tend, folder, path):
    """A workspace checks; an English file and its Chinese twin are one program."""
    def program(of):
        out = os.path.join(folder, "program")
        done = run(tend, "check", of, "--program", out)
        if done.returncode != 0:
            return None, f"{of}: does not check:\n{done.stdout}"
        with open(out, "rb") as file:
            return file.read(), ""

    bytes_of, problem = program(path)
    if problem or os.path.isdir(path) or path.endswith(".zh.tend"):
        return [problem] if problem else []
    twin, problem = program(path[: -len(".tend")] + ".zh.tend")
    return [problem] if problem else [] if twin == bytes_of else [f"{path}: its Chinese twin is another program"]


def main(tend):
    problems = unused_keywords()
    with tempfile.TemporaryDirectory() as folder:
        for path in list(workspaces()):
            problems += twin_problems(tend, folder, path) or check_problems(tend, folder, path)
    paths = list(workspaces())
    done = run(tend, "test", *paths, "--format", "json")
    if done.returncode not in (0, 1) or not done.stdout:
        print(done.stderr)
        return 1
    report = json.loads(done.stdout)
    for result in report["results"]:
        if result["verdict"] == "failed":
            failure = result["failure"]
            problems.append(f"{result['file']}:{failure['line']}: {failure['expected']} -- {failure['instead']}\n{failure['story']}")
    waiting = f"; {report['cannot_run']} wait for the engine to learn what they use" if report["cannot_run"] else ""
    print("\n".join(problems) or f"{report['passed']} tests of {len(paths)} workspaces passed{waiting}")
    return 1 if problems or report["passed"] == 0 else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
