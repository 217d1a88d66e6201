"""The standard library: each part checks, is formatted, means the same in the other tongue, and its tests reach all of it; all parts fit together; the
pages name each parameter; packs of policy stand together; and a change of a template is checked in all workspaces that use it by one command."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import workspace as w

STD = "stdlib"
POLICY = os.path.join(STD, "policy")
# Packs that a shop takes together.
TOGETHER = [["cn", "sms_cn", "wecom", "wechat_oa", "distance", "content_first"], ["eu", "mail", "distance"], ["us", "mail", "distance"]]
TEMPLATE = re.compile(r"^(?:template|模板) (\w+)\((.*)\)", re.M)
NAMED = re.compile(r"^(?:trait|segment|partner|currency|budget|message) (\w+)", re.M)
ONLY_TO_TRY = ("schema.tend", "try.tend", "tests.tend")
BLOCK = re.compile(r"^```tend\n(.*?)^```$", re.M | re.S)
CHANNEL = '[channels.{0}]\nadapter = "file"\npath = "{0}.jsonl"\n'

CLIENT = """use "lifecycle" as lifecycle
event order {{ amount money }}
activity is order
policy {{ timezone "UTC"; cap 1 message per day }}
message care care {{ text "How are you?" }}
message offer {{ text "Come back." }}
playbook silent = lifecycle.win_back(silence: {days} days, care: care, offer: offer)
test "silence and care" for silent {{
  given order {{ amount: 30 CNY }} {days} days ago
  expect send care
}}
"""


def folders(at):
    return sorted(os.path.join(at, name) for name in os.listdir(at) if os.path.exists(os.path.join(at, name, "tend.toml")))


def parameters(declared):
    """The names in `a duration = 3 days, b text = "c, d"`; a comma in a text or in brackets does not part two."""
    return [part.split()[0] for part in re.split(r",\s*(?![^\[(]*[\])])", re.sub(r'"[^"]*"', "", declared)) if part.strip()]


def library_files(part):
    return sorted(name for name in os.listdir(part) if name.endswith(".tend") and name not in ONLY_TO_TRY)


def check_part(tend, part):
    """One part by itself."""
    w.run(tend, "check", part, "--deny", "warnings")
    w.run(tend, "fmt", "--check", part)
    done = w.run(tend, "test", part, "--coverage", "--threshold", "100", "--format", "json")
    report = json.loads(done.stdout)
    w.check(report["tests"] > 0 and report["passed"] == report["tests"], f"{part}: all tests pass")
    w.check(report["coverage"]["percent"] == 100, f"{part}: all of it is reached")
    programs = set()
    with tempfile.TemporaryDirectory() as scratch:
        for lang in ("en", "zh"):
            copy = os.path.join(scratch, lang)
            shutil.copytree(part, copy)
            w.run(tend, "fmt", copy, "--lang", lang)
            out = os.path.join(scratch, "program")
            w.run(tend, "check", copy, "--deny", "warnings", "--program", out)
            with open(out, "rb") as file:
                programs.add(file.read())
    w.check(len(programs) == 1, f"{part}: the same program in both tongues")


def check_uses(part):
    """What no playbook is made from, no test reaches."""
    tried = w.read(os.path.join(part, "try.tend"))
    for name in library_files(part):
        for template, _ in TEMPLATE.findall(w.read(os.path.join(part, name))):
            w.check(re.search(rf"= {template}\(", tried), f"{part}: {template} is tried")


def declared(schema):
    """`customer owner staff`, `event order`, `event order amount money`, `currency PTS "Points" digits 0`: each line of a schema, one by one."""
    words = set()
    for kind, name, body in re.findall(r"^(customer|event|currency|policy)\b ?([^{\n]*?) ?(?:\{(.*?)\})?$", schema, re.M | re.S):
        words.add(f"{kind} {name}".strip())
        words |= {f"{kind} {name} {line.strip()}" for line in re.split(r"[\n,;](?! \")", body) if line.strip()}
    return words


def check_together(tend, parts):
    """What is compiled in: all parts and one schema, which holds what each part's own says."""
    whole = w.read(os.path.join(STD, "schema.tend"))
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copy(os.path.join(STD, "schema.tend"), scratch)
        shutil.copytree(os.path.join(STD, "calendars"), os.path.join(scratch, "calendars"))
        for part in parts:
            for word in declared(w.read(os.path.join(part, "schema.tend"))):
                w.check(word in declared(whole), f"{part}/schema.tend: `{word}` stands in {STD}/schema.tend")
            for name in library_files(part):
                shutil.copy(os.path.join(part, name), os.path.join(scratch, os.path.basename(part) + "_" + name))
        w.run(tend, "check", scratch, "--deny", "warnings")
        w.run(tend, "fmt", "--check", scratch)


