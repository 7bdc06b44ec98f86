#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Tests edit.py, judge.py, check.sh, check-locks.sh, check-aio.sh, apply.sh and the repairs in seconds, without a kernel:
#
#   guests/linux/selftest.sh
#
# Exits 0 if all holds, 1 if not.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0
failed=0

# expect STATUS OUTPUT-PATTERN COMMAND...
expect() {
	want=$1
	pattern=$2
	shift 2
	status=0
	"$@" >"$tmp/out" 2>&1 || status=$?
	if [ "$status" = "$want" ] && grep -q -- "$pattern" "$tmp/out"; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	echo "not ok: $*: status $status, expected $want, and a line with '$pattern' in:"
	sed 's/^/    /' "$tmp/out"
}

edit() {
	printf "%s\n" "$1" >"$tmp/x.edit"
	rm -rf "$tmp/edited"
	"$here/edit.py" "$tmp/src" "$tmp/edited" "$tmp/x.edit" &&
		cat "$tmp/edited"/* && wc -l "$tmp/src"/* "$tmp/edited"/*
}

mkdir "$tmp/src"
cat >"$tmp/src/a.c" <<'SOURCE'
/* flush(it) in a comment { */
static int work(int x);
static int work(int x)
{
	if (x)
		sync_line(x,
			(x + 1)); /* twice */
	return sync_line(0, "}");
}
void other(void) { work(1); sync_line(2, 3); }
SOURCE
cat >"$tmp/src/b.S" <<'SOURCE'
ENTRY(clean_it)
#ifdef X
1:	mcr	p15, 0, r0, c7, c10, 1	@ clean
#endif
	add	r0, r0, #32
ENTRY(next)
	mcr	p15, 0, r0, c7, c10, 1
	.macro	set_it reg
	str	\reg, [r0]
	.endm
	str	r1, [r0]
SOURCE

expect 0 '^void other(void) {}' edit 'file a.c
function other empty'
expect 0 '10 .*/edited/a.c' edit 'file a.c
function work return 7'
expect 0 'return 0;' edit 'file a.c
function work remove-call sync_line'
expect 0 'sync_line(2, 3)' edit 'file a.c
function work remove-call sync_line'
expect 2 "x.edit:2: no definition of function 'flush' (in a.c)" edit 'file a.c
function flush empty'
expect 2 "'other' does not call 'flush'" edit 'file a.c
function other remove-call flush'
expect 2 "x.edit:1: no 'file' line" edit 'function other empty'
expect 2 "x.edit:1: .*No such file" edit 'file none.c'
expect 2 "cannot understand 'nonsense'" edit nonsense
expect 2 'edits nothing' edit '# only a comment'
expect 0 '^1:$' edit 'file b.S
assembly clean_it remove mcr p15 0 r0 c7 c10 1'
expect 0 'mcr.*c10, 1$' edit 'file b.S
assembly clean_it remove mcr p15 0 r0 c7 c10 1'
expect 0 'ret' edit 'file b.S
assembly clean_it empty'
expect 2 "'set_it' has no 'str r1'" edit 'file b.S
assembly set_it remove str r1'
expect 2 "no assembly function 'set'" edit 'file b.S
assembly set empty'
expect 2 "no assembly function 'clean'" edit 'file b.S
assembly clean empty'
expect 2 "'next' has no 'add'" edit 'file b.S
assembly next remove add'

# What ports/linux adds to the kernel with.
cat >"$tmp/src/c.h" <<'SOURCE'
#ifndef C_H
#include <first.h>
#define LONG(x) \
	long_of(x)
struct thing {
	int a;
};
static int seen = 1;
static inline
int twice(int x)
{
	/* use(x) */
	use(x);
	if (x)
		use(x);
	return x;
}
void under(int x)
{
	while (x)
		other(x);
}
#ifdef X
#define TWICE 1
int two(void)
{
	return 1;
}
#else
#define TWICE 2
int two(void)
{
	return 2;
}
#endif
#endif
SOURCE
lines() { edit "$1" | tr '\n\t' '| '; }
refused() { edit "$1" >"$tmp/said" 2>&1 && return 0; tr '\n' '|' <"$tmp/said"; return 2; }
expect 0 'first.h>|#include <own.h>|#define' lines 'file c.h
include <own.h>'
expect 0 'int a;| int own;|};' lines 'file c.h
struct thing last int own;'
expect 0 'thing {| int own;| int a;' lines 'file c.h
struct thing first int own;'
expect 0 '|  use(x);| own(x);| return x;' lines 'file c.h
function twice before "return x" own(x);'
expect 2 "2 statements that begin with 'use(x)'" edit 'file c.h
function twice before "use(x)" own(x);'
expect 2 "no statements that begin with 'gone'" edit 'file c.h
function twice after "gone" own(x);'
expect 2 "'other(x)' is part of another" edit 'file c.h
function under before "other(x)" own(x);'
expect 2 "'other(x)' is part of another" edit 'file c.h
function under after "other(x)" own(x);'
expect 0 '|  use(x);| if (x)|  own(x);| return x;' lines 'file c.h
function twice before "return x" if (x)\n\town(x);'
expect 0 '|  use(x);|#ifdef OWN| own(x);|#endif| return x;' lines 'file c.h
function twice before "return x" #ifdef OWN\nown(x);\n#endif'
expect 0 '| own(x);| if (x)|  use(x);| return x;' lines 'file c.h
function twice replace "use(x);\n\tif (x)" own(x);'
expect 2 "no statements that begin with 'use(x);|return 1'" refused 'file c.h
function twice replace "use(x);\nreturn 1" own(x);'
expect 0 '|  use(x);| return own(x);|}' lines 'file c.h
function twice replace "return x" return own(x);'
expect 2 "2 statements that begin with 'use(x)'" edit 'file c.h
function twice replace "use(x)" own(x);'
expect 0 '/\* use(x) \*/| own(x);| if (x)|  own(x);' lines 'file c.h
function twice rename use own 2'
expect 2 "'use' is there 2 times, not 1" edit 'file c.h
function twice rename use own'
expect 2 "'gone' is there 0 times, not 1" edit 'file c.h
function twice rename gone own'
expect 0 '#ifndef OWN|static inline|int twice.*|}|#endif /\* OWN' lines 'file c.h
function twice unless OWN'
expect 0 'return 1;|}|#else.*own();| return 2;' lines 'file c.h
function two before "return 2" own();'
expect 2 "2 definitions of function 'two'" edit 'file c.h
function two unless OWN'
expect 0 '#ifndef OWN|#define LONG(x) .| long_of(x)|#endif' lines 'file c.h
macro LONG unless OWN'
expect 2 "no definitions of macro 'SHORT'" edit 'file c.h
macro SHORT unless OWN'
expect 2 "2 definitions of macro 'TWICE'" edit 'file c.h
macro TWICE unless OWN'
expect 0 '|int seen = 1;' lines 'file c.h
global seen'
expect 2 "no definitions of static variable 'twice'" edit 'file c.h
global twice'
expect 0 '#endif|int own;|#endif' lines 'file c.h
guarded int own;'
expect 0 '#endif|int own;|' lines 'file c.h
append int own;'
expect 2 "unknown action 'before nothing'" edit 'file c.h
function twice before nothing'

# The kernel for another core.
cat >"$tmp/src/Kconfig" <<'SOURCE'
config BOARD
	select CORE
	help
	  A board.

config OTHER_BOARD
	select CORE
SOURCE
expect 0 'config BOARD| select OWN|.*BOARD| select CORE|' lines 'file Kconfig
config BOARD rename CORE OWN'
expect 2 "'CORE' is there 1 times, not 2" edit 'file Kconfig
config OTHER_BOARD rename CORE OWN 2'
expect 2 "no entries 'config NONE'" edit 'file Kconfig
config NONE rename CORE OWN'
expect 2 "unknown action 'drop CORE'" edit 'file Kconfig
config BOARD drop CORE'
expect 0 'config BOARD| depends on !OWN| select CORE|' lines 'file Kconfig
config BOARD first depends on !OWN'
expect 2 "no entries 'config NONE'" edit 'file Kconfig
config NONE first depends on !OWN'
expect 0 '^void other(void) {}' edit 'base xscale
tests hole-fuse
qemu -device none
file a.c
function other empty'

judge() {
	echo "{\"version\": \"1\", \"reports\": [$1]}" >"$tmp/r.json"
	if [ $# -gt 1 ]; then
		echo "$2" >"$tmp/x.edit"
		"$here/judge.py" "$tmp/r.json" "$tmp/x.edit"
	else
		"$here/judge.py" "$tmp/r.json"
	fi
}

report='{"id": 1, "kind": "missed-clean", "title": "missed-clean in memcpy",
	"read": {"function": "memcpy", "pc": "0xc0300000"},
	"write": {"function": null, "pc": "0x00010400"}}'
expect 0 '^0 reports$' judge ''
expect 1 'expected none; the first: missed-clean in memcpy' judge "$report"
expect 0 '^1 report$' judge "$report" 'expect kind=stale-read,missed-clean reader=mem.* writer=USER'
expect 0 '^2 reports$' judge "$report, $report" 'expect reader=KERNEL'
expect 1 'none with kind=stale-walk' judge "$report" 'expect kind=stale-walk'
expect 1 'none with reader=mem' judge "$report" 'expect reader=mem'
module='{"kind": "lost", "read": {"pc": "0xbf000000", "module": "zram"}}'
expect 0 '^1 report$' judge "$module" 'expect reader=KERNEL'
expect 1 'none with reader=USER' judge "$module" 'expect reader=USER'
who='{"kind": "lost", "read": {"pc": "0x8000", "task": {"name": "sh"}, "program": "/bin/sh"}}'
expect 0 '^1 report$' judge "$who" 'expect task=s. program=/bin/sh'
expect 1 'none with task=s' judge "$who" 'expect task=s'
expect 1 'none with program=/bin/sh' judge "$report" 'expect program=/bin/sh'
expect 1 'none with writer=KERNEL' judge "$report" 'expect kind=missed-clean
expect writer=KERNEL'
expect 1 'expected none' judge "$report" 'expect nothing'
expect 1 '^0 reports, none with' judge '' 'expect kind=lost'
expect 2 "no 'expect' line" judge "$report" 'file a.c'
expect 2 "x.edit:1: expected 'nothing' or" judge "$report" 'expect colour=red'
expect 2 'not a report file' "$here/judge.py" "$tmp/none.json"
expect 0 '^1 report$' judge "$report" 'allow reader=memcpy'
expect 0 '^0 reports$' judge '' 'allow reader=memcpy'
expect 0 '^1 report$' judge "$report" 'expect reader=memcpy
allow nothing'
expect 1 ', 1 not expected; the first: missed-clean in memcpy' judge "$report" 'expect nothing
allow nothing'
expect 1 ', 1 not expected' judge "$report" 'allow kind=missed-clean caller=copy'

named=$(echo "$report" | sed 's/"read"/"reader": "copy_file", "writer": "user mode", "read"/')
expect 0 '^1 report$' judge "$named" 'expect reader=copy_file writer=USER'
expect 0 '^1 report$' judge "$named" 'expect reader=memcpy writer=USER'
expect 1 'none with reader=copy' judge "$named" 'expect reader=copy'
expect 1 'none with writer=copy_file' judge "$named" 'expect writer=copy_file'

grouped() { # GROUPS EXPECTATIONS: two reports, the second one of copy_file
	echo "{\"reports\": [$report, $(echo "$named" | sed 's/"id": 1/"id": 2/')], \"groups\": $1}" >"$tmp/r.json"
	echo "$2" >"$tmp/x.edit"
	"$here/judge.py" "$tmp/r.json" "$tmp/x.edit"
}
expect 0 '^2 reports$' grouped '[{"reports": [1]}, {"reports": [2]}]' 'expect kind=missed-clean
groups 2'
expect 1 ', 2 groups, expected at most 1' grouped '[{"reports": [1]}, {"reports": [2]}]' 'expect kind=missed-clean
groups 1'
expect 0 '^2 reports$' grouped '[{"reports": [1, 2]}]' 'expect reader=memcpy
apart'
expect 1 'one group has reports of two: reader=memcpy and reader=copy_file' grouped '[{"reports": [2]}]' 'expect reader=memcpy
expect reader=copy_file
apart'

from_device='{"id": 2, "kind": "stale-read", "title": "stale-read in memcpy / device",
	"read": {"function": "memcpy", "pc": "0xc0300000"}, "write": {"by": "device"},
	"calls": ["? poll.isra.0+0x10  a.c:1", "receive+0x0"]}'
