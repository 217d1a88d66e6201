#!/usr/bin/env python3
"""Tidiness as a test: what compilers and unit tests cannot see about the sources themselves.

Run from the repository root. Prints one line per finding, `file:line: sentence`, and exits with 1 if there is any.
Checks: which folder includes which (CMakeLists.txt says who DEPENDS on whom), which folder sees which library, calls that make a run depend on
more than its inputs, header comments, blanks and tabs, lengths, marks of unfinished work, pages and tests of diagnostics, references to documents.
"""
import os
import re
import sys

LINES_MAX = 700
# These folders decide what happens, so they may ask nothing but their inputs: no clock, no chance, no files, no environment.
PURE = ("dsl/", "engine/state/", "engine/expr/", "engine/journey/")
# Headers of libraries (as a prefix of the path in <…>) and the folders that may see them.
LIBRARIES = {
    "boost/beast": ("engine/serve",),
    "boost/asio": ("engine/serve", "engine/channel"),
    "expat": ("engine/channel",),
    "curl/": ("engine/channel",),
    "libpq": ("engine/simulate",),
    "openssl/": ("engine/channel", "engine/script", "engine/serve"),
    "seccomp": ("engine/script",),
    "boost/math": ("engine/run",),
    "rocksdb/": ("engine/history",),
    "lua": ("engine/expr", "engine/script"),
    "date/": ("engine/env",),
    "unicode/": ("engine/env",),
    "toml++/": ("engine/simulate",),
    "CLI/": ("engine/cli",),
    "sodium": ("engine/journey", "engine/history", "engine/run", "engine/channel", "engine/serve"),
    "tao/": ("dsl/syntax",),
    "simdjson": ("engine/serve", "engine/simulate"),
}
BANNED = [
    (r"\b(system_clock|steady_clock|high_resolution_clock|utc_clock|file_clock)\b", "a clock"),
    (r"\b(clock_gettime|gettimeofday|localtime|gmtime|mktime)\b", "a clock"),
    (r"(?<![\w.>:])(std::)?time\s*\(\s*(nullptr|NULL|0|&\w+)\s*\)", "a clock"),
    (r"(?<![\w.>])(std::)?s?rand\s*\(", "chance"),
    (r"\brandom_device\b", "chance"),
    (r"\bfopen\s*\(|\b[io]?fstream\b|\bstd::filesystem\b", "files"),
    (r"\b(secure_)?getenv\s*\(", "the environment"),
]
# Words are put together here, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX"]) + r")\b")
# Files speak of the project, not of the place or the way in which they were written.
PLACE = [
    (re.compile(r"(?<![\w.])/" + r"work(?=[/\s`'\").,:]|$)"), "a path of one machine"),
    (re.compile(r"\." + r"\./(?!shared/(?:data/cdnow|examples))shared\b"), "a folder outside the repository"),
    (re.compile(r"\bissue" + r"s?\s+#?\d", re.I), "the number of an issue"),
    (re.compile(r"\b(sub-?" + r"agent|helper" + r" session|work" + r"place)s?\b", re.I), "how the work was organised"),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
TEXT_ENDINGS = (".cpp", ".hpp", ".inc", ".py", ".md", ".txt", ".toml", ".json", ".tend", ".csv", ".jsonl", ".sh")
# Not ours to tidy: inputs that are wrong on purpose, bytes of old versions, and names that only tests' output has.
PASSED_OVER = ("tests/golden/bad/", "tests/golden/compat/", "tests/golden/fmt/", "tests/fuzz/corpus/")

findings = []


def find(path, line, sentence):
    findings.append((path, line, sentence))


def read(path):
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        return file.read()


def files_below(folder):
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
        for name in sorted(names):
            yield os.path.join(at, name).replace(os.sep, "/")


def without_comments_and_texts(source):
    """The code alone, line for line: comments, strings and characters become blanks."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])*\'', re.S)
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found.group(0)), source)


def folder_depends():
    """What CMakeLists.txt says: folder -> all folders that it reaches."""
    cmake = re.sub(r"#[^\n]*", "", read("CMakeLists.txt"))
    direct = {}
    for path, words in re.findall(r"^tend_folder\(\s*((?:dsl|engine)/\w+)([^)]*)\)", cmake, re.M):
        depends = re.search(r"\bDEPENDS\b(.*?)(?=\bUSES\b|$)", words, re.S)
        direct[path] = depends.group(1).split() if depends else []
    reached = {}
    for path in direct:
        seen, open_folders = set(), [path]
        while open_folders:
            folder = open_folders.pop()
            if folder in seen:
                continue
            seen.add(folder)
            open_folders += direct.get(folder, [])
        reached[path] = seen
    return reached


def check_includes(path, lines, reached):
    folder = "/".join(path.split("/")[:2])
    if folder not in reached:
        find(path, 1, f"CMakeLists.txt has no tend_folder({folder} …)")
        return
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        if not include:
            continue
        bracket, target = include.groups()
        if bracket == '"':
            other = "/".join(target.split("/")[:2])
            if target.count("/") < 2:
                find(path, number, f"`{target}` is not written from the repository root")
            elif not os.path.exists(target):
                find(path, number, f"`{target}` is not there")
            elif other.startswith("engine/") and folder.startswith("dsl/"):
                find(path, number, f"dsl never includes engine: `{target}`")
            elif other not in reached[folder]:
                find(path, number, f"{folder} does not depend on {other} in CMakeLists.txt: `{target}`")
            continue
        for prefix, folders in LIBRARIES.items():
            if target.startswith(prefix) and folder not in folders:
                find(path, number, f"only {' and '.join(folders)} may include <{target}>")


def check_grammar(sources):
    """PEGTL stays in the grammar: whatever sees it, directly or not, is a .cpp of dsl/syntax or a header that only those include."""
    includes = {}
    for path, text in sources.items():
        includes[path] = {found.group(2) for found in map(INCLUDE.match, text.split("\n")) if found}
    seeing = {path for path in includes if any(name.startswith("tao/") for name in includes[path])}
    while True:
        more = {path for path in includes if path not in seeing and path.endswith(".hpp") and includes[path] & seeing}
        if not more:
            break
        seeing |= more
    for path in sorted(includes):
        for header in sorted(includes[path] & seeing):
            if not path.startswith("dsl/syntax/"):
                find(path, 1, f"`{header}` brings PEGTL in: only dsl/syntax may see it")


def check_pure(path, code):
    for number, line in enumerate(code.split("\n"), 1):
        for pattern, what in BANNED:
            if re.search(pattern, line):
                find(path, number, f"this asks for {what}: a run may depend on its inputs only (engine/env is the place)")


def check_unordered(sources):
    """Iteration over unordered containers, by the names that the folder declares as such."""
    for path, text in sources.items():
        if not path.startswith(PURE):
            continue
        folder = os.path.dirname(path)
        names = set()
        for other, other_text in sources.items():
            if os.path.dirname(other) != folder:
                continue
            if other != path and not other.endswith(".hpp"):
                continue
            for begin in re.finditer(r"\bunordered_(?:multi)?(?:map|set)\s*<", other_text):
                depth, at = 1, begin.end()
                while at < len(other_text) and depth > 0:
                    depth += {"<": 1, ">": -1}.get(other_text[at], 0)
                    at += 1
                name = re.match(r"[\s&*]*(\w+)", other_text[at:])
                if name:
                    names.add(name.group(1))
        for name in sorted(names):
            for number, line in enumerate(text.split("\n"), 1):
                if re.search(rf"for\s*\([^;]*:\s*(?:\w+(?:\.|->))*{name}\s*\)", line) or re.search(rf"\b{name}\s*(?:\.|->)\s*c?begin\s*\(", line):
                    find(path, number, f"`{name}` is unordered, so going through it gives another order on another machine")


def check_head(path, lines):
    first = lines[0] if lines else ""
    own = f'#include "{path[:-4]}.hpp"'
    if path.endswith(".cpp") and first == own and os.path.exists(path[:-4] + ".hpp"):
        return
    if not re.match(r"// \S.{5,}", first):
        find(path, 1, "the first line does not say what lives here")


def check_text(path, lines, is_code):
    for number, line in enumerate(lines, 1):
        if line.endswith("\r"):
            if is_code:
                find(path, number, "the line ends with a carriage return")
            line = line[:-1]
        if line != line.rstrip(" \t"):
            find(path, number, "blanks at the end of the line")
        if is_code and "\t" in line:
            find(path, number, "a tab")
        if UNFINISHED.search(line):
            find(path, number, f"`{UNFINISHED.search(line).group(1)}`: finish it or drop it")
        for pattern, what in PLACE:
            if pattern.search(line):
                find(path, number, f"the project does not speak of {what}: `{pattern.search(line).group(0)}`")
        mentions = re.sub(r"\[[^\]]*\]\([^)]*\)", "", line) if path.endswith(".md") else line   # links have a check of their own
        for document in re.findall(r"(?<![\w/.])docs/[\w/.-]+\.md\b", mentions):
            if "NNNN" not in document and not os.path.exists(document):
                find(path, number, f"`{document}` is not there")
    if is_code and len(lines) - 1 > LINES_MAX:
        find(path, LINES_MAX + 1, f"{len(lines) - 1} lines are more than {LINES_MAX}: two files, perhaps")


def check_links(path, text):
    """Links of documents to files of the repository."""
    fenced = re.sub(r"```.*?```", lambda found: "\n" * found.group(0).count("\n"), text, flags=re.S)
    for found in re.finditer(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", fenced):
        target = found.group(1)
        if re.match(r"[a-z]+:", target):
            continue
        if not os.path.exists(os.path.normpath(os.path.join(os.path.dirname(path), target))):
            find(path, fenced.count("\n", 0, found.start()) + 1, f"the link to `{target}` leads nowhere")


def check_diagnostics():
    """Every code has a page and a test, every page has a code. An example on a page is a test: pages_test.cpp runs it."""
    inc = "dsl/diagnostic/codes.inc"
    tests = "\n".join(read(path) for path in files_below("tests") if path.endswith((".cpp", ".hpp", ".json", ".txt", ".tend")))
    named = set(re.findall(r"\bT(\d{4})\b", tests)) | {f"{int(n):04}" for n in re.findall(r"\bcode\s*==\s*(\d{3,4})\b", tests)}
    runs_pages = os.path.exists("tests/dsl/check/pages_test.cpp")
    codes = {}
    for number, line in enumerate(read(inc).split("\n"), 1):
        row = re.match(r"\s*CODE\(\s*(\d+)\s*,", line)
        if not row:
            continue
        code = f"{int(row.group(1)):04}"
        if code in codes:
            find(inc, number, f"T{code} stands here twice")
        codes[code] = number
        page = f"docs/diagnostics/T{code}.md"
        text = read(page) if os.path.exists(page) else None
        if text is None:
            find(inc, number, f"T{code} has no page {page}")
        elif not text.startswith(f"# T{code}: "):
            find(page, 1, f"the page does not begin with `# T{code}: `")
        if code not in named and not (runs_pages and text and "```tend\n" in text):
            find(inc, number, f"T{code} has no test: neither a test nor a golden file names it, and its page has no example")
    if not codes:
        find(inc, 1, "no row CODE(…) is found")
    for path in files_below("docs/diagnostics"):
        page = re.fullmatch(r"docs/diagnostics/T(\d{4})\.md", path)
        if page and page.group(1) not in codes:
            find(path, 1, f"codes.inc has no T{page.group(1)}")


def main():
    if not os.path.exists("CMakeLists.txt") or not os.path.isdir("dsl"):
        print("tidy_test.py: run it from the repository root", file=sys.stderr)
        return 2
    reached = folder_depends()
    sources, codes = {}, {}
    for path in [*files_below("dsl"), *files_below("engine")]:
        if not path.endswith((".cpp", ".hpp")):
            continue
        sources[path] = read(path)
        codes[path] = without_comments_and_texts(sources[path])
    if len(sources) < 100 or len(reached) < 10:
        find("CMakeLists.txt", 1, f"only {len(sources)} sources in {len(reached)} folders are found: this check would look at nothing")
    for path, text in sources.items():
        lines = text.split("\n")
        check_includes(path, lines, reached)
        check_head(path, lines)
        if path.startswith(PURE):
            check_pure(path, codes[path])
    check_grammar(sources)
    check_unordered(codes)

    top = [name for name in sorted(os.listdir(".")) if os.path.isfile(name) and (name.endswith(TEXT_ENDINGS) or name == "dev")]
    below = [path for folder in ("dsl", "engine", "tests", "docs", "playbooks", "dev") if os.path.isdir(folder) for path in files_below(folder)]
    for path in top + below:
        if not path.endswith(TEXT_ENDINGS) and path != "dev" or path.startswith(PASSED_OVER):
            continue
        text = read(path)
        check_text(path, text.split("\n"), path.endswith((".cpp", ".hpp")))
        if path.endswith(".md"):
            check_links(path, text)
    check_diagnostics()

    for path, line, sentence in sorted(findings):
        print(f"{path}:{line}: {sentence}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