def check_pages(tend, part):
    """A page per part in both tongues: it names what the part has, and its examples check against the `std` that is compiled in."""
    name = os.path.basename(part)
    texts = [w.read(os.path.join("docs", "stdlib", name + ending)) for ending in (".md", ".zh.md")]
    blocks = [BLOCK.findall(text) for text in texts]
    w.check(blocks[0] and len(blocks[0]) == len(blocks[1]), f"{name}: both pages have as many examples")
    with tempfile.TemporaryDirectory() as scratch:
        at = os.path.join(scratch, "example.tend")
        for block in blocks[0] + blocks[1]:
            with open(at, "w", encoding="utf-8") as file:
                file.write(block)
            w.run(tend, "check", at, "--deny", "warnings")
    if part == POLICY:
        words = [os.path.basename(pack) for pack in folders(POLICY)]
    else:
        words = []
        for file in library_files(part):
            text = w.read(os.path.join(part, file))
            words += NAMED.findall(text)
            for template, declared in TEMPLATE.findall(text):
                words += [template, *parameters(declared)]
    for word in words:
        for text in texts:
            w.check(re.search(rf"(`|## ){word}\b", text), f"both pages of {name} name `{word}`")


def check_packs_together(tend):
    for packs in TOGETHER:
        with tempfile.TemporaryDirectory() as scratch:
            for pack in packs:
                shutil.copy(os.path.join(POLICY, pack, "policy.tend"), os.path.join(scratch, pack + ".tend"))
            with open(os.path.join(scratch, "tend.toml"), "w", encoding="utf-8") as file:
                file.write("".join(CHANNEL.format(name) for name in ("sms", "wecom", "oa", "oa_mass", "email")))
                file.write('[lints]\nT0534 = "off"\n')
            w.run(tend, "check", scratch, "--deny", "warnings")


def test_all(tend, shops):
    """`tend test` of all of them in one command; its words and exit code."""
    done = subprocess.run([tend, "test", *shops], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def check_agency(tend):
    """Three clients use the agency's `lifecycle.win_back`, each with its own silence."""
    with tempfile.TemporaryDirectory() as scratch:
        package = os.path.join(scratch, "lifecycle")
        shutil.copytree(os.path.join(STD, "lifecycle"), package)
        shops = [os.path.join(scratch, name) for name in ("tea", "shoes", "books")]
        for days, shop in zip((30, 60, 90), shops):
            os.makedirs(shop)
            with open(os.path.join(shop, "shop.tend"), "w", encoding="utf-8") as file:
                file.write(CLIENT.format(days=days))
            with open(os.path.join(shop, "tend.toml"), "w", encoding="utf-8") as file:
                file.write(CHANNEL.format("outbox"))
            w.run(tend, "add", "lifecycle", "--path", package, "--workspace", shop)
        code, words = test_all(tend, shops)
        w.check(code == 0 and "3 tests: 3 passed" in words, f"all three are right: {words}")

        template = os.path.join(package, "win_back.tend")
        before = w.read(template)
        # An incompatible change: refused at each use, with the reason.
        with open(template, "w", encoding="utf-8") as file:
            file.write(before.replace("silence", "idle"))
        code, words = test_all(tend, shops)
        w.check(code == 1 and words.count("has no parameter `silence`") == 3, f"each use says why not: {words}")
        for shop in shops:
            w.check(f"{shop}/shop.tend:7:" in words, f"at the use in {shop}: {words}")
            kept = w.read(os.path.join(shop, "tend.lock"))
            w.run(tend, "update", "--workspace", shop, expect=1)
            w.check(w.read(os.path.join(shop, "tend.lock")) == kept, "what does not fit is not taken over")
        # A compatible one: nothing runs before somebody has looked; then it does.
        with open(template, "w", encoding="utf-8") as file:
            file.write(before.replace("gap duration = 7 days", "gap duration = 5 days"))
        code, words = test_all(tend, shops)
        w.check(code == 1 and words.count("error[T0702]") == 3 and words.count("error[") == 3, f"changed, nothing else: {words}")
        for shop in shops:
            told = w.run(tend, "update", "--workspace", shop).stdout
            w.check("playbook silent: another program" in told, f"whom it touches: {told}")
        code, words = test_all(tend, shops)
        w.check(code == 0, f"taken over: {words}")


def main(tend):
    parts = folders(STD)
    packs = folders(POLICY)
    w.check(len(packs) >= 8 and len(parts) >= 1, "the parts are found")
    for part in parts:
        check_part(tend, part)
        check_uses(part)
        check_pages(tend, part)
    for pack in packs:
        check_part(tend, pack)
    check_pages(tend, POLICY)
    check_together(tend, parts)
    check_packs_together(tend)
    check_agency(tend)
    print(f"{len(parts)} parts and {len(packs)} packs of policy are as they say")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
