"""Outputs for machines, as CI meets them: SARIF against its schema, JUnit, annotations, `--changed-since`, `--fix`, levels of lints, `explain`."""
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import xml.etree.ElementTree

try:
    import jsonschema
except ImportError:   # another Python than the system's, which `./dev` gives the package to
    if os.path.realpath(sys.executable) == os.path.realpath("/usr/bin/python3") or os.environ.get("TEND_SYSTEM_PYTHON"):
        sys.exit("failed: python3-jsonschema is not installed")
    os.environ["TEND_SYSTEM_PYTHON"] = "1"
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

import workspace as w

HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMA = json.loads(w.read(os.path.join(HERE, "..", "support", "sarif-2.1.0.schema.json")))
GOLDEN = os.path.join(HERE, "..", "golden", "formats")

WRONG_ZH = "事件 下单 { 金额 金额 }\n活跃指 下单\n剧本 唤醒 {\n  进入当沉默满60天\n  目标 下单 30天内\n  打标签 老客户\n}\n"
CLEAN = "event order { amount money }\nplaybook p {\n  enter on order\n  goal order within 30 days\n  tag \"seen\"\n}\n"


def write(folder, name, text, newline=""):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline=newline) as file:
        file.write(text)
    return path


def check_sarif(text, cwd):
    """Holds for any SARIF of ours: the schema, URIs that lead to files, regions in them, rules by index."""
    root = json.loads(text)
    jsonschema.Draft4Validator(SCHEMA).validate(root)
    run, = root["runs"]
    w.check(run["columnKind"] == "unicodeCodePoints", "columns are declared")
    for result in run["results"]:
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        w.check(rule["id"] == result["ruleId"] and rule["help"]["text"] and rule["help"]["markdown"], f"the rule of {result['ruleId']}")
        location = result["locations"][0]["physicalLocation"]
        uri = location["artifactLocation"]["uri"]
        w.check(re.fullmatch(r"[A-Za-z0-9._~/%:-]+", uri), f"`{uri}` is percent-encoded")
        path = urllib.parse.unquote(uri.removeprefix("file://"))
        lines = w.read(os.path.join(cwd, path)).split("\n")
        region = location["region"]
        w.check(1 <= region["startLine"] <= region["endLine"] <= len(lines), f"the lines of {result}")
        w.check(region["endColumn"] <= len(lines[region["endLine"] - 1]) + 1, f"the columns of {result}")
    return run


def marked(result, text):
    """The text of a result's region, which lies in one line."""
    region = result["locations"][0]["physicalLocation"]["region"]
    return text.split("\n")[region["startLine"] - 1][region["startColumn"] - 1 : region["endColumn"] - 1]


def applied(run, text):
    """The text after all fixes of the run, which lie in one line each and do not touch."""
    lines = text.split("\n")
    changes = []
    for result in run["results"]:
        for fix in result.get("fixes", []):
            for change in fix["artifactChanges"]:
                for replacement in change["replacements"]:
                    region = replacement["deletedRegion"]
                    changes.append((region["startLine"], region["startColumn"], region["endColumn"], replacement["insertedContent"]["text"]))
    for line, begin, end, new in sorted(changes, reverse=True):
        lines[line - 1] = lines[line - 1][: begin - 1] + new + lines[line - 1][end - 1 :]
    return "\n".join(lines)


