#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Bad input, and runs that end early, with the real QEMU and the real plugin:
#
#   tests/watch/bad-input.sh [--seconds N]
#
# --seconds: how much CPU time each guest that executes garbage gets (default 5).
# Each check prints "ok - NAME" or "not ok - NAME: why"; the last line counts
# them.  Exits 0 if all passed, 1 if not, 2 if something is missing.
#
# shellcheck disable=SC2086 # $board and $bare are lists of words
set -eu
cd "$(dirname "$0")/../.."
. tests/verdict.sh

seconds=5
case ${1:-} in
-h | --help) sed -n '4,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
--seconds) seconds=${2:-} ;;
'') ;;
*) echo "bad-input.sh: unknown option '$1', see --help" >&2; exit 2 ;;
esac
case $seconds in
'' | *[!0-9]*) echo "bad-input.sh: --seconds '$seconds'; expected a number" >&2; exit 2 ;;
esac

coherer=${COHERER:-build/coherer}
cross=${CROSS_COMPILE:-arm-linux-gnueabi-}
guests=build/guests
bug=$guests/user-kernel-bug.elf # one report: missed-clean in kernel_load / user_store
right=$guests/user-kernel.elf
ram=32 # MiB
board="qemu-system-arm -M versatilepb -m $ram -nographic -no-reboot -audio none -monitor none
	-serial stdio"
noise="noise-1 noise-3 noise-privileged-1 noise-privileged-5"

missing() { echo "bad-input.sh: $1 is missing: $2" >&2; exit 2; }
[ -x "$coherer" ] || missing "$coherer" "run make"
for tool in qemu-system-arm python3 "${cross}gcc"; do
	command -v "$tool" >/dev/null || missing "$tool" "run make setup"
done
for elf in "$bug" "$right"; do
	[ -f "$elf" ] || missing "$elf" "run make guests"
done
for name in $noise; do # other seeds than the usual ones are made here only
	MAKEFLAGS='' make -s "$guests/$name.elf" || missing "$name.elf" "run make guests"
done

work=$(mktemp -d)
json=$work/out.json
trap 'rm -rf "$work"' EXIT

# What is wrong with the last run; each helper adds to it, finish tells it.
why=
wrong() { why="${why:+$why; }$*"; }
finish() {
	verdict "$1" "$why"
	[ -z "$why" ] || [ ! -s "$work/err" ] || tail -n 20 "$work/err" | sed 's/^/#  /'
	why=
}

# Runs coherer watch with these arguments to its end; JSON into $json.
watch() {
	rm -f "$json"
	status=0
	timeout 900 "$coherer" watch --json "$json" "$@" </dev/null >"$work/console" 2>"$work/err" ||
		status=$?
}

status_is() { [ "$status" = "$1" ] || wrong "exit status $status, expected $1"; }
says() { grep -qF -- "$1" "$work/err" || wrong "does not say '$1'"; }
silent_on() { ! grep -qF -- "$1" "$work/err" || wrong "says '$1'"; }
# Reports printed, told by their title lines.
printed_is() {
	n=$(grep -c '^COHERER: ' "$work/err" || :)
	[ "$n" = "$1" ] || wrong "$n reports printed, expected $1"
}
# An expression over the parsed file j; it must be valid, and tell the exit status.
json_is() {
	python3 - "$json" "$1" "$status" <<-'EOF' || wrong "JSON: invalid, or not: $1"
	import json, sys
	j = json.load(open(sys.argv[1]))
	sys.exit(not (eval(sys.argv[2]) and j["exit"] == int(sys.argv[3])))
	EOF
}

wait_for() { # TEXT FILE: until it is there; no wait for ever, however busy the machine
	i=0
	until grep -qF -- "$1" "$2" 2>/dev/null; do
		i=$((i + 1))
		[ "$i" -lt 6000 ] || { wrong "no '$1' within 10 minutes"; return 0; }
		sleep 0.1
	done
}

# ---- set-up errors and QEMUs that fail: a list of its own ----

set_up() {
	tests/watch/fake_qemu/errors.sh "$coherer" "$bug" >"$work/errors" 2>&1 || :
	include_verdicts "$work/errors"
	grep -q '^1\.\.' "$work/errors" || wrong "no plan line"
	finish "tests/watch/fake_qemu/errors.sh came to its end"
}

