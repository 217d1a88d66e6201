#!/usr/bin/env python3
"""Prints a libFuzzer dictionary: every keyword of the table in both tongues, and the marks of the language."""
import re
import sys

MARKS = ['"', '"""', "“", "”", "{{", "}}", "{", "}", "(", ")", "[", "]", ",", "，", ";", "；", ":", "：", "#", "\\n", "`", "|", "=", "==", "!=",
         "<=", ">=", "+", "-", "*", "/", ".", "%", "100 CNY", "30元", "2026-11-11", "09:30", "50%", "1_000", "2.5"]


def main():
    words = set()
    with open("dsl/syntax/keywords.inc", encoding="utf-8") as file:
        for row in re.findall(r'^KW\(\w+,"([^"]*)","([^"]*)","([^"]*)"', file.read(), re.M):
            words.update(word for word in row if word)
    for word in sorted(words) + MARKS:
        print('"' + "".join(f"\\x{byte:02x}" for byte in word.replace("\\n", "\n").encode()) + '"')


if __name__ == "__main__":
    sys.exit(main())
