#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds the workload and the guest's root file system:
#
#   guests/linux/initramfs.sh
#
# leaves build/linux/workload and build/linux/initramfs.cpio.  Needs no root: the
# kernel's own gen_init_cpio (from the stock kernel's output) writes device nodes
# straight into the archive.  Does nothing if all is newer than what it is made of.
set -eu

case ${1:-} in
'') ;;
-h | --help) sed -n '4,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
*) echo "initramfs.sh: unexpected argument '$1', see --help" >&2; exit 2 ;;
esac

here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "$here/../.." && pwd)/build/linux
cc=${CROSS_COMPILE:-arm-linux-gnueabi-}gcc
gen=$out/stock/usr/gen_init_cpio

fail() { echo "initramfs.sh: $*" >&2; exit 2; }

command -v "$cc" >/dev/null 2>&1 || fail "$cc is missing: run scripts/setup.sh linux"
[ -x "$gen" ] || fail "$gen is missing: run guests/linux/kernel.sh stock first"
[ -x "$out/busybox" ] || "$here/busybox.sh"

archive=$out/initramfs.cpio
if [ -f "$archive" ] && [ -z "$(find "$here/workload" "$here/init" "$0" "$out/busybox" \
	-newer "$archive")" ]; then
	exit 0
fi

# ARM state: the patterns of generated code and of breakpoints are ARM's.
"$cc" -std=c11 -O2 -g -Wall -Wextra -Werror -marm -static -pthread \
	-o "$out/workload" "$here"/workload/*.c
"${cc%gcc}strip" -o "$out/workload.stripped" "$out/workload"

"$gen" - >"$archive.new" <<LIST
dir /dev 755 0 0
nod /dev/console 600 0 0 c 5 1
dir /bin 755 0 0
dir /proc 755 0 0
dir /tmp 755 0 0
dir /debug 755 0 0
dir /ext2 755 0 0
dir /fuse 755 0 0
file /bin/busybox $out/busybox 755 0 0
file /bin/workload $out/workload.stripped 755 0 0
file /init $here/init 755 0 0
LIST
mv "$archive.new" "$archive"