expect 0 '^1 report$' judge "$from_device" 'allow writer=DEVICE caller=receive'
expect 0 '^1 report$' judge "$from_device" 'allow writer=DEVICE caller=poll.*'
expect 1 ', 1 not expected' judge "$from_device" 'allow writer=DEVICE caller=pol'
expect 1 ', 1 not expected' judge "$from_device" 'allow writer=USER'
by_name=$(echo "$from_device" | sed 's/"by": "device"/"by": "device", "device": "e1000 2"/')
expect 0 '^1 report$' judge "$by_name" 'allow writer=DEVICE'
expect 0 '^1 report$' judge "$by_name" 'allow writer=e1000.*'
expect 1 ', 1 not expected' judge "$by_name" 'allow writer=rtl8139'

# check.sh over a tree of its own, with a coherer and kernels that are shells.
mkdir -p "$tmp/top/guests/linux/plant" "$tmp/top/build/linux/stock" "$tmp/top/build/linux/xscale" \
	"$tmp/top/build/linux/bad"
cp "$here/check.sh" "$here/judge.py" "$here/kernel.sh" "$tmp/top/guests/linux/"
echo 'expect kind=missed-clean writer=USER' >"$tmp/top/guests/linux/plant/bad.edit"
printf '%s\n' 'kernel stock' 'tests hole-a,hole-b' 'expect kind=missed-clean' >"$tmp/top/guests/linux/holes.expect"
printf '%s\n' 'kernel xscale' 'tests hole-a,hole-b' 'expect kind=missed-clean' >"$tmp/top/guests/linux/xscale-threads.expect"
printf '%s\n' 'kernel bad' 'tests harmless' 'expect nothing' >"$tmp/top/guests/linux/control.expect"
echo 'echo qemu "$3" "$4"' >"$tmp/top/guests/linux/boot.sh"
touch "$tmp/top/build/linux/stock/vmlinux" "$tmp/top/build/linux/xscale/vmlinux" "$tmp/top/build/linux/bad/vmlinux"
# It finds REPORT in every kernel, but STOCK_REPORT in stock without its holes and in xscale, and nothing in harmless tests.
cat >"$tmp/coherer" <<'FAKE'
case $* in *hole-a,hole-b*) reports=$REPORT ;; *harmless*) reports=$HARMLESS ;; *stock | *xscale) reports=$STOCK_REPORT ;; *) reports=$REPORT ;; esac
echo "{\"reports\": [$reports]}" >"$5"
printf '%s\r\n' "$RESULT 1 signals" "# workload done"
exit ${STATUS:-$([ -z "$reports" ] || echo 1)}
FAKE
sed -i '1i #!/bin/sh' "$tmp/coherer" "$tmp/top/guests/linux/boot.sh"
chmod +x "$tmp/coherer" "$tmp/top/guests/linux/boot.sh"

