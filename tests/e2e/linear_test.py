"""Time and memory grow with the length of a text and no faster: each shape at one, two and four times a length, checked and formatted, in
processor time; what takes no time at all is not compared."""
import os
import resource
import sys
import tempfile

import workspace as w
from shapes import SHAPES

BYTES = 115_000         # of the shortest; the longest stays below the limit of a file
RATIO_MAX = 8           # of four times the length; linear is 4, quadratic 16
SECONDS_MAX = 5         # of the longest: a megabyte
KILOBYTES_MAX = 400_000
NOTHING = 0.02          # seconds that are noise


def used(words):
    """Processor seconds and peak kilobytes of one run."""
    child = os.fork()
    if child == 0:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
        os.execv(words[0], words)
    _, status, usage = os.wait4(child, 0)
    w.check(os.WIFEXITED(status) and os.WEXITSTATUS(status) in (0, 1), f"{words} ended by itself, not with {status}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def best(words, enough):
    """The least of up to three runs; no more of them once it is little enough."""
    least, memory = used(words)
    for _ in range(2):
        if least <= enough:
            break
        again, _ = used(words)
        least = min(least, again)
    return least, memory


def main(tend):
    only = sys.argv[2:]
    nothing, _ = best([tend, "--version"], 0)
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "shape.tend")
        for name, make in SHAPES.items():
            if only and name not in only:
                continue
            unit = (len(make(4000).encode()) - len(make(2000).encode())) / 2000
            n = int(BYTES / unit)
            for verb in ("check", "fmt"):
                times = []
                for factor in (1, 2, 4):
                    with open(path, "w", encoding="utf-8") as file:
                        file.write(make(factor * n))
                    enough = 0 if factor == 1 else RATIO_MAX * max(times[0], NOTHING) / 2
                    seconds, kilobytes = best([tend, verb, path], nothing + enough)
                    times.append(seconds - nothing)
                says = f"`{name}`, {verb}: {times[0] * 1e3:.0f}, {times[1] * 1e3:.0f}, {times[2] * 1e3:.0f} ms, {kilobytes // 1024} MB"
                if only or os.environ.get("VERBOSE"):
                    print(says, flush=True)
                w.check(times[2] <= RATIO_MAX * max(times[0], NOTHING), says + ": more than linear")
                w.check(times[2] <= SECONDS_MAX and kilobytes <= KILOBYTES_MAX, says + ": too much")
    print(f"{len(SHAPES)} shapes, checked and formatted in linear time")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
