#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""Commands and outputs in documents are real.

    tests/scripts/docs-test.py [FILE.md...]      (default: README.md and the guides)

A line that begins with a tab is a command.  One that begins with build/coherer is run, if the words
"..." are not in it, and the block between ``` that follows must be what it prints: its lines in their
order, where a line "..." stands for any lines, and "..." at the end of a line for the rest of it.
`make TARGET` must be a target that `make help` lists.  The report of the README is held to
scripts/demo.sh, its table to scripts/runs-on.sh.

Each check prints "ok - NAME" or "not ok - NAME: why".  Exits 0 if all passed, 1 if not.
"""
import os
import re
import subprocess
import sys

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
LIMIT = 8192  # bytes of README.md
DEFAULT = ["README.md", "docs/guide-watch.md", "docs/guide-check.md"]
passed = failed = 0


def verdict(name, why=None):
    global passed, failed
    passed, failed = (passed, failed + 1) if why else (passed + 1, failed)
    print(f"not ok - {name}: {why}" if why else f"ok - {name}", flush=True)


def run(command):
    done = subprocess.run(command, shell=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", timeout=900)
    return done.stdout


def missing_line(shown, printed):
    """The first line shown that printed does not have behind those before it, or None."""
    at, skip = 0, True
    for line in shown:
        if line == "...":
            skip = True
            continue
        wanted = line[:-3] if line.endswith("...") else line
        here = at
        while here < len(printed) and not (printed[here] == line or
                                           line.endswith("...") and printed[here].startswith(wanted)):
            here += 1
        if here == len(printed) or not skip and here != at:
            return line
        at, skip = here + 1, False
    return None


def compare(name, shown, printed):
    line = missing_line(shown, printed.split("\n"))
    verdict(name, f"'{line}' is not there" if line else None)


def blocks(text):
    """Commands with the block that follows each, or None: (line number, command, block)."""
    lines, found, i = text.split("\n"), [], 0
    while i < len(lines):
        if lines[i].startswith("```"):
            end = i + 1
            while lines[end] != "```":
                end += 1
            if found and found[-1][2] is None and found[-1][3] >= i - 2:
                found[-1][2] = lines[i + 1:end]
            i = end
        elif lines[i].startswith("\t"):
            found.append([i + 1, lines[i].strip(), None, i])
        i += 1
    return found


def check_make(name, command, targets):
    target = command.split("#")[0].split()[1:]
    unknown = [t for t in target if "=" not in t and t not in targets]
    verdict(name, f"make help knows no target {unknown}" if unknown else None)


def check_file(path, targets):
    text = open(path, encoding="utf-8").read()
    for number, command, block, _ in blocks(text):
        name = f"{path}:{number}: {command}"
        if command.startswith("make"):
            check_make(name, command, targets)
        elif command.startswith("build/coherer") and "..." not in command:
            if block:
                compare(name, block, run(command))
            else:
                verdict(name, "no output is shown behind it")


def check_readme():
    text = open("README.md", encoding="utf-8").read()
    size = len(text.encode())
    verdict("README.md: its size", f"{size} bytes, at most {LIMIT}" if size > LIMIT else None)
    table = run("scripts/runs-on.sh")
    verdict("README.md: what it runs on", None if table in text else
            "another table than scripts/runs-on.sh prints")
    report = re.search(r"```\n(COHERER: .*?)\n```", text, re.S)
    compare("README.md: the report", report.group(1).split("\n"), run("scripts/demo.sh"))


targets = set(re.findall(r"^  ([a-z][a-z0-9-]*) ", run("make -s help"), re.M))
if not sys.argv[1:]:
    check_readme()
for path in sys.argv[1:] or DEFAULT:
    check_file(path, targets)
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
