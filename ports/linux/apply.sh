#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Makes a source tree of Linux 6.1 with the layer in it:
#
#   ports/linux/apply.sh SOURCE TREE
#
# SOURCE is only read.  TREE becomes: hard links to SOURCE, this project's own files
# (kernel/, the layer's src/ and include/), and what edits/*.edit change.  A TREE that is
# there already is brought up to date, and files that stay the same keep their times, so that make
# compiles what changed; one of another release is made anew.  TREE/.coherer lists what is ours, with
# hashes.  Both are on one file system.  Exits with 2, saying which edit finds no place, or which
# version is needed, if that cannot be done.
set -eu

case ${1:-} in
-h | --help) sed -n '4,15s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
fail() { echo "apply.sh: $*" >&2; exit 2; }
[ $# -eq 2 ] || fail "expected SOURCE and TREE, see --help"

series=6.1
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
source=$1
tree=$2

[ -f "$source/Makefile" ] || fail "$source holds no kernel source"
found=$(awk '$1 == "VERSION" { v = $3 } $1 == "PATCHLEVEL" { p = $3 }
	p != "" { print v "." p; exit }' "$source/Makefile")
[ "$found" = "$series" ] || fail "$source holds Linux '$found'; these edits are for $series"

[ ! -e "$tree" ] || [ -f "$tree/.coherer" ] ||
	fail "$tree is there, and was not made by this script: it has no .coherer"

new=$tree.new
rm -rf "$new"
mkdir -p "$new"
trap 'status=$?; rm -rf "$new"; [ $status = 0 ] || exit 2' EXIT

"$top/guests/linux/edit.py" "$source" "$new" "$here"/edits/*.edit ||
	fail "an edit finds no place in $source: has this function changed since Linux $series?"
arm=$new/arch/arm/coherer
cp -R "$here/kernel/." "$new/"
mkdir -p "$arm/src" "$arm/ports/arm926" "$arm/check/policies"
cp "$top"/ports/arm926/cache_type.[ch] "$arm/ports/arm926/"
cp "$top"/check/policies/*.[ch] "$arm/check/policies/"
cp "$top"/src/*.[ch] "$top/src/sources.mk" "$arm/src/"
for header in "$top"/include/coherer/*.h; do
	own=$new/arch/arm/include/coherer/$(basename "$header")
	[ -f "$own" ] || cp "$header" "$own" # env.h is the kernel's own
done

# It is ours, see above.  Links to files of another release would stay.
cmp -s "$source/Makefile" "$tree/Makefile" || rm -rf "$tree"
if [ ! -d "$tree" ]; then
	rm -rf "$tree.part"
	cp -al "$source" "$tree.part"
	: >"$tree.part/.coherer" # ours, even if this run is killed
	mv "$tree.part" "$tree"
fi
# Never into a hard link: a file is replaced, not written to.
(cd "$new" && find . -type f) | while read -r file; do
	cmp -s "$new/$file" "$tree/$file" && continue
	mkdir -p "$(dirname "$tree/$file")"
	rm -f "$tree/$file"
	cp "$new/$file" "$tree/$file"
done
# What an earlier version of ours had there and this one has not is as it was.
if [ -f "$tree/.coherer" ]; then
	cut -c 67- "$tree/.coherer" | while read -r file; do
		[ -f "$new/$file" ] && continue
		rm -f "$tree/$file"
		[ ! -f "$source/$file" ] || ln "$source/$file" "$tree/$file"
	done
fi
(cd "$new" && find . -type f | sort | xargs sha256sum) >"$new.list"
mv "$new.list" "$tree/.coherer"
