#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# examples/minikernel on ports/arm926, under QEMU:
#
#   tests/ports/arm926/arm926.sh [--each]
#
# - the compiled port has what no emulator misses (arm926-code.sh);
# - alone: every test passes, with the checksums of examples/minikernel/expected.txt;
# - under coherer watch: the same, and no report; also with the disk's interrupt as the fast one,
#   on other cores, and on cores that the port does not know;
# - under each policy: reports, or none, as the table below has it;
# - with one operation of the port, or one call of the kernel, silenced: reports; and each report's
#   advice, followed in a litmus test of what happened, makes it impossible (coherer check);
# - what examples/minikernel/README.md shows of all this is what was seen.
# Prints a table: what was silenced, and the tests (run one by one) in which something was
# reported.  For the kernel's calls with --each only, which takes a minute longer.
#
# JOBS=N runs N of QEMU at a time.  Exits 0 if all is as expected, 1 if not, 2 if something is
# missing.
set -eu
cd "$(dirname "$0")/../../.."
. tests/verdict.sh

coherer=${COHERER:-build/coherer}
kernel=build/minikernel/minikernel
objects="build/minikernel/ports/arm926/port.o build/minikernel/examples/minikernel/tables.o"
expected=examples/minikernel/expected.txt
readme=examples/minikernel/README.md
jobs=${JOBS:-$(nproc)}

# What can be silenced, and what then must be seen.
operations="dcache_clean dcache_flush dcache_flush_all icache_invalidate
	icache_invalidate_all user_uncache current_mm"
hooks="switch_mm update_mmu_cache flush_cache_range flush_cache_page flush_cache_mm copy_user_page
	flush_dcache_page flush_in_interrupt flush_amid get_user_page flush_icache_range flush_cache_vmap
	flush_cache_vunmap dma_map"
# Not needed on this core: examples/minikernel/README.md says why.
idle="flush_cache_dup_mm clear_user_page dma_unmap dcache_invalidate"
right_policies="flush-all rmap uncache lazy"
wrong_policies="none gup-hook hints"

usage() { sed -n '4,23s/^# \{0,1\}//p' "$0"; }

# One run: NAME WATCH CPU COMMAND-LINE.  WATCH: no, yes, or the core whose caches watch is to assume
# where QEMU has no such core.  Leaves NAME.out, NAME.err, NAME.status.
one() {
	set -- "$1" "$2" "$3" "$4" qemu-system-arm -M versatilepb -cpu "$3" -m 32 -nographic \
		-no-reboot -audio none -monitor none -serial stdio -icount shift=4,sleep=off \
		-kernel $kernel.bin -append "$4"
	name=$1 watch=$2
	shift 4
	[ "$watch" != yes ] || watch=auto
	[ "$watch" = no ] || set -- "$coherer" watch --cpu "$watch" --max 0 --litmus "$name.litmus" --symbols $kernel.elf -- "$@"
	status=0
	timeout "${TIMEOUT:-900}" "$@" </dev/null >"$name.out" 2>"$name.err" || status=$?
	echo $status >"$name.status"
}

