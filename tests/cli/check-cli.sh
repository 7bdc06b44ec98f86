#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# coherer check as its user meets it: options, exit codes, output, bad input.
#
#   tests/cli/check-cli.sh
#
# Each check prints "ok - NAME" or "not ok - NAME: why"; the last line counts them.
# Exits 0 if all passed, 1 if not, 2 if something is missing.
set -eu
cd "$(dirname "$0")/../.."
top=$PWD
. tests/verdict.sh

coherer=${COHERER:-build/coherer}
[ -x "$coherer" ] || { echo "check-cli.sh: $coherer is missing: run make" >&2; exit 2; }
coherer=$(cd "$(dirname "$coherer")" && pwd)/$(basename "$coherer")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# EXIT-CODE NAME PATTERN ARGUMENT...: the pattern (grep -F) is on stdout or stderr; "" for none.
run() {
	wanted=$1 name=$2 pattern=$3
	shift 3
	got=0
	"$coherer" check "$@" >out 2>err || got=$?
	if [ "$got" != "$wanted" ]; then
		verdict "$name" "exit code $got, expected $wanted: $(head -n 1 err)"
	elif [ -n "$pattern" ] && ! grep -qF -e "$pattern" out err; then
		verdict "$name" "no '$pattern' in: $(cat out err | head -n 5)"
	else
		verdict "$name"
	fi
}

cat >bug.litmus <<'EOF'
C bug

(* Result: Sometimes *)

{
	cache vivt; speculate nothing;
	page p;
	alias K = p kernel;
	alias U = p mm 0;
}

P0 (mm 0)
{
	store(U, 1);
	r0 = load(K);
}
EOF
sed 's/C bug/C fixed/; s/Sometimes/Never/; s/	r0 = load/	flush(U);\n&/' bug.litmus >fixed.litmus
sed 's/C bug/C wrong/; s/Sometimes/Never/' bug.litmus >wrong.litmus
sed 's/C bug/C unsaid/; /Result/d' bug.litmus >unsaid.litmus

# ---- verdicts and exit codes
run 0 "a bug that is expected" "Observation bug Sometimes 1 1" bug.litmus
run 0 "its repair" "Observation fixed Never 0 1" fixed.litmus
run 1 "a verdict that differs" "wrong: expected Never, found Sometimes" wrong.litmus
run 1 "no Result means Never" "Observation unsaid Sometimes" unsaid.litmus
run 0 "the example is shown" "the last step read 0 from p[0]; the newest is 1" bug.litmus
run 0 "and its dirty line" "1 0 dirty" bug.litmus
run 0 "herd's lines" "Hash=" bug.litmus
run 4 "a bound" "Incomplete" --max-states 2 fixed.litmus
run 4 "and which one it was" "--max-states" --max-states 2 fixed.litmus
run 0 "the same without reduction" "Observation fixed Never" --no-reduction fixed.litmus
run 0 "another cache" "Cache arm926ej-s" --cpu arm926ej-s fixed.litmus
run 0 "several caches" "fixed@pipt Never" --cpu vivt,pipt fixed.litmus

# ---- bad usage
run 2 "no file" "usage: coherer check"
run 2 "an unknown option" "did you mean explain?" --explian bug.litmus
run 2 "an option without its value" "--cpu expects a value" --cpu
run 2 "an unknown core" "did you mean arm926ej-s?" --cpu arm926ejs-x bug.litmus
run 2 "an unknown policy" "did you mean rmap?" --policy rmapp bug.litmus
run 2 "an empty name" "an empty name" --cpu vivt,, bug.litmus
run 2 "a bad shard" "--shard expects I/N" --shard 3/2 bug.litmus
run 2 "a bad number" "-j expects a number" -j 0 bug.litmus
run 2 "a bad bound" "--max-states expects a number" --max-states -5 bug.litmus
run 0 "help" "usage: coherer check" --help