check() {
	env COHERER="$tmp/coherer" REPORT="$report" STOCK_REPORT= HARMLESS= RESULT=ok "$@"
}

expect 0 '^5 passed, 0 failed$' check "$tmp/top/guests/linux/check.sh"
expect 0 '^ok - bad ([0-9]*s): 1 report$' check "$tmp/top/guests/linux/check.sh" bad
expect 0 '^ok - control ([0-9]*s): 0 reports$' check "$tmp/top/guests/linux/check.sh" control
expect 1 '^not ok - control .*expected none' check HARMLESS="$report" "$tmp/top/guests/linux/check.sh" control
expect 1 '^2 passed, 3 failed$' check REPORT= "$tmp/top/guests/linux/check.sh"
expect 1 '^not ok - stock .*expected none' check STOCK_REPORT="$report" \
	"$tmp/top/guests/linux/check.sh" stock
expect 1 'not ok 1 signals' check RESULT='not ok' "$tmp/top/guests/linux/check.sh" stock
expect 1 'but coherer exited with 0' check STATUS=0 "$tmp/top/guests/linux/check.sh" bad
expect 1 'coherer failed with 3' check STATUS=3 "$tmp/top/guests/linux/check.sh" stock
expect 2 'vmlinux is missing' check "$tmp/top/guests/linux/check.sh" none
expect 2 'none/coherer is missing' check COHERER="$tmp/none/coherer" "$tmp/top/guests/linux/check.sh"

