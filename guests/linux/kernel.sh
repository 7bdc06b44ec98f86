#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds a Linux 6.1 kernel for QEMU's versatilepb from Debian's source package:
#
#   guests/linux/kernel.sh stock       the kernel as it is (minutes, the first time)
#   guests/linux/kernel.sh xscale      the same for the XScale core PXA270 (minutes)
#   guests/linux/kernel.sh coherer     with the layer in it, see ports/linux (minutes)
#   guests/linux/kernel.sh debian      with the options of guests/debian/config, and modules
#   guests/linux/kernel.sh stock-6.12, debian-6.12
#                                      the same of Linux 6.12
#   guests/linux/kernel.sh NAME        with the bug of plant/NAME.edit, here or in guests/debian,
#                                      or with one repair of ports/linux/fixes
#   guests/linux/kernel.sh stock-debug, coherer-debug
#                                      with the options of config-debug: lock debugging
#   guests/linux/kernel.sh stock-more  with the options of ports/linux/fixes/config
#   guests/linux/kernel.sh fixed, fixed-debug, fixed-6.12
#                                      stock and its like with all repairs of ports/linux/fixes
#   guests/linux/kernel.sh --list      the names of the planted bugs
#
# leaves build/linux/NAME/{vmlinux,zImage,versatile-pb.dtb}, and in cpu the name of
# QEMU's core, if it is not the board's own.  Does nothing if they are up to date.
# LINUX_SOURCE names another source package, JOBS make's -j, CROSS_COMPILE the
# compiler's prefix.  Exits with 2 if something needed is missing.
#
# A planted kernel costs seconds: the output of stock, or of the kernel that the edit's
# line `base` names, is copied, and the edited file is put into the copy.  Kbuild looks
# for a source in the output tree before it looks in the source tree, so it compiles that
# one, and neither the source nor the output that was copied is ever changed; a run that
# is killed leaves nothing wrong behind.  An edited header is put where the compiler looks
# first, and what included it is compiled again.
set -eu

case ${1:-} in
stock-6.12 | debian-6.12 | fixed-6.12) series=6.12 packages=linux-6.12 dts=arch/arm/boot/dts/arm/versatile-pb.dtb ;;
*) series=6.1 packages=linux dts=arch/arm/boot/dts/versatile-pb.dtb ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "$here/../.." && pwd)/build/linux
tarball=${LINUX_SOURCE:-/usr/src/linux-source-$series.tar.xz}
source=$out/linux-source-$series
port=$here/../../ports/linux
kconfig=
lenient=

usage() { sed -n '4,25s/^# \{0,1\}//p' "$0"; }
fail() { echo "kernel.sh: $*" >&2; exit 2; }

