"""Holds the engine against the model over random workspaces: the sends line by line (keys aside) and the figures.

  compare.py [--tend PATH] [--seeds N | --seeds A:B | --seed N]    the model against `tend simulate`
  compare.py --cases                                               the examples of the semantics against `tend simulate`
  compare.py --replay …                                            `tend simulate` against `tend replay --data`
  compare.py --stand-in NAME …                                     the model against another reading (NAME=VALUE) or a mutant
  compare.py --write DIR [--reject R] …                            writes workspaces with what must come out, and runs nothing
  compare.py --mutants N [--stand-in A,B]                          how many of N seeds find each mutant and tell each reading apart
  --with a,b   features of generate.py · --shrink   make a difference small · --keep DIR   where its workspace goes · --going   do not stop

Exit code: 0 all agree, 1 something differs, 3 wrong usage, 4 the binary is missing."""
import argparse
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import cases
import clock
import generate
import model
import mutants
import mutants_edits
import spelling
import tree
import wording
from shrink import shrink

ROOT = pathlib.Path(__file__).resolve().parents[2]
COUNTS = ("entered", "goal", "left", "finished", "live", "held_out", "held_out_goal")


ALL_MUTANTS = mutants.MUTANTS | mutants_edits.OF_EDITS


class NoRun(Exception):
    """The engine would not run the workspace: what it said."""


# --- both sides in one shape: {"sends": [(at, customer, playbook, message, channel)], "figures": {path: number}} --------------------

def text_at_the_end(program, result):
    """The program with the last edit that was put in."""
    return program if result.in_force is None else tree.edited(program, program["operations"][result.in_force]["edit"])


def lines_at_the_end(program, result):
    """The lines of the steps, by playbook, in the text that was in force last; of playbooks that had one version and are still there."""
    _, lines = wording.tend_text(text_at_the_end(program, result))
    return {name: numbers for name, numbers in lines.items() if result.versions[name] == 1}


def of_model(program, **more):
    """The model's outcome, `reached` by line."""
    result = model.run(program, **more)
    lines = lines_at_the_end(program, result)
    figures = {"customers": result.customers, "events": result.events}
    figures.update({f"operation {number} refused": 1 for number, refused in enumerate(result.refused) if refused})
    for name, f in result.figures.items():
        for count in COUNTS:
            figures[f"{name} {count}"] = f[count]
        for line, reached in zip(lines.get(name, []), f["reached"]):
            figures[f"{name} line {line} reached"] = reached
        for (message, channel), accepted in f["sends"].items():
            figures[f"{name} {message} {channel} accepted"] = accepted
        for (message, channel, reason), times in f["skipped"].items():
            figures[f"{name} {message} {channel} skipped {reason}"] = times
    sends = [(clock.print_moment(s[0]),) + s[1:] for s in result.sends]
    return {"sends": sends, "figures": figures}

NEVER = {"T0328", "T0333", "T0334", "T0420", "T0421", "T0422"}   # what the checker says of conditions that can never hold


def call(arguments, folder):
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise NoRun(f"exit code {done.returncode}: {' '.join(arguments)}\n{done.stdout[-2000:]}{done.stderr[-3000:]}")
    return done.stdout


def of_engine(program, tend, folder, verb="simulate"):
    """The engine's outcome over the workspace in `folder`, and its raw output."""
    sends_file = pathlib.Path(folder) / f"{verb}.sends"
    arguments = [str(tend), verb] + (["--data", str(pathlib.Path(folder) / "data")] if verb == "replay" else [])
    text = call(arguments + spelling.range_arguments(program) + ["--format", "json", "--sends", str(sends_file)], folder)
    told = json.loads(text)
    raw = sends_file.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in raw.splitlines() if line]
    sends = [tuple(s[k] for k in ("at", "customer", "playbook", "message", "channel")) for s in lines]
    keys = [s["key"] for s in lines]
    if len(set(keys)) != len(keys):
        raise NoRun("two sends have the same key")
    figures = {"customers": told["customers"], "events": told["events"]}
    for name, p in told["playbooks"].items():
        for count in COUNTS:
            figures[f"{name} {count}"] = p[count]
        for step in p["steps"]:
            figures[f"{name} line {step['line']} reached"] = step["reached"]
        for message, channels in p["sends"].items():
            for channel, counts in channels.items():
                if counts["accepted"]:
                    figures[f"{name} {message} {channel} accepted"] = counts["accepted"]
                for reason, times in counts["skipped"].items():
                    figures[f"{name} {message} {channel} skipped {reason}"] = times
    return {"sends": sends, "figures": figures, "raw": (told, raw)}