def sarif(tend, scratch):
    folder = os.path.join(scratch, "a shop %20")
    text = write(folder, "剧本/唤醒 #1.tend", WRONG_ZH)
    for lang in ("en", "zh"):
        run = check_sarif(w.run(tend, "check", "--format", "sarif", "--lang", lang, cwd=folder, expect=1).stdout, folder)
        w.check([r["ruleId"] for r in run["results"]] == ["T0105", "T0507"], f"what is found: {run['results']}")
        w.check(marked(run["results"][0], WRONG_ZH) == "进入当沉默满60天" and marked(run["results"][1], WRONG_ZH) == "老客户", "columns are code points")
        w.check(run["tool"]["driver"]["language"] == lang, "the tongue is told")
    # From elsewhere and by absolute paths: the same files.
    check_sarif(w.run(tend, "check", folder, "--format", "sarif", cwd="/", expect=1).stdout, "/")
    here = w.run(tend, "check", folder, "--format", "sarif", cwd=folder, expect=1).stdout
    w.check('"uri": "%E5%89%A7%E6%9C%AC/' in here, "absolute names are told from the working directory")
    # What another tool makes of the fixes is what `--fix` makes.
    other = applied(check_sarif(here, folder), WRONG_ZH)
    w.run(tend, "check", "--fix", folder)
    w.check(w.read(text) == other and "进入 当 沉默 满60天" in other and '打标签 "老客户"' in other, f"fixed: {w.read(text)}")

    # Every wrong example of every page, so every code that can be shown; then all that is right.
    pages = os.path.join(HERE, "..", "..", "docs", "diagnostics")
    seen = set()
    for page in sorted(os.listdir(pages)):
        example = re.search(r"## Wrong\n\n```tend\n(.*?)```", w.read(os.path.join(pages, page)), re.S)
        if not example:
            continue
        path = write(scratch, "page/x.tend", example.group(1))
        done = subprocess.run([tend, "check", path, "--format", "sarif"], cwd=scratch, capture_output=True, text=True, timeout=60)
        seen |= {result["ruleId"] for result in check_sarif(done.stdout, scratch)["results"]}
    w.check(len(seen) > 90, f"only {len(seen)} codes are seen")
    write(scratch, "page/x.tend", CLEAN)
    run = check_sarif(w.run(tend, "check", "page", "--format", "sarif", cwd=scratch).stdout, scratch)
    w.check(run["results"] == [], "nothing is found")


def hostile_text(tend, scratch):
    """Controls and marks of other formats: each output still is what it says."""
    folder = os.path.join(scratch, "bytes")
    os.makedirs(folder)
    with open(os.path.join(folder, "a,b:c&<%\".tend"), "wb") as file:
        file.write(b"event order { \x01 ]]> <x> & \" }\nplaybook \x1b[31m {\r\n::error::no\r\n%0A }\n")
    def run(kind):
        return subprocess.run([tend, "check", ".", "--format", kind], cwd=folder, capture_output=True, timeout=60).stdout
    root = json.loads(run("sarif"))
    jsonschema.Draft4Validator(SCHEMA).validate(root)
    count = len(root["runs"][0]["results"])
    cases = xml.etree.ElementTree.fromstring(run("junit")).findall("testsuite/testcase")
    w.check(count >= 3 and len(cases) == count and all(case.get("file") == "a,b:c&<%\".tend" for case in cases), "JUnit is XML")
    lines = run("github").decode("utf-8").splitlines()
    w.check(len(lines) == count and all(line.startswith("::error file=a%2Cb%3Ac&<%25\".tend,line=") for line in lines), f"annotations: {lines}")


def junit(tend, scratch):
    folder = os.path.join(scratch, "junit")
    write(folder, "a.tend", "event order { amount money }\nplaybook p {\n  enter on order\n  tag \"a\"\n}\n")
    write(folder, "b.tend", "message m { text \"hi\" }\n")
    write(folder, "c.tend", "segment s = customer.nothing = 1\n")
    def suites(*words, expect):
        root = xml.etree.ElementTree.fromstring(w.run(tend, "check", "--format", "junit", *words, cwd=folder, expect=expect).stdout)
        found = {suite.get("name"): suite for suite in root.findall("testsuite")}
        w.check(int(root.get("failures")) == sum(int(s.get("failures")) for s in found.values()), "the sums agree")
        for suite in found.values():
            w.check(int(suite.get("tests")) == len(suite.findall("testcase")) and int(suite.get("failures")) == len(suite.findall("testcase/failure")), "the numbers agree")
        return found
    found = suites(expect=1)
    w.check({name: suite.get("failures") for name, suite in found.items()} == {"a.tend": "0", "b.tend": "0", "c.tend": "1"}, "a file is a suite")
    failure = found["c.tend"].find("testcase/failure")
    w.check(failure.get("type") == "T0201" and failure.text.startswith("c.tend:1:22: "), f"the failure: {failure.text}")
    os.remove(os.path.join(folder, "c.tend"))
    found = suites(expect=0)   # now the lints are asked
    w.check(found["a.tend"].find("testcase/system-out").text.startswith("a.tend:2:10: ") and found["a.tend"].get("failures") == "0", "a warning passes")
    found = suites("--deny", "warnings", expect=1)
    w.check(found["a.tend"].get("failures") == "1" and found["b.tend"].get("failures") == "1", "unless it is denied")