# QEMU's own word for what it is, not the name of the command.
other_architecture() {
	other=$(command -v qemu-system-aarch64 || command -v qemu-system-x86_64 || :)
	[ -n "$other" ] || { echo "# no QEMU for another architecture is installed"; return 0; }
	ln -s "$other" "$work/qemu-system-arm"
	watch -- "$work/qemu-system-arm" -M none -nographic -monitor none
	status_is 3
	says "this QEMU emulates another architecture"
	json_is 'j["reports"] == [] and not j["complete"]'
	finish "another architecture under the name qemu-system-arm"
}

more_than_one_cpu() {
	watch -- qemu-system-arm -M virt -smp 2 -nographic -monitor none
	status_is 3
	says "more than one CPU"
	finish "two CPUs"
}

# ---- symbols ----

wrong_symbols() {
	watch --symbols "$guests/dma.elf" -- $board -kernel "$bug"
	status_is 1
	says "the symbols do not fit what the guest runs"
	json_is 'not j["complete"] and any("do not fit" in n for n in j["notes"])'
	finish "symbols of another guest"

	"${cross}gcc" -nostdlib -static -no-pie -Wl,-Ttext=0xc0008000 -Wl,--build-id=none \
		-x assembler -o "$work/far.elf" - <<-'EOF'
	.global _start
	.type _start, %function
	_start: b .
	EOF
	watch --symbols "$work/far.elf" -- $board -kernel "$bug"
	status_is 1
	says "no address has a name"
	json_is 'not j["complete"]'
	finish "symbols for other addresses"

	watch --symbols "$bug" -- $board -kernel "$bug"
	status_is 1
	silent_on "do not fit"
	json_is 'j["complete"]'
	finish "the right symbols: no warning"

	"${cross}strip" -o "$work/stripped.elf" "$bug"
	watch --symbols "$work/stripped.elf" -- $board -kernel "$bug"
	status_is 2
	says "no symbol table"
	finish "stripped symbols"

	for bytes in 40 400 4000; do
		head -c $bytes "$bug" >"$work/cut.elf"
		watch --symbols "$work/cut.elf" -- $board -kernel "$bug"
		status_is 2
		says "cut.elf: "
		says "; expected the guest's vmlinux"
		finish "symbols cut off after $bytes bytes"
	done

	watch --symbols "$work" -- $board -kernel "$bug"
	status_is 2
	says "; expected the guest's vmlinux"
	finish "a directory as symbols"
}

# ---- output that cannot be written ----

# A file that cannot be opened stops the run before it starts; one that cannot be
# filled is told at the end, after the reports.
no_output() {
	for file in "$work" "$work/none/out.json"; do
		status=0
		"$coherer" watch --json "$file" -- $board -kernel "$bug" \
			</dev/null >/dev/null 2>"$work/err" || status=$?
		status_is 2
		says "expected a file that can be written"
		printed_is 0
		finish "JSON into ${file#"$work"/}"
	done

	for folder in "$bug" "$work/none/litmus"; do
		watch --litmus "$folder" -- $board -kernel "$bug"
		status_is 2
		says "expected a folder, or a name for one"
		printed_is 0
		finish "litmus tests into ${folder#"$work"/}"
	done

	status=0
	"$coherer" watch --json /dev/full -- $board -kernel "$bug" \
		</dev/null >/dev/null 2>"$work/err" || status=$?
	status_is 2
	printed_is 1
	says "/dev/full: No space left on device; the file is not complete"
	finish "JSON on a full disk"

	status=0
	"$coherer" watch --json "$json" -- $board -kernel "$bug" \
		</dev/null >/dev/null 2>/dev/full || status=$?
	status_is 1
	json_is 'len(j["reports"]) == 1'
	: >"$work/err"
	finish "nobody can read standard error: JSON is complete"
}

# ---- suppressions ----