def differences(left, right):
    """What differs, in words; empty where nothing does. The order of the sends counts."""
    found = []
    for n in range(max(len(left["sends"]), len(right["sends"]))):
        a = left["sends"][n] if n < len(left["sends"]) else None
        b = right["sends"][n] if n < len(right["sends"]) else None
        if a != b:
            found.append(f"send {n + 1}: model {a}, other {b}")
            break
    for path in sorted(set(left["figures"]) | set(right["figures"])):
        a, b = left["figures"].get(path), right["figures"].get(path)
        if a != b:
            found.append(f"{path}: model {a}, other {b}")
    return found


def first_customer(left, right):
    """The customer of the first send that differs; of figures alone nobody can say whose they are."""
    for a, b in zip(left["sends"] + [None], right["sends"] + [None]):
        if a != b:
            return min((s for s in (a, b) if s), key=lambda s: s[0])[1]
    return None


# --- the other side -----------------------------------------------------------------------------------------------------------------

def stand_in(name):
    """A function program -> outcome for a mutant's name or READING=VALUE."""
    if name in ALL_MUTANTS:
        return lambda program, folder: of_model(program, customer_type=ALL_MUTANTS[name])
    reading, _, value = name.partition("=")
    if value not in model.READINGS.get(reading, ()):
        raise SystemExit(f"no mutant and no reading `{name}`; there are {', '.join(ALL_MUTANTS)} and {model.READINGS}")
    return lambda program, folder: of_model(program, readings={reading: value})


def pair(program, other, replay=False, tend=None):
    """Both outcomes for a program; the workspace lives in a folder of its own meanwhile."""
    with tempfile.TemporaryDirectory(prefix="tend-model-") as folder:
        if other is None:
            spelling.write(program, folder)
        if replay:
            one, two = of_engine(program, tend, folder), of_engine(program, tend, folder, "replay")
            if one["raw"] != two["raw"] and not differences(one, two):
                two["figures"]["bytes of the output"] = "differ"
            return one, two
        return of_model(program), (other(program, folder) if other else of_engine(program, tend, folder))


# --- what must come out, for other drivers ---------------------------------------------------------------------------------------------

def expected(program):
    """What a run of the workspace must give, for a driver that does not know the model: `sends` in the order of --sends, and
    `playbooks` as in tend.run/1 (`steps` by line; messages and channels for which nothing happened are left out)."""
    result = model.run(program)
    lines = lines_at_the_end(program, result)
    playbooks = {}
    for name, f in sorted(result.figures.items(), key=lambda pair: pair[0].encode()):
        sends = {}
        for (message, channel), accepted in f["sends"].items():
            sends.setdefault(message, {}).setdefault(channel, {"accepted": 0, "skipped": {}})["accepted"] = accepted
        for (message, channel, reason), times in f["skipped"].items():
            sends.setdefault(message, {}).setdefault(channel, {"accepted": 0, "skipped": {}})["skipped"][reason] = times
        playbooks[name] = {count: f[count] for count in COUNTS} | {"sends": sends}
        if name in lines:
            playbooks[name]["steps"] = [{"line": line, "reached": reached} for line, reached in sorted(zip(lines[name], f["reached"]))]
        steps = [s for p in text_at_the_end(program, result)["playbooks"] if p["name"] == name for s in tree.steps_of(p["steps"])]
        old = sorted(set(sends) - {s.get("message") for s in steps})
        if old:
            playbooks[name]["old_messages"] = old
        if name in result.removed:
            playbooks[name]["removed"] = True
    sends = [dict(zip(("at", "customer", "playbook", "message", "channel"), (clock.print_moment(s[0]),) + tuple(s[1:]))) for s in result.sends]
    told = {"from": clock.print_moment(program["from"]), "to": clock.print_moment(program["to"]), "customers": result.customers,
            "events": result.events, "playbooks": playbooks, "sends": sends}
    if program.get("operations"):
        told["operations"] = [done | ({"refused": True} if refused else {}) for done, refused in zip(spelling.operations(program), result.refused)]
        told["readings"] = open_readings(program)
    return told