def github(tend, scratch):
    folder = os.path.join(scratch, "github")
    write(folder, "a.tend", "".join(f"segment s{i} = customer.nothing = {i}\n" for i in range(120)))
    lines = w.run(tend, "check", "--format", "github", cwd=folder, expect=1).stdout.splitlines()
    w.check(len(lines) == 10 and lines[0].startswith("::error file=a.tend,line=1,col=23,endColumn=30,title=T0201::"), f"ten are shown: {lines[:1]}")
    w.check(lines[-1] == "::error title=tend::120 errors in all, only the first 9 are shown here", f"the total: {lines[-1]}")
    human = w.run(tend, "check", cwd=folder, expect=1).stdout
    w.check("T0999" in human and human.endswith("1 file: 120 errors, 0 warnings\n"), "people are shown a hundred, and told how many")


def several(tend, scratch):
    folder = os.path.join(scratch, "several")
    write(folder, "a.tend", WRONG_ZH)
    def run(*formats, expect=1):
        return w.run(tend, "check", *[word for f in formats for word in ("--format", f)], "--lang", "en", cwd=folder, expect=expect)
    alone = run("human")
    w.check("T0105" in alone.stdout and alone.stderr == "", "people read stdout")
    both = run("human", "json", "sarif=out.sarif", "junit=out.xml", "github=out.txt")
    w.check(both.stderr == alone.stdout and json.loads(both.stdout)["errors"] == 2, "people read stderr where a machine reads stdout")
    check_sarif(w.read(os.path.join(folder, "out.sarif")), folder)
    xml.etree.ElementTree.parse(os.path.join(folder, "out.xml"))
    w.check(w.read(os.path.join(folder, "out.txt")).count("::error") == 2, "files are written")
    files = run("json=a.json", "human=a.txt")
    w.check(files.stdout == files.stderr == "" and w.read(os.path.join(folder, "a.txt")) == alone.stdout, "nothing is left to say")
    w.check(json.loads(run("json=/dev/stdout").stdout)["errors"] == 2 and os.path.islink("/dev/stdout"), "a device is written to, not replaced")
    for formats, says in [(("json", "sarif"), "=FILE"), (("xml",), "`xml`"), (("json=",), "no file"), (("json=x", "sarif=x"), "same file")]:
        done = run(*formats, expect=3)
        w.check(says in done.stderr and done.stdout == "", f"{formats} are answered by {done.stderr}")
    w.check("no/where" in run("json=no/where/x", expect=1).stderr, "a folder that is not there")


def formatting(tend, scratch):
    folder = os.path.join(scratch, "formatting")
    write(folder, "a.tend", "event order {amount money}\n")
    write(folder, "b.tend", "playbook p {\n")
    write(folder, "c.tend", "event pay { amount money }\n")
    done = w.run(tend, "fmt", "--check", "--format", "json", "--format", "sarif=out.sarif", "--lang", "en", cwd=folder, expect=1)
    w.check(done.stdout == w.read(os.path.join(GOLDEN, "unformatted.json")), f"the golden differs: {done.stdout}")
    run = check_sarif(w.read(os.path.join(folder, "out.sarif")), folder)
    os.remove(os.path.join(folder, "b.tend"))
    human = w.run(tend, "fmt", "--check", cwd=folder, expect=1).stdout
    w.check("T0901" in human and "a.tend:1:14" in human, f"people see where: {human}")
    other = applied({"results": [r for r in run["results"] if r["ruleId"] == "T0901"]}, w.read(os.path.join(folder, "a.tend")))
    w.check(w.run(tend, "fmt", cwd=folder).stdout == "a.tend\n", "fmt names what it changed")
    w.check(w.read(os.path.join(folder, "a.tend")) == other, "the fix in SARIF is the formatted text")
    w.run(tend, "fmt", "--check", cwd=folder)
    w.run(tend, "fmt", "--format", "json", cwd=folder, expect=3)


