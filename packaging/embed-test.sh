#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# A program that embeds the layer, built by CMake, by Meson and with pkg-config:
#
#   packaging/embed-test.sh
#
# Each check prints "ok - NAME" or "not ok - NAME: why".  Exits 0 if all passed, 1 if not.
set -eu
cd "$(dirname "$0")/.."
. tests/verdict.sh
top=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/main.c" <<'EOF'
#include <coherer/coherer.h>

/* Refused, as it must be: nothing is described. */
int main(void)
{
	return coh_init(0, 0, 0) == COH_E_NULL ? 0 : 1;
}
EOF
cat >"$work/CMakeLists.txt" <<EOF
cmake_minimum_required(VERSION 3.13)
project(kernel C)
add_subdirectory($top coherer)
add_executable(kernel main.c)
target_link_libraries(kernel PRIVATE coherer)
EOF
cat >"$work/meson.build" <<'EOF'
project('kernel', 'c')
executable('kernel', 'main.c', dependencies: subproject('coherer').get_variable('coherer_dep'))
EOF
mkdir "$work/subprojects"
ln -s "$top" "$work/subprojects/coherer"

# NAME COMMAND: COMMAND, in $work, makes a program and runs it.
embeds() {
	(cd "$work" && sh -ec "$2") >"$work/log" 2>&1 && verdict "$1" || verdict "$1" "$(tail -n 5 "$work/log")"
}

embeds CMake 'cmake -B cmake . && cmake --build cmake && cmake/kernel'
embeds Meson 'meson setup meson . && meson compile -C meson && meson/kernel'
make -s install prefix="$work/usr" >/dev/null
embeds pkg-config "PKG_CONFIG_PATH=$work/usr/lib/pkgconfig; export PKG_CONFIG_PATH
	gcc main.c -o kernel \$(pkg-config --cflags --libs coherer) && ./kernel"
make -s uninstall prefix="$work/usr" >/dev/null
left=$(find "$work/usr" -type f)
verdict "uninstall leaves nothing" "$left"
all_passed