each=
case ${1:-} in
--one) shift; one "$@"; exit 0 ;;
--each) each=yes ;;
-h | --help) usage; exit 0 ;;
'') ;;
*) echo "arm926.sh: unknown option '$1', see --help" >&2; exit 2 ;;
esac
for f in "$coherer" $kernel.bin $kernel.elf; do
	[ -f "$f" ] || { echo "arm926.sh: $f is missing: run make all minikernel" >&2; exit 2; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tests=$(sed -n 's/^ok [0-9]* \([^ ]*\) .*/\1/p' $expected)

run() { # NAME WATCH CPU COMMAND-LINE: to be run
	printf '%s\0' "$work/$1" "$2" "$3" "$4" >>"$work/jobs"
}

# The guest's part: all tests, with their checksums.
guest() { # NAME
	grep '^ok\|^not ok\|^1\.\.' "$work/$1.out" | diff $expected - >"$work/diff" ||
		{ echo "other results than expected:"; head -n 6 "$work/diff"; tail -n 3 "$work/$1.out"; }
}

expect() { # NAME STATUS DESCRIPTION
	status=$(cat "$work/$1.status")
	[ "$status" = "$2" ] && why=$(guest "$1") ||
		why="exit status $status, expected $2: $(tail -n 3 "$work/$1.err")"
	verdict "$3" "$why"
}

# Of each report there is a litmus test: Sometimes; and one with its advice: Never.
advised() { # NAME DESCRIPTION [HOW-MANY-WITHOUT-ADVICE]
	reports=$(sed -n 's/^reports: \([0-9]*\) different.*/\1/p' "$work/$1.err")
	bugs=$(find "$work/$1.litmus" -type f -name '*.litmus' ! -name '*+fix.litmus' | wc -l)
	fixes=$(find "$work/$1.litmus" -type f -name '*+fix.litmus' | wc -l)
	if [ "${reports:-0}" = 0 ] || [ "$bugs" != "$reports" ]; then
		verdict "$2" "of ${reports:-no} reports $bugs litmus tests"
	elif [ $((fixes + ${3:-0})) -lt "$reports" ]; then
		verdict "$2" "of $reports reports $fixes with advice, expected all but ${3:-0}"
	elif ! "$coherer" check -q "$work/$1.litmus" >"$work/check" 2>&1; then
		verdict "$2" "$(cat "$work/check")"
	else
		verdict "$2"
	fi
}

says() { # NAME TEXT DESCRIPTION
	if grep -qF "$2" "$work/$1.out"; then
		verdict "$3"
	else
		verdict "$3" "it says: $(cat "$work/$1.out")"
	fi
}

# Of the README: the lines that begin like that.
shown() { # PATTERN
	sed -n "/^$1/p" $readme
}

run plain no arm926 ""
run watched yes arm926 ""
run fast yes arm926 irq=fast
run arm1026 yes arm1026 ""
run ti925t yes ti925t ""
# Cores that QEMU has not: told to the kernel by the command line, to watch by its option.
run arm920t arm920t arm926 "main-id=0x41129200 cache-type=0x0d172172"
run feroceon 88fr131 arm926 "main-id=0x56251311 cache-type=0x1d152152"
# Its lines have 16 bytes.  The register is said to have 64.
run lines yes ti925t cache-type=0x0510b14b
run xscale no pxa250 ""
run unknown yes arm926 cache-type=0x07152152
run amid yes arm926 "silence=flush_amid irq=fast"
run locked no arm926 policy=rmap-locked
run option no arm926 "silence=dcache_flush colour=red"
run number no arm926 main-id=0x4106926z
run policy no arm926 policy=best
for p in lazy rmap-locked; do run "fast-$p" no arm926 "policy=$p irq=fast"; done
run silence no arm926 silence=everything
run test no arm926 test=nothing
for p in $right_policies $wrong_policies; do run "policy-$p" yes arm926 "policy=$p"; done
for s in $operations $hooks $idle; do run "all-$s" yes arm926 "silence=$s"; done
for s in $operations ${each:+$hooks}; do
	for t in $tests; do run "each-$s-$t" yes arm926 "silence=$s test=$t"; done
done
xargs -0 -n 4 -P "$jobs" "$0" --one <"$work/jobs"

tests/ports/arm926/arm926-code.sh $objects >"$work/code" || [ $? = 1 ] || exit 2
include_verdicts "$work/code"
expect plain 0 "alone"
expect watched 0 "watched: no report"
expect fast 0 "watched, the disk's interrupt as NMI: no report"
expect arm1026 0 "watched, on ARM1026EJ-S: no report"
expect arm920t 0 "watched, as ARM920T, by set and way: no report"
says arm920t "# ARM920T" "as ARM920T: the port knows"
expect feroceon 0 "watched, as Feroceon, by set and way: no report"
says feroceon "# Feroceon 88FR131" "as Feroceon: the port knows"
expect unknown 0 "watched, a cache type that is not known: no report"
says unknown "falling back to flush-all" "a cache type that is not known: said so"
expect ti925t 0 "watched, a core that is not known: no report"
says ti925t "falling back to flush-all" "a core that is not known: said so"
expect lines 0 "watched, lines that are not as the register has them: no report"
says lines "line 64; policy flush-all" "lines that are not as the register has them: believed by nobody"
says xscale "Bail out! no port for this core" "a core that cannot be served: refused"
expect amid 1 "silenced flush_amid, the disk's interrupt as NMI: reports"
says locked "deadlock: an interrupt wants a lock" "policy rmap-locked: deadlock"
says option "bad option 'colour=red'" "bad input: option"
says number "bad option 'main-id=0x4106926z'" "bad input: number"
says policy "no policy 'best'" "bad input: policy"
for p in lazy rmap-locked; do
	says "fast-$p" "policy '$p' may not be called from one" "bad input: $p and an NMI"
done
says silence "nothing called 'everything' can be silenced" "bad input: silence"
says test "no test 'nothing'" "bad input: test"
for p in $right_policies; do expect "policy-$p" 0 "policy $p: no report"; done
for p in $wrong_policies; do expect "policy-$p" 1 "policy $p: reports"; done
for s in $operations $hooks; do expect "all-$s" 1 "silenced $s: reports"; done
for s in $operations $hooks; do
	# Without any flush at all there are lines that need more than two.
	unknown=0
	[ "$s" != dcache_flush ] || unknown=2
	advised "all-$s" "silenced $s: its advice followed" $unknown
done
advised amid "silenced flush_amid, the disk's interrupt as NMI: its advice followed"
for s in $idle; do expect "all-$s" 0 "silenced $s: not needed, no report"; done
grep '^# interrupted' "$work/watched.out"

row() { # NAME
	seen=
	for t in $tests; do
		[ "$(cat "$work/each-$1-$t.status")" != 1 ] || seen="$seen $t"
	done
	printf '| `%s` | %s |\n' "$1" "${seen# }"
}

# A row for each, which the README has as well.
table() { # HEADING NAME...
	printf '\n| %s | tests in which something is reported |\n| --- | --- |\n' "$1"
	shift
	for s; do row "$s"; done | tee "$work/rows"
	while read -r line; do
		case $line in *'|  |') verdict "README: $line" "reported in no test by itself" ;; esac
		grep -qxF "$line" $readme || verdict "README: $line" "it has another row, or none"
	done <"$work/rows"
}

table "operation silenced" $operations
[ -z "$each" ] || table "call left out" $hooks

echo
shown 'ok ' >"$work/shown"
why=$(grep '^ok ' $expected | diff - "$work/shown") || true
verdict "README: the checksums" "$why"
for pattern in 'coherer: ' '# ARM926'; do
	line=$(shown "$pattern")
	says unknown "${line:-(no line of the README)}" "README: $line"
done
all_passed
