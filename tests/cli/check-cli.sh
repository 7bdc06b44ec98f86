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
run 2 "a shard beyond 32 bits" "--shard expects I/N" --shard 4294967297/3 bug.litmus
run 2 "a shard beyond 64 bits" "--shard expects I/N" --shard 1/18446744073709551619 bug.litmus
run 2 "a shard with a sign" "--shard expects I/N" --shard +1/3 bug.litmus
run 2 "a shard with a blank" "--shard expects I/N" --shard "1/ 3" bug.litmus
run 2 "a number behind a blank" "--max-states expects a number" --max-states " -5" bug.litmus
run 2 "an explanation in a table" "--explain speaks in plain text only" --explain --table bug.litmus
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
run 2 "an alias that is not mapped" "unmapped.litmus:14:2: error: U is declared unmapped" unmapped.litmus
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
run 1 "a table" "right" --table --cpu vivt,pipt folder

# ---- the table of steps
cat >shown.litmus <<'EOF'
C shown
(* Result: Sometimes *)
{
	cache vipt;
	page p;
	p = 0x0ff;
	alias X = p mm 0 colour 1 unmapped;
	alias U = p mm 0 colour 1;
	alias K = p kernel;
	var go;
}
P0 (mm 0) { store(U, 0xdead); r0 = load(K); r1 = r0 + 17; go = 12; flush(U); }
exists (0:r0=0xff)
EOF
run 0 "values are shown as they were written" \
	"2* P0   r0 = load(K[0]) -> 0x0ff, newest 0xdead  0x0ff 0 stale  0xdead 0 dirty  0x0ff 0 stale" shown.litmus
grep -q "go = 12 " out &&
	verdict "and decimal ones, too" || verdict "and decimal ones, too" "$(cat out)"
grep -q "memory p .*  U  .*  K" out && verdict "no column has the name of an alias that is never mapped" ||
	verdict "no column has the name of an alias that is never mapped" "$(grep '#' out)"
grep -q "^  3  P0   go = 12" out && grep -q "^step 2 read 0x0ff from p\[0\]; the newest is 0xdead" out &&
	verdict "only the step that fulfils the condition is marked" ||
	verdict "only the step that fulfils the condition is marked" "$(cat out)"
sed 's/flush(U); }/map(X); r2 = load(X); }/' shown.litmus >mapped.litmus
run 0 "an alias that is mapped later names its column" "X" mapped.litmus
grep -q "memory p .*  X  .*  K" out && verdict "so it does" || verdict "so it does" "$(grep '#' out)"
sed 's/^exists.*/exists (p[0]=0xdead)/; s/ flush(U);//' shown.litmus >end.litmus
run 1 "memory at the end" "when all dirty lines have been written back, p[0] is 0xdead" end.litmus
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

# ---- no silent pass: what is not as expected is so in every format
sed 's/C bug/C contrary/; s/Result: Sometimes/&\n * Result: Never/' bug.litmus >contrary.litmus
sed 's/C bug/C empty/; s/Sometimes/Never/; s/page p;/&\n	var go;/' bug.litmus >norun.litmus
echo 'filter (go=2)' >>norun.litmus
sed 's/(go=2)/(go=0)/; s/	r0 = load/	flush(U);\n&/' norun.litmus >somerun.litmus
sed 's/Result: Sometimes/& on pipt/' bug.litmus >other.litmus
for format in --example --table --ktap --json "--policy rmap,none"; do
	run 1 "a verdict that differs ($format)" "Never" $format wrong.litmus
	run 1 "no Result means Never ($format)" "Never" $format unsaid.litmus
	run 2 "a contradiction ($format)" "expected Sometimes here, too" $format contrary.litmus
	run 2 "no run is left ($format)" "no run is left" $format norun.litmus
	run 0 "some run is left ($format)" "" $format somerun.litmus
	run 2 "a file that does not parse ($format)" "unknown operation 'laod'" $format fixed.litmus typo.litmus
	run 2 "a file that is not there ($format)" "No such file" $format fixed.litmus nothing.litmus
	run 2 "a cache that does not exist ($format)" "'vivid'" $format core.litmus
	run 4 "a bound ($format)" "ncomplete" $format --max-states 2 fixed.litmus
done
run 0 "no Result about this target" "no line of Result is about it" other.litmus
run 0 "the same, in KTAP" "ok 1 bug # SKIP found Sometimes; no line of Result" --ktap other.litmus
run 0 "the same, in JSON" '"status":"no expectation"' --json other.litmus
run 0 "the same, in a table" "1 without an expectation" --table other.litmus
run 2 "KTAP has a line for a file that does not parse" "not ok 2 typo.litmus # typo.litmus:15:7: unknown" \
	--ktap fixed.litmus typo.litmus
run 2 "JSON, too" '"verdict":"Error"' --json fixed.litmus typo.litmus
python3 -c 'import json; o = [json.loads(l) for l in open("out")][1]
assert o["status"] == "error" and o["error"]["line"] == 15 and o["file"] == "typo.litmus", o' &&
	verdict "JSON says where it does not parse" || verdict "JSON says where it does not parse" "$(cat out)"
