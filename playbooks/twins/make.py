#!/usr/bin/env python3
"""Writes the twins: each workspace of playbooks/ with its keywords in the other spelling, by `tend fmt --lang`.

    playbooks/twins/make.py TEND [NAME…] [--out FOLDER]      all of them, or those named; FOLDER stands for playbooks/twins

A twin has the .tend files (and the .lua files that they name) and a tend.toml whose paths lead to the original's data: nothing else is there twice.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys

TWINS = os.path.dirname(os.path.abspath(__file__))
PLAYBOOKS = os.path.dirname(TWINS)
OTHER = {"en": "zh", "zh": "en"}
# What leads to a file beside the original's tend.toml: a source's data, a package's folder.
DATA = re.compile(r'^(file = ")(?!/)', re.M)
PACKAGE = re.compile(r'(\bpath = ")(?=\.\.?/)')
LANGUAGE = re.compile(r'^(language = ")(en|zh)(")', re.M)


def workspaces():
    return sorted(name for name in os.listdir(PLAYBOOKS) if os.path.exists(os.path.join(PLAYBOOKS, name, "tend.toml")))


def make(tend, name, out):
    """Writes the twin of one workspace, in place of what was there."""
    original, twin = os.path.join(PLAYBOOKS, name), os.path.join(out, name)
    shutil.rmtree(twin, ignore_errors=True)
    for at, folders, names in os.walk(original):
        folders[:] = [folder for folder in folders if folder != "data"]
        for file in names:
            if file.endswith((".tend", ".lua")) or file in ("tend.toml", "tend.lock"):
                into = os.path.join(twin, os.path.relpath(at, original))
                os.makedirs(into, exist_ok=True)
                shutil.copy(os.path.join(at, file), into)
    toml = os.path.join(twin, "tend.toml")
    with open(toml, encoding="utf-8") as file:
        text = file.read()
    language = LANGUAGE.search(text)
    if not language:
        sys.exit(f"{original}/tend.toml does not say `language = \"en\"` or \"zh\"")
    other = OTHER[language.group(2)]
    text = LANGUAGE.sub(rf"\g<1>{other}\g<3>", text, count=1)
    text = PACKAGE.sub(rf"\g<1>../../{name}/", DATA.sub(rf"\g<1>../../{name}/", text))
    with open(toml, "w", encoding="utf-8") as file:
        file.write(text)
    subprocess.run([tend, "fmt", twin, "--lang", other], check=True, stdout=subprocess.DEVNULL)


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("tend")
    words.add_argument("name", nargs="*")
    words.add_argument("--out", default=TWINS)
    said = words.parse_args()
    for name in said.name or workspaces():
        make(os.path.abspath(said.tend), name, said.out)


if __name__ == "__main__":
    main()
