"""What people agreed to, in words: a consent that names a wording is shown with it, also after the words have changed, and `serve` says that they have.

    python3 tests/e2e/wordings_test.py build/release/tend
"""
import hashlib
import json
import os
import subprocess
import sys
import tempfile

import serve_test as s
import workspace as w

SHOP = """customer { city text }
event order { quantity number }
activity is order
policy { timezone "UTC"; consent on outbox; purpose profiling }
playbook thanks { enter on order
  send hi }
message hi { text "Thank you!" }
"""
TOML = s.TOML + """
[consents.wordings."newsletter-3"]
channel = "outbox"
from = 2026-03-01
text = "file:consents/newsletter-3.txt"

[consents.wordings.profile]
purpose = "profiling"
from = 2026-03-01
text = "We look at what you buy."
"""
FIRST, SECOND = "We write to you once a week.\n您可以随时退订。\n", "We write to you every day.\n"


def write(folder, text):
    with open(os.path.join(folder, "consents", "newsletter-3.txt"), "w", encoding="utf-8") as file:
        file.write(text)


def consent(server, customer, **consents):
    status, answer = server.call("POST", "/v1/identify", {"userId": customer, "traits": {"consent": {key.replace("__", "."): value for key, value in consents.items()}}})
    w.check(status == 200, f"{status} {answer}")


def told(tend, folder, *words):
    return json.loads(w.run(tend, "customer", *words, "--workspace", folder, "--format", "json").stdout)


def wordings(tend, folder, customer):
    return {entry["what"]: entry.get("wording") for entry in told(tend, folder, "consents", customer)["consents"]}


def main():
    tend = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        folder = s.make(os.path.join(scratch, "shop"), SHOP, TOML)
        done = subprocess.run([tend, "check", folder], capture_output=True, text=True)
        w.check(done.returncode != 0 and "wording `newsletter-3`" in done.stdout + done.stderr, f"a wording without its file is fine: {done.stdout}{done.stderr}")
        os.makedirs(os.path.join(folder, "consents"))
        write(folder, FIRST)
        w.run(tend, "check", folder)
        toml = os.path.join(folder, "tend.toml")
        with open(toml, "w", encoding="utf-8") as file:
            file.write(TOML.replace('purpose = "profiling"', 'purpose = "profilling"'))
        for verb in ("check", "serve"):
            done = subprocess.run([tend, verb, folder], capture_output=True, text=True, timeout=60)
            w.check(done.returncode == 1 and "wording `profile`: the policy has no `purpose profilling`, did you mean `profiling`?" in done.stderr, f"{verb}: {done.returncode} {done.stderr}")
        with open(toml, "w", encoding="utf-8") as file:
            file.write(TOML)

        server = s.Server(tend, folder)
        consent(server, "anna", outbox=True, outbox__text="newsletter-3", outbox__evidence="form 7", profiling=True, profiling__text="profile")
        consent(server, "bo", outbox=True, outbox__text="what he was told at the counter", profiling=True, profiling__text="newsletter-3")
        server.kill()
        now = wordings(tend, folder, "anna")
        w.check(now["outbox"]["text"] == FIRST and now["outbox"]["sha256"] == hashlib.sha256(FIRST.encode()).hexdigest(), f"{now}")
        w.check((now["outbox"]["name"], now["outbox"]["for"], now["outbox"]["from"]) == ("newsletter-3", "outbox", "2026-03-01") and "changed" not in now["outbox"], f"{now}")
        w.check(now["profiling"]["text"] == "We look at what you buy.", f"{now}")
        other = wordings(tend, folder, "bo")
        w.check(other["outbox"] is None and other["profiling"]["for_another"], f"{other}")
        w.check([e["text"] for e in told(tend, folder, "consents", "bo")["consents"]][0] == "what he was told at the counter", "a free text is not what it was")

        # The words change under their name: it is said, and nothing of before becomes other words.
        write(folder, SECOND)
        server = s.Server(tend, folder)
        consent(server, "cy", outbox=True, outbox__text="newsletter-3")
        talk = server.stop()
        w.check("the wording `newsletter-3` reads otherwise than since" in talk, f"nobody says that the words changed: {talk}")
        before, after = wordings(tend, folder, "anna")["outbox"], wordings(tend, folder, "cy")["outbox"]
        w.check(before["text"] == FIRST and before["changed"], f"{before}")
        w.check(after["text"] == SECOND and "changed" not in after and "noted_later" not in after, f"{after}")
        exported = [entry for entry in told(tend, folder, "export", "anna")["consents"] if entry["what"] == "outbox"]
        w.check(exported[0]["wording"] == before and exported[0]["evidence"] == "form 7", f"{exported}")
        text = w.run(tend, "customer", "consents", "anna", "--workspace", folder, "--lang", "en").stdout
        w.check("used from 2026-03-01, sha256 " + before["sha256"] in text and "| We write to you once a week.\n" in text and "it reads otherwise since" in text, text)
        text = w.run(tend, "customer", "consents", "anna", "--workspace", folder, "--lang", "zh").stdout
        w.check("此后文本改过" in text, text)

        # A third start notes nothing anew, and the doctor finds nothing wrong with the folder.
        talk = s.Server(tend, folder).stop()
        w.check("reads otherwise" not in talk, talk)
        with open(os.path.join(folder, "data", "wordings.jsonl"), encoding="utf-8") as file:
            w.check(len(file.readlines()) == 3, "the list has other lines than three")
        w.run(tend, "doctor", "--data", os.path.join(folder, "data"), folder)
        # Who is forgotten leaves the words, which are nobody's.
        w.run(tend, "customer", "forget", "anna", "--workspace", folder)
        w.check(wordings(tend, folder, "cy")["outbox"]["text"] == SECOND, "the words went with somebody")
    print("wordings: shown as they were, changed ones are told of: all well")


if __name__ == "__main__":
    main()
