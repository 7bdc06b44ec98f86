#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Gets Debian's busybox-static for armel, the guest's shell:
#
#   guests/linux/busybox.sh
#
# leaves it at build/linux/busybox.  The package is downloaded and unpacked, not
# installed, and the system's list of architectures stays as it is: the index
# for armel lies beside the one that apt already reads.  COHERER_BUSYBOX names a
# static ARM busybox to take instead, for machines without a network.
set -eu

case ${1:-} in
'') ;;
-h | --help) sed -n '4,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
*) echo "busybox.sh: unexpected argument '$1', see --help" >&2; exit 2 ;;
esac

top=$(cd "$(dirname "$0")/../.." && pwd)
out=$top/build/linux
helper=/usr/lib/apt/apt-helper

fail() { echo "busybox.sh: $*" >&2; exit 2; }

[ -x "$out/busybox" ] && exit 0
mkdir -p "$out"
if [ -n "${COHERER_BUSYBOX:-}" ]; then
	cp "$COHERER_BUSYBOX" "$out/busybox"
	exit 0
fi

tmp=$(mktemp -d "$out/busybox.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

# apt drops privileges for a download, and its user may not enter our folder.
fetch() {
	"$helper" -o APT::Sandbox::User=root download-file "$1" "$2" ${3:+"$3"} >"$tmp/log" 2>&1 || {
		cat "$tmp/log" >&2
		fail "cannot download $1"
	}
}

# The archive of the running suite, as apt knows it: repository and suite.
archive() {
	apt-get indextargets --format '$(CREATED_BY)|$(ORIGIN)|$(CODENAME)|$(COMPONENT)|$(REPO_URI)' |
		awk -F'|' -v c="$1" '$1 == "Packages" && $2 == "Debian" && $3 == c &&
			$4 == "main" { print $5; exit }'
}

field() { awk -v k="$1:" '$1 == k { print $2; exit }' "$tmp/stanza"; }

[ -x "$helper" ] || fail "$helper is missing: this needs apt"
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
uri=$(archive "$codename")
[ -n "$uri" ] || fail "apt knows no Debian archive for '$codename'; set COHERER_BUSYBOX"

# The hash of the index is that of the suite's Release file, which apt has
# verified, so that the chain from Debian's key to the package is unbroken.
index=main/binary-armel/Packages.xz
release=$(apt-get indextargets --format '$(CREATED_BY)|$(REPO_URI)|$(CODENAME)|$(METAKEY)|$(FILENAME)' |
	awk -F'|' -v u="$uri" -v c="$codename" '$1 == "Packages" && $2 == u && $3 == c &&
		$4 ~ /^main\// { f = $5; sub(/_main_binary-.*/, "", f); print f; exit }')
hash=
for f in "${release}_InRelease" "${release}_Release"; do
	[ -r "$f" ] && hash=$(awk -v i="$index" '/^[A-Z]/ { s = $1 }
		s == "SHA256:" && $3 == i { print $1; exit }' "$f") && break
done
[ -n "$hash" ] || fail "apt's Release file of '$codename' lists no $index; run apt-get update"

fetch "${uri%/}/dists/$codename/$index" "$tmp/Packages.xz" "SHA256:$hash"
xz -dc "$tmp/Packages.xz" | awk -v RS= '/^Package: busybox-static\n/' >"$tmp/stanza"
file=$(field Filename)
sha256=$(field SHA256)
[ -n "$file" ] && [ -n "$sha256" ] || fail "no busybox-static for armel in '$codename'"
fetch "${uri%/}/$file" "$tmp/busybox.deb" "SHA256:$sha256"
echo "$sha256  $tmp/busybox.deb" | sha256sum -c --quiet - || fail "wrong hash: $file"

dpkg-deb -x "$tmp/busybox.deb" "$tmp/root"
busybox=$(find "$tmp/root" -path "*bin/busybox" -type f)
[ -n "$busybox" ] || fail "no busybox inside $file"
mv "$busybox" "$out/busybox"
echo "busybox.sh: $(field Package) $(field Version) for armel"
