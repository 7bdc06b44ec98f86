#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes the guest's disks: a root file system of Debian's own armel packages and
# an empty ext4 file system to work on.
#
#   guests/debian/image.sh
#
# leaves build/debian/{root.ext4,work.ext4} and build/debian/tftp.  Needs no
# root and no network once the packages are there.  Does nothing if all is newer
# than what it is made of.
#
# The suite is the one of this machine.  apt gets the packages into a folder of its
# own, with a state of its own, and verifies them with Debian's keys.  This
# machine's list of architectures and its packages stay as they are.  The packages
# are unpacked only: their maintainer scripts are not run.
# Exits with 2 if something needed is missing.
set -eu

usage() { sed -n '4,18s/^# \{0,1\}//p' "$0"; }
fail() { echo "image.sh: $*" >&2; exit 2; }

case ${1:-} in
'') ;;
-h | --help) usage; exit 0 ;;
*) fail "unexpected argument '$1', see --help" ;;
esac

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
out=$top/build/debian
kernel=$top/build/linux/${KERNEL:-debian}
cc=${CROSS_COMPILE:-arm-linux-gnueabi-}gcc
keys=/usr/share/keyrings/debian-archive-keyring.gpg

packages="libc-bin busybox stress-ng fio sqlite3 strace gdb python3 e2fsprogs fuse2fs iproute2"

PATH=$PATH:/usr/sbin:/sbin
command -v mke2fs >/dev/null || fail "mke2fs is missing: run scripts/setup.sh debian"
command -v "$cc" >/dev/null || fail "$cc is missing: run scripts/setup.sh debian"
[ -f "$kernel/built-from" ] ||
	fail "$kernel is missing or not complete: run guests/linux/kernel.sh ${KERNEL:-debian}"

mkdir -p "$out"
# One line that says what the disks were made from.
key=$({ cat "$0" "$kernel/built-from" "$here/init" "$here"/guest/*; echo "$packages"; } |
	sha256sum | cut -d ' ' -f 1)
[ "$(cat "$out/made-from" 2>/dev/null)" = "$key" ] && exit 0
rm -f "$out/made-from"

# apt for armel, with all its state below $out/apt.
armel_apt() {
	"$@" -q -o APT::Architecture=armel -o APT::Architectures=armel \
		-o APT::Sandbox::User=root -o APT::Install-Recommends=false \
		-o Dir::Etc::sourcelist="$out/apt/list" -o Dir::Etc::sourceparts="$out/apt/none" \
		-o Dir::Etc::preferences="$out/apt/none" -o Dir::Etc::preferencesparts="$out/apt/none" \
		-o Dir::State="$out/apt" -o Dir::State::status="$out/apt/status" \
		-o Dir::State::lists="$out/apt/lists" -o Dir::Cache="$out/apt" \
		-o Dir::Cache::archives="$out/apt/archives" -o Dir::Cache::pkgcache= \
		-o Dir::Cache::srcpkgcache= -o Acquire::Languages=none -o Acquire::Retries=3 \
		-o Debug::NoLocking=true
}

# The archive of the running suite, as apt knows it.
archive() {
	apt-get indextargets --format '$(CREATED_BY)|$(ORIGIN)|$(CODENAME)|$(COMPONENT)|$(REPO_URI)' |
		awk -F'|' -v c="$1" '$1 == "Packages" && $2 == "Debian" && $3 == c &&
			$4 == "main" { print $5; exit }'
}

download() {
	[ "$(cat "$out/apt/complete" 2>/dev/null)" = "$packages" ] && return 0
	[ -r "$keys" ] || fail "$keys is missing: this needs Debian"
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	uri=$(archive "$codename")
	[ -n "$uri" ] || fail "apt knows no Debian archive for '$codename'"
	mkdir -p "$out/apt/lists/partial" "$out/apt/archives/partial" "$out/apt/none"
	rm -f "$out/apt/archives"/*.deb
	: >"$out/apt/status"
	echo "deb [signed-by=$keys] $uri $codename main" >"$out/apt/list"
	echo "image.sh: downloading packages of $codename for armel"
	# shellcheck disable=SC2086 # a list of words
	{
		armel_apt apt-get update &&
			armel_apt apt-get install -y --download-only $packages
	} >"$out/apt/log" 2>&1 || {
		tail -n 20 "$out/apt/log" >&2
		fail "cannot download the packages"
	}
	echo "$packages" >"$out/apt/complete"
}

# A tree as Debian has it today: /bin and its like lead into /usr.  What no program
# of the tests reads stays out.
unpack() {
	rm -rf "$out/root"
	for d in bin sbin lib; do
		mkdir -p "$out/root/usr/$d"
		ln -s "usr/$d" "$out/root/$d"
	done
	for d in dev proc sys tmp run root mnt etc scsi virtio; do
		mkdir -p "$out/root/$d"
	done
	for deb in "$out/apt/archives"/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -x --keep-directory-symlink -C "$out/root" --exclude='./usr/share/doc/*' \
				--exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' \
				--exclude='./usr/share/perl/*' --exclude='./usr/lib/*/perl/*' ||
			fail "cannot unpack $deb"
	done
}

# What we add: a shell, the tests, a program to look at, the kernel's modules.
furnish() {
	root=$out/root
	[ -e "$root/bin/sh" ] || ln -s busybox "$root/bin/sh"
	install -m 755 "$here/init" "$root/init"
	mkdir -p "$root/tests" "$root/lib/modules"
	install -m 644 "$here"/guest/* "$root/tests/"
	# At any address, so that the address of add() is its place in the file.
	"$cc" -O1 -g -Wall -Wextra -Werror -marm -fPIE -pie -o "$root/tests/target" "$here/guest/target.c" ||
		fail "cannot compile target.c"
	"${cc%gcc}nm" "$root/tests/target" | awk '$3 == "add" { print "0x" $1 }' >"$root/tests/target.add"
	find "$kernel" -name '*.ko' | while read -r ko; do
		"${cc%gcc}strip" --strip-debug -o "$root/lib/modules/$(basename "$ko")" "$ko"
	done
	echo "root::0:0:root:/root:/bin/sh" >"$root/etc/passwd"
	echo "root:x:0:" >"$root/etc/group"
	echo "127.0.0.1 localhost" >"$root/etc/hosts"
	# A file for the network, and its sum for the guest.
	mkdir -p "$out/tftp"
	head -c 1500000 "$root/usr/lib/arm-linux-gnueabi/libc.so.6" >"$out/tftp/file"
	(cd "$out/tftp" && sha256sum file) >"$root/tests/file.sha256"
}

# An ext4 file system in a sparse file $1 of $2 MiB; what follows goes to mke2fs.
ext4() {
	file=$1
	rm -f "$1"
	dd if=/dev/zero of="$1" bs=1M count=0 seek="$2" 2>/dev/null
	shift 2
	mke2fs -q -t ext4 -E root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0 -m 0 "$@" "$file" ||
		fail "mke2fs failed"
}

download
echo "image.sh: making the disks"
unpack
furnish
ext4 "$out/root.ext4" 640 -d "$out/root"
ext4 "$out/work.ext4" 256
rm -rf "$out/root"
echo "$key" >"$out/made-from"