# ---- bad files
run 2 "a file that is not there" "No such file" nothing.litmus
mkdir empty
run 2 "a folder without tests" "no file in this folder ends with .litmus" empty
head -c 2000000 /dev/zero >long.litmus
run 2 "a file that is too long" "longer than 1 MiB" long.litmus
{ printf '\377' && head -c 4096 /dev/urandom; } >noise.litmus # not a blank line first
run 2 "noise" "noise.litmus:1:" noise.litmus
: >void.litmus
run 2 "an empty file" "expected 'C' and the test's name" void.litmus
sed 's/load(K)/laod(K)/' bug.litmus >typo.litmus
run 2 "a misspelt operation" "typo.litmus:15:7: error: unknown operation 'laod'; did you mean 'load'?" typo.litmus
run 2 "shows the line" "	r0 = laod(K);" typo.litmus
sed 's/cache vivt/cache vivid/' bug.litmus >core.litmus
run 2 "a cache that does not exist" "core.litmus:6:8: error: 'vivid'" core.litmus
sed 's/page p;/&\n	lines 3;/' bug.litmus >geometry.litmus
run 2 "a geometry that does not exist" "expected a power of two" geometry.litmus
sed 's/alias U = p mm 0;/alias U = p mm 0 unmapped;/' bug.litmus >unmapped.litmus
run 2 "an alias that is not mapped" "unmapped.litmus:14:2: error: U is not mapped" unmapped.litmus
sed 's/	store(U, 1);/	go = 1;\n&/' bug.litmus >global.litmus
run 2 "a global that would become a local" "needs 'var go;'" global.litmus
run 2 "one bad file does not hide the others" "Observation fixed Never" fixed.litmus typo.litmus
sed 's/page p;/incoherent; &/' bug.litmus >lone.litmus
run 2 "incoherent with one CPU" "'incoherent' is about several CPUs" lone.litmus
sed 's/page p;/incoherent; no_migration; cpus 2; &/' bug.litmus >both.litmus
run 2 "incoherent, and lines that migrate" "exclude each other" both.litmus
sed 's/page p;/incoherent; cpus 2; &/; s/	r0 = load/	coh_flush_dcache_page(p);\n&/' bug.litmus >peers.litmus
run 2 "incoherent with the layer" "'incoherent' with the layer" peers.litmus
mkdir locked
cp bug.litmus locked
if [ "$(id -u)" != 0 ]; then
	chmod 0 locked
	run 2 "a folder that may not be read" "Permission denied" locked
	chmod 700 locked
fi

# ---- output
mkdir folder
cp bug.litmus fixed.litmus wrong.litmus folder
run 1 "a folder" "3 runs of 3 tests: 2 as expected, 1 not" folder
sed 's/C fixed/C ahead/; s/ speculate nothing;//' fixed.litmus >ahead.litmus
run 1 "read ahead: both verdicts" \
	"Ahead ahead Sometimes if data is read ahead, Never if not (speculate nothing)" ahead.litmus
run 1 "read ahead: both verdicts in JSON" '"not_reading_ahead":"Never"' --json ahead.litmus
run 1 "quiet says only what is wrong" "wrong: expected Never" -q folder
grep -q fixed out && verdict "quiet" "it speaks of fixed" || verdict "quiet"
run 1 "KTAP" "not ok 3 wrong # found Sometimes, expected Never" --ktap folder
grep -q '^KTAP version 1$' out && grep -q '^1\.\.3$' out && grep -q '^ok 1 bug$' out &&
	verdict "KTAP has version, plan and results" || verdict "KTAP" "$(cat out)"
run 1 "JSON" '"verdict":"Sometimes"' --json folder
python3 - <<'EOF' && verdict "JSON is valid, an object a line" || verdict "JSON" "not valid"
import json
lines = [json.loads(line) for line in open("out")]
assert [o["name"] for o in lines] == ["bug", "fixed", "wrong"], lines
bug = lines[0]
assert bug["complete"] and bug["expected"] == "Sometimes" and bug["found"] == ["stale"]
assert bug["example"][-1]["stale"] and bug["example"][-1]["newest"] == 1
assert bug["example"][0]["copies"][0]["dirty"]
EOF
"$coherer" check -j 1 --json --cpu vivt,vipt,pipt folder >one 2>/dev/null || true
"$coherer" check -j 4 --json --cpu vivt,vipt,pipt folder >four 2>/dev/null || true
# Only the seconds may differ.
sed 's/"seconds":[^,}]*//g' one >one.plain
sed 's/"seconds":[^,}]*//g' four >four.plain
cmp -s one.plain four.plain && verdict "-j changes nothing" || verdict "-j changes nothing" "it does"
for i in 1 2 3; do
	"$coherer" check --shard $i/3 --json --cpu vivt,vipt,pipt folder 2>/dev/null || true