def git(folder, *words):
    settings = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *settings, *words], cwd=folder, capture_output=True, text=True, timeout=60,
                          env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"})
    w.check(done.returncode == 0, f"git {' '.join(words)}: {done.stderr}")
    return done.stdout


def changed(tend, scratch):
    folder = os.path.join(scratch, "repo", "店 1")   # the workspace is not the top of the repository
    top = os.path.dirname(folder)
    wrong = "segment {} = customer.nothing = 1\n"
    names = ["old", "committed", "staged", "worktree", "moved 文"]
    for name in names:
        write(folder, name + ".tend", wrong.format(f"s_{names.index(name)}"))
    git(top, "init", "-q")
    git(top, "add", ".")
    git(top, "commit", "-qm", "one")
    git(top, "checkout", "-qb", "topic")
    write(folder, "committed.tend", wrong.format("s_c") + "\n")
    git(top, "mv", "店 1/moved 文.tend", "店 1/new\n文.tend")
    git(top, "commit", "-qam", "two")
    write(folder, "staged.tend", wrong.format("s_s") + "\n")
    git(top, "add", ".")
    write(folder, "worktree.tend", wrong.format("s_w") + "\n")
    write(folder, "untracked.tend", wrong.format("s_u"))
    # What main did since then is not ours.
    git(top, "stash", "-q")
    git(top, "checkout", "-q", "main")
    write(folder, "old.tend", "\n" + wrong.format("s_0"))
    git(top, "commit", "-qam", "three")
    git(top, "checkout", "-q", "topic")
    git(top, "stash", "pop", "-q")

    def run(revision, *words, path=".", cwd=folder, expect=1, env=None):
        done = subprocess.run([tend, "check", path, "--changed-since", revision, *words], cwd=cwd, capture_output=True, text=True, timeout=60,
                              env={**os.environ, **(env or {}), "LANG": "C"})
        w.check(done.returncode == expect, f"--changed-since {revision}: {done.returncode}: {done.stderr}{done.stdout}")
        return done
    def files(done):
        return sorted({d["file"].removeprefix("./") for d in json.loads(done.stdout)["diagnostics"]})
    ours = ["committed.tend", "new\n文.tend", "staged.tend", "untracked.tend", "worktree.tend"]
    done = run("main", "--format", "json")
    w.check(files(done) == ours and json.loads(done.stdout)["files"] == 5, f"what changed since main: {files(done)}")
    w.check(done.stderr == "tend: 1 error stands in files that have not changed since `main`, not shown here\n", f"the rest is told: {done.stderr}")
    w.check(files(run("HEAD", "--format", "json")) == ["staged.tend", "untracked.tend", "worktree.tend"], "what is not committed")
    w.check(files(run("main~0^{commit}", "--format", "json")) == ours, "any way to name a revision")
    w.check("在自 `main` 以来没有改动的文件里" in run("main", "--lang", "zh").stderr, "in Chinese")
    # From elsewhere, with a hook's environment, through a link.
    w.check(len(files(run("main", "--format", "json", path=folder, cwd="/"))) == 5, "from elsewhere")
    w.check(len(files(run("main", "--format", "json", path="店 1", cwd=top, env={"GIT_DIR": ".git", "GIT_INDEX_FILE": ".git/none"}))) == 5, "in a hook")
    os.symlink(folder, os.path.join(scratch, "link"))
    w.check(len(files(run("main", "--format", "json", path="link", cwd=scratch))) == 5, "through a link")
    root = xml.etree.ElementTree.fromstring(run("main", "--format", "junit").stdout)
    w.check(len(root.findall("testsuite")) == 5, "only files that changed are suites")

    # Only what changed is fixed; an error elsewhere stays one; where there is none, all is well.
    write(folder, "old.tend", "segment s_0 = nothing\n")
    git(top, "add", "."), git(top, "commit", "-qm", "four")
    write(folder, "committed.tend", "segment s_c = 1 == 2\n")
    done = run("HEAD", "--format", "json")
    w.check(files(done) == ["committed.tend"] and "5 errors stand" in done.stderr, f"only one changed: {done.stderr}")
    for name in os.listdir(folder):
        write(folder, name, CLEAN.replace("playbook p", "playbook p_" + str(os.listdir(folder).index(name))).replace("event order { amount money }\n", "") if name != "old.tend"
              else "event order { amount money }\nsegment s = not count(order) over 3 days == 1\n")
    git(top, "add", "."), git(top, "commit", "-qm", "five")
    write(folder, "committed.tend", "segment t = not count(order) over 3 days == 2\n")
    done = run("HEAD", "--fix", expect=0)
    w.check("fixed `committed.tend`: 1 × T0130" in done.stderr or "fixed `./committed.tend`: 1 × T0130" in done.stderr, f"the fix is told: {done.stderr}")
    w.check("==" in w.read(os.path.join(folder, "old.tend")) and "==" not in w.read(os.path.join(folder, "committed.tend")), "only what changed is fixed")
    w.check(run("HEAD", "--deny", "warnings", expect=0).stderr == "", "a warning elsewhere is nothing")
    git(top, "commit", "-qam", "six")
    w.check(run("HEAD", expect=0).stdout == "0 files: 0 errors, 0 warnings\n", "nothing changed")

    # What cannot be answered is said in one sentence.
    for revision, says in [("nowhere", "knows no revision `nowhere`"), ("--output=hacked", "names no revision"), ("-x", "names no revision"), ("main...HEAD", "knows no revision")]:
        done = subprocess.run([tend, "check", ".", "--changed-since=" + revision], cwd=folder, capture_output=True, text=True, timeout=60)
        w.check(done.returncode == 3 and says in done.stderr and done.stderr.count("\n") == 1, f"{revision}: {done.returncode} {done.stderr}")
    w.check(not os.path.exists(os.path.join(top, "hacked")) and not os.path.exists(os.path.join(folder, "hacked")), "no option gets in")
    w.run(tend, "check", ".", "--changed-since", "", cwd=folder, expect=3)
    bare = os.path.join(scratch, "bare")
    write(bare, "a.tend", CLEAN)
    w.check("is in no git repository" in run("main", path="bare", cwd=scratch, expect=3, env={"GIT_CEILING_DIRECTORIES": scratch}).stderr, "no repository")
    w.check("git is not installed" in run("main", expect=4, env={"PATH": bare}).stderr, "no git")


