#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every guest of guests/ under coherer watch, one after another:
#
#   tests/watch/guests.sh [--update] [NAME...]
#
# build/guests/NAME.elf must give no report and exit status 0; NAME-bug.elf
# exactly the reports of guests/NAME.expect and exit status 1 (0 if the file says
# that nothing can be reported).  Addresses and offsets of code depend on the
# compiler and are not compared; functions, files, lines, data addresses, values
# and words are.  Of each report there must be a litmus test of which coherer check says
# Sometimes, and one with the advice added, of which it says Never.  --update rewrites the files: read the difference before you
# commit it.  Exits 0 if all passed, 1 if not, 2 if something is missing.
set -eu
cd "$(dirname "$0")/../.."
. tests/verdict.sh

update=
case ${1:-} in
-h | --help) sed -n '4,16s/^# \{0,1\}//p' "$0"; exit 0 ;;
--update) update=yes; shift ;;
-*) echo "guests.sh: unknown option '$1', see --help" >&2; exit 2 ;;
esac
[ $# -gt 0 ] || set -- $(ls guests/*.expect | sed 's,guests/\(.*\)\.expect,\1,')

coherer=${COHERER:-build/coherer}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The reports alone, without what the compiler decides.
reports() {
	sed -n '/^=\{20,\}$/,/^=\{20,\}$/p' "$1" |
		sed -E 's/pc 0x[0-9a-f]{8}/pc */g; s/([a-z_]+)\+0x[0-9a-f]+/\1+*/g'
}

# NAME.elf: leaves the reports in $work/reports, returns coherer's status.
watch() {
	elf=build/guests/$1
	[ -f "$elf" ] || { echo "guests.sh: $elf is missing: run make guests" >&2; exit 2; }
	# On the core that the source names, or the board's; with the options that it names.
	source=${1%.elf}
	core=$(sed -n 's/^ \* Core: //p' "guests/${source%-bug}.c")
	options=$(sed -n 's/^ \* Options: //p' "guests/${source%-bug}.c")
	status=0
	rm -rf "$work/litmus"
	# shellcheck disable=SC2086 # $options: a list of words
	timeout 900 "$coherer" watch --all $options --symbols "$elf" --litmus "$work/litmus" -- qemu-system-arm -M versatilepb ${core:+-cpu $core} -m 32 \
		-nographic -no-reboot -audio none -monitor none -serial stdio -kernel "$elf" \
		</dev/null >"$work/console" 2>"$work/err" || status=$?
	reports "$work/err" >"$work/reports"
	grep -q ': ok$' "$work/console" || status="$status, but the guest failed"
}

# What is wrong with the litmus tests of the reports of the last watch; nothing if they are right.
wrong_litmus() {
	n=$(grep -c '^COHERER: ' "$work/reports") || return 0
	bugs=$(find "$work/litmus" -name '*.litmus' ! -name '*+fix.litmus' | wc -l)
	fixes=$(find "$work/litmus" -name '*+fix.litmus' | wc -l)
	[ "$bugs" = "$n" ] && [ "$fixes" = "$n" ] ||
		echo "of $n reports $bugs litmus tests, and $fixes with advice"
	"$coherer" check -q "$work/litmus" >"$work/check" 2>&1 ||
		{ echo "coherer check:"; cat "$work/check"; }
}

check() { # ELF STATUS EXPECTED-FILE
	watch "$1.elf"
	if [ "$status" != "$2" ]; then
		verdict "$1" "exit status $status, expected $2"
		cat "$work/err"
	elif ! diff -u "$3" "$work/reports"; then
		verdict "$1" "other reports than expected"
	elif wrong=$(wrong_litmus) && [ "$wrong" ]; then
		verdict "$1" "$wrong"
	else
		verdict "$1"
	fi
}

for name; do
	[ "$name" ] || continue
	expect=guests/$name.expect
	if [ -n "$update" ]; then
		watch "$name-bug.elf"
		grep '^#' "$expect" >"$work/head" || :
		cat "$work/head" "$work/reports" >"$expect"
	fi
	grep -v '^#' "$expect" >"$work/expect" || :
	expected=1
	[ -s "$work/expect" ] || expected=0
	check "$name" 0 /dev/null
	check "$name-bug" "$expected" "$work/expect"
done
all_passed
