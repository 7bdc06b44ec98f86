#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Who reads, and when, where the symbols fit the guest and where they do not:
#
#   tests/watch/who.sh
#
# guests.sh has the words that are right.  Here are the cases in which nothing may be told: each
# run has the same reports as always, none of them a name of a task, and a note says why.
# Exits 0 if all passed, 1 if not, 2 if something is missing.
#
# shellcheck disable=SC2086 # $board is a list of words
set -eu
cd "$(dirname "$0")/../.."
. tests/verdict.sh

case ${1:-} in
-h | --help) sed -n '4,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
'') ;;
*) echo "who.sh: unexpected argument '$1', see --help" >&2; exit 2 ;;
esac

coherer=${COHERER:-build/coherer}
cross=${CROSS_COMPILE:-arm-linux-gnueabi-}
bug=build/guests/process-bug.elf # five reports
board="qemu-system-arm -M versatilepb -m 32 -nographic -no-reboot -audio none -monitor none
	-serial stdio"
for file in "$coherer" "$bug"; do
	[ -f "$file" ] || { echo "who.sh: $file is missing: run make all guests" >&2; exit 2; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

why=
wrong() { why="${why:+$why; }$*"; }
finish() {
	verdict "$1" "$why"
	[ -z "$why" ] || tail -n 20 "$work/err" | sed 's/^/#  /'
	why=
}

watch() { # OPTIONS OF WATCH...
	status=0
	timeout 900 "$coherer" watch --json "$work/json" "$@" -- $board -kernel "$bug" \
		</dev/null >"$work/console" 2>"$work/err" || status=$?
	[ "$status" = 1 ] || wrong "exit status $status, expected 1"
}

# An expression over the parsed file j.
json_is() {
	python3 - "$work/json" "$1" <<-'EOF' || wrong "JSON: invalid, or not: $1"
	import json, sys
	j = json.load(open(sys.argv[1]))
	r = [report["read"] for report in j["reports"]]
	w = [report["write"] for report in j["reports"]]
	sys.exit(not eval(sys.argv[2]))
	EOF
}

nobody_is_named() {
	json_is 'len(r) == 5 and not any("task" in a or "time_ns" in a for a in r)'
	json_is 'not any("mm_last_seen_with" in a for a in w)'
}

no_note() { json_is 'j["complete"] and j["notes"] == []'; }

watch --symbols "$bug"
no_note
json_is 'r[0]["task"] == {"name": "cat?[7m", "pid": 43, "tgid": 43, "kernel_thread": False}'
json_is 'r[0]["time_ns"] == 100234567890'
json_is '[a.get("level") for a in r] == ["task", "soft interrupt", "hard interrupt", "task", None]'
json_is '"time_ns" not in r[3] and r[4]["time_ns"] == 104234567890'
json_is 'w[0]["mm_last_seen_with"]["pid"] == 42 and not w[0]["mm_last_seen_with"]["others_before"]'
json_is 'w[4]["mm_last_seen_with"]["pid"] == 46 and w[4]["mm_last_seen_with"]["others_before"]'
finish "the symbols of this very kernel: who and when"

# QEMU's plugin interface reads with the current privilege, which is the kernel's here.
COHERER_NO_RAM=1
export COHERER_NO_RAM
watch --symbols "$bug"
json_is 'r[0]["task"]["pid"] == 43 and r[0]["time_ns"] == 100234567890'
finish "an emulator that does not show its RAM: who and when all the same"
unset COHERER_NO_RAM

watch
nobody_is_named
no_note
finish "no symbols: nobody is named"

sed 's/Linux version 6.1.0-guest/Linux version 6.1.1-guest/' "$bug" >"$work/other.elf"
watch --symbols "$work/other.elf"
nobody_is_named
json_is 'len(j["notes"]) == 1 and "its banner is another" in j["notes"][0] and j["complete"]'
finish "another kernel's symbols: nobody is named, and a note"

"${cross}objcopy" --strip-debug "$bug" "$work/bare.elf"
watch --symbols "$work/bare.elf"
nobody_is_named
json_is 'len(j["notes"]) == 1 and "no debug information for struct task_struct" in j["notes"][0]'
finish "symbols without debug information: nobody is named, and a note"

# The plugin's argument is the runner's affair, but wrong ones must not be taken for right.
for argument in '' 0 1:2:3 "$(printf '0:%.0s' $(seq 1 40))0" nonsense; do
	status=0
	timeout 60 $board -kernel "$bug" -plugin "build/libcoherer-watch.so,fd=9,kernel=$argument" \
		9>/dev/null </dev/null >"$work/console" 2>"$work/err" || status=$?
	[ "$status" != 0 ] || wrong "it was taken"
	grep -q "unknown plugin option 'kernel=" "$work/err" || wrong "it says nothing"
	finish "kernel=$(printf %.12s "$argument") is refused"
done
all_passed
