"""`tend graph` and `tend doc` as a user calls them: three forms that other programs can read, both tongues, and clear sentences when it is called wrongly."""
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


def pages(tend, workspace, playbooks, scratch):
    for lang in ("en", "zh"):
        folder = os.path.join(scratch, "pages-" + lang)
        w.run(tend, "doc", workspace, "--out", folder, "--lang", lang)
        expected = sorted(["index.html"] + [f"playbook-{name}.html" for name in playbooks])
        w.check(sorted(os.listdir(folder)) == expected, f"a page for each playbook of {workspace}: {os.listdir(folder)}")
        index = w.read(os.path.join(folder, "index.html"))
        for name in playbooks:
            w.check(f'href="playbook-{name}.html"' in index, f"the index leads to {name}")
            page = w.read(os.path.join(folder, f"playbook-{name}.html"))
            is_svg(page[page.index("<svg "):page.index("</svg>") + len("</svg>")], f"the picture on the page of {name}")
            w.check("<script" not in page and "src=" not in page and "<link" not in page, f"the page of {name} needs nothing from elsewhere")
            w.check("@media print" in page and "prefers-color-scheme:dark" in page, f"the page of {name} prints, and is dark at night")


def main():
    tend = os.path.abspath(sys.argv[1])
    forms(tend, "playbooks/win-back", "win_back")
    for name in ("steps.en.tend", "steps.zh.tend"):
        forms(tend, os.path.join(GOLDEN, name), "care_for")
    for name in ("whole.en.tend", "whole.zh.tend"):
        forms(tend, os.path.join(GOLDEN, name), "steps")
    with tempfile.TemporaryDirectory() as scratch:
        pages(tend, "playbooks/win-back", ["win_back"], os.path.join(scratch, "a"))
        pages(tend, os.path.join(GOLDEN, "whole.en.tend"), ["dates", "other", "steps"], os.path.join(scratch, "b"))
        spend = w.read(os.path.join(scratch, "a", "pages-en", "playbook-win_back.html"))
        w.check("trait spend = total(order.amount) over 365 days" in spend and "the total amount of their orders in the last 365 days" in spend,
                "a trait stands there as written and with its meaning")
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