suppressions() {
	echo 'missed-clean kernel_load user_* # planted' >"$work/all.supp"
	watch --symbols "$bug" --suppressions "$work/all.supp" -- $board -kernel "$bug"
	status_is 0
	printed_is 0
	says "reports: 0 different, 0 occurrences; 1 suppressed (1 occurrence)"
	says "suppressed        1  missed-clean kernel_load user_* (line 1)"
	json_is 'j["reports"][0]["suppressed"] and j["suppressions"][0]["count"] == 1'
	finish "all suppressed"

	printf '# other places\n\nclobber kernel_load *\nmissed-clean nobody *\n' >"$work/none.supp"
	watch --symbols "$bug" --suppressions "$work/none.supp" -- $board -kernel "$bug"
	status_is 1
	printed_is 1
	says "unused               clobber kernel_load * (line 3)"
	says "unused               missed-clean nobody * (line 4)"
	json_is 'not j["reports"][0]["suppressed"] and len(j["suppressions"]) == 2'
	finish "unused suppressions are listed"

	printf 'lost a b\nlots a b\n' >"$work/bad.supp"
	watch --suppressions "$work/bad.supp" -- $board -kernel "$bug"
	status_is 2
	says "bad.supp:2: no kind of report is so named; expected"
	finish "malformed suppressions"

	watch --suppressions "$work/nowhere" -- $board -kernel "$bug"
	status_is 2
	says "nowhere: No such file or directory; expected a suppressions file"
	finish "no suppressions file"
}

# ---- titles and groups ----

titles() {
	elf=$guests/copy-callers-bug.elf
	watch --symbols "$elf" -- $board -kernel "$elf"
	status_is 1
	says "COHERER: missed-clean in read_request / user_store"
	says "COHERER: missed-clean in read_answer / user_store"
	printed_is 2
	json_is '[r["reader"] for r in j["reports"]] == ["read_request", "read_answer"]'
	json_is 'all(r["read"]["function"] == "memcpy" for r in j["reports"])'
	finish "a title names the caller of memcpy"

	echo 'read_* # copy for their callers' >"$work/library"
	watch --symbols "$elf" --library "$work/library" -- $board -kernel "$elf"
	status_is 1
	printed_is 1
	says "COHERER: missed-clean in guest / user_store"
	json_is 'j["counts"] == {"1": 2}'
	finish "--library"

	echo 'missed-clean memcpy user_store' >"$work/leaf.supp"
	watch --symbols "$elf" --suppressions "$work/leaf.supp" -- $board -kernel "$elf"
	status_is 0
	printed_is 0
	json_is 'j["suppressions"][0]["count"] == 2 and j["groups"] == []'
	finish "a suppression that names memcpy"

	echo 'missed-clean read_answer user_store' >"$work/caller.supp"
	watch --symbols "$elf" --suppressions "$work/caller.supp" -- $board -kernel "$elf"
	status_is 1
	printed_is 1
	says "COHERER: missed-clean in read_request / user_store"
	json_is '[r["group"] for r in j["reports"]] == [1, None]'
	finish "a suppression that names one caller"

	# A line is dirty when a device writes, and what that did to its bytes.
	elf=$guests/dma-dirty-bug.elf
	watch --symbols "$elf" -- $board -kernel "$elf"
	status_is 1
	printed_is 2 # the second one tells more: it shows values
	says "2 titles that seem to have one cause:"
	json_is '[r["group"] for r in j["reports"]] == [1, 1]'
	json_is '[(g["group"], g["count"], sorted(g["reports"])) for g in j["groups"]] == [(1, 2, [1, 2])]'
	finish "two reports of one cause are one group"

	# Two causes.
	elf=$guests/copy-callers-bug.elf
	watch --symbols "$elf" -- $board -kernel "$elf"
	silent_on "seem to have one cause"
	json_is '[g["reports"] for g in j["groups"]] == [[1], [2]]'
	finish "two reports of two causes: both are printed"
}

# ---- options ----

options() {
	# The guest does not end by itself, the watch does.
	watch --first -- $board -kernel "$guests/noise-1.elf"
	status_is 1
	printed_is 1
	says "== coherer: summary =="
	json_is 'len(j["reports"]) >= 1'
	finish "--first"

	watch --max 0 -- $board -kernel "$bug"
	status_is 1
	printed_is 0
	says "reports: 1 different, 1 occurrence"
	json_is 'len(j["reports"]) == 1'
	finish "--max 0 prints none and counts all"

	start_endless noise-1 --max 1
	wait_for '"id":2' "$json"
	interrupt
	status_is 1
	printed_is 1
	json_is 'len(j["reports"]) > 1'
	finish "--max 1 prints one and counts all"

	watch --redundant --symbols "$guests/wrong-alias-bug.elf" -- \
		$board -kernel "$guests/wrong-alias-bug.elf"
	status_is 1
	says "maintenance that changed nothing:"
	grep -q 'of .* 100 %  .* clean of the D line by address' "$work/err" ||
		wrong "the useless clean is not listed"
	json_is 'any(r["op"] == "clean" and r["redundant"] == r["count"] for r in j["redundant"])'
	finish "--redundant"

	watch --cpu xscle -- $board -kernel "$bug"
	status_is 2
	says "unknown core 'xscle'; did you mean xscale?"
	finish "unknown core"
}