run 0 "an empty shard" "1..0 # SKIP" --ktap --shard 2/2 fixed.litmus

# ---- bounds
run 4 "Sometimes, cut short, may become Always" "Bound bug stopped" --max-states 4 bug.litmus
for question in "~exists (stale)" "forall (stale)"; do
	{ cat fixed.litmus; echo "$question"; } >question.litmus
	"$coherer" check --max-states 2 question.litmus >out 2>&1 || true
	grep -q '^No$' out && verdict "a bound: $question is not Ok" || verdict "a bound: $question is not Ok" "$(cat out)"
done
sed "s/^forall/~exists/" question.litmus >never.litmus
run 0 "all tried: ~exists is Ok" "Ok" never.litmus
run 1 "but not Never" "expected Never, found Sometimes" --max-states 4 wrong.litmus
run 0 "explain is bounded" "explain: stopped after" --max-states 18 --explain bug.litmus
run 0 "and else says nothing of it" "any one of these makes it Never" --max-states 800 --explain bug.litmus
grep -q stopped out && verdict "an explanation that ends" "says that it was stopped" ||
	verdict "an explanation that ends"

# ---- interrupted
sed 's/	store(U, 1);/	store(U, 1);\n	store(K, 2);\n	flush(K);\n	r1 = load(U);\n	store(U, 3);/' \
	bug.litmus >many.litmus
cat >>many.litmus <<'EOF'
P1 (mm 0) { store(K, 4); flush(U); r0 = load(K); store(U, 5); r1 = load(K); flush(K); r2 = load(U); }
P2 (mm 0) { store(K, 6); flush(U); r0 = load(K); store(U, 7); r1 = load(K); flush(K); r2 = load(U); }
P3 (mm 0) { store(K, 8); flush(U); r0 = load(K); store(U, 9); r1 = load(K); flush(K); r2 = load(U); }
EOF
{ cat many.litmus; echo "exists (true)"; } >late.litmus
run 4 "an example that was not found in time is said" "example: none was found" --max-states 2000 late.litmus
# The memory that the process takes is what is bounded, code and libraries included.
python3 - "$coherer" <<'EOF' && verdict "--max-memory is kept" || verdict "--max-memory is kept" "it is not"
import resource, subprocess, sys
args = [sys.argv[1], "check", "--max-memory", "50", "many.litmus"]
run = subprocess.run(args, capture_output=True, text=True)
most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
assert run.returncode == 4 and "--max-memory" in run.stdout and most < 55
EOF
mkdir mixed
cp fixed.litmus mixed/a.litmus
cp many.litmus mixed/b.litmus
cp many.litmus mixed/c.litmus
# FIRST ARGUMENT...: begins such a run, and waits until it says FIRST.
begin() {
	first=$1
	shift
	rm -f out # of the test before: what is waited for must be this run's
	"$coherer" check "$@" >out 2>err &
	pid=$!
	n=0
	while ! grep -qs "$first" out && [ $n -lt 9000 ]; do sleep 0.1; n=$((n + 1)); done
}

# NAME EXIT-CODE PATTERN: how it ended.
ended() {
	got=0
	wait $pid || got=$?
	[ "$got" = "$2" ] && grep -qF -e "$3" out err && verdict "$1" ||
		verdict "$1" "exit code $got: $(cat out err | head -n 3)"
}

for signal in INT TERM; do
	begin Observation -j 2 mixed
	kill -$signal $pid
	ended "SIG$signal: what was found is kept" 4 "Observation fixed Never"
	grep -q "Bound bug stopped after .*: interrupted" out &&
		verdict "SIG$signal: runs that were cut short say how far they came" ||
		verdict "SIG$signal: runs that were cut short say how far they came" "$(cat out)"
	begin Observation -j 1 mixed
	kill -$signal $pid
	ended "SIG$signal, one at a time" 4 "Incomplete: interrupted after 1 of 3 runs"
	begin KTAP --ktap many.litmus
	kill -$signal $pid
	ended "SIG$signal, a single run" 4 "Incomplete: interrupted after 0 of 1 runs"
	begin Observation -j 1 --explain mixed
	kill -$signal $pid
	ended "SIG$signal, an explanation" 4 "Incomplete: interrupted"
done
begin KTAP --ktap -j 1 mixed
kill -TERM $pid
ended "interrupted, in KTAP: what was not run is said" 4 "not ok 3 bug # "

# A process that somebody kills is no bug of ours.
begin Observation -j 2 mixed
while children=$(pgrep -P $pid) && [ -n "$children" ]; do kill -KILL $children; sleep 0.1; done
ended "killed from outside" 6 "was killed by signal 9 (Killed) from outside"

# ---- every option of watch is in its page and in the manual
missing=
for option in $("$coherer" watch --help | sed -n 's/^ *\(--[a-z-]*\).*/\1/p'); do
	grep -q -e "^| \`$option[ \`]" "$top/docs/watch.md" || missing="$missing $option (docs/watch.md)"
	tr -d '\\' <"$top/docs/man/coherer-watch.1" | grep -q -e "$option" || missing="$missing $option (docs/man/coherer-watch.1)"
done
verdict "options of watch are documented" "$missing"

all_passed
