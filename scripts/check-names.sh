#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Has every static function of the layer a name of its own?  A reader who looks for one finds one.
#
#   scripts/check-names.sh [DIRECTORY]      (default: this tree)
#
# Reads DIRECTORY/src.  Exits 0 if all names differ, 1 if not, naming the files and lines.
set -eu
cd "${1:-$(dirname "$0")/..}"

# A definition begins in the first column and does not end in the first line's semicolon.
grep -nE '^static [^=]*\(' src/*.[ch] /dev/null | grep -v ';[[:space:]]*$' | awk -F: '
	{
		name = $3
		sub(/\(.*/, "", name)
		sub(/.*[ *]/, "", name)
		where[name] = where[name] " " $1 ":" $2
		n[name]++
	}
	END {
		for (name in n)
			if (n[name] > 1) {
				print "check-names: " name " is more than one function:" where[name]
				bad = 1
			}
		if (!NR)
			print "check-names: no static function in src/"
		exit bad || !NR
	}' >&2
