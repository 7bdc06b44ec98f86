#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Does every link in a *.md file lead to something?
#
#   scripts/check-links.sh [DIRECTORY]      (default: this tree)
#
# Links to files, relative to the file that has them; not those to the web, and not what comes after
# a #.  Exits 0 if all are there, 1 if not, naming file and line.
set -eu
cd "${1:-$(dirname "$0")/..}"

dead=$(find . -name build -prune -o -name .git -prune -o -name '*.md' -print | sed 's|^\./||' | sort |
	tr '\n' '\0' | xargs -0 -r grep -noE '\]\([^)# ]+' /dev/null |
	while IFS=: read -r file line link; do
		link=${link#"]("}
		case $link in
		http:* | https:* | mailto:*) continue ;;
		esac
		[ -e "$(dirname "$file")/$link" ] || echo "$file:$line: no such file: $link"
	done)
[ -z "$dead" ] || { echo "$dead" >&2; exit 1; }
