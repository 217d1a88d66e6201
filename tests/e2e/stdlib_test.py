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

# An agency's clients: three trades, two tongues, each with its own silence, gap and header clauses.
CLIENTS = ("bakery-chain", "shoe-store", "beauty-experts")


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


def as_client(tend, name, package, scratch):
    """A worked playbook whose `std.win_back` is the agency's: the folder, the file with the use, and the playbook that is made from it."""
    shop = os.path.join(scratch, name)
    shutil.copytree(os.path.join("playbooks", name), shop)
    used = declaration = None
    for file in sorted(name for name in os.listdir(shop) if name.endswith(".tend")):
        text = w.read(os.path.join(shop, file))
        if "std.win_back(" in text:
            used, text = file, text.replace("std.win_back(", "agency.win_back(")
            declaration = re.search(r"^(?:playbook|剧本) (\w+) [^\n]*= agency\.win_back\(", text, re.M)
            written = '引用 "lifecycle" 记为 agency\n' if "剧本" in text else 'use "lifecycle" as agency\n'
            with open(os.path.join(shop, file), "w", encoding="utf-8") as out:
                out.write(written + text)
    w.check(used and declaration, f"{name} uses std.win_back")
    w.run(tend, "add", "lifecycle", "--path", package, "--workspace", shop)
    return {"name": name, "shop": shop, "file": used, "playbook": declaration.group(1), "line": 1 + text_line(os.path.join(shop, used), "agency.win_back(")}


def text_line(path, words):
    """How many lines stand before the first with these words."""
    return next(number for number, line in enumerate(w.read(path).split("\n")) if words in line)


def figures(tend, shop, playbook):
    """What `simulate` tells of one playbook, but for lines and the package's name."""
    done = w.run(tend, "simulate", shop, "--from", "2026-01-01", "--to", "2026-07-01", "--format", "json")
    told = json.loads(done.stdout)["playbooks"][playbook]
    return json.dumps({**told, "steps": [{**step, "line": 0} for step in told["steps"]]})


def test_all(tend, clients):
    """`tend test` of all of them in one command; its words and exit code."""
    done = subprocess.run([tend, "test", "--lang", "en", *(client["shop"] for client in clients)], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def check_agency(tend):
    """Three of the worked playbooks use the agency's `lifecycle.win_back`, each with its own parameters: what a change of it does to each of them, in one command."""
    with tempfile.TemporaryDirectory() as scratch:
        package = os.path.join(scratch, "lifecycle")
        shutil.copytree(os.path.join(STD, "lifecycle"), package)
        clients = [as_client(tend, name, package, scratch) for name in CLIENTS]
        code, words = test_all(tend, clients)
        w.check(code == 0 and " 0 failed" in words, f"all three are right: {words[-2000:]}")
        silences = {re.search(r"win_back\(silence: ?(\d+)", w.read(os.path.join(client["shop"], client["file"]))).group(1) for client in clients}
        w.check(len(silences) == len(clients), f"each has a silence of its own: {silences}")
        for client in clients:
            w.check(figures(tend, client["shop"], client["playbook"]) == figures(tend, os.path.join("playbooks", client["name"]), client["playbook"]), f"{client['name']}: the agency's copy does what std's does")

        template = os.path.join(package, "win_back.tend")
        before = w.read(template)

        def change(old, new):
            w.check(old in before, f"win_back.tend says `{old}`")
            with open(template, "w", encoding="utf-8") as file:
                file.write(before.replace(old, new))

        # Incompatible changes: refused at each use, with the reason.
        for old, new, reason in [("silence", "idle", "has no parameter `silence`"),
                                 ("care message,", "care message, owner_word message,", "`lifecycle.win_back` needs `owner_word`: a message"),
                                 ("gap duration = 7 days", "gap text", "`gap` takes a text, and this is a length of time")]:
            change(old, new)
            code, words = test_all(tend, clients)
            w.check(code == 1 and words.count(reason) >= len(clients), f"each use says why not ({reason}): {words[-3000:]}")
            for client in clients:
                w.check(f"{client['shop']}/{client['file']}:{client['line']}:" in words, f"at the use in {client['name']}, line {client['line']}: {words[-3000:]}")
                kept = w.read(os.path.join(client["shop"], "tend.lock"))
                w.run(tend, "update", "--workspace", client["shop"], expect=1)
                w.check(w.read(os.path.join(client["shop"], "tend.lock")) == kept, "what does not fit is not taken over")

        # Asks more of an event than they have: at the use that names the event, at the `use` of the package where it is the template's own default.
        schema = os.path.join(package, "schema.tend")
        usual = w.read(schema)
        with open(schema, "w", encoding="utf-8") as file:
            file.write(usual.replace("event order { id text", "event order { id text, till_number text"))
        change("requires { event purchase }", "requires { event purchase { till_number text } }")
        code, words = test_all(tend, clients)
        refused = [line for line in words.split("\n") if re.search(r"^error\[T0(265|704)\]: .*requires `\w+\.till_number`", line)]
        w.check(code == 1 and len(refused) == len(clients), f"each is told what it lacks: {words[-3000:]}")
        with open(schema, "w", encoding="utf-8") as file:
            file.write(usual)

        # One that fits: nothing runs before somebody has looked, and whoever says his own gap is not touched by another default.
        change("gap duration = 7 days", "gap duration = 5 days")
        code, words = test_all(tend, clients)
        w.check(code == 1 and words.count("error[T0702]") == len(clients) == words.count("error["), f"changed, nothing else: {words[-2000:]}")
        for client in clients:
            told = w.run(tend, "update", "--workspace", client["shop"]).stdout
            w.check("another program" not in told, f"{client['name']} says its own gap: {told}")
        code, words = test_all(tend, clients)
        w.check(code == 0, f"taken over: {words[-2000:]}")

        # One that fits and does something else: it is told whom it touches, and each client's own tests say what they no longer get.
        change("  wait gap\n", "")
        for client in clients:
            told = w.run(tend, "update", "--workspace", client["shop"]).stdout
            w.check(f"playbook {client['playbook']}: another program" in told and told.count("another program") == 1, f"whom it touches in {client['name']}: {told}")
        code, words = test_all(tend, clients)
        w.check(code == 1 and "error[" not in words, f"their tests fail, nothing else: {words[-2000:]}")
        for client in clients:
            w.check(re.search(rf"^FAILED .*\b{client['playbook']}: ", words, re.M), f"the tests of {client['name']} see it: {words[-2000:]}")


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
