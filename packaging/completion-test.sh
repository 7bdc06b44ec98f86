#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Completion in bash, as a user meets it; of zsh, that the file is one that it can read:
#
#   packaging/completion-test.sh
#
# Each check prints "ok - NAME" or "not ok - NAME: why".  Exits 0 if all passed, 1 if not.
set -eu
cd "$(dirname "$0")/.."
. tests/verdict.sh
[ -x build/coherer ] || { echo "completion-test.sh: build/coherer is missing: run make" >&2; exit 2; }
PATH=$PWD/build:$PATH
. packaging/completion/coherer.bash

# WORD-WANTED WORD...: the last word is completed.
completes() {
	local wanted=$1
	shift
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_coherer
	if printf '%s\n' "${COMPREPLY[@]}" | grep -qxF -e "$wanted"; then
		verdict "$* -> $wanted"
	else
		verdict "$* -> $wanted" "only ${COMPREPLY[*]}"
	fi
}

completes doctor coherer d
completes --symbols coherer watch --sy
completes --max-states coherer check --max
completes arm926ej-s coherer watch --cpu arm9
completes xscale coherer cpus xs
completes qemu-system-arm coherer watch -- qemu-system-a
completes --plugin coherer doctor --p
zsh -n packaging/completion/_coherer && verdict "zsh reads it" || verdict "zsh reads it" "zsh -n"
all_passed
