#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Is the layer what an embedder may put into any kernel?  Compiles src/ as
# strict C11 with every cross compiler, at -O2 and -Os, and looks at the objects:
#
#   - together they need no symbol from outside: no libc, no helper of the
#     compiler but those that this script names, with the reason
#   - they have no writable data: no globals, no state but the caller's
#
#   - where several CPUs may be, and the compiler's own fences call libgcc, env.h's are there
#
# and that src/sources.mk lists exactly src/*.c, and that ports/template compiles.
#
#   scripts/check-freestanding.sh [TARGET...]      (default: all of them)
#
# Exits 0 if all holds, 1 if not, 2 if a compiler is missing.
set -eu
cd "$(dirname "$0")/.."

# name, prefix of the tools, Debian package, flags.  -fno-pic: as a kernel is
# compiled; otherwise tables of functions count as written, by the dynamic linker.
# PA-RISC: Linux's own flags; without them each call through a pointer goes to
# $$dyncall of libgcc, to cross from one space to another.
targets='host||gcc|
arm-v4t|arm-none-eabi-|gcc-arm-none-eabi|-marm -march=armv4t
arm-v5te|arm-none-eabi-|gcc-arm-none-eabi|-marm -march=armv5te
thumb-v5te|arm-none-eabi-|gcc-arm-none-eabi|-mthumb -march=armv5te
thumb-v6|arm-none-eabi-|gcc-arm-none-eabi|-mthumb -march=armv6
thumb-v6m|arm-none-eabi-|gcc-arm-none-eabi|-mthumb -march=armv6-m
mips|mips-linux-gnu-|gcc-mips-linux-gnu|-mno-abicalls
sh4|sh4-linux-gnu-|gcc-sh4-linux-gnu|
sh4a|sh4-linux-gnu-|gcc-sh4-linux-gnu|-m4a
hppa|hppa-linux-gnu-|gcc-hppa-linux-gnu|-mno-space-regs -mfast-indirect-calls -mdisable-fpregs'

# What a target's objects may leave undefined: a pattern of whole names, with the
# reason.  Nothing, so far; a helper of the compiler may be, if every kernel for that
# target has it.
allowed() {
	case $1 in
	*) echo '' ;;
	esac
}

# The fence of include/coherer/env.h, as objdump writes it: a pattern of one instruction.
fence() {
	case $1 in
	thumb-v6) echo 'mcr[[:space:]].*cr7, cr10, [{]5[}]' ;;
	thumb-v6m) echo 'dmb' ;;
	sh4a) echo 'synco' ;;
	mips | hppa) echo 'sync' ;;
	esac
}

cflags="-std=c11 -ffreestanding -nostdlib -fno-pic -fno-pie -fno-stack-protector -fno-common
	-Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wshadow -Wvla -Iinclude -I."
tables=
jobs=$(nproc 2>/dev/null || echo 1)
out=build/freestanding
status=0

fail() {
	echo "check-freestanding: $*" >&2
	status=1
}

known=$(echo "$targets" | cut -d'|' -f1)
for t in "$@"; do
	echo "$known" | grep -qxF -- "$t" || {
		echo "check-freestanding: no target '$t'; there are:" $known >&2
		exit 2
	}
done
wanted=${*:-$known}

# The list as an embedder's make reads it.
sources=$(printf 'include src/sources.mk\nall:;@printf "%%s\\n" $(COHERER_SRC)\n' |
	MAKEFLAGS='' make -s -f - | sort)