done | sed 's/"seconds":[^,}]*//g' | sort >shards
sort one.plain | cmp -s - shards && verdict "shards make the whole" ||
	verdict "shards make the whole" "they do not"
run 0 "a table" "right" --table --cpu vivt,pipt folder
run 0 "explain says what helps" "flush(U)" --explain bug.litmus
run 0 "explain: nothing to explain" "nothing to explain" --explain fixed.litmus
sed 's/	r0 = load/	clean(K);\n&/' fixed.litmus >redundant.litmus
cat >bare.litmus <<'EOF'
C bare

(* Result: Never *)

{ cache pipt; lines 2; page p; alias K = p kernel; buffer tx = p[1..3]; var n = 1; }

P0 () { store(K, 1); clean(K); r0 = load(tx[n]); }
EOF
run 0 "a name that is a word here and a page there" \
	"note: clean(K) with p[0] is about all 2 lines of p, store(K[0], 1) about one word" bare.litmus
sed 's/clean(K)/clean(K[0..3])/' bare.litmus >words.litmus
run 0 "which words are said" "" words.litmus
grep -q note: out && verdict "no note" "$(grep note: out)" || verdict "no note"
sed 's/n = 1/n = 3/' bare.litmus >beyond.litmus
run 2 "an index beyond its words" "beyond the words that are meant, of which there are 3" beyond.litmus
run 0 "redundant maintenance" "redundant: clean(K) in P0 changed nothing" redundant.litmus
run 0 "maintenance that is needed is not redundant" "" fixed.litmus
grep -q redundant out && verdict "flush(U)" "called redundant" || verdict "flush(U) is not redundant"
if "$coherer" check folder >/dev/full 2>err; then
	verdict "a full disk" "exit code 0"
else
	grep -q "cannot write" err && verdict "a full disk" || verdict "a full disk" "$(cat err)"
fi

# ---- interrupted
sed 's/	store(U, 1);/	store(U, 1);\n	store(K, 2);\n	flush(K);\n	r1 = load(U);\n	store(U, 3);/' \
	bug.litmus >many.litmus
cat >>many.litmus <<'EOF'
P1 (mm 0) { store(K, 4); flush(U); r0 = load(K); store(U, 5); r1 = load(K); flush(K); r2 = load(U); }
P2 (mm 0) { store(K, 6); flush(U); r0 = load(K); store(U, 7); r1 = load(K); flush(K); r2 = load(U); }
P3 (mm 0) { store(K, 8); flush(U); r0 = load(K); store(U, 9); r1 = load(K); flush(K); r2 = load(U); }
EOF
mkdir mixed
cp fixed.litmus mixed/a.litmus
cp many.litmus mixed/b.litmus
cp many.litmus mixed/c.litmus
rm -f out # of the test before: what is waited for must be this run's
"$coherer" check -j 2 mixed >out 2>err &
pid=$!
n=0
while ! grep -qs Observation out && [ $n -lt 9000 ]; do sleep 0.1; n=$((n + 1)); done
kill -INT $pid
got=0
wait $pid || got=$?
[ "$got" = 4 ] && grep -q "Observation fixed Never" out && grep -q "Incomplete: interrupted" err &&
	verdict "interrupted: what was found is kept" ||
	verdict "interrupted" "exit code $got: $(cat out err | head -n 3)"

# ---- every option of watch is in its page and in the manual
missing=
for option in $("$coherer" watch --help | sed -n 's/^ *\(--[a-z-]*\).*/\1/p'); do
	grep -q -e "^| \`$option[ \`]" "$top/docs/watch.md" || missing="$missing $option (docs/watch.md)"
	tr -d '\\' <"$top/docs/man/coherer-watch.1" | grep -q -e "$option" || missing="$missing $option (docs/man/coherer-watch.1)"
done
verdict "options of watch are documented" "$missing"

all_passed
