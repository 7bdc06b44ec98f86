#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# errors.sh COHERER GUEST.elf
#
# What coherer watch says and returns when something is wrong before or while
# QEMU runs.  The plugin is expected beside COHERER.  GUEST: an endless one is
# not needed, "-S" keeps the real QEMU waiting where a test wants it to.
set -u
coherer=$1
guest=$2
fake=$(dirname "$0")/fake_qemu.sh
dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT
n=0
failed=0

verdict() { # NAME OK
	n=$((n + 1))
	if [ "$2" = 0 ]; then
		echo "ok $n - $1"
	else
		failed=1
		echo "not ok $n - $1"
		sed 's/^/# /' "$dir/err"
	fi
}

# NAME EXIT TEXT ARGUMENTS...: standard error must hold TEXT
expect() {
	name=$1 code=$2 text=$3
	shift 3
	"$coherer" "$@" </dev/null >"$dir/out" 2>"$dir/err"
	got=$?
	grep -qF -- "$text" "$dir/err" && [ $got = "$code" ]
	verdict "$name (exit $got)" $?
}

printf 'lost a b\nlost a\n' >"$dir/bad.supp"
expect "no subcommand" 2 "usage: coherer"
expect "unknown subcommand" 2 "did you mean watch?" wach
expect "unknown option" 2 "did you mean --symbols?" watch --symbls x -- "$fake"
expect "option without value" 2 "--symbols expects a value" watch --symbols
expect "unknown core" 2 "did you mean arm926ej-s?" watch --cpu arm926x -- "$fake"
expect "bad number" 2 "expected a number" watch --max many -- "$fake"
expect "bad allocation" 2 "expected write or core" watch --allocate never -- "$fake"
expect "no device's name" 2 "--coherent ''; expected a name of a device" \
	watch --coherent '' -- "$fake"
expect "two devices in one" 2 "--coherent 'a,b'; expected a name of a device" \
	watch --coherent a,b -- "$fake"
expect "too many devices" 2 "32 times at most" \
	watch $(printf ' --coherent d%d' $(seq 33)) -- "$fake"
expect "no command" 2 "expected -- qemu-system-arm" watch --first
expect "symbols: no file" 2 "No such file" watch --symbols "$dir/none" -- "$fake"
expect "symbols: no ELF" 2 "not an ELF file" watch --symbols "$0" -- "$fake"
expect "symbols: other machine" 2 "not for 32-bit ARM" watch --symbols "$coherer" -- "$fake"
expect "suppressions" 2 "bad.supp:2: too few words; expected" \
	watch --suppressions "$dir/bad.supp" -- "$fake"
printf 'my_*\n# ours\nmy copy\n' >"$dir/bad.lib"
expect "library functions" 2 "bad.lib:3: more than one word; expected" \
	watch --library "$dir/bad.lib" -- "$fake"
expect "no library functions" 2 "none: No such file" watch --library "$dir/none" -- "$fake"
expect "no plugin" 2 "expected libcoherer-watch.so" watch --plugin "$dir/none.so" -- "$fake"
expect "no QEMU" 2 "QEMU not found" watch -- "$dir/qemu-system-arm"
expect "other architecture" 2 "another architecture" watch -- qemu-system-mips
expect "JSON not writable" 2 "expected a file that can be written" \
	watch --json "$dir/no/x.json" -- "$fake"
FAKE_QEMU=old && export FAKE_QEMU
expect "QEMU too old" 2 "QEMU 7.2 is too old: its plugin interface cannot read registers" \
	watch -- "$fake"
FAKE_QEMU=foreign
expect "no QEMU at all" 2 "is no QEMU system emulator" watch -- "$fake"
FAKE_QEMU=no-plugins
expect "QEMU without plugins" 2 "was built without plugins" watch -- "$fake"
FAKE_QEMU=dies
expect "QEMU dies" 3 "QEMU ended before the plugin said hello (exit status 1)" watch -- "$fake"
FAKE_QEMU=killed
expect "QEMU is killed" 3 "(killed by signal 11" watch -- "$fake"
FAKE_QEMU=silent
expect "QEMU without our plugin" 3 "before the plugin said hello (exit status 0)" \
	watch --json "$dir/silent.json" -- "$fake"
grep -q '"exit":3' "$dir/silent.json"
verdict "JSON is complete all the same" $?
FAKE_QEMU=holds-pipe
expect "a child of QEMU keeps the pipe" 3 "(exit status 1)" watch -- "$fake"
expect "QEMU's own error" 3 "before the plugin said hello" watch -- qemu-system-arm -M nonsense

# NAME EXIT SIGNAL TIMES TEXT COMMAND...: interrupted while it runs; standard error must hold TEXT
interrupt() {
	name=$1 code=$2 signal=$3 times=$4 text=$5
	shift 5
	"$coherer" watch --json "$dir/cut.json" -- "$@" </dev/null >"$dir/out" 2>"$dir/err" &
	pid=$!
	# QEMU runs with its plugin: what comes before are questions to it.
	until cat "/proc/$(cut -d' ' -f1 "/proc/$pid/task/$pid/children")/cmdline" 2>/dev/null |
		grep -qa -e -plugin; do
		kill -0 $pid 2>/dev/null || break
		sleep 0.1
	done
	while [ "$times" -gt 0 ]; do
		kill "-$signal" $pid 2>/dev/null # it may have ended by the first
		# The next one is another only when this one was taken.
		while grep -q '^S[hi][dg]Pnd:.*[1-9a-f]' "/proc/$pid/status" 2>/dev/null; do
			sleep 0.1
		done
		times=$((times - 1))
	done
	wait $pid
	got=$?
	tail -n 1 "$dir/cut.json" | grep -q '^}$' && grep -qF -- "$text" "$dir/err" && [ $got = "$code" ]
	verdict "$name (exit $got)" $?
}

run="qemu-system-arm -M versatilepb -m 32 -nographic -audio none -S -kernel $guest"
never="the guest was never started: with -S QEMU waits"
interrupt "SIGINT" 4 INT 1 "$never" $run
interrupt "SIGTERM" 4 TERM 1 "$never" $run
interrupt "SIGTERM twice" 4 TERM 2 "$never" $run
FAKE_QEMU=stubborn
interrupt "a second SIGINT kills" 4 INT 2 "before the guest ran its first instruction" "$fake"
echo "1..$n"
exit $failed
