#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Does scripts/check-layers.sh find what it is for?  In a small tree of its own,
# which keeps every rule, each violation is planted by itself, and must be named
# with its file and line.  Exits 0 if all are, 1 if not.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
passed=0
failed=0

verdict() { # NAME OK
	if [ "$2" = yes ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "not ok - $1; the output was:"
		sed 's/^/    /' "$tree/output"
	fi
}

run() {
	"$here/scripts/check-layers.sh" "$tree" >"$tree/output" 2>&1
}

# found FILE LINE-OF-TEXT MESSAGE: with this as its second line, the file, and
# nothing else, is complained about in these words.
found() {
	had=no
	[ -f "$tree/$1" ] && had=yes && cp "$tree/$1" "$tree/kept"
	mkdir -p "$(dirname "$tree/$1")"
	printf '// a first line\n%s\n' "$2" >"$tree/$1"
	ok=yes
	run && ok=no
	grep -qF "$1:2: $3" "$tree/output" || ok=no
	[ "$(wc -l <"$tree/output")" = 1 ] || ok=no
	verdict "$1: $2" $ok
	rm "$tree/$1"
	[ $had = no ] || mv "$tree/kept" "$tree/$1"
}

put() { # FILE LINE...
	f=$tree/$1
	mkdir -p "$(dirname "$f")"
	shift
	printf '%s\n' "$@" >"$f"
}
put include/coherer/a.h '#include <coherer/b.h>' '#include <stddef.h>' '#include <stdint.h>' \
	'#include <stdbool.h>'
put include/coherer/b.h ''
put src/s.c '#include <coherer/a.h>' '#include "src/s.h"' '# include "s.h"' 'int x; /* #include <stdio.h> */'
put src/s.h ''
put model/m.c '#include <string.h>' '#include "model/m.h"'
put model/m.h ''
put ports/sim/p.c '#include <coherer/a.h>' '#include "model/m.h"' '#include "ports/sim/p.h"' '#include <stdlib.h>'
put ports/sim/p.h ''
put ports/template/t.c '#include <coherer/a.h>' '#include <stdint.h>'
put watch/wire.h ''
put watch/target/t.c '#include "model/m.h"' '#include "watch/target/t.h"' '#include <stdint.h>'
put watch/target/t.h ''
put watch/plugin/p.c '#include "model/m.h"' '#include "watch/wire.h"' '#include "watch/target/t.h"' '#include <sys/mman.h>'
put watch/plugin/p.h ''
put watch/runner/r.c '#include "model/m.h"' '#include "watch/wire.h"' '#include "watch/runner/r.h"'
put watch/runner/r.h ''
put check/language/l.c '#include <coherer/a.h>' '#include "check/language/l.h"'
put check/language/l.h ''
put check/policies/p.c '#include <coherer/a.h>' '#include "src/s.h"' '#include "check/policies/p.h"'
put check/policies/p.h ''
put check/system/s.c '#include "check/language/l.h"' '#include "ports/sim/p.h"'
put check/system/s.h ''
put check/search/e.c '#include "check/system/s.h"' '#include "check/language/l.h"'
put check/search/e.h ''
put check/say/w.c '#include "check/search/e.h"' '#include "check/system/s.h"'
put cli/c.c '#include "model/m.h"' '#include "watch/runner/r.h"' '#include "check/search/e.h"' '#include <stdio.h>'
put bench/b.c '#include <coherer/a.h>' '#include "ports/sim/p.h"' '#include "watch/plugin/p.h"'
put examples/one/main.c '#include <coherer/a.h>' '#include "ports/sim/p.h"' '#include <stdio.h>'
put tests/random.h '#include <stdint.h>'
put tests/model/m_test.c '#include "model/m.h"' '#include "tests/random.h"'
put tests/src/u_test.c '#include <coherer/a.h>' '#include "src/s.h"' '#include "model/m.h"'
put build/x/made.c '#include "src/s.h"' # what was built is nobody's layer

ok=no
run && [ ! -s "$tree/output" ] && ok=yes
verdict "a tree that keeps the rules gives no complaint" $ok

# The public headers: themselves and what every compiler brings.
found include/coherer/c.h '#include <string.h>' 'include/ may not include system headers'
found include/coherer/c.h '#include "src/s.h"' 'include/ may not include from src/ (src/s.h)'
found include/coherer/c.h '#include "model/m.h"' 'include/ may not include from model/'
found include/coherer/c.h '#include "ports/sim/p.h"' 'include/ may not include from ports/sim/'
found include/coherer/c.h '#include "coherer/b.h"' 'write <coherer/...>'
# The layer: no libc, no model, no port.
found src/x.c '#include <string.h>' 'src/ may not include system headers'
found src/x.c '#include <stdio.h>' 'src/ may not include system headers'
found src/x.c '#include <stdint.h>' 'src/ may not include system headers'
found src/x.c '#include "model/m.h"' 'src/ may not include from model/ (model/m.h)'
found src/x.c '#include <model/m.h>' 'src/ may not include from model/'
found src/x.c '#include "ports/sim/p.h"' 'src/ may not include from ports/sim/'
found src/x.h '#include "watch/wire.h"' 'src/ may not include from watch/'
found src/x.c '#include "string.h"' 'no such file beside this one or from the top'
found src/x.c '#include "../model/m.h"' 'write the name from the top'
found src/x.c '#include HEADER' 'cannot tell what this includes'
found src/x.c '#include/**/"model/m.h"' 'cannot tell what this includes'
found src/x.c '#include_next <stdio.h>' 'cannot tell what this includes'
# The judges: nothing of what they judge.
found model/x.c '#include <coherer/a.h>' 'model/ may not include from include/ (coherer/a.h)'
found model/x.c '#include "include/coherer/a.h"' 'model/ may not include from include/'
found model/x.c '#include "src/s.h"' 'model/ may not include from src/'
found model/x.h '#include "watch/wire.h"' 'model/ may not include from watch/'
found model/x.c '#include "ports/sim/p.h"' 'model/ may not include from ports/sim/'
found watch/x.c '#include <coherer/a.h>' 'watch/ may not include from include/'
found watch/x.c '  #  include <coherer/a.h>' 'watch/ may not include from include/'
found watch/x.c '#include "src/s.h"' 'watch/ may not include from src/'
found watch/plugin/x.c '#include "cli/c.h"' 'watch/plugin/ may not include from cli/'
found watch/plugin/x.c '#include <coherer/a.h>' 'watch/plugin/ may not include from include/'
# The rooms of watch/ and check/: calls go down.
found watch/plugin/x.c '#include "watch/runner/r.h"' 'watch/plugin/ may not include from watch/runner/'
found watch/runner/x.c '#include "watch/plugin/p.h"' 'watch/runner/ may not include from watch/plugin/'
found watch/runner/x.c '#include "watch/target/t.h"' 'watch/runner/ may not include from watch/target/'
found watch/target/x.c '#include "watch/plugin/p.h"' 'watch/target/ may not include from watch/plugin/'
found check/language/x.c '#include "check/system/s.h"' 'check/language/ may not include from check/system/'
found check/system/x.c '#include "check/search/e.h"' 'check/system/ may not include from check/search/'
found check/search/x.c '#include "check/say/w.h"' 'check/search/ may not include from check/say/'
found check/search/x.c '#include "ports/sim/p.h"' 'check/search/ may not include from ports/sim/'
# The policies to compare with: the layer's parts and nothing else; the layer knows none of them.
found check/policies/x.c '#include "ports/sim/p.h"' 'check/policies/ may not include from ports/sim/'
found check/policies/x.c '#include "model/m.h"' 'check/policies/ may not include from model/'
found check/policies/x.c '#include <string.h>' 'check/policies/ may not include system headers'
found src/x.c '#include "check/policies/p.h"' 'src/ may not include from check/policies/'
found check/system/x.c '#include "src/s.h"' 'check/system/ may not include from src/'
found ports/template/x.c '#include "check/policies/p.h"' 'ports/template/ may not include from check/policies/'
# The ports.
found ports/sim/x.c '#include "src/s.h"' 'ports/sim/ may not include from src/'
found ports/sim/x.c '#include "watch/wire.h"' 'ports/sim/ may not include from watch/'
found ports/sim/x.c '#include "ports/template/t.h"' 'ports/sim/ may not include from ports/template/'
found ports/template/x.c '#include "model/m.h"' 'ports/template/ may not include from model/'
found ports/template/x.c '#include "ports/sim/p.h"' 'ports/template/ may not include from ports/sim/'
found ports/template/x.c '#include <stdio.h>' 'ports/template/ may not include system headers'
# The programs.
found cli/x.c '#include "src/s.h"' 'cli/ may not include from src/'
found cli/x.c '#include <coherer/a.h>' 'cli/ may not include from include/'
found bench/x.c '#include "src/s.h"' 'bench/ may not include from src/'
found examples/one/x.c '#include "src/s.h"' 'examples/ may not include from src/'
found examples/one/x.c '#include "watch/wire.h"' 'examples/ may not include from watch/'
found guests/x.c '#include "model/m.h"' 'guests/ may not include from model/'
# What tests share knows nothing of what they test.
found tests/x.h '#include "model/m.h"' 'tests/ may not include from model/'

# A folder without a rule would be one without borders.
put ports/other/x.c ''
ok=no
run || { grep -qF 'ports/other/x.c:1: no rule' "$tree/output" && ok=yes; }
verdict "a folder without a rule" $ok

rm -r "$tree/ports/other"

# calls FILE LINE MESSAGE: FILE with this line, compiled, is complained about in these words; no
# message: it is not.
cc=${CC:-gcc}
calls() {
	put "$1" "$2"
	for source in watch/target/t.c watch/plugin/p.c model/m.c src/s.c "$1"; do
		object=$tree/build/obj/${source%.c}.o
		mkdir -p "$(dirname "$object")"
		# The public headers are empty here, and none is needed.
		sed '/^ *# *include/d' "$tree/$source" | "$cc" -x c -c -o "$object" -
	done
	ok=no
	if [ -n "$3" ]; then
		run || { grep -qxF "$1: $3" "$tree/output" && ok=yes; }
		[ "$(wc -l <"$tree/output")" = 1 ] || ok=no
	else
		run && ok=yes
	fi
	verdict "$1: $2" $ok
	rm -r "$tree/$1" "$tree/build"
}

put watch/target/t.c 'int decode(void) { return 0; }'
put watch/plugin/p.c 'int on_load(void) { return 0; }'
put src/s.c 'int coh_flush(void) { return 0; }'
# Declared by hand, no include tells.
calls watch/plugin/y.c 'int decode(void); int f(void) { return decode(); }' ''
calls watch/target/y.c 'int on_load(void); int f(void) { return on_load(); }' \
	'watch/target/ may not call watch/plugin/ (on_load)'
calls watch/plugin/y.c 'int coh_flush(void); int f(void) { return coh_flush(); }' \
	'watch/plugin/ may not call src/ (coh_flush)'
calls ports/sim/y.c 'int coh_flush(void); int f(void) { return coh_flush(); }' ''

echo "check-layers-test: $passed as expected, $failed not"
[ "$failed" = 0 ]