def fixing(tend, scratch):
    folder = os.path.join(scratch, "fixing")
    path = write(folder, "a.tend", WRONG_ZH.replace("\n", "\r\n"))
    other = write(folder, "b.tend", "event pay { amount money }\n")
    os.chmod(path, 0o640)
    os.symlink("a.tend", os.path.join(folder, "link.txt"))
    before = os.stat(other)
    done = w.run(tend, "check", "--fix", "--lang", "en", cwd=folder)
    w.check(done.stderr == "tend: fixed `a.tend`: 1 × T0105, 1 × T0507\n" and done.stdout.endswith("2 files: 0 errors, 0 warnings\n"), f"what was fixed: {done.stderr}{done.stdout}")
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    w.check("  进入 当 沉默 满60天\r\n" in text and text.count("\r\n") == 7 and text.count("\n") == 7, "line ends stay")
    after = os.stat(other)
    w.check(os.stat(path).st_mode & 0o777 == 0o640, "permissions stay")
    w.check((before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino), "other files are not touched")
    w.check(sorted(os.listdir(folder)) == ["a.tend", "b.tend", "link.txt"], "nothing is left lying about")
    done = w.run(tend, "check", "--fix", cwd=folder)
    w.check(done.stderr == "", "once is enough")
    # One mistake behind another: rounds. What has no fix is left and told; two hundred fixes are all made.
    write(folder, "a.tend", "event order { amount money }\nplaybook p {\n  enter on order\n  goal order within 3 days\n  if amount == 3 CNY { tag vip }\n}\n"
          + "".join(f"segment s{i} = count(order) over 3 days == {i}\n" for i in range(200)) + "segment t = customer.nothing = 1\n")
    done = w.run(tend, "check", "--fix", "--format", "json", "--lang", "en", cwd=folder, expect=1)
    w.check("201 × T0130" in done.stderr and "1 × T0507" in done.stderr, f"all are fixed: {done.stderr}")
    w.check([d["code"] for d in json.loads(done.stdout)["diagnostics"]] == ["T0206", "T0201"], f"what is left: {done.stdout}")
    # A link to a playbook stays a link.
    linked = os.path.join(scratch, "linked")
    os.makedirs(linked)
    target = write(scratch, "target/real.tend", "event order\nsegment s = count(order) over 3 days == 1\n")
    os.symlink(target, os.path.join(linked, "a.tend"))
    w.run(tend, "check", "--fix", linked)
    w.check(os.path.islink(os.path.join(linked, "a.tend")) and "==" not in w.read(target), "the link stays")


