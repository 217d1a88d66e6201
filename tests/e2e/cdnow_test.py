"""The main job on real orders: 69,659 of them, with figures from an independent calculation; the durable engine gives the same sends, line for
line; the Chinese spelling is the same program."""
import json
import os
import sys
import tempfile

import workspace as w

EXPECTED = {"entered": 30164, "care": 30164, "offer": 29108, "goal": 3137}
LIMITS = ["--from", "1997-01-01", "--to", "1998-07-01", "--format", "json"]


def main(tend):
    if not os.path.exists(w.CDNOW):
        print(f"skipped: there is no {w.CDNOW}")
        return 77
    with tempfile.TemporaryDirectory() as scratch:
        en = w.make(os.path.join(scratch, "en"), w.CDNOW)
        zh = w.make(os.path.join(scratch, "zh"), w.CDNOW, w.PLAYBOOK_ZH)
        simulated = json.loads(w.run(tend, "simulate", en, *LIMITS, "--sends", os.path.join(scratch, "simulate.jsonl")).stdout)
        w.check(simulated["format"] == "tend.run/1" and simulated["customers"] == 23570 and simulated["events"] == 69659, f"the head is {simulated}")
        figures = simulated["playbooks"]["win_back"]
        found = {"entered": figures["entered"], "goal": figures["goal"], "care": figures["sends"]["care"]["outbox"]["accepted"],
                 "offer": figures["sends"]["offer"]["outbox"]["accepted"]}
        w.check(found == EXPECTED, f"the figures are {found}, not {EXPECTED}")
        w.check(figures["entered"] == figures["goal"] + figures["left"] + figures["finished"] + figures["live"], "the parts do not add up")

        replayed = json.loads(w.run(tend, "replay", en, "--data", os.path.join(scratch, "data"), *LIMITS, "--sends",
                                    os.path.join(scratch, "replay.jsonl")).stdout)
        w.check(replayed == simulated, "replay prints other figures than simulate")
        sends = w.read(os.path.join(scratch, "simulate.jsonl"))
        w.check(sends == w.read(os.path.join(scratch, "replay.jsonl")), "replay gives other sends than simulate")
        w.check(sends.count("\n") == EXPECTED["care"] + EXPECTED["offer"], "a line per send")
        w.check(sorted(w.keys(os.path.join(en, "outbox.jsonl"))) == sorted(w.keys(os.path.join(scratch, "replay.jsonl"))), "the outbox holds other keys")

        w.run(tend, "check", en, "--program", os.path.join(scratch, "en.program"))
        w.run(tend, "check", zh, "--program", os.path.join(scratch, "zh.program"))
        with open(os.path.join(scratch, "en.program"), "rb") as a, open(os.path.join(scratch, "zh.program"), "rb") as b:
            w.check(a.read() == b.read(), "the two spellings give different programs")
        w.run(tend, "simulate", zh, *LIMITS, "--sends", os.path.join(scratch, "zh.jsonl"))
        w.check(sends == w.read(os.path.join(scratch, "zh.jsonl")), "the Chinese spelling sends otherwise")

        # There and back again.
        w.run(tend, "fmt", en)
        formatted = w.read(os.path.join(en, "winback.tend"))
        w.run(tend, "fmt", en, "--lang", "zh")
        w.check("进入 当 沉默 满60天" in w.read(os.path.join(en, "winback.tend")), "fmt --lang zh writes Chinese keywords")
        w.run(tend, "check", en, "--program", os.path.join(scratch, "back.program"))
        w.run(tend, "fmt", en, "--lang", "en")
        w.check(w.read(os.path.join(en, "winback.tend")) == formatted, "fmt --lang zh and en give back the file")
        with open(os.path.join(scratch, "en.program"), "rb") as a, open(os.path.join(scratch, "back.program"), "rb") as b:
            w.check(a.read() == b.read(), "fmt --lang changes the program")
    print(f"ok: {found}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
