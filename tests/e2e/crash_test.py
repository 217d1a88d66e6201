"""`replay` killed with kill -9 at random moments and called again each time ends with exactly the sends of an undisturbed run.

    python3 tests/e2e/crash_test.py build/release/tend [SEED] [KILLS]
"""
import os
import random
import subprocess
import sys
import tempfile
import time

import workspace as w

HERE = os.path.dirname(os.path.abspath(__file__))


def main(tend, seed, kills_wanted):
    rng = random.Random(seed)
    again = f"repeat with: python3 tests/e2e/crash_test.py {tend} {seed} {kills_wanted}"
    real = os.path.exists(w.CDNOW)
    orders = w.CDNOW if real else os.path.join(HERE, "..", "..", "playbooks", "win-back", "orders.csv")
    limits = ["--from", "1997-01-01", "--to", "1998-07-01"] if real else ["--from", "2025-01-01", "--to", "2026-09-01"]
    if not real:
        print("the real orders are not there: with the made-up ones of playbooks/win-back")
    with tempfile.TemporaryDirectory() as scratch:
        calm = w.make(os.path.join(scratch, "calm"), orders, quantity=real)
        begin = time.monotonic()
        w.run(tend, "replay", calm, "--data", os.path.join(scratch, "calm-data"), *limits, "--sends", os.path.join(scratch, "calm.jsonl"))
        undisturbed = time.monotonic() - begin
        calm_keys = sorted(w.keys(os.path.join(calm, "outbox.jsonl")))
        w.check(len(calm_keys) > 20 and len(set(calm_keys)) == len(calm_keys), "the undisturbed run sends each key once")

        kills, rounds = 0, 0
        while kills < kills_wanted:
            rounds += 1
            folder = w.make(os.path.join(scratch, f"stormy-{rounds}"), orders, quantity=real)
            data = os.path.join(scratch, f"stormy-data-{rounds}")
            sends = os.path.join(scratch, f"stormy-{rounds}.jsonl")
            command = [tend, "replay", folder, "--data", data, *limits, "--sends", sends]
            while True:
                process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                try:
                    # Anywhere in the run, more often early: with each call less is left.
                    process.wait(timeout=rng.uniform(0.005, undisturbed) if kills < kills_wanted else None)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                    kills += 1
                    continue
                w.check(process.returncode == 0, f"after {kills} kills replay ended with {process.returncode}: {process.stderr.read().decode()} {again}")
                break
            storm_keys = sorted(w.keys(os.path.join(folder, "outbox.jsonl")))
            w.check(len(set(storm_keys)) == len(storm_keys), f"a key stands twice in the outbox after {kills} kills; {again}")
            w.check(storm_keys == calm_keys, f"after {kills} kills the outbox holds {len(storm_keys)} messages, not {len(calm_keys)}; {again}")
            w.check(w.read(sends) == w.read(os.path.join(scratch, "calm.jsonl")), f"the list of sends differs after {kills} kills; {again}")
        print(f"ok: {kills} kills in {rounds} runs of {undisturbed:.2f} s, {len(calm_keys)} messages each, seed {seed}")
    return 0


if __name__ == "__main__":
    seed_ = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed_}")
    sys.exit(main(sys.argv[1], seed_, int(sys.argv[3]) if len(sys.argv) > 3 else 20))
