#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# What of src/ did the tests not run?  Reads what gcov counted below BUILD, which
# `make coverage` makes, and prints lines and branches of each file.
#
#   scripts/coverage.sh BUILD
#
# A branch that no test can take says so on its own line of source, with the reason:
#
#	if (!left) /* coverage: the caller checked it */
#
# That excuses what the line lacks; such lines are counted and listed.  One that lacks
# nothing is an error, for its reason is wrong.
#
# Exits 0 if all else was taken, 1 if not, 2 if there is nothing to read.
set -eu
cd "$(dirname "$0")/.."

build=${1:?usage: scripts/coverage.sh BUILD}
for tool in gcov python3; do
	command -v $tool >/dev/null || { echo "coverage: $tool is missing (make setup)" >&2; exit 2; }
done

# The layer is compiled twice: as it is, and with the hook that interrupts it.
notes=$(find "$build/obj/src" "$build/hook/src" -name '*.gcno' 2>/dev/null | sort)
[ -n "$notes" ] || { echo "coverage: nothing below $build/obj/src: run make coverage" >&2; exit 2; }
echo "$notes" | while read -r note; do
	gcov --json-format --branch-probabilities --stdout "$note" 2>/dev/null && echo
done >"$build/gcov.json"

exec python3 - "$build/gcov.json" <<'PYTHON'
import collections, glob, json, re, sys

# file -> line -> branch lists, one for each place where the line was compiled
branches = collections.defaultdict(lambda: collections.defaultdict(list))
counts = collections.defaultdict(lambda: collections.defaultdict(int))
for text in open(sys.argv[1]):
    if not text.strip():
        continue
    for source in json.loads(text)["files"]:
        name = source["file"]
        if not re.fullmatch(r"(\./)?src/[^/]+\.[ch]", name):
            continue
        name = name.removeprefix("./")
        for line in source["lines"]:
            n = line["line_number"]
            counts[name][n] += line["count"]
            branches[name][n].append([b["count"] for b in line["branches"]])

missing, excused, wrong = [], [], []
print("  %-24s %15s %17s" % ("file", "lines", "branches"))
total = [0, 0, 0, 0]
for name in sorted(set(glob.glob("src/*.c")) | set(counts)):
    if name not in counts:
        # Only declarations leave nothing to count; anything else was not compiled.
        missing.append((name, 1, "was not compiled for this"))
        continue
    text = open(name).read().split("\n")
    row = [0, 0, 0, 0]
    for n, count in sorted(counts[name].items()):
        # The same source gives the same branches in each place, so they are added up one by one.
        # Where they differ (a hook in a macro), the place with the most taken ones stands.
        places = branches[name][n]
        if len({len(p) for p in places}) == 1:
            taken = [sum(b) for b in zip(*places)]
        else:
            taken = max(places, key=lambda p: (sum(c > 0 for c in p) / max(len(p), 1), len(p)))
        row[0] += count > 0
        row[1] += 1
        row[2] += sum(c > 0 for c in taken)
        row[3] += len(taken)
        lacks = []
        if not count:
            lacks.append("never run")
        lacks += ["branch %d of %d never taken" % (i + 1, len(taken))
                  for i, c in enumerate(taken) if not c and count]
        marker = re.search(r"/\* coverage: (\S.*?) \*/", text[n - 1])
        if marker and lacks:
            excused.append((name, n, marker.group(1)))
        elif lacks:
            missing.append((name, n, ", ".join(lacks) + ": " + text[n - 1].strip()))
    for n, line in enumerate(text, 1):
        if "coverage:" in line and (name, n) not in {e[:2] for e in excused}:
            wrong.append((name, n, "a coverage marker, but nothing is missing here, "
                          "or it is not of the form /* coverage: reason */"))
    total = [a + b for a, b in zip(total, row)]
    print("  %-24s %7d of %4d %9d of %4d" % (name, *row))
print("  %-24s %7d of %4d %9d of %4d" % ("all", *total))

for name, n, what in excused:
    print("excused: %s:%d: %s" % (name, n, what))
for name, n, what in missing + wrong:
    print("%s:%d: %s" % (name, n, what), file=sys.stderr)
print("coverage: %d excused, %d not taken, %d markers wrong"
      % (len(excused), len(missing), len(wrong)))
sys.exit(1 if missing or wrong else 0)
PYTHON
