"""`tend graph` as a user calls it: three forms that other programs can read, both tongues, and clear sentences when it is called wrongly."""
import os
import shutil
import subprocess
import sys
import tempfile
import xml.dom.minidom

import workspace as w

GOLDEN = "tests/golden/graph"


def is_svg(text, what):
    root = xml.dom.minidom.parseString(text.encode("utf-8")).documentElement
    w.check(root.tagName == "svg" and root.getElementsByTagName("title") and root.getElementsByTagName("desc"), f"{what} is an accessible SVG")
    for word in ("http://www.w3.org/2000/svg", "prefers-color-scheme:dark"):
        w.check(word in text, f"{what} has {word}")
    w.check("<script" not in text and "href" not in text and "url(http" not in text, f"{what} needs nothing from elsewhere")


def is_dot(text, what):
    if not shutil.which("dot"):
        return
    done = subprocess.run(["dot", "-Tplain"], input=text, capture_output=True, text=True, timeout=60)
    w.check(done.returncode == 0 and done.stdout.startswith("graph"), f"Graphviz reads {what}: {done.stderr}")


def forms(tend, workspace, playbook):
    for lang in ("en", "zh"):
        what = f"{playbook} of {workspace} in {lang}"
        svg = w.run(tend, "graph", playbook, "--workspace", workspace, "--lang", lang).stdout
        is_svg(svg, what)
        is_dot(w.run(tend, "graph", playbook, "--workspace", workspace, "--lang", lang, "--format", "dot").stdout, what)
        mermaid = w.run(tend, "graph", playbook, "--workspace", workspace, "--lang", lang, "--format", "mermaid").stdout
        w.check(mermaid.startswith("flowchart TD\n") and "-->" in mermaid, f"{what} is a Mermaid flowchart")


def main():
    tend = os.path.abspath(sys.argv[1])
    forms(tend, "playbooks/win-back", "win_back")
    for name in ("steps.en.tend", "steps.zh.tend"):
        forms(tend, os.path.join(GOLDEN, name), "care_for")
    with tempfile.TemporaryDirectory() as scratch:
        out = os.path.join(scratch, "win_back.svg")
        done = w.run(tend, "graph", "win_back", "--workspace", "playbooks/win-back", "--out", out)
        w.check(done.stdout == "", "what is written to a file is not printed")
        is_svg(w.read(out), "the file")
    wrong = w.run(tend, "graph", "winback", "--workspace", "playbooks/win-back", expect=1)
    w.check("did you mean `win_back`?" in wrong.stderr, f"a name nearly right: {wrong.stderr}")
    wrong = w.run(tend, "graph", "x", "--workspace", "playbooks/win-back", expect=1)
    w.check("there is: win_back" in wrong.stderr, f"a name quite wrong: {wrong.stderr}")
    w.run(tend, "graph", "win_back", "--workspace", "playbooks/win-back", "--format", "png", expect=3)
    w.run(tend, "graph", expect=3)

    print("ok")


if __name__ == "__main__":
    main()
