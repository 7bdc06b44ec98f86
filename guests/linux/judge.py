#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares a report file of `coherer watch --json` with what is expected.

usage: judge.py REPORTS.json [FILE.edit]

Without FILE.edit (the stock kernel) no report is expected.  Otherwise FILE.edit
has lines

    expect nothing
    expect KEY=PATTERN ...     keys: kind, reader, writer, title, caller, task, program
    allow KEY=PATTERN ...      the same keys
    apart                      no group has reports that match two `expect` lines
    groups N                   there are at most N groups

of which each `expect` must hold: some report must match all its keys.  `kind` takes a
list separated by commas.  The others are regular expressions for the whole name of the
function, that of the access itself or that of the title; USER stands for any place in user mode, KERNEL for any in the kernel, DEVICE
for any device; the name of a device is compared as that of a function is.
`caller` is one of the functions in the reader's call chain, `task` the name of the
task that read, `program` the file whose code it was in user mode.  If the file has an `allow`
line, reports that match neither an `expect` nor an `allow` line are not expected;
`allow nothing` adds none to the list.

Prints the number of reports; exits 0 as expected, 1 not (and says what is
missing), 2 if a file cannot be understood.
"""

import json
import re
import sys

KERNEL_START = 0xC0000000	# versatile_defconfig's 3G/1G split
KEYS = ("kind", "reader", "writer", "title", "caller", "task", "program")


class BadInput(Exception):
    pass


def load_reports(path):
    """The reports, and for each group the ids of its reports."""
    try:
        with open(path, encoding="utf-8") as f:
            run = json.load(f)
        reports = run["reports"]
        groups = [g["reports"] for g in run.get("groups", [])]
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise BadInput(f"{path}: not a report file: {e!r}") from e
    if not isinstance(reports, list) or not all(isinstance(r, dict) for r in reports):
        raise BadInput(f"{path}: 'reports' is not a list of objects")
    return reports, groups


def load_of_groups(path):
    """What the file says of groups: must they be apart, and how many at most (None: any)."""
    apart, most = False, None
    with open(path, encoding="utf-8") as f:
        for line in f:
            words = re.sub(r"(^|\s)#.*", "", line).split()
            apart = apart or words == ["apart"]
            if len(words) == 2 and words[0] == "groups" and words[1].isdigit():
                most = int(words[1])
    return apart, most


def wrong_groups(path, reports, groups, expectations):
    """What is wrong with the groups; None if nothing is."""
    apart, most = load_of_groups(path)
    if most is not None and len(groups) > most:
        return f"{len(groups)} groups, expected at most {most}"
    by_id = {r.get("id"): r for r in reports}
    for ids in groups if apart else []:
        found = [e for e in expectations if any(matches(by_id[i], e) for i in ids if i in by_id)]
        if len(found) > 1:
            return "one group has reports of two: " + " and ".join(
                " ".join(f"{k}={v}" for k, v in e.items()) for e in found[:2])
    return None


def load_expectations(path):
    """One dict for each expect line, and one for each allow line.

    An empty list for `expect nothing`.  No list of allow lines (None) if there are none.
    """
    lists, seen = {"expect": [], "allow": []}, set()
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            words = re.sub(r"(^|\s)#.*", "", line).split()
            if not words or words[0] not in lists:
                continue
            seen.add(words[0])
            if words[1:] == ["nothing"]:
                continue
            pairs = dict(w.split("=", 1) for w in words[1:] if "=" in w)
            if len(pairs) != len(words) - 1 or not pairs or set(pairs) - set(KEYS):
                raise BadInput(f"{path}:{number}: expected 'nothing' or KEY=PATTERN "
                               f"with the keys {', '.join(KEYS)}")
            lists[words[0]].append(pairs)
    if not seen:
        raise BadInput(f"{path}: no 'expect' line")
    return lists["expect"], lists["allow"] if "allow" in seen else None


def access_matches(access, named, pattern):
    """named: as the title calls who did it."""
    access = access or {}
    # A write says "by", a read of a device has its name.
    is_device = access.get("by") == "device" or "device" in access
    if pattern == "DEVICE":
        return is_device
    if is_device:
        return re.fullmatch(pattern, access.get("device") or "") is not None
    try:
        pc = int(str(access.get("pc")), 0)
    except ValueError:
        return False
    if pattern in ("USER", "KERNEL"):
        in_kernel = pc >= KERNEL_START or "module" in access
        return in_kernel == (pattern == "KERNEL")
    return any(re.fullmatch(pattern, name or "") for name in (access.get("function"), named))


def called_by(report, pattern):
    """Is one frame of the reader's call chain, "? name+0x10  file:1", of this function?"""
    for frame in report.get("calls") or []:
        name = re.sub(r"^\? ", "", str(frame)).split("+")[0].split(" ")[0]
        if re.fullmatch(pattern, name):
            return True
    return False


def matches(report, expected):
    for key, pattern in expected.items():
        if key == "kind":
            ok = report.get("kind") in pattern.split(",")
        elif key == "title":
            ok = re.fullmatch(pattern, report.get("title") or "") is not None
        elif key == "caller":
            ok = called_by(report, pattern)
        elif key in ("task", "program"):
            read = report.get("read") or {}
            found = read.get("program") if key == "program" else (read.get("task") or {}).get("name")
            ok = re.fullmatch(pattern, found or "") is not None
        else:
            access = report.get("read" if key == "reader" else "write")
            ok = access_matches(access, report.get(key), pattern)
        if not ok:
            return False
    return True


def main(argv):
    if len(argv) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        reports, groups = load_reports(argv[1])
        expectations, allowed = load_expectations(argv[2]) if len(argv) == 3 else ([], None)
    except (BadInput, OSError) as e:
        print(f"judge.py: {e}", file=sys.stderr)
        return 2
    missing = [e for e in expectations if not any(matches(r, e) for r in reports)]
    print(len(reports), "report" if len(reports) == 1 else "reports", end="")
    if allowed is not None:
        known = expectations + allowed
        others = [r for r in reports if not any(matches(r, e) for e in known)]
        if others:
            print(f", {len(others)} not expected; the first: {others[0].get('title')}")
            return 1
    elif not expectations and reports:
        print(f", expected none; the first: {reports[0].get('title')}")
        return 1
    if missing:
        wanted = " ".join(f"{k}={v}" for k, v in missing[0].items())
        print(f", none with {wanted}")
        return 1
    wrong = wrong_groups(argv[2], reports, groups, expectations) if len(argv) == 3 else None
    if wrong:
        print(f", {wrong}")
        return 1
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
