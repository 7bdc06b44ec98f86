#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the compiled ports/arm926 and the tables of examples/minikernel must have in them, and no
# emulator misses: QEMU has no write buffer, one TLB for both kinds, and leaves its test-and-clean
# loop the first time.
#
#   tests/ports/arm926/arm926-code.sh PORT.o TABLES.o
#
# - each operation on the data cache, on every path through it, drains the write buffer after
#   the last line;
# - the test-and-clean loop is one: the instruction sets the flags, and a branch goes back to it;
# - a translation is forgotten by the TLB of data and by that of instructions.
#
# One line of KTAP for each.  Exits 1 if one is "not ok", 2 if something is missing.
set -eu

objdump=${OBJDUMP:-arm-linux-gnueabi-objdump}
case ${1:-} in
-h | --help) sed -n '4,16s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
[ $# = 2 ] || { echo "arm926-code.sh: two object files are wanted, see --help" >&2; exit 2; }
for f; do
	[ -f "$f" ] || { echo "arm926-code.sh: $f is missing" >&2; exit 2; }
done
code=$("$objdump" -d --no-show-raw-insn "$@") || exit 2

printf '%s\n' "$code" | awk '
# Instructions by number, over all functions: at[] address, op[], rest[], coproc[] "c7,c10,4".
function coprocessor(text, part) {
	gsub(/[ {}]/, "", text)
	gsub(/cr/, "c", text)
	split(text, part, ",")
	return part[4] "," part[5] "," part[6]
}

/^[0-9a-f]+ <.*>:$/ {
	name = substr($2, 2, length($2) - 3)
	sub(/\..*/, "", name) # as .isra.0, of the compiler
	first[name] = n + 1
}
/^ *[0-9a-f]+:\t/ {
	split($0, field, "\t")
	n++
	at[n] = field[1]
	gsub(/[ :]/, "", at[n])
	op[n] = field[2]
	rest[n] = field[3]
	last[name] = n
	if (op[n] ~ /^m[cr][rc]$/ && rest[n] ~ /^15,/) {
		coproc[n] = coprocessor(rest[n])
		has[name, coproc[n]]++
	}
}

function target(f, i, hex, j) {
	hex = rest[i]
	sub(/ .*/, "", hex)
	for (j = first[f]; j <= last[f]; j++)
		if (at[j] == hex)
			return j
	return 0
}

function works_on_lines(i) {
	return coproc[i] ~ /^c7,(c6|c10|c14|c15),[123]$/
}

# Is a return reached from instruction i with something undrained?  Depth first.
function leaks(f, i, undrained, callee) {
	for (; i <= last[f]; i++) {
		if ((f, i, undrained) in seen)
			return 0
		seen[f, i, undrained] = 1
		if (coproc[i] == "c7,c10,4")
			undrained = 0
		else if (works_on_lines(i))
			undrained = 1
		if (op[i] == "bl") {
			callee = rest[i]
			gsub(/.*<|[.>].*/, "", callee)
			if (callee in drained)
				undrained = 0
		} else if (rest[i] ~ /^lr$|pc}$/ && op[i] ~ /^(bx|pop)/) {
			if (undrained)
				return 1
			if (op[i] ~ /^(bx|pop)$/)
				return 0
		} else if (op[i] ~ /^b(eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)?$/) {
			if (!target(f, i) || leaks(f, target(f, i), undrained))
				return 1
			if (op[i] == "b")
				return 0
		}
	}
	return 1 # runs out of the function: this is not read right
}

function verdict(good, text) {
	print (good ? "ok - " : "not ok - ") text
	bad += !good
}

function drains(f, operation) {
	if (f in first && !leaks(f, first[f], 1))
		drained[f] = 1
	verdict((f in drained) && (f, operation) in has, f ": " operation ", and drained")
}

function loops(f, operation, i, good) {
	for (i = first[f]; f in first && i <= last[f]; i++)
		if (coproc[i] == operation)
			good = rest[i] ~ /APSR_nzcv/ && op[i + 1] == "bne" && target(f, i + 1) == i
	verdict(good, f ": " operation " until nothing is dirty")
}

function forgets(f) {
	verdict(has[f, "c8,c6,1"] && has[f, "c8,c6,1"] == has[f, "c8,c5,1"], f ": in both TLBs")
}

# The compiler may have put a into b, or not.
function either(a, b) {
	return (a in first) ? a : b
}

END {
	whole = either("flush_all", "dcache_flush_all")
	drains("dcache_clean", "c7,c10,1")
	drains("dcache_invalidate", "c7,c6,1")
	drains("dcache_flush", "c7,c14,1")
	drains(whole, "c7,c14,2")
	drains("coh_arm_clean", "c7,c10,1")
	loops(whole, "c7,c14,3")
	forgets("user_uncache")
	forgets(either("set", "pte_set"))
	exit bad != 0
}'
