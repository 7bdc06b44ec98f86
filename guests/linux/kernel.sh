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
#   guests/linux/kernel.sh NAME        with the bug of plant/NAME.edit, here or in guests/debian
#   guests/linux/kernel.sh stock-debug, coherer-debug
#                                      with the options of config-debug: lock debugging
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
# is killed leaves nothing wrong behind.
set -eu

case ${1:-} in
stock-6.12 | debian-6.12) series=6.12 packages=linux-6.12 dts=arch/arm/boot/dts/arm/versatile-pb.dtb ;;
*) series=6.1 packages=linux dts=arch/arm/boot/dts/versatile-pb.dtb ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "$here/../.." && pwd)/build/linux
tarball=${LINUX_SOURCE:-/usr/src/linux-source-$series.tar.xz}
source=$out/linux-source-$series
port=$here/../../ports/linux
kconfig=
lenient=

usage() { sed -n '4,21s/^# \{0,1\}//p' "$0"; }
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

# stock, or stock-debug: $1 is what follows "stock".
build_stock() {
	have_source
	made_from=
	build_tree "stock$1" "$source" "$here/config" ${1:+"$here/config$1"}
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

build_planted() {
	edit=$here/plant/$1.edit
	[ -f "$edit" ] || edit=$here/../debian/plant/$1.edit
	[ -f "$edit" ] || fail "no bug is named '$1'; there are: stock xscale coherer $(list | tr '\n' ' ')"
	base=$(sed -n 's/^base //p' "$edit")
	case ${base:=stock} in
	stock) build_stock "" ;;
	xscale) build_xscale ;;
	debian) build_debian ;;
	*) fail "$edit: no kernel is named '$base' to be the base of an edit" ;;
	esac
	key=$(cat "$out/$base/built-from" "$edit" "$here/edit.py" | sha256sum | cut -d ' ' -f 1)
	up_to_date "$out/$1" "$key" && return 0
	echo "kernel.sh: building $1"
	tree=$out/$1
	keep=$out/$1.keep
	rm -rf "$tree" "$keep"
	cp -a "$out/$base" "$tree"
	rm "$tree/built-from"
	"$here/edit.py" "$source" "$tree" "$edit"
	kbuild "$source" "$tree" zImage
	# Kept: what is asked for, and the edited sources at the place where the
	# debug information says they are.
	"$here/edit.py" "$source" "$keep" "$edit"
	mv "$tree/vmlinux" "$tree/arch/arm/boot/zImage" "$tree/$dts" "$keep/"
	[ ! -f "$tree/cpu" ] || mv "$tree/cpu" "$keep/"
	echo "$key" >"$keep/built-from"
	rm -rf "$tree"
	mv "$keep" "$tree"
}

case ${1:-} in
-h | --help) usage ;;
--list) list ;;
stock) build_stock "" ;;
stock-debug) build_stock -debug ;;
stock-6.12) build_newer stock "$here/config" ;;
debian-6.12) build_newer debian "$here/../debian/config" ;;
xscale) build_xscale ;;
debian) build_debian ;;
coherer) build_coherer "" ;;
coherer-debug) build_coherer -debug ;;
'' | -*) usage >&2; exit 2 ;;
*) build_planted "$1" ;;
esac
