"""`tend test` as an operator and a CI meet it: what passes and fails, filters, coverage, formats, the same report on any number of threads."""
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import workspace as w

GOLDEN = os.path.join("tests", "golden", "test")


def test(tend, *words, expect=0, cwd=None):
    done = subprocess.run([os.path.abspath(tend), "test", *words], capture_output=True, text=True, cwd=cwd, timeout=120, env={**os.environ, "NO_COLOR": "1"})
    w.check(done.returncode == expect, f"tend test {' '.join(words)} exits {done.returncode}, not {expect}: {done.stdout}{done.stderr}")
    return done


def golden(tend):
    """The report of each kind of failure, in both tongues."""
    for lang in ("en", "zh"):
        said = test(tend, "report.tend", "--lang", lang, "--coverage", expect=1, cwd=GOLDEN).stdout
        path = os.path.join(GOLDEN, f"report.{lang}.txt")
        if os.environ.get("UPDATE_GOLDEN"):
            with open(path, "w", encoding="utf-8") as file:
                file.write(said)
        w.check(os.path.exists(path) and w.read(path) == said, f"{path} is what is said (UPDATE_GOLDEN=1 writes it): {said}")


def verdicts(tend, *words, expect=0):
    report = json.loads(test(tend, *words, "--format", "json", expect=expect).stdout)
    w.check(report["format"] == "tend.test/1" and report["tests"] == len(report["results"]), "the report counts its tests")
    w.check(report["passed"] + report["failed"] + report["cannot_run"] == report["tests"], "each has one verdict")
    return report


def init_has_tests(tend, scratch):
    for lang in ("en", "zh"):
        folder = os.path.join(scratch, "店" if lang == "zh" else "shop")
        w.run(tend, "init", folder, "--lang", lang)
        report = verdicts(tend, folder, "--threshold", "100%")
        w.check(report["tests"] == 2 and report["passed"] == 2, f"init --lang {lang} has two tests that pass")
        w.check(report["coverage"]["reached"] == report["coverage"]["parts"] > 0, "which cover it")
    test(tend, "playbooks/win-back")
    return os.path.join(scratch, "shop")


def filtered(tend, shop):
    w.check(verdicts(tend, shop, "--filter", "goal")["tests"] == 1, "by name")
    w.check(verdicts(tend, shop, "--filter", "win_back")["tests"] == 2, "by playbook")
    w.check(verdicts(tend, shop, "--filter", "winback.tend")["tests"] == 2, "by file")
    report = verdicts(tend, os.path.join(GOLDEN, "report.tend"), expect=1)
    for result in report["results"]:
        if result["verdict"] != "failed":
            continue
        words = result["failure"]["again"]
        again = subprocess.run(words.replace("tend test", f"'{os.path.abspath(tend)}' test", 1) + " --format json", shell=True, capture_output=True, text=True, timeout=60)
        one = json.loads(again.stdout)
        w.check(again.returncode == 1 and one["results"] == [result], f"`{words}` runs that test alone, with the same end")
    w.check("nothing like it" in test(tend, shop, "--filter", "nothing like it", expect=1).stderr, "no test is not all tests passed")


def covered(tend, shop, scratch):
    path = os.path.join(GOLDEN, "report.tend")
    report = verdicts(tend, path, "--filter", "as it should be", "--coverage")
    missed = "\n".join(line for playbook in report["coverage"]["playbooks"] for line in playbook["unreached"])
    w.check("line 13: `if` never held" in missed and "line 11: this arm was never taken" in missed, f"what no test reached is told by line: {missed}")
    test(tend, path, "--filter", "as it should be", "--threshold", "90%", expect=1)
    test(tend, path, "--filter", "as it should be", "--threshold", "10")
    test(tend, shop, "--threshold", "many", expect=3)


def machines(tend, scratch):
    path = os.path.join(GOLDEN, "report.tend")
    one = test(tend, path, "-j", "1", expect=1).stdout
    for threads in ("2", "8"):
        w.check(test(tend, path, "-j", threads, expect=1).stdout == one, "the report does not depend on the number of threads")
    file = os.path.join(scratch, "report.json")
    human = test(tend, path, "--format", "human", "--format", f"json={file}", expect=1).stdout
    w.check(human == one and json.loads(w.read(file))["failed"] == 6, "several formats at once")
    test(tend, path, "--format", "xml", expect=3)
    two = verdicts(tend, path, "playbooks/win-back", expect=1)
    w.check({r["workspace"] for r in two["results"]} == {path, "playbooks/win-back"}, "each path is a workspace of its own")


def ci(tend, scratch):
    path, file = os.path.join(GOLDEN, "report.tend"), os.path.join(scratch, "junit.xml")
    said = test(tend, path, "--format", "github", "--format", f"junit={file}", expect=1).stdout
    w.check(said.count("::error ") == 7 and f"file={path},line=" in said, f"an annotation for each that did not pass: {said}")
    root = xml.etree.ElementTree.parse(file).getroot()
    cases = root.findall("testsuite/testcase")
    w.check(root.get("tests") == "8" and root.get("failures") == "6" and len(cases) == 8, "JUnit counts them")
    w.check(sum(case.find("skipped") is not None for case in cases) == 1, "what cannot run is skipped there, and still a problem")
    w.check(sum(case.find("failure") is not None for case in cases) == 6, "failures say what was expected")


def broken(tend, scratch):
    path = os.path.join(scratch, "broken.tend")
    with open(path, "w", encoding="utf-8") as file:
        file.write('event order { }\nplaybook p { enter on order; tag "x" }\ntest "t" for p { expect goal }\n')
    w.check("T0806" in test(tend, path, expect=1).stderr, "an expectation that cannot be met is a mistake")
    with open(path, "w", encoding="utf-8") as file:
        file.write('event order { }\nplaybook p { enter on order; tag "x" }\n')
    w.check("there is no test" in test(tend, path, expect=1).stderr, "no tests at all do not look like passed ones")
    test(tend, os.path.join(scratch, "nowhere"), expect=1)


def main():
    tend = sys.argv[1]
    if not os.path.exists(tend):
        print(f"{tend} is not built")
        return 77
    golden(tend)
    with tempfile.TemporaryDirectory() as scratch:
        shop = init_has_tests(tend, scratch)
        filtered(tend, shop)
        covered(tend, shop, scratch)
        machines(tend, scratch)
        ci(tend, scratch)
        broken(tend, scratch)
    print("tend test keeps its word")
    return 0


if __name__ == "__main__":
    sys.exit(main())
