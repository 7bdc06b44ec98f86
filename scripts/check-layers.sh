#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Who may include whom (docs/architecture.md).  Fails on each #include that crosses
# a border, naming file and line; on a folder with C in it that has no rule here;
# and on an #include whose target cannot be told.
#
#   scripts/check-layers.sh [DIRECTORY]
#
# A quoted name is looked for beside the file, then from the top; <coherer/...>
# is include/.  A folder's name in angle brackets counts as well.
set -eu
cd "${1:-$(dirname "$0")/..}"

# layer: the layers that it may include from, beside itself: system headers.
# "none" of the latter: what env.h brings is all that an embedder has to have.
# The layer and its judges (model, watch) never meet: who judges shares no code with
# what it judges.
rules='include::stddef.h stdint.h stdbool.h
src:include:none
model::any
ports/sim:include model:any
ports/template:include:stddef.h stdint.h stdbool.h
ports/arm926:include:stddef.h stdint.h stdbool.h
ports/linux:include ports/arm926:any
watch:model:any
check:include src ports/sim model:any
cli:model check watch:any
bench:include check ports/sim model watch tests:any
examples:include ports/sim ports/arm926 model:any
guests::any
tests:include src ports/sim ports/template ports/arm926 model check watch cli:any'

found=$(find . -name build -prune -o -name .git -prune -o -name '*.[chS]' -print | sed 's|^\./||' | sort)
# Includes as FILE:LINE:TEXT; xargs may cut a long list, so /dev/null keeps the names there.
includes=$(echo "$found" | tr '\n' '\0' |
	xargs -0 -r grep -nE '^[[:space:]]*#[[:space:]]*(include|include_next|import)([^[:alnum:]_]|$)' /dev/null || true)

complaints=$({
	echo "$rules" | sed 's/^/rule:/'
	echo "$found" | sed 's/^/file:/'
	echo "$includes" | sed 's/^/include:/'
} | awk -F: '
	# A layer is a folder of the top, or of ports/.
	function layer_of(path, part) {
		split(path, part, "/")
		return part[1] == "ports" ? part[1] "/" part[2] : part[1]
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

[ -z "$complaints" ] && exit 0
echo "$complaints" >&2
exit 1
