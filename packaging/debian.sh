#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Builds Debian packages of the last commit, and asks lintian about them:
#
#   packaging/debian.sh [--root]     --root: also installs, uses, upgrades and removes
#                                    them in a clean root (debootstrap; needs root)
#
# They are left in build/debian-packages.  Exits 0 if lintian is silent and all went well.
set -eu
cd "$(dirname "$0")/.."
out=$PWD/build/debian-packages
version=$(sed -n 's/^VERSION := //p' Makefile)

case ${1:-} in
'' | --root) ;;
-h | --help) sed -n '4,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
*) echo "debian.sh: unknown option '$1', see --help" >&2; exit 2 ;;
esac
scripts/setup.sh package

rm -rf "$out"
mkdir -p "$out"
git archive --prefix="coherer-$version/" HEAD | tar -x -C "$out"
(cd "$out/coherer-$version" && dpkg-buildpackage -us -uc -j"$(nproc)") >"$out/build.log" 2>&1 || {
	tail -n 30 "$out/build.log" >&2
	echo "debian.sh: dpkg-buildpackage failed; all of it: $out/build.log" >&2
	exit 1
}
rm -rf "$out/coherer-$version"
echo "built: $(cd "$out" && echo *.deb)"
lintian --fail-on error,warning "$out"/*.changes
echo "lintian: silent"
[ "${1:-}" = --root ] || exit 0

# ---- in a clean root, by its own apt
root=$out/root
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
site=$(apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(SITE)' |
	awk -v c="$codename" '$1 == "Debian" && $2 == c { print $3; exit }')
debootstrap --variant=minbase "$codename" "$root" "$site" >"$out/root.log" 2>&1 || {
	tail -n 5 "$out/root.log" >&2
	exit 1
}
trap 'rm -rf --one-file-system "$root"' EXIT
cp "$out"/*.deb "$root/"
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }
inside sh -c 'apt-get install -y -q --no-install-recommends gcc libc6-dev pkg-config man-db /*.deb' >>"$out/root.log" 2>&1
inside coherer --version
inside coherer cpus arm926ej-s | head -n 1
inside sh -c 'coherer check -q /usr/share/doc/coherer/examples/litmus/textbook'
inside sh -c 'coherer doctor; [ $? = 2 ]' # it names the command that gets QEMU
inside sh -c 'printf "#include <coherer/coherer.h>\nint main(void) { return coh_init(0, 0, 0) == COH_OK; }\n" >/t.c && gcc /t.c -o /t $(pkg-config --cflags --libs coherer) && /t'
inside sh -c 'man -w coherer-watch && apt-get install -y -q --reinstall /coherer_*.deb' >>"$out/root.log" 2>&1
inside sh -c 'apt-get purge -y -q coherer libcoherer-dev coherer-doc' >>"$out/root.log" 2>&1
left=$(inside sh -c 'find / -xdev -name "*coherer*" ! -path "/*.deb" ! -path "/var/lib/dpkg/*" ! -path "/proc/*" 2>/dev/null | grep -v "\.deb$" || true')
[ -z "$left" ] || { echo "debian.sh: left behind: $left" >&2; exit 1; }
echo "installed, used, installed again and purged in a clean root"
