"""Any bytes and any file end with a clear diagnostic, at once: never a crash, never a wait."""
import os
import subprocess
import sys
import tempfile

import workspace as w

SECONDS_MAX = 60   # of the clock: a busy machine is no fault

GOOD = "event order { amount money }\n"
LRM, RLM, OVERRIDE, POP, ZERO_WIDTH = "\u200e", "\u200f", "\u202e", "\u202c", "\u200b"

# What the file holds, and what `tend check` says: the code that it names, or that all is well.
TEXTS = {
    "an empty file": (b"", "0 errors"),
    "blanks": (b" " * 100_000, "0 errors"),
    "empty lines": (b"\n" * 100_000, "0 errors"),
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD.encode(), "0 errors"),
    "CR LF": (GOOD.replace("\n", "\r\n").encode(), "0 errors"),
    "a text of a megabyte in one line": (b'message m { text "' + b"a" * 1_000_000 + b'" }', "0 errors"),
    "a comment of a megabyte": (b"# " + b"a" * 1_000_000, "0 errors"),
    "direction turned and turned back in a text": (f'trait t = "a{OVERRIDE}b{POP}c"'.encode(), "0 errors"),
    "a mark in a text": (f'trait t = "a{RLM}b"'.encode(), "0 errors"),
    "a megabyte of one word": (b"a" * 1_000_000, "T0103"),
    "a megabyte of a name": (b"event " + b"a" * 1_000_000, "T0148"),
    "no UTF-8": (b"event \xff\xfe { }", "T0142"),
    "UTF-16": (GOOD.encode("utf-16"), "T0142"),
    "half a character": (b"event \xe5\xae", "T0142"),
    "NUL bytes": (b"event a\0{ b text }\0", "T0143"),
    "a file of NUL bytes": (b"\0" * 100_000, "T0143"),
    "an escape sequence": (b"event a \x1b[2J { b text }", "T0143"),
    "CR alone": (b"# a comment\revent order { amount money }\r", "T0143"),
    "a mark outside of texts": (f"event a {RLM}{{ b text }}".encode(), "T0145"),
    "the direction turned outside of texts": (f"event a{OVERRIDE}b {{ b text }}".encode(), "T0145"),
    "the direction not turned back in a text": (f'trait t = "a{OVERRIDE}b"'.encode(), "T0146"),
    "the direction not turned back in a comment": (f"# {OVERRIDE} a comment".encode(), "T0146"),
    "no width inside a word": (f"event or{ZERO_WIDTH}der {{ b text }}".encode(), "T0147"),
    "full-width letters": ("event ｏrder { b text }".encode(), "T0139"),
    "100,000 turns of the direction": (f'trait t = "{OVERRIDE * 100_000}"'.encode(), "T0146"),
    "Cyrillic among Latin letters": ("event оrder { b text }".encode(), "T0139"),
    "a megabyte and a byte": (b" " * (1 << 20) + b" ", "T0140"),
    "a hundred megabytes": (b"a" * 100_000_000, "T0140"),
    "100,000 parentheses": (b"segment s = " + b"(" * 100_000 + b"a" + b")" * 100_000, "T0141"),
    "100,000 open parentheses": (b"segment s = " + b"(" * 100_000, "T0141"),
    "100,000 brackets": (b"segment s = " + b"[" * 100_000, "T0141"),
    "100,000 times not": (b"segment s = " + b"not " * 100_000 + b"a", "T0141"),
    "100,000 minus signs": (b"trait t = " + b"-" * 100_000 + b"1", "T0141"),
    "100,000 blocks": (b"playbook p {" + b"if a {" * 100_000, "T0141"),
    "100,000 holes": (b'trait t = "' + b'{{ "' * 100_000, "T01"),
    "100,000 braces": (b"{" * 100_000, "T01"),
    "100,000 closing braces": (b"}" * 100_000, "T0108"),
}


def run(tend, *words):
    try:
        done = subprocess.run([tend, *words], capture_output=True, timeout=SECONDS_MAX)
    except subprocess.TimeoutExpired:
        w.check(False, f"{' '.join(words)} ends")
    said = (done.stdout + done.stderr).decode("utf-8")   # whatever the file holds, the report is UTF-8
    w.check(done.returncode >= 0, f"{' '.join(words)} does not crash ({done.returncode})")
    w.check(len(said) < 200_000, f"{' '.join(words)} says no more than can be read")
    return done.returncode, said


def texts(tend, scratch):
    path = os.path.join(scratch, "hostile.tend")
    for name, (content, says) in TEXTS.items():
        with open(path, "wb") as file:
            file.write(content)
        for lang in ("en", "zh"):
            code, said = run(tend, "check", path, "--lang", lang)
            fine = says == "0 errors"
            w.check((code == 0) == fine, f"{name}: ends with {code}: {said[:500]}")
            w.check(fine or says in said, f"{name}: says {said[:500]!r}, which lacks {says}")
        run(tend, "check", path, "--format", "json")
        run(tend, "fmt", path)
        with open(path, "rb") as file:
            w.check(fine or file.read() == content, f"{name}: fmt leaves a broken file alone")


def files(tend, scratch):
    def refused(path, says):
        for verb in ("check", "fmt"):
            code, said = run(tend, verb, path)
            w.check(code > 0 and says in said and path in said, f"{verb} {path} ends with {code}: {said[:500]!r}, which lacks {says!r}")

    folder = os.path.join(scratch, "folder.tend")
    os.mkdir(folder)
    refused(folder, "it is a folder")
    pipe = os.path.join(scratch, "pipe.tend")
    os.mkfifo(pipe)
    refused(pipe, "it is a pipe")
    loop = os.path.join(scratch, "loop.tend")
    os.symlink(loop, loop)
    refused(loop, "symbolic links")
    refused(os.path.join(scratch, "nothing.tend"), "there is no file")
    if os.getuid() != 0:   # to root everything is readable
        locked = os.path.join(scratch, "locked.tend")
        with open(locked, "w", encoding="utf-8") as file:
            file.write(GOOD)
        os.chmod(locked, 0)
        refused(locked, "permission denied")
    for name in (folder, pipe, loop):
        (os.rmdir if name == folder else os.remove)(name)
    # A workspace that leads back into itself.
    circle = os.path.join(scratch, "circle")
    os.makedirs(os.path.join(circle, "a"))
    os.symlink(circle, os.path.join(circle, "a", "b"))
    code, said = run(tend, "check", circle)
    w.check(code > 0 and "nested more than" in said, f"a folder that leads back ends with {code}: {said[:500]!r}")


def main(tend):
    with tempfile.TemporaryDirectory() as scratch:
        texts(tend, scratch)
        files(tend, scratch)
    print(f"{len(TEXTS)} texts and 6 files, each with one clear answer")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