def open_readings(program):
    """The other readings of what the text leaves open about edits and pauses under which something else must come out."""
    own = of_model(program)
    return [f"{reading}={kind}" for reading in model.OF_EDITS for kind in model.READINGS[reading][1:]
            if differences(own, of_model(program, readings={reading: kind}))]


def write_out(options):
    """`--write DIR`: for each seed the workspace, `faults.json`, `expected.json` and `sends.jsonl`, without running anything."""
    for label, program, _ in programs(options):
        folder = pathlib.Path(options.write) / label.replace(" ", "-").replace(",", "")
        program["reject_percent"] = options.reject
        spelling.write(program, folder)
        made = expected(program)
        (folder / "faults.json").write_text(json.dumps({"reject_percent": options.reject}) + "\n", encoding="utf-8")
        (folder / "expected.json").write_text(json.dumps({k: v for k, v in made.items() if k != "sends"}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        lines = [json.dumps(send, ensure_ascii=False, separators=(",", ":")) for send in made["sends"]]
        (folder / "sends.jsonl").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return 0


# --- reports ------------------------------------------------------------------------------------------------------------------------

def told(lines, most=60):
    """Lines for a report: of very many the first."""
    return "\n".join("  " + line for line in lines[:most]) + (f"\n  … and {len(lines) - most} more" if len(lines) > most else "")


def timeline(sends, customer):
    return told(["  ".join(s) for s in sends if customer in (None, s[1])] or ["(nothing sent)"])


def readings_that_agree(program, right):
    """Other readings of the text under which the model gives what the other side gave."""
    found = []
    for reading, kinds in model.READINGS.items():
        for kind in kinds[1:]:
            if not differences(of_model(program, readings={reading: kind}), right):
                found.append(f"{reading} = {kind}")
    return found


def report(label, program, left, right, again, replay):
    customer = first_customer(left, right)
    print(f"{label}: DIFFERS")
    for line in differences(left, right)[:12]:
        print("  " + line)
    print(f"customer {customer}; the model's sends:\n{timeline(left['sends'], customer)}\nthe other's:\n{timeline(right['sends'], customer)}")
    if not replay:
        traces = model.run(program, trace=True).traces
        for name in [customer] if customer in traces else sorted(traces)[:3]:
            print(f"the model's account of {name}:")
            print(told(traces[name]))
        agree = readings_that_agree(program, right)
        if agree:
            print("the model agrees with the other when it reads: " + "; ".join(agree))
    print("again: " + again)


def keep(program, folder, label):
    folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="tend-model-")) / label.replace(" ", "-")
    shutil.rmtree(folder, ignore_errors=True)
    spelling.write(program, folder)
    (folder / "command.txt").write_text(" ".join(["tend", "simulate"] + spelling.range_arguments(program) + ["--format", "json", "--sends", "sends"]) + "\n")
    return folder


def one(label, program, options, other, again):
    """Compares one program; True where both agree."""
    try:
        left, right = pair(program, other, options.replay, options.tend)
    except NoRun as said:
        codes = set(re.findall(r"error\[(T\d+)\]", str(said)))
        if codes and not codes - NEVER:
            options.refused += 1   # chance wrote a condition that can never hold, which the checker refuses
            return True
        print(f"{label}: the engine did not run it\n{said}\nworkspace: {keep(program, options.keep, label)}\nagain: {again}")
        return False
    if not differences(left, right):
        return True
    if options.shrink:
        program = shrink(program, lambda p: bool(differences(*pair(p, other, options.replay, options.tend))))
        left, right = pair(program, other, options.replay, options.tend)
    report(label, program, left, right, again, options.replay)
    if options.shrink:
        print(wording.tend_text(program)[0])
    print(f"workspace: {keep(program, options.keep, label)}")
    return False