list() {
	for f in "$here"/plant/*.edit; do
		basename "$f" .edit
	done
}

# Kbuild of source $1 in output tree $2, with its words on the screen only if it fails.
kbuild() {
	from=$1
	tree=$2
	shift 2
	make -C "$from" O="$tree" ARCH=arm CROSS_COMPILE="${CROSS_COMPILE:-arm-linux-gnueabi-}" \
		-j"${JOBS:-$(nproc)}" "$@" >"$tree/build.log" 2>&1 || {
		tail -n 30 "$tree/build.log" >&2
		fail "the build in $tree failed (make $*)"
	}
}

up_to_date() {
	[ -f "$1/vmlinux" ] && [ -f "$1/zImage" ] && [ -f "$1/versatile-pb.dtb" ] &&
		[ "$(cat "$1/built-from" 2>/dev/null)" = "$2" ]
}

unpack() {
	[ -f "$tarball" ] || fail "$tarball is missing: run scripts/setup.sh $packages"
	rm -rf "$source.new"
	mkdir -p "$source.new"
	echo "kernel.sh: unpacking $tarball"
	tar -xf "$tarball" -C "$source.new" --strip-components=1 || fail "cannot unpack $tarball"
	check_series "$source.new" "$tarball"
	mv "$source.new" "$source"
}

# The tree $1, which came from $2, must be of our series: the edits know its code.
check_series() {
	found=$(awk '$1 == "VERSION" { v = $3 } $1 == "PATCHLEVEL" { p = $3 }
		p != "" { print v "." p; exit }' "$1/Makefile" 2>/dev/null) || found=
	[ "$found" = "$series" ] || fail "$2 holds Linux '$found', expected $series"
}

# A kernel $1 from source $2 with the options of the files that follow.  What it was
# made from, in one line, is in $made_from; an edit of Kconfig, if any, in $kconfig.
build_tree() {
	name=$1
	from=$2
	shift 2
	key=$({ cat "$@" "$from/Makefile"; printf %s "$made_from"; } | sha256sum | cut -d ' ' -f 1)
	up_to_date "$out/$name" "$key" && return 0
	echo "kernel.sh: building $name (minutes, the first time)"
	mkdir -p "$out/$name"
	rm -f "$out/$name/built-from"
	[ -z "$kconfig" ] || "$here/edit.py" "$from" "$out/$name" "$kconfig"
	kbuild "$from" "$out/$name" versatile_defconfig
	(cd "$out/$name" && ARCH=arm "$from/scripts/kconfig/merge_config.sh" -m \
		.config "$@" >build.log)
	kbuild "$from" "$out/$name" olddefconfig
	# Kconfig drops silently what it does not know or cannot have.  Of a symbol that is
	# set twice the last counts.
	dropped=$(cat "$@" | awk -F = '/^CONFIG_/ { set[$1] = $0 } END { for (s in set) print set[s] }' |
		grep '=[^n]' | grep -vxFf "$out/$name/.config" | tr '\n' ' ') || true
	[ -z "$dropped" ] || [ -n "$lenient" ] || fail "the kernel's configuration does not take $dropped"
	[ -z "$dropped" ] || echo "kernel.sh: $name is built without $dropped"
	kbuild "$from" "$out/$name" zImage dtbs $(grep -qx CONFIG_MODULES=y "$out/$name/.config" && echo modules)
	cp "$out/$name/arch/arm/boot/zImage" "$out/$name/$dts" "$out/$name/"
	echo "$key" >"$out/$name/built-from"
}

have_source() {
	[ -d "$source" ] || unpack
	check_series "$source" "$source"
}

# stock and its like: $1 is what follows "stock", $2 the file of its options.
build_stock() {
	have_source
	made_from=
	build_tree "stock$1" "$source" "$here/config" ${2:+"$2"}
}

# stock for XScale.  Kconfig, too, looks into the output tree first, so the edited file
# is put there, and the source is stock's.
build_xscale() {
	have_source
	kconfig=$here/xscale.edit
	made_from=$(cat "$kconfig")
	build_tree xscale "$source" "$here/config" "$here/config-xscale"
	echo pxa270-c5 >"$out/xscale/cpu"
}

# The kernel for Debian's user space.
build_debian() {
	have_source
	made_from=
	build_tree debian "$source" "$here/../debian/config"
}

# Kernel $1 with the options of $2, of another series.  An option that this series does not
# have any more is left out, and said.
build_newer() {
	have_source
	made_from=
	lenient=yes
	build_tree "$1-$series" "$source" "$2"
}

# The edits know its code; what they and our own files were is part of the key.
build_coherer() {
	have_source
	"$port/apply.sh" "$source" "$source-coherer" || exit 2
	made_from=$(cat "$source-coherer/.coherer")
	build_tree "coherer$1" "$source-coherer" "$here/config" "$port/config" \
		${1:+"$here/config$1"}
}

build_base() {
	case $1 in
	stock) build_stock "" "" ;;
	stock-debug) build_stock -debug "$here/config-debug" ;;
	stock-more) build_stock -more "$port/fixes/config" ;;
	stock-6.12) build_newer stock "$here/config" ;;
	xscale) build_xscale ;;
	debian) build_debian ;;
	*) fail "no kernel is named '$1' to be the base of an edit" ;;
	esac
}

# The headers among the edited files in $1.  Of the compiler's folders for them, generated
# comes before include, but not before arch/arm/include.
place_headers() {
	for header in $(cd "$1" && find include arch/arm/include -name '*.h' -newer "$2" 2>/dev/null); do
		case $header in
		include/*) ;;
		*) fail "an edit changes $header, which only a kernel of its own source can have" ;;
		esac
		place=$1/arch/arm/include/generated/${header#include/}
		mkdir -p "$(dirname "$place")"
		mv "$1/$header" "$place"
		# What it includes by "NAME" is looked for beside it.
		sed -n 's/^#include "\([^"/]*\)".*/\1/p' "$place" | while read -r other; do
			cp "$source/$(dirname "$header")/$other" "$(dirname "$place")/"
		done
		grep -rlF --include='.*.o.cmd' "/$header" "$1" | while read -r cmd; do
			object=$(basename "$cmd" .cmd)
			rm -f "$(dirname "$cmd")/${object#.}"
		done
	done
}

