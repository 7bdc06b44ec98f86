# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
# shellcheck shell=bash
#
# Completion for bash.  Options are read from --help, so that they are those of this version.

_coherer_words() {
	coherer "$@" 2>/dev/null
}

_coherer() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} i
	local sub=${COMP_WORDS[1]}

	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "watch check cpus doctor --help --version" -- "$word")
		return
	fi
	# Behind -- stands QEMU's command.
	for ((i = 2; i < COMP_CWORD; i++)); do
		if [ "${COMP_WORDS[i]}" = -- ]; then
			mapfile -t COMPREPLY < <(compgen -c -f -- "$word")
			return
		fi
	done
	case $before in
	--cpu)
		mapfile -t COMPREPLY < <(compgen -W "$(_coherer_words cpus | awk 'NR > 1 { if (!NF) exit; print $1 }')" -- "$word")
		return ;;
	--allocate)
		mapfile -t COMPREPLY < <(compgen -W "write core" -- "$word")
		return ;;
	--modules | --user-symbols | --debug-dir | --litmus)
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		return ;;
	esac
	case $sub:$word in
	*:-*)
		mapfile -t COMPREPLY < <(compgen -W "$(_coherer_words "$sub" --help | grep -o -e '--[a-z-]*' | sort -u)" -- "$word") ;;
	cpus:*)
		mapfile -t COMPREPLY < <(compgen -W "$(_coherer_words cpus | awk 'NR > 1 { if (!NF) exit; print $1 }')" -- "$word") ;;
	doctor:*)
		mapfile -t COMPREPLY < <(compgen -c -f -- "$word") ;;
	*)
		mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	esac
}

complete -o filenames -F _coherer coherer
