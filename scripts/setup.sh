#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Installs what Coherer is built and tested with, from Debian's own archive:
#
#   scripts/setup.sh          what `make demo` and `make check` need
#   scripts/setup.sh linux    also what `make check-linux` needs
#   scripts/setup.sh debian   what `make check-debian` needs
#   scripts/setup.sh linux-6.12   also the source of Linux 6.12, from the backports suite
#   scripts/setup.sh fuzz     also what `make fuzz` needs
#   scripts/setup.sh bench    also what `make bench-check` needs
#   scripts/setup.sh package  also what `make package` needs
#
# Debian 12 ships QEMU 7.2, whose plugin interface cannot read registers.  There
# the backports suite is added, at the address apt already uses for Debian.
# Run again at any time: what is there already is left alone.
set -eu

what=${1:-base}
case $what in
base | linux | linux-6.12 | debian | fuzz | bench | package) ;;
-h | --help) sed -n '4,17s/^# \{0,1\}//p' "$0"; exit 0 ;;
*) echo "setup.sh: unknown set '$what', expected 'base', 'linux', 'linux-6.12', 'debian', 'fuzz', 'bench' or 'package'" >&2; exit 2 ;;
esac

base_packages="gcc g++ make pkg-config libc6-dev libglib2.0-dev libdw-dev libelf-dev libjansson-dev libcmocka-dev libxxhash-dev
	gcc-arm-linux-gnueabi libc6-dev-armel-cross python3
	gcc-arm-none-eabi gcc-mips-linux-gnu gcc-sh4-linux-gnu gcc-hppa-linux-gnu"
linux_packages="linux-source-6.1 bc bison flex cpio xz-utils libssl-dev"
debian_packages="$linux_packages e2fsprogs debian-archive-keyring"

# Debian's default clang and the runtime of its libFuzzer and sanitizers.
clang_version=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p')
fuzz_packages="clang libclang-rt-${clang_version:-14}-dev"

list=/etc/apt/sources.list.d/coherer-backports.list
qemu_min=9.2

say() { echo "setup: $*"; }

# Everything that changes the system goes through here.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		say "needs root for: $*" >&2
		exit 2
	fi
}

missing() {
	for p in "$@"; do
		dpkg-query -W -f '${Status}\n' "$p" 2>/dev/null |
			grep -q '^install ok installed' || echo "$p"
	done
}

qemu_version() {
	command -v qemu-system-arm >/dev/null 2>&1 || return 0
	qemu-system-arm --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p'
}

qemu_is_new_enough() {
	v=$(qemu_version)
	[ -n "$v" ] && dpkg --compare-versions "$v" ge "$qemu_min"
}

# The archive that the running suite comes from, as apt knows it.
debian_site() {
	apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(SITE)' |
		awk -v c="$1" '$1 == "Debian" && $2 == c { print $3; exit }'
}

add_backports() {
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	site=$(debian_site "$codename")
	if [ -z "$site" ]; then
		say "apt knows no Debian archive for '$codename'; install qemu-system-arm >= $qemu_min by hand" >&2
		exit 2
	fi
	key=/usr/share/keyrings/debian-archive-keyring.gpg
	opt=
	[ -r "$key" ] && opt="[signed-by=$key] "
	echo "deb ${opt}${site} ${codename}-backports main" | as_root tee "$list" >/dev/null
	as_root apt-get update -q
	suite="${codename}-backports"
}

apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -q --no-install-recommends "$@"
}

want="$base_packages"
case $what in linux*) want="$want $linux_packages" ;; esac
[ "$what" = debian ] && want="$want $debian_packages"
[ "$what" = fuzz ] && want="$want $fuzz_packages"
[ "$what" = bench ] && want="$want spin"
[ "$what" = package ] && want="$want dpkg-dev debhelper lintian debootstrap cmake meson bash zsh"
# shellcheck disable=SC2086 # a list of words
need=$(missing $want)
if [ -n "$need" ]; then
	say "installing:" $need
	as_root apt-get update -q
	# shellcheck disable=SC2086
	apt_install $need
fi

if ! qemu_is_new_enough; then
	say "qemu-system-arm $(qemu_version) is older than $qemu_min or missing"
	as_root apt-get update -q
	candidate=$(apt-cache policy qemu-system-arm | awk '$1 == "Candidate:" { print $2 }')
	if dpkg --compare-versions "${candidate#*:}" ge "$qemu_min"; then
		apt_install qemu-system-arm
	else
		add_backports
		apt_install -t "$suite" qemu-system-arm
	fi
fi
qemu_is_new_enough || { say "no qemu-system-arm >= $qemu_min to be had" >&2; exit 2; }
if [ "$what" = linux-6.12 ] && [ -n "$(missing linux-source-6.12)" ]; then
	apt_install linux-source-6.12
fi
say "ready: qemu-system-arm $(qemu_version), $(arm-linux-gnueabi-gcc --version | sed -n 1p)"