# Kernel $1: the output of kernel $2, and the edits that follow.
build_edited() {
	build_base "$2"
	name=$1
	base=$2
	shift 2
	# What an edit says to people and to check.sh changes no kernel.
	key=$(cat "$out/$base/built-from" "$@" "$here/edit.py" | grep -Ev '^(#|expect |tests |qemu )' |
		sha256sum | cut -d ' ' -f 1)
	up_to_date "$out/$name" "$key" && return 0
	echo "kernel.sh: building $name"
	tree=$out/$name
	keep=$out/$name.keep
	rm -rf "$tree" "$keep"
	cp -a "$out/$base" "$tree"
	mv "$tree/built-from" "$tree/copied"
	touch "$tree/copied"
	"$here/edit.py" "$source" "$tree" "$@"
	place_headers "$tree" "$tree/copied"
	# An edited Kconfig may take options away.
	kbuild "$source" "$tree" olddefconfig
	kbuild "$source" "$tree" zImage
	# Kept: what is asked for, and the edited sources at the place where the
	# debug information says they are.
	"$here/edit.py" "$source" "$keep" "$@"
	mv "$tree/vmlinux" "$tree/arch/arm/boot/zImage" "$tree/$dts" "$keep/"
	[ ! -f "$tree/cpu" ] || mv "$tree/cpu" "$keep/"
	echo "$key" >"$keep/built-from"
	rm -rf "$tree"
	mv "$keep" "$tree"
}

build_planted() {
	for edit in "$here/plant/$1.edit" "$here/../debian/plant/$1.edit" "$port/fixes/$1.edit" \
		"$port/fixes/$series/$1.edit"; do
		[ ! -f "$edit" ] || break
	done
	[ -f "$edit" ] || fail "no bug is named '$1'; there are: stock xscale coherer $(list | tr '\n' ' ')"
	base=$(sed -n 's/^base //p' "$edit")
	build_edited "$1" "${base:-stock}" "$edit"
}

# All repairs at once: kernel $1, made from kernel $2.
build_fixed() {
	build_edited "$1" "$2" "$port"/fixes/*.edit "$port/fixes/$series"/*.edit
}

case ${1:-} in
-h | --help) usage ;;
--list) list ;;
stock | stock-debug | stock-more | stock-6.12 | xscale | debian) build_base "$1" ;;
debian-6.12) build_newer debian "$here/../debian/config" ;;
coherer) build_coherer "" ;;
coherer-debug) build_coherer -debug ;;
fixed) build_fixed fixed stock ;;
fixed-debug | fixed-6.12) build_fixed "$1" "stock-${1#fixed-}" ;;
'' | -*) usage >&2; exit 2 ;;
*) build_planted "$1" ;;
esac
