#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Does scripts/check-layers.sh find what it is for?  In a small tree of its own,
# which keeps every rule, each violation is planted by itself, and must be named
# with its file and line.  Exits 0 if all are, 1 if not.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
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

mkdir -p "$tree/include/coherer" "$tree/src" "$tree/model" "$tree/ports/sim" "$tree/ports/template" \
	"$tree/watch" "$tree/cli" "$tree/bench" "$tree/examples/one" "$tree/tests/unit" "$tree/build/x"
put() { # FILE LINE...
	f=$tree/$1
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
put watch/w.c '#include "model/m.h"' '#include "watch/w.h"' '#include <sys/mman.h>'
put watch/w.h ''
put cli/c.c '#include "model/m.h"' '#include "watch/w.h"' '#include <stdio.h>'
put bench/b.c '#include <coherer/a.h>' '#include "ports/sim/p.h"' '#include "watch/w.h"'
put examples/one/main.c '#include <coherer/a.h>' '#include "ports/sim/p.h"' '#include <stdio.h>'
put tests/unit/u_test.c '#include <coherer/a.h>' '#include "src/s.h"' '#include "model/m.h"'
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
found src/x.h '#include "watch/w.h"' 'src/ may not include from watch/'
found src/x.c '#include "string.h"' 'no such file beside this one or from the top'
found src/x.c '#include "../model/m.h"' 'write the name from the top'
found src/x.c '#include HEADER' 'cannot tell what this includes'
found src/x.c '#include/**/"model/m.h"' 'cannot tell what this includes'
found src/x.c '#include_next <stdio.h>' 'cannot tell what this includes'
# The judges: nothing of what they judge.
found model/x.c '#include <coherer/a.h>' 'model/ may not include from include/ (coherer/a.h)'
found model/x.c '#include "include/coherer/a.h"' 'model/ may not include from include/'
found model/x.c '#include "src/s.h"' 'model/ may not include from src/'
found model/x.h '#include "watch/w.h"' 'model/ may not include from watch/'
found model/x.c '#include "ports/sim/p.h"' 'model/ may not include from ports/sim/'
found watch/x.c '#include <coherer/a.h>' 'watch/ may not include from include/'
found watch/x.c '  #  include <coherer/a.h>' 'watch/ may not include from include/'
found watch/x.c '#include "src/s.h"' 'watch/ may not include from src/'
found watch/x.c '#include "cli/c.h"' 'watch/ may not include from cli/'
# The ports.
found ports/sim/x.c '#include "src/s.h"' 'ports/sim/ may not include from src/'
found ports/sim/x.c '#include "watch/w.h"' 'ports/sim/ may not include from watch/'
found ports/sim/x.c '#include "ports/template/t.h"' 'ports/sim/ may not include from ports/template/'
found ports/template/x.c '#include "model/m.h"' 'ports/template/ may not include from model/'
found ports/template/x.c '#include "ports/sim/p.h"' 'ports/template/ may not include from ports/sim/'
found ports/template/x.c '#include <stdio.h>' 'ports/template/ may not include system headers'
# The programs.
found cli/x.c '#include "src/s.h"' 'cli/ may not include from src/'
found cli/x.c '#include <coherer/a.h>' 'cli/ may not include from include/'
found bench/x.c '#include "src/s.h"' 'bench/ may not include from src/'
found examples/one/x.c '#include "src/s.h"' 'examples/ may not include from src/'
found examples/one/x.c '#include "watch/w.h"' 'examples/ may not include from watch/'
found guests/x.c '#include "model/m.h"' 'guests/ may not include from model/'

# A folder without a rule would be one without borders.
mkdir "$tree/ports/other"
put ports/other/x.c ''
ok=no
run || { grep -qF 'ports/other/x.c:1: no rule' "$tree/output" && ok=yes; }
verdict "a folder without a rule" $ok

echo "check-layers-test: $passed as expected, $failed not"
[ "$failed" = 0 ]
