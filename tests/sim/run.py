"""Random workspaces under random faults: the model makes them and says what comes out, tend_sim runs them.

  run.py [--sim PATH] [--seeds A:B] [--faults N]    workspaces of the seeds A to B - 1, each under N fault seeds
  run.py --live N                                   beside recorded time, N fault seeds in live time (default 1)
  run.py --features A,B                             workspaces with these features of generate.py instead of groups of them in turn
  run.py --workspace N --fault M [--in-live-time]   one run, told life by life
  run.py --model-every N                            the model says what comes out of each Nth workspace (it is slow), default 10
  run.py --no-regressions                           without the runs of regressions.txt, which come first
  run.py --keep DIR                                 where the workspaces go; else they are removed
  run.py --log FILE                                 a line per workspace, with its verdict

Exit code: 0 all held, 1 something did not, 3 wrong usage."""
import argparse
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "model"))

import clock      # noqa: E402
import compare    # noqa: E402
import generate   # noqa: E402
import spelling   # noqa: E402

REJECTED = (0, 0, 10, 40)                                  # percent of messages that channels reject, by seed in turn
FEATURES = ((), ("sends", "steps", "ways_in"), ("all",))   # groups of generate.py, by seed in turn
TIMEOUT_S = 120                                            # of one workspace


def make(seed, folder, with_model, features):
    """The workspace of a seed; with what the model expects, or else only with the limits of its time."""
    program = generate.generate(seed, features or FEATURES[seed % len(FEATURES)])
    program["reject_percent"] = REJECTED[seed % len(REJECTED)]
    spelling.write(program, folder)
    told = {"from": clock.print_moment(program["from"]), "to": clock.print_moment(program["to"])}
    if with_model:
        told = compare.expected(program)
        lines = [json.dumps(send, ensure_ascii=False) for send in told.pop("sends")]
        (folder / "sends.jsonl").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    (folder / "expected.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    (folder / "faults.json").write_text(json.dumps({"reject_percent": program["reject_percent"]}), encoding="utf-8")


def run(sim, folder, faults, tell=False, live=False):
    """Whether all held, and the lines that tend_sim prints."""
    words = [str(sim), "--seeds", f"{faults[0]}:{faults[1]}"] + (["--tell"] if tell else []) + (["--live"] if live else []) + [str(folder)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return 1, f"it hangs, or takes longer than {TIMEOUT_S} s: one of the seeds {faults[0]} to {faults[1] - 1}\nagain: {sim} --tell --seed {faults[0]} {folder}\n"
    return done.returncode, done.stdout + done.stderr


def regressions():
    found = []
    for line in (HERE / "regressions.txt").read_text(encoding="utf-8").splitlines():
        words = line.split("#")[0].split()
        if words:
            found.append((int(words[0]), (int(words[1]), int(words[1]) + 1)))
    return found


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--sim", default=str(HERE.parents[1] / "build/dev/tests/tend_sim"))
    words.add_argument("--seeds", default="0:100")
    words.add_argument("--faults", type=int, default=3)
    words.add_argument("--features", default="")
    words.add_argument("--workspace", type=int)
    words.add_argument("--fault", type=int, default=0)
    words.add_argument("--model-every", type=int, default=10)
    words.add_argument("--live", type=int, default=1)
    words.add_argument("--in-live-time", action="store_true")
    words.add_argument("--no-regressions", action="store_true")
    words.add_argument("--keep")
    words.add_argument("--log")
    options = words.parse_args()
    first, end = (int(n) for n in options.seeds.split(":"))
    features = tuple(f for f in options.features.split(",") if f)
    again = f"--features {options.features} " if features else ""

    with tempfile.TemporaryDirectory(prefix="tend-sim-") as scratch:
        base = pathlib.Path(options.keep or scratch)

        def one(job):
            seed, faults = job
            folder = base / f"{seed}-{faults[0]}"
            make(seed, folder, options.workspace is not None or seed % options.model_every == 0, features)
            if options.workspace is not None:
                return (seed, faults, folder) + run(options.sim, folder, faults, True, options.in_live_time)
            code, text = run(options.sim, folder, faults)
            if code == 0 and options.live:
                code, more = run(options.sim, folder, (faults[0], faults[0] + options.live), live=True)
                text += more
            return seed, faults, folder, code, text

        if options.workspace is not None:
            jobs = [(options.workspace, (options.fault, options.fault + 1))]
        else:
            # Each workspace has fault seeds of its own.
            jobs = [] if options.no_regressions or features else regressions()
            jobs += [(seed, (seed * 1000, seed * 1000 + options.faults)) for seed in range(first, end)]

        failed = refused = held = runs = 0
        log = open(options.log, "w", encoding="utf-8", buffering=1) if options.log else None
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for seed, faults, folder, code, text in pool.map(one, jobs):
                codes = set(re.findall(r"error\[(T\d+)\]", text))
                if codes and not codes - compare.NEVER:
                    refused += 1   # chance wrote a condition that can never hold, which the checker refuses
                    continue
                text = re.sub(r"again: \S+ --tell --seed (\d+) \S+", rf"again: python3 tests/sim/run.py {again}--workspace {seed} --fault \1", text)
                text = re.sub(r"again: \S+ --live --tell --seed (\d+) \S+", rf"again: python3 tests/sim/run.py {again}--workspace {seed} --fault \1 --in-live-time", text)
                text = text.replace(str(folder), f"workspace {seed}")
                runs += faults[1] - faults[0] + (0 if options.workspace is not None else options.live)
                if log:
                    log.write(text if code else text.splitlines()[-1] + "\n")
                held += code == 0
                failed += code != 0
                if code or options.workspace is not None:
                    print(text, end="" if text.endswith("\n") else "\n", flush=True)
        print(f"{held} workspaces held, {failed} did not, {refused} are not run; {runs} runs with faults")
        return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
