#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# coherer doctor, with the real QEMU and with machines that lack something:
#
#   tests/cli/doctor.sh
#
# Each check prints "ok - NAME" or "not ok - NAME: why"; the last line counts them.
# Exits 0 if all passed, 1 if not, 2 if something is missing.
set -eu
cd "$(dirname "$0")/../.."
. tests/verdict.sh

coherer=${COHERER:-build/coherer}
guest=build/guests/user-kernel.elf
[ -x "$coherer" ] || { echo "doctor.sh: $coherer is missing: run make" >&2; exit 2; }
[ -f "$guest" ] || { echo "doctor.sh: $guest is missing: run make guests" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# EXIT-CODE NAME PATTERN ARGUMENT...
doctor() {
	wanted=$1 name=$2 pattern=$3
	shift 3
	got=0
	"$coherer" doctor "$@" >"$work/out" 2>&1 || got=$?
	if [ "$got" != "$wanted" ]; then
		verdict "$name" "exit code $got, expected $wanted: $(cat "$work/out")"
	elif ! grep -qF -e "$pattern" "$work/out"; then
		verdict "$name" "no '$pattern' in: $(cat "$work/out")"
	else
		verdict "$name"
	fi
}

# WORDS...: an emulator that answers --version with the first word, and -help with the second.
fake() {
	fake=$work/qemu-system-arm
	printf '#!/bin/sh\ncase $1 in\n--version) echo "%s";;\n-help) printf "\\n%s \\n";;\n*) echo "%s" >&2; exit 1;;\nesac\n' \
		"$1" "$2" "${3:-}" >"$fake"
	chmod +x "$fake"
}

doctor 0 "all is well" "ok       trial"
doctor 0 "devices are seen" "ok       devices"
doctor 0 "no symbols" "less     symbols"
doctor 0 "symbols of a guest" "the file is no Linux kernel" --symbols "$guest"
doctor 2 "symbols of another machine" "wrong    symbols" --symbols "$coherer"
doctor 2 "no QEMU" "apt install" "$work/none/qemu-system-arm"
doctor 2 "no plugin" "wrong    plugin" --plugin "$work/none.so"
doctor 2 "an unknown option" "see coherer doctor --help" --symbol-file x
doctor 2 "two emulators" "expected one emulator at most" qemu-system-arm qemu-system-arm
doctor 0 "help" "usage: coherer doctor" --help
fake "QEMU emulator version 7.2.0" "-plugin"
doctor 2 "an old QEMU" "apt install -t bookworm-backports" "$fake"
fake "QEMU emulator version 10.0.0" "-plug"
doctor 2 "a QEMU without plugins" "configured with --enable-plugins" "$fake"
fake "QEMU emulator version 10.0.0" "-plugin" "qemu: could not load plugin: dynamic loading not supported"
doctor 2 "a static QEMU" "dynamic loading not supported" "$fake"
[ "$(find /tmp -maxdepth 1 -name 'coherer-??????' -newer "$work" 2>/dev/null | wc -l)" = 0 ] &&
	verdict "no file is left" || verdict "no file is left" "$(ls -d /tmp/coherer-*)"

all_passed