# What is missing is said before anything is built.
expect 2 'no source.tar.xz is missing' env LINUX_SOURCE="no source.tar.xz" \
	"$tmp/top/guests/linux/kernel.sh" stock
mkdir "$tmp/linux-5.10"
printf 'VERSION = 5\nPATCHLEVEL = 10\n' >"$tmp/linux-5.10/Makefile"
tar -cf "$tmp/old.tar" -C "$tmp" linux-5.10
expect 2 "old.tar holds Linux '5.10', expected 6.1" env LINUX_SOURCE="$tmp/old.tar" \
	"$tmp/top/guests/linux/kernel.sh" stock
expect 2 "cannot unpack" env LINUX_SOURCE="$tmp/r.json" "$tmp/top/guests/linux/kernel.sh" stock
expect 2 "no bug is named 'none'; there are: stock xscale coherer bad" "$tmp/top/guests/linux/kernel.sh" none
printf '%s\n' 'base none' 'expect nothing' >"$tmp/top/guests/linux/plant/lost.edit"
expect 2 "no kernel is named 'none' to be the base" "$tmp/top/guests/linux/kernel.sh" lost
rm "$tmp/top/guests/linux/plant/lost.edit"

# The core goes with the kernel.
boot=$tmp/boot/guests/linux/boot.sh
mkdir -p "${boot%/*}" "$tmp/boot/build/linux/stock" "$tmp/boot/build/linux/xscale"
cp "$here/boot.sh" "$boot"
touch "$tmp/boot/build/linux/initramfs.cpio"
for name in stock xscale; do
	touch "$tmp/boot/build/linux/$name/zImage" "$tmp/boot/build/linux/$name/versatile-pb.dtb"
