#!/usr/bin/env python3
"""The language tested in the language: every file and folder below tests/conformance/SECTION is a workspace whose tests pass.

    conformance_test.py TEND        from the repository root

A file NAME.zh.tend is NAME.tend with Chinese keywords, as `tend fmt --lang zh` writes it; UPDATE_GOLDEN=1 writes them.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

FOLDER = "tests/conformance"


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


def main(tend):
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        for path in list(workspaces()):
            problems += twin_problems(tend, folder, path)
    paths = list(workspaces())
    done = run(tend, "test", *paths, "--format", "json")
    if done.returncode not in (0, 1) or not done.stdout:
        print(done.stderr)
        return 1
    report = json.loads(done.stdout)
    tested = {result["workspace"] for result in report["results"]}
    problems += [f"{path}: has no test" for path in paths if path not in tested]
    for result in report["results"]:
        if result["verdict"] == "cannot_run":
            problems.append(f"{result['file']}:{result['line']}: {result['playbook']}: {result['name']}: {result['why']}")
        elif result["verdict"] == "failed":
            failure = result["failure"]
            problems.append(f"{result['file']}:{failure['line']}: {failure['expected']} -- {failure['instead']}\n{failure['story']}")
    print("\n".join(problems) or f"{report['passed']} tests of {len(paths)} workspaces passed")
    return 1 if problems or report["passed"] == 0 else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
