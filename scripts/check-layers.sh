#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Who may include and call whom (docs/architecture.md).  Fails on each #include that
# crosses a border, naming file and line; on a folder with C in it that has no rule
# here; on an #include whose target cannot be told; and on each call that crosses a
# border, naming file and function.
#
#   scripts/check-layers.sh [DIRECTORY]
#
# A quoted name is looked for beside the file, then from the top; <coherer/...>
# is include/.  A folder's name in angle brackets counts as well.
#
# Calls are read from the objects below build/obj and build/pic, as far as they are
# there: `make lib` and `make all` make them.
set -eu
cd "${1:-$(dirname "$0")/..}"

# room: the rooms that it may include from and call, beside itself: system headers.
# Who may include from include/ may call src/, where its functions are.
# "none" of the latter: what env.h brings is all that an embedder has to have.
# The policies to compare with (check/policies) are made of the layer's own parts, so they alone,
# beside the tests of src/, see its internal header; they are freestanding, as it is.
# The layer and its judges (model, watch) never meet: who judges shares no code with
# what it judges.
rules='include::stddef.h stdint.h stdbool.h
src:include:none
model::any
ports/sim:include model:any
ports/template:include:stddef.h stdint.h stdbool.h
ports/arm926:include:stddef.h stdint.h stdbool.h
ports/linux:include ports/arm926 check/policies:any
watch::any
watch/target:model:any
watch/devices::any
watch/plugin:watch watch/target watch/devices model:any
watch/runner:watch model:any
check/policies:include src:none
check/language:check/policies include model:any
check/system:check/language check/policies include ports/sim model:any
check/search:check/system check/language model:any
check/say:check/search check/system check/language model:any
cli:check/language check/system check/search check/say model watch/runner:any
bench:include check/policies ports/sim model watch/plugin tests/scenarios:any
examples:include check/policies ports/sim ports/arm926 model:any
guests::any
tests::any
tests/model:model tests:any
tests/src:include src check/policies ports/sim model tests/scenarios:any
tests/scenarios:include check/policies ports/sim model:any
tests/ports/sim:include src check/policies ports/sim model tests/src tests:any
tests/ports/arm926:include ports/arm926 model:any
tests/check:check/language check/system check/search check/say model tests:any
tests/watch:watch watch/target watch/runner model:any
tests/fuzz:watch watch/target watch/runner check/language check/system check/search check/say model:any'

found=$(find . -name build -prune -o -name .git -prune -o -name '*.[chS]' -print | sed 's|^\./||' | sort)
# Includes as FILE:LINE:TEXT; xargs may cut a long list, so /dev/null keeps the names there.
includes=$(echo "$found" | tr '\n' '\0' |
	xargs -0 -r grep -nE '^[[:space:]]*#[[:space:]]*(include|include_next|import)([^[:alnum:]_]|$)' /dev/null || true)

complaints=$({
	echo "$rules" | sed 's/^/rule:/'
	echo "$found" | sed 's/^/file:/'
	echo "$includes" | sed 's/^/include:/'
} | awk -F: '
	# The room of a file: the innermost folder that has a rule; else its folder of the top.
	function layer_of(path, room) {
		room = path
		while (sub(/\/[^\/]*$/, "", room))
			if (room in allowed) return room
		return room
	}
	function complain(what) { print where ": " what " (" target ")" }
	function has(list, word) { return index(" " list " ", " " word " ") }
	function layered(other) {
		if (other != layer && !has(allowed[layer], other))
			complain(layer "/ may not include from " other "/")
	}

	$1 == "rule" { allowed[$2] = $3; system_headers[$2] = $4; top[$2] = 1; next }
	$1 == "file" {
		exists[$2] = 1
		layer = layer_of($2)
		if ($2 != "" && !(layer in allowed) && !told[layer]++)
			print $2 ":1: no rule in scripts/check-layers.sh for the folder " layer "/"
		next
	}
	$2 == "" { next }
	{
		file = $2; where = $2 ":" $3; layer = layer_of(file)
		if (!(layer in allowed)) next
		text = $0
		sub(/^include:[^:]*:[0-9]*:[ \t]*#[ \t]*[a-z_]*[ \t]*/, "", text)
		target = text
		sub(/^[<"]/, "", target); sub(/[>"].*/, "", target)
		if (text !~ /^<[^>]+>/ && text !~ /^"[^"]+"/ || $0 ~ /#[ \t]*(include_next|import)/ && system_headers[layer] != "any") {
			target = text
			complain("cannot tell what this includes")
		} else if (target ~ /^\/|(^|\/)\.\.?\//) {
			complain("write the name from the top, without .. and .")
		} else if (text ~ /^</) {
			if (target ~ /^coherer\//)
				layered("include")
			else if (layer_of(target) in top)
				layered(layer_of(target))
			else if (system_headers[layer] != "any" && !has(system_headers[layer], target))
				complain(layer "/ may not include system headers other than: " system_headers[layer])
		} else {
			here = file; sub(/[^\/]*$/, "", here)
			if (here target in exists)
				layered(layer_of(here target))
			else if (target in exists)
				layered(layer_of(target))
			else if (layer_of(target) in top)
				layered(layer_of(target))
			else if (target ~ /^coherer\//)
				complain("write <coherer/...>")
			else if (system_headers[layer] != "any")
				complain("no such file beside this one or from the top")
		}
	}')

# What objects define and what they want.  gcc-nm reads those of the link-time optimiser, too.
objects=
[ ! -d build ] || objects=$(find build/obj build/pic -name '*.o' 2>/dev/null | sort)
calls=$([ -z "$objects" ] || {
	echo "$rules" | sed 's/^/rule:/'
	echo "$found" | sed 's/^/file:/'
	echo "$objects" | tr '\n' '\0' | xargs -0 gcc-nm -A -P 2>/dev/null |
		sed -n 's/^\([^ ]*\): \([^ ]*\) \([A-Za-z]\).*/symbol:\1:\2:\3/p'
} | awk -F: '
	function room_of(path, room) {
		room = path
		while (sub(/\/[^\/]*$/, "", room))
			if (room in allowed) return room
		return room
	}
	function has(list, word) { return index(" " list " ", " " word " ") }
	function may(room, other) {
		return room == other || has(allowed[room], other) ||
			other == "src" && has(allowed[room], "include")
	}
	$1 == "rule" { allowed[$2] = $3; next }
	$1 == "file" { exists[$2] = 1; next }
	{
		source = $2
		sub(/^build\/[^\/]*\//, "", source)
		sub(/\.o$/, ".c", source)
		if (!(source in exists)) next # what a removed source left
		room = room_of(source)
		if ($4 ~ /[TDBRCWV]/)
			homes[$3] = homes[$3] " " room
		else if ($4 == "U")
			wanted[source " " $3] = room
	}
	END {
		for (want in wanted) {
			split(want, w, " ")
			if (!(w[2] in homes)) continue # a library has it
			n = split(homes[w[2]], home, " ")
			fine = 0
			for (i = 1; i <= n; i++)
				fine = fine || may(wanted[want], home[i])
			if (!fine)
				print w[1] ": " wanted[want] "/ may not call " home[1] "/ (" w[2] ")"
		}
	}' | sort)

[ -z "$complaints$calls" ] && exit 0
printf '%s\n' "$complaints" "$calls" | sed '/^$/d' >&2
exit 1