there=$(ls src/*.c | sort)
if [ "$sources" != "$there" ]; then
	for f in $there; do
		echo "$sources" | grep -qxF "$f" || fail "src/sources.mk does not list $f"
	done
	for f in $sources; do
		[ -f "$f" ] || fail "src/sources.mk lists $f, which is not there"
	done
fi

# "FILE SYMBOL", or "SYMBOL" of a single object, for all symbols of one kind.
symbols() { # PREFIX TYPES OBJECT...
	prefix_=$1 types=$2
	shift 2
	"${prefix_}nm" -P -A "$@" | awk -v types="$types" 'index(types, $3) {
		sub(/^.*\//, "", $1); sub(/\.o:$/, ".c", $1); print "src/" $1, $2 }'
}

# "FILE SECTION" for sections that are allocated, writable and not empty: what is
# written is seen even if it has no name.
writable_sections() { # PREFIX OBJECT...
	prefix_=$1
	shift
	"${prefix_}readelf" -SW "$@" | sed 's/^ *\[ *[0-9]*\] *//' | awk '
		$1 == "File:" { file = $2; sub(/^.*\//, "", file); sub(/\.o$/, ".c", file) }
		$7 ~ /W/ && $7 ~ /A/ && $5 ~ /^[0-9a-f]+$/ && $5 !~ /^0+$/ { print "src/" file, $1 }'
}

check_objects() { # TARGET PREFIX DIRECTORY LEVEL
	"$2ld" -r -o "$3/all.o" "$3"/src/*.o || { fail "$1 $4: the objects do not link"; return; }
	for s in $(symbols "$2" Uvw "$3/all.o" | cut -d' ' -f2); do
		pattern=$(allowed "$1")
		if [ -n "$pattern" ] && echo "$s" | grep -qxE -- "$pattern"; then
			echo "        $1 $4: $s, allowed"
			continue
		fi
		users=$(symbols "$2" Uvw "$3"/src/*.o | awk -v s="$s" '$2 == s { print $1 }' | xargs)
		fail "$1 $4: undefined symbol $s, needed by $users"
	done
	pattern=$(fence "$1")
	[ -z "$pattern" ] || "$2objdump" -d "$3/src/map.o" | grep -qE "[[:space:]]$pattern" ||
		fail "$1 $4: src/map.c has no fence ($pattern)"
	found=$(symbols "$2" dDbBCgGsS "$3"/src/*.o; writable_sections "$2" "$3"/src/*.o)
	[ -z "$found" ] || fail "$1 $4: writable data (file, symbol or section):" $found
}

# One line a file: code and constant data.
sizes() { # PREFIX DIRECTORY
	"$1size" -A "$2"/src/*.o | awk '
		/:$/ { name = $1; sub(/^.*\//, "", name); sub(/\.o:*$/, ".c", name); n[++count] = name }
		$1 ~ /^\.(text|rodata)/ { size[name] += $2 }
		END { for (i = 1; i <= count; i++) print n[i], size[n[i]] + 0 }'
}

for t in $wanted; do
	line=$(echo "$targets" | grep "^$t|")
	prefix=$(echo "$line" | cut -d'|' -f2)
	package=$(echo "$line" | cut -d'|' -f3)
	flags=$(echo "$line" | cut -d'|' -f4)
	command -v "${prefix}gcc" >/dev/null || {
		echo "check-freestanding: ${prefix}gcc is missing: install $package (make setup);" \
			"or name the targets to check, as in make check-freestanding FREESTANDING=host" >&2
		exit 2
	}
	for level in -O2 -Os; do
		echo "  CC    src/*.c ($t $level)"
		dir=$out/$t$level
		rm -rf "$dir"
		mkdir -p "$dir/src" "$dir/ports/template"
		# shellcheck disable=SC2086 # lists of words
		if ! printf '%s\n' $there $(ls ports/template/*.c 2>/dev/null) |
			sed "s|\(.*\)\.c\$|-c \1.c -o $dir/\1.o|" |
			xargs -P "$jobs" -L 1 "${prefix}gcc" $cflags $flags $level; then
			fail "$t $level: does not compile"
			continue
		fi
		check_objects "$t" "$prefix" "$dir" "$level"
		case $t in
		arm-* | thumb-*)
			sizes "$prefix" "$dir" >"$dir/sizes"
			tables="$tables $t$level"
			;;
		esac
	done
done

# Bytes of code and constant data, one column a target.
if [ -n "$tables" ]; then
	for t in $tables; do sed "s|^|$t |" "$out/$t/sizes"; done | awk -v columns="$tables" '
		{ if (!($2 in seen)) { order[++files] = $2; seen[$2] = 1 }
		  size[$2, $1] = $3; sum[$1] += $3 }
		END {
			n = split(columns, column)
			printf "  SIZE  %-22s", "bytes"
			for (i = 1; i <= n; i++) printf " %13s", column[i]
			printf "\n"
			for (f = 1; f <= files; f++) {
				printf "        %-22s", order[f]
				for (i = 1; i <= n; i++) printf " %13d", size[order[f], column[i]]
				printf "\n"
			}
			printf "        %-22s", "all"
			for (i = 1; i <= n; i++) printf " %13d", sum[column[i]]
			printf "\n"
		}'
fi
exit $status
