#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Call chains with the real QEMU and the real plugin: --again, and --redundant as a tree.
#
#   tests/watch/chains.sh
#
# Each check prints "ok - NAME" or "not ok - NAME: why"; the last line counts
# them.  Exits 0 if all passed, 1 if not, 2 if something is missing.
#
# shellcheck disable=SC2086 # $board is a list of words
set -eu
cd "$(dirname "$0")/../.."
. tests/verdict.sh

coherer=${COHERER:-build/coherer}
right=$PWD/build/guests/two-writers.elf
bug=$PWD/build/guests/two-writers-bug.elf # one report: missed-clean in kernel_load / copy
board="-M versatilepb -m 32 -nographic -no-reboot -audio none -monitor none -serial stdio"
for f in "$coherer" "$right" "$bug"; do
	[ -f "$f" ] || { echo "chains.sh: $f is missing: run make all guests" >&2; exit 2; }
done

work=$(mktemp -d)
json=$work/out.json
trap 'rm -rf "$work"' EXIT

why=
wrong() { why="${why:+$why; }$*"; }
finish() {
	verdict "$1" "$why"
	[ -z "$why" ] || tail -n 40 "$work/err" | sed 's/^/#  /'
	why=
}
watch() {
	status=0
	rm -f "$work/ran" "$json"
	timeout 900 "$coherer" watch --json "$json" "$@" </dev/null >"$work/console" 2>"$work/err" ||
		status=$?
}
status_is() { [ "$status" = "$1" ] || wrong "exit status $status, expected $1"; }
says() { grep -qF -- "$1" "$work/err" || wrong "does not say '$1'"; }
silent_on() { ! grep -qF -- "$1" "$work/err" || wrong "says '$1'"; }
runs_are() {
	n=$(grep -c '^done' "$work/console" || :)
	[ "$n" = "$1" ] || wrong "the guest ran to its end $n times, expected $1"
}
printed_is() {
	n=$(grep -c '^COHERER: ' "$work/err" || :)
	[ "$n" = "$1" ] || wrong "$n reports printed, expected $1"
}
# An expression over the parsed file j; the functions are for it.
json_is() {
	python3 - "$json" "$1" "$status" <<-'EOF' || wrong "JSON: invalid, or not: $1"
	import json, sys
	j = json.load(open(sys.argv[1]))
	def functions(calls): return [c.split("+")[0] for c in calls]
	def of(name, sites): return next(s for s in sites if s["function"] == name)
	def counts(name, sites):
	    s = of(name, sites)
	    return s["count"], s["redundant"], s["wrote_back"], s["dropped"]
	sys.exit(not (eval(sys.argv[2]) and j["exit"] == int(sys.argv[3])))
	EOF
}

# A QEMU that takes what $1 says for its second run.
second_run() {
	cat >"$work/qemu-system-arm" <<-EOF
	#!/bin/sh
	case " \$* " in *" -plugin "*)
		if [ -e "$work/ran" ]; then $1; fi
		: >"$work/ran" ;;
	esac
	exec qemu-system-arm "\$@"
	EOF
	chmod +x "$work/qemu-system-arm"
}

# ---- --again ----

no_icount="--again without QEMU's -icount"
not_again="called from: not known, no second run came to this report"

watch --symbols "$bug" -- qemu-system-arm $board -kernel "$bug"
status_is 1
runs_are 1
json_is '"writer_calls" not in j["reports"][0]'
silent_on "answer+"
finish "one run knows the copy function only"

watch --again --symbols "$bug" -- qemu-system-arm $board -kernel "$bug"
status_is 1
runs_are 2
printed_is 1
says "answer+"
silent_on "scratch+"
says "$no_icount"
json_is 'functions(j["reports"][0]["writer_calls"]) == ["answer", "guest", "boot", "_start"]'
json_is 'j["complete"] and j["counts"] == {"1": 1}'
finish "--again names the caller of the copy"

watch --again --symbols "$bug" -- qemu-system-arm $board -icount shift=4,sleep=off -kernel "$bug"
status_is 1
printed_is 1
says "answer+"
silent_on "$no_icount"
finish "--again with -icount"

watch --again --first --max 0 -- qemu-system-arm $board -kernel "$bug"
status_is 1
printed_is 0
json_is 'len(j["reports"]) == 1 and j["reports"][0]["writer_calls"] == []'
finish "--again without symbols"

watch --again --symbols "$right" -- qemu-system-arm $board -kernel "$right"
status_is 0
runs_are 1
printed_is 0
finish "--again with nothing found: one run"

printf 'missed-clean * *\n' >"$work/all.supp"
watch --again --suppressions "$work/all.supp" --symbols "$bug" -- qemu-system-arm $board -kernel "$bug"
status_is 0
runs_are 1
says "suppressed        1  missed-clean * *"
json_is 'j["reports"][0]["suppressed"] and j["counts"] == {"1": 1}'
finish "--again with all suppressed: one run"

second_run 'exit 7'
watch --again --redundant --symbols "$bug" -- "$work/qemu-system-arm" $board -kernel "$bug"
status_is 3
runs_are 1
printed_is 1
says "QEMU ended before the plugin said hello (exit status 7)"
says "$not_again"
says "the second run (--again) ended early: the counters are the first run's"
says "reports: 1 different, 1 occurrence"
says "clean_again+"
json_is 'j["reports"][0]["writer_calls"] is None and j["counters"]["loads"] > 0 and j["cpu"]'
finish "a QEMU that fails in the second run loses nothing"

second_run "set -- $board -plugin \"\$(printf %s \"\$*\" | sed 's/.*-plugin //')\" -kernel $right"
watch --again --symbols "$bug" -- "$work/qemu-system-arm" $board -kernel "$bug"
status_is 1
runs_are 2
printed_is 1
says "$not_again"
silent_on "ended early"
json_is 'j["reports"][0]["writer_calls"] is None and j["reports"][0]["calls"]'
finish "what does not come again is reported as it was"

# ---- --redundant ----

watch --redundant --symbols "$right" -- qemu-system-arm $board -kernel "$right"
status_is 0
says "maintenance that changed nothing:"
says "1 of          1  100 %           0           0    clean_again+"
json_is 'of("clean_line", j["redundant"])["wrote_back"] == 1'
json_is 'counts("clean_again", of("clean_line", j["redundant"])["callers"]) == (1, 1, 0, 0)'
json_is 'counts("answer", of("clean_line", j["redundant"])["callers"]) == (1, 0, 1, 0)'
json_is 'of("clean_again", of("clean_line", j["redundant"])["callers"])["callers"][0]["function"] == "guest"'
finish "--redundant tells the needed call from the useless one"

watch --symbols "$right" -- qemu-system-arm $board -kernel "$right"
silent_on "changed nothing:"
json_is '"redundant" not in j'
finish "without --redundant nothing is told"

watch --redundant -- qemu-system-arm $board -kernel "$right"
status_is 0
json_is 'all(s["callers"] == [] for s in j["redundant"])'
finish "--redundant without symbols"
all_passed