done
echo pxa270-c5 >"$tmp/boot/build/linux/xscale/cpu"
expect 0 '-M versatilepb -m 128' "$boot" --print stock
expect 0 '-M versatilepb -cpu pxa270-c5 -m 128' "$boot" --print xscale
expect 2 'none/zImage is missing' "$boot" --print none

# The layer's edits need their version, and say which of them found no place.
apply=$here/../../ports/linux/apply.sh
expect 2 "holds Linux '5.10'; these edits are for 6.1" "$apply" "$tmp/linux-5.10" "$tmp/tree"
expect 2 'holds no kernel source' "$apply" "$tmp/src" "$tmp/tree"
mkdir "$tmp/linux-6.1" "$tmp/not-ours"
printf 'VERSION = 6\nPATCHLEVEL = 1\n' >"$tmp/linux-6.1/Makefile"
expect 2 'was not made by this script' "$apply" "$tmp/linux-6.1" "$tmp/not-ours"
expect 0 . ls -d "$tmp/not-ours"
expect 2 'edits/build.edit:[0-9]*: .*No such file' "$apply" "$tmp/linux-6.1" "$tmp/tree"

# The repairs: each names tests that there are, and what is reported without it.
fixes=$here/../../ports/linux/fixes
for file in "$fixes"/*.edit "$fixes"/*/*.edit; do
	for test in $(sed -n 's/^tests //p' "$file" | tr , ' '); do
		expect 0 . grep -F "{ \"$test\", " "$here/workload/main.c"
	done
	expect 0 "^tests [a-z]" cat "$file"
	expect 0 "^expect [a-z]" cat "$file"
done
expect 2 "no checks are called 'other'" "$fixes/check.sh" other
expect 2 "takes 6.1 or 6.12, not '5.10'" "$fixes/check.sh" --series 5.10
expect 2 'no kernel with lock debugging of 6.12' "$fixes/check.sh" --series 6.12 locks
expect 2 'no kernel stock-more of 6.12' "$fixes/check.sh" --series 6.12 more
expect 2 'none is missing: run make' env COHERER="$tmp/none" "$fixes/check.sh" holes

# What lock debugging says, judged.
console() { printf '%s\r\n' "$@" "# workload done" >"$tmp/console"; }
locks() { "$here/check-locks.sh" --judge "$1" "$tmp/console"; }
console 'WARNING: CPU: 0 PID: 1 at x' 'raw_local_irq_restore() called with IRQs enabled' \
	' aio_complete from x' 'ok 1 loop-aio'
expect 0 '^ok - stock: complains' locks stock
expect 1 '^not ok - coherer: WARNING' locks coherer
expect 1 '^not ok - fixed: WARNING' locks fixed
console 'ok 1 loop-aio'
expect 0 '^ok - coherer: no complaint' locks coherer
expect 0 '^ok - fixed: no complaint' locks fixed
expect 1 '^not ok - stock: no complaint' locks stock
console 'not ok 1 loop-aio'
expect 1 'not ok 1 loop-aio' locks coherer
echo 'ok 1 loop-aio' >"$tmp/console"
expect 1 'did not finish' locks coherer
expect 2 "found 'other'" locks other
expect 2 'is missing' "$here/check-locks.sh" --judge stock "$tmp/none"

# Completions that are lost, judged.
aio() { "$here/check-aio.sh" --judge "$1" "$tmp/console"; }
console '# 7 of 3200 completions were lost (errno: x)' 'not ok 1 hole-aio'
expect 0 '^ok - stock: 7 of 3200 completions were lost, as they must be' aio stock
expect 1 '^not ok - coherer: 7 of 3200 completions were lost' aio coherer
console 'ok 1 hole-aio'
expect 0 '^ok - coherer: no completion' aio coherer
expect 1 '^not ok - stock: no completion' aio stock
console 'not ok 1 hole-aio'
expect 1 '^not ok - coherer: hole-aio failed' aio coherer
echo 'ok 1 hole-aio' >"$tmp/console"
expect 1 'did not finish' aio coherer
expect 2 'is missing' "$here/check-aio.sh" --judge stock "$tmp/none"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