# The caches of these are like enough: virtual tags, so that the alias matters.
cores() {
	for core in arm920t sa1110 xscale ti925t; do
		for how in write core; do
			watch --cpu $core --allocate $how --symbols "$bug" -- $board -kernel "$bug"
			status_is 1
			printed_is 1
			says "COHERER: missed-clean in kernel_load / user_store"
			json_is "j['cpu'].replace('-', '') == '$core'"
			finish "--cpu $core --allocate $how"
		done
	done
	watch --cpu cortex-a9 -- $board -kernel "$bug"
	status_is 2
	says "core 'cortex-a9' is ARMv7-A; expected an ARMv4 or ARMv5 core"
	finish "--cpu of another architecture"
	# One message: what the core is and what is expected.
	watch -- $board -cpu arm1136 -kernel "$bug"
	status_is 2
	says "is ARMv6 or newer; expected ARMv4 or ARMv5"
	[ "$(wc -l <"$work/err")" = 1 ] || wrong "more than one line"
	json_is 'j["reports"] == [] and not j["complete"]'
	finish "-cpu of another architecture emulated"
	for board_of_m in microbit mps2-an500; do
		watch -- qemu-system-arm -M $board_of_m -nographic -monitor none -serial stdio \
			-kernel "$bug"
		status_is 2
		says "it is none of ARMv4 or ARMv5"
		[ "$(wc -l <"$work/err")" = 1 ] || wrong "more than one line"
		json_is 'j["reports"] == [] and not j["complete"]'
		finish "-M $board_of_m, an M-profile core"
	done
	for core in pxa250 ti925t; do
		watch --symbols "$bug" -- $board -cpu $core -kernel "$bug"
		status_is 1
		says "COHERER: missed-clean in kernel_load / user_store"
		finish "-cpu $core emulated"
	done
}

# ---- devices ----

coherent() {
	bare="$board -kernel $guests/dma-bug.elf"
	watch --coherent nosuch -- $bare
	status_is 2
	says "--coherent 'nosuch': there is no such device; there are: "
	says "pl080-downstream"
	[ "$(wc -l <"$work/err")" = 1 ] || wrong "more than one line"
	json_is 'j["reports"] == [] and not j["complete"]'
	finish "--coherent with a name that no device has"

	watch --coherent pl080-downstream -- $bare
	status_is 0
	printed_is 0
	grep -q 'pl080-downstream .*; taken as coherent: not checked' "$work/err" ||
		wrong "the summary does not say that the device is taken as coherent"
	json_is '[d["name"] for d in j["devices"] if d["coherent"]] == ["pl080-downstream"]'
	finish "--coherent with the device's name: no report"

	watch --coherent all -- $board -kernel "$guests/dma-source-bug.elf"
	status_is 0
	printed_is 0
	json_is 'all(d["coherent"] for d in j["devices"])'
	finish "--coherent all"

	# More places than are remembered: the bytes are the coherent device's all the same.
	watch --coherent pl080-downstream -- $board -kernel "$guests/dma-scattered-bug.elf"
	status_is 0
	printed_is 0
	finish "--coherent, and writes to many places"

	watch --coherent lsi53c895a -- $bare
	status_is 1
	printed_is 1
	finish "--coherent with another device's name"
}