def levels(tend, scratch):
    folder = os.path.join(scratch, "levels")
    write(folder, "a.tend", CLEAN.replace("  goal order within 30 days\n", "") + "message m { text \"hi\" }\nsegment s = count(order) over 3 days == 1\n")
    def found(lints, *words, expect):
        write(folder, "tend.toml", "[lints]\n" + lints)
        done = w.run(tend, "check", "--format", "json", *words, cwd=folder, expect=expect)
        return [(d["code"], d["severity"]) for d in json.loads(done.stdout)["diagnostics"]]
    w.check(found("", expect=0) == [("T0601", "warning"), ("T0602", "warning"), ("T0130", "warning")], "three warnings")
    w.check(found('no_goal = "off"\nT0602 = "error"\nT0130 = "warning"\n', expect=1) == [("T0602", "error"), ("T0130", "warning")], "by name and by code")
    w.check(found('no_goal = "off"\nnever_sent = "off"\nT0130 = "off"\n', "--deny", "warnings", expect=0) == [], "off is off")
    write(folder, "tend.toml", '[lints]\nno_goal = "error"\n')
    w.check("T0601" in w.run(tend, "simulate", folder, expect=1).stderr, "an error keeps the workspace from running")
    for lints, says in [("no_gaol = \"off\"", "tend.toml:2: there is no lint `no_gaol`: did you mean `no_goal`?"), ("T0201 = \"off\"", "always an error"),
                        ("no_goal = \"deny\"", "\"off\""), ("no_goal = 3", "\"off\""), ("no_goal = \"off\"\nT0601 = \"off\"", "named twice")]:
        write(folder, "tend.toml", "[lints]\n" + lints + "\n")
        done = w.run(tend, "check", cwd=folder, expect=1)
        w.check(says in done.stderr and done.stderr.count("\n") == 1, f"{lints} is answered by {done.stderr}")


def explain(tend, scratch):
    def run(*words, expect=0):
        return w.run(tend, "explain", *words, cwd=scratch, expect=expect)   # no folder of documents is near
    english = run("T0201", "--lang", "en").stdout
    w.check(english.startswith("T0201: the customer has no attribute `…`\n\nAn error.\n") and "\n    segment local = customer.citty" in english and "```" not in english, english)
    w.check("中文" not in english and "客户没有属性" not in english, "one tongue at a time")
    chinese = run("T0201", "--lang", "zh").stdout
    w.check(chinese.startswith("T0201：客户没有属性 `…`\n\n错误。\n") and "\n错误写法\n" in chinese and "Attributes are" not in chinese, chinese)
    for word in ("201", "t0201", "T201"):
        w.check(run(word, "--lang", "en").stdout == english, f"{word} is T0201")
    w.check("`no_goal`" in run("no_goal", "--lang", "en").stdout.splitlines()[2] and run("no_goal").stdout == run("T0601").stdout, "a lint by its name")
    for word, says in [("T0298", "did you mean `T02"), ("no_gaol", "did you mean `no_goal`?"), ("what", "like `T0201`"), ("99999999999999999999", "no diagnostic")]:
        w.check(says in run(word, expect=1).stderr, f"explain {word}")
    run(expect=3)


def main(tend):
    tend = os.path.abspath(tend)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = os.path.realpath(scratch)
        for part in (sarif, hostile_text, junit, github, several, formatting, changed, fixing, levels, explain):
            part(tend, scratch)
    print("ok")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