def strength(count, features, only=None):
    """How many seeds find each mutant, and how many tell each pair of readings apart."""
    in_the_middle = {"edits", "pauses"} & generate.expanded(features)
    names = only.split(",") if only else list(mutants.MUTANTS) + [f"{r}={k}" for r, kinds in model.READINGS.items() if r not in model.OF_EDITS for k in kinds[1:]]
    if in_the_middle and not only:      # programs without edits and pauses cannot tell these
        names = list(mutants_edits.OF_EDITS) + [f"{r}={k}" for r in model.OF_EDITS for k in model.READINGS[r][1:]]
    found, first = collections.Counter(), {}
    for seed in range(count):
        program = generate.generate(seed, features)
        left = of_model(program)
        quiet = of_model(program, noise=seed)
        if differences(left, quiet):
            print(f"seed {seed}: a timer turn at a moment at which nothing is due changed something: {differences(left, quiet)[:3]}")
        for name in names:
            try:
                found_here = bool(differences(left, stand_in(name)(program, None)))
            except AssertionError:  # a mutant that spins
                found_here = True
            if found_here:
                found[name] += 1
                first.setdefault(name, seed)
    for name in names:
        print(f"  {name:45} {found[name]:5} of {count} seeds, first {first.get(name, '-')}")
    return 1 if any(not found[name] for name in names if name in ALL_MUTANTS) else 0


def programs(options):
    """(label, program, the command that repeats it)."""
    tail = "".join(f" --stand-in '{options.stand_in}'" if options.stand_in else "") + (" --replay" if options.replay else "")
    tail += f" --tend {options.tend}" if not options.stand_in else ""
    if options.cases:
        for name, (program, _, _) in cases.CASES.items():
            if name in cases.MODEL_ONLY and not (options.write and "operations" in program):
                continue
            yield name, program, f"python3 tests/model/compare.py --cases{tail}"
        return
    if options.seed is not None:
        seeds = [options.seed]
    else:
        low, _, high = options.seeds.partition(":")
        seeds = range(int(low), int(high)) if high else range(int(low))
    tail += f" --with {options.features}" if options.features else ""
    for seed in seeds:
        yield f"seed {seed}", generate.generate(seed, options.features.split(",")), f"python3 tests/model/compare.py --seed {seed} --shrink{tail}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tend", default=str(ROOT / "build/release/tend"))
    parser.add_argument("--seeds", default="200")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--cases", action="store_true")
    parser.add_argument("--replay", action="store_true")
    parser.add_argument("--stand-in", dest="stand_in")
    parser.add_argument("--mutants", type=int)
    parser.add_argument("--with", dest="features", default="")
    parser.add_argument("--shrink", action="store_true")
    parser.add_argument("--going", action="store_true")
    parser.add_argument("--keep")
    parser.add_argument("--write")
    parser.add_argument("--reject", type=int, default=0)
    try:
        options = parser.parse_args()
    except SystemExit as wrong:
        return 3 if wrong.code else 0
    if options.mutants:
        return strength(options.mutants, options.features.split(","), options.stand_in)
    if options.write:
        options.tend = None
        return write_out(options)
    other = stand_in(options.stand_in) if options.stand_in else None
    if other is None and {"edits", "pauses"} & generate.expanded(options.features.split(",")):
        print("no verb runs a workspace with edits and pauses: take --write or --stand-in", file=sys.stderr)
        return 3
    if other is None:
        options.tend = str(pathlib.Path(options.tend).resolve())
        if not pathlib.Path(options.tend).exists():
            print(f"there is no binary at {options.tend}; build it, or give --tend PATH", file=sys.stderr)
            return 4
    agreed = differed = options.refused = 0
    for label, program, again in programs(options):
        if one(label, program, options, other, again):
            agreed += 1
            continue
        differed += 1
        if not options.going:
            break
    compared = agreed - options.refused
    print(f"{compared} agree, {differed} differ, {options.refused} refused by the checker")
    return 1 if differed or compared < options.refused else 0


if __name__ == "__main__":
    sys.exit(main())