# QEMU in which devices cannot be seen: one that was told so, and one whose functions have no
# names.  (objcopy cannot take them away: they are in .dynsym, which the loader needs.  A copy gets
# another name there.)
no_devices() {
	COHERER_NO_DEVICES=1 && export COHERER_NO_DEVICES
	watch -- $board -kernel "$guests/dma-bug.elf"
	status_is 1
	printed_is 1
	says "COHERER: stale-read in "
	says "/ device"
	says "devices are not seen: devices are not watched; what they read is not checked"
	json_is 'not j["devices_seen"] and j["devices"] == [] and j["devices_not_seen_because"]'
	finish "devices are not seen: what they write is found by value"

	watch -- $board -kernel "$guests/dma-source-bug.elf"
	status_is 0
	printed_is 0
	says "devices are not seen"
	finish "devices are not seen: what they read is not checked"
	unset COHERER_NO_DEVICES

	python3 - "$(command -v qemu-system-arm)" "$work/nameless" <<-'EOF'
	import os, sys
	data = open(sys.argv[1], "rb").read()
	name = b"\0address_space_memory\0"
	open(sys.argv[2], "wb").write(data.replace(name, b"\0address_space_nowhere"[:len(name) - 1] + b"\0"))
	os.chmod(sys.argv[2], 0o755)
	EOF
	watch -- "$work/nameless" ${board#qemu-system-arm } -kernel "$guests/dma-bug.elf"
	status_is 1
	printed_is 1
	says "devices are not seen: this emulator does not export address_space_memory"
	json_is 'not j["devices_seen"] and "address_space_memory" in j["devices_not_seen_because"]'
	finish "a QEMU that does not export what is needed"
	rm -f "$work/nameless"
}

# Where a block of code runs, told by the emulator's flag, or read each time that it runs.
code_place() {
	COHERER_NO_CODE_PLACE=1 && export COHERER_NO_CODE_PLACE
	tests/watch/guests.sh code-moves code-clean code >"$work/err" 2>&1 ||
		wrong "other reports than with the flag"
	grep -q '^6 passed' "$work/err" || wrong "not six guests"
	finish "code at two addresses, in a QEMU that does not let its flag be changed"
	unset COHERER_NO_CODE_PLACE
}

# ---- runs that are cut off ----

# GUEST OPTIONS...: in the background, in a session of its own, $pid its leader:
# a terminal's Ctrl-C goes to QEMU as well.
start_endless() {
	elf=$guests/$1.elf
	shift
	rm -f "$json"
	: >"$work/err"
	: >"$work/console"
	# A shell lets its background jobs ignore SIGINT, Python gives it back.
	python3 -c 'import os, signal, sys
os.setsid()
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.alarm(900) # survives exec: no test waits for ever
os.execv(sys.argv[1], sys.argv[1:])' \
		"$coherer" watch --json "$json" "$@" -- $board -no-shutdown -kernel "$elf" \
		</dev/null >"$work/console" 2>"$work/err" &
	pid=$!
}

interrupt() { # [SIGNAL]: to the whole group
	status=0
	kill -s "${1:-INT}" -- "-$pid" 2>/dev/null || wrong "it had ended before"
	wait "$pid" || status=$?
}

cut_off() {
	start_endless user-kernel-bug --symbols "$bug"
	wait_for 'done' "$work/console"
	interrupt
	status_is 1
	printed_is 1
	says "reports: 1 different, 1 occurrence"
	silent_on "cut off"
	json_is 'len(j["reports"]) == 1 and j["counts"] == {"1": 1} and j["complete"]'
	finish "Ctrl-C with a report so far"

	start_endless user-kernel
	wait_for 'done' "$work/console"
	interrupt
	status_is 4
	says "reports: 0 different, 0 occurrences"
	json_is 'j["reports"] == [] and j["complete"]'
	finish "Ctrl-C with nothing found so far"

	# As timeout(1) does: it must not be taken for a second Ctrl-C, which kills QEMU.
	start_endless user-kernel
	wait_for 'done' "$work/console"
	status=0
	kill -s TERM "$pid"
	kill -s TERM -- "-$pid" 2>/dev/null || : # on a busy machine it may have ended already
	wait "$pid" || status=$?
	status_is 4
	silent_on "cut off"
	json_is 'j["complete"]'
	finish "SIGTERM twice"

	start_endless noise-1
	wait_for "COHERER: " "$work/err"
	interrupt TERM
	status_is 1
	says "== coherer: summary =="
	json_is 'len(j["reports"]) >= 1'
	finish "SIGTERM in the middle of reports"

	start_endless user-kernel-bug --symbols "$bug"
	wait_for 'done' "$work/console"
	emulator=$(cat "/proc/$pid/task/$pid/children")
	kill -KILL $emulator # its number alone: no other process is meant
	status=0
	wait "$pid" || status=$?
	status_is 3
	printed_is 1
	says "killed by signal 9"
	says "the run was cut off"
	json_is 'len(j["reports"]) == 1 and not j["complete"]'
	finish "QEMU killed in the middle: reports so far, and it says so"
}

# ---- guests that misbehave ----

outside_ram() {
	"${cross}gcc" -nostdlib -static -no-pie -T guests/guest.ld -Wl,--build-id=none \
		-Wl,-z,noexecstack -Wl,--no-warn-rwx-segments \
		-o "$work/outside.elf" tests/watch/fake_qemu/outside_ram.S
	watch --symbols "$work/outside.elf" -- $board -kernel "$work/outside.elf"
	status_is 0
	printed_is 0
	grep -qx 'outside-ram: ok' "$work/console" || wrong "the guest did not come to its end"
	json_is 'j["complete"]'
	finish "addresses outside RAM"
}

# versatilepb takes 256 MiB at most.  This board takes more, and has nothing that ends the run.
large_ram() {
	for size in 256M 1G; do
		rm -f "$json"
		measure "$work/watched" "$coherer" watch --first --json "$json" -- \
			qemu-system-arm -M integratorcp -m $size -nographic -no-reboot -audio none \
			-monitor none -serial stdio -kernel "$bug" >"$work/console" 2>"$work/err"
		read -r status peak <"$work/watched"
		status_is 1
		printed_is 1
		json_is 'j["counters"]["pages"] < 100'
		# Of RAM that the guest does not touch nothing is kept.
		[ "$peak" -lt 262144 ] || wrong "peak $peak KiB"
		finish "a guest with $size of RAM (peak $peak KiB)"
	done
}

# FILE COMMAND...: until it and its children have had $seconds of CPU time, then SIGINT: a busy
# machine only takes longer.  Writes into FILE its exit status (a
# signal as a negative number) and the peak memory in KiB of the largest process among
# itself and its children.
measure() {
	python3 - "$seconds" "$@" <<-'EOF'
	import os, signal, subprocess, sys, time
	signal.signal(signal.SIGINT, signal.SIG_DFL)
	p = subprocess.Popen(sys.argv[3:], stdin=subprocess.DEVNULL)
	tick = os.sysconf("SC_CLK_TCK")
	def cpu_seconds(pid): # of the process and its children
	    try:
	        fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
	        children = open(f"/proc/{pid}/task/{pid}/children").read().split()
	    except OSError:
	        return 0
	    return (int(fields[11]) + int(fields[12])) / tick + sum(map(cpu_seconds, children))
	def ended(seconds): # within so long
	    until = time.monotonic() + seconds
	    while time.monotonic() < until:
	        pid, status, usage = os.wait4(p.pid, os.WNOHANG)
	        if pid:
	            return status, usage
	        if seconds == 900 and cpu_seconds(p.pid) >= int(sys.argv[1]):
	            return None
	        time.sleep(0.1)
	done = ended(900)
	if not done:
	    p.send_signal(signal.SIGINT)
	    done = ended(600)
	if not done:
	    p.kill()
	status, usage = done or os.wait4(p.pid, 0)[1:]
	with open(sys.argv[2], "w") as out:
	    print(os.waitstatus_to_exitcode(status), usage.ru_maxrss, file=out)
	EOF
}

# The bound: what the same QEMU needs without us, twice the guest's RAM (newest and
# old bytes), and a constant for our tables and for what QEMU keeps of each
# instrumented instruction.  Translated code would hide ours: QEMU keeps up to a GiB of
# it, and garbage is translated all the time.
constant=65536
garbage() {
	bare="$board -accel tcg,tb-size=32 -kernel $guests/$1.elf"
	measure "$work/plain" $bare >/dev/null 2>&1 &
	plain_pid=$!
	measure "$work/watched" "$coherer" watch --json "$json" -- $bare \
		>"$work/console" 2>"$work/err"
	wait $plain_pid
	read -r _ plain <"$work/plain"
	read -r status peak <"$work/watched"
	bound=$((plain + 2 * ram * 1024 + constant))
	# Privileged garbage may end the machine, or do nothing that can be reported.
	case $status in 0 | 1 | 4) ;; *) wrong "exit status $status" ;; esac
	says "== coherer: summary =="
	silent_on "cut off"
	silent_on "nothing more is read"
	json_is 'j["counters"]["inconsistent"] == 0 and j["counters"]["fetches"] > 1000'
	[ "$peak" -le "$bound" ] || wrong "peak $peak KiB, more than $bound (plain QEMU: $plain)"
	finish "$1 for $seconds s (peak $peak KiB, plain QEMU $plain, bound $bound)"
}

set_up
other_architecture
more_than_one_cpu
wrong_symbols
no_output
suppressions
titles
options
cores
coherent
no_devices
code_place
cut_off
outside_ram
large_ram
for name in $noise; do
	garbage "$name"
done
all_passed
