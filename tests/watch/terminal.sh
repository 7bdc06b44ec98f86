#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# coherer watch on a terminal, with the real QEMU and a guest that does not end:
#
#   tests/watch/terminal.sh
#
# The line that says how far the run has come is there where reports go to a terminal and the guest's
# console elsewhere, and is gone before anything else is written; it is not there otherwise.
# Each check prints "ok - NAME" or "not ok - NAME: why"; the last line counts them.
# Exits 0 if all passed, 1 if not, 2 if something is missing.
set -eu
cd "$(dirname "$0")/../.."
. tests/verdict.sh

case ${1:-} in
-h | --help) sed -n '4,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
'') ;;
*) echo "terminal.sh: unknown option '$1', see --help" >&2; exit 2 ;;
esac

coherer=${COHERER:-build/coherer}
guest=build/guests/noise-1.elf # reports at first, then few or none
[ -x "$coherer" ] || { echo "terminal.sh: $coherer is missing: run make" >&2; exit 2; }
[ -f "$guest" ] || { echo "terminal.sh: $guest is missing: run make guests" >&2; exit 2; }

# "reports" or "both": what goes to a terminal.  Runs until the line was drawn three times, or for
# six seconds, then SIGINT.  Says what is wrong.
on_terminal() {
	python3 - "$1" "$coherer" watch -- qemu-system-arm -M versatilepb -m 32 -nographic -no-reboot \
		-audio none -monitor none -serial stdio -kernel "$guest" <<-'EOF2'
	import os, pty, re, select, signal, subprocess, sys, time
	what, command = sys.argv[1], sys.argv[2:]
	master, slave = pty.openpty()
	out = slave if what == "both" else subprocess.DEVNULL
	env = dict(os.environ, TERM="xterm", NO_COLOR="1")
	p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=slave, env=env,
	                     preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
	os.close(slave)
	text, interrupted = b"", False
	begin = time.monotonic()
	while True:
	    if select.select([master], [], [], 0.1)[0]:
	        try:
	            more = os.read(master, 65536)
	        except OSError:
	            break
	        if not more:
	            break
	        text += more
	    waited = time.monotonic() - begin
	    drawn = len(re.findall(rb"\r\x1b\[Kcoherer: \d+:\d\d,", text))
	    enough = drawn >= 3 if what == "reports" else waited > 6
	    if (enough or waited > 120) and not interrupted:
	        interrupted = True
	        p.send_signal(signal.SIGINT)
	p.wait()
	text = text.decode(errors="replace").replace("\r\n", "\n")
	drawn = re.findall(r"\r\x1b\[Kcoherer: \d+:\d\d, \d+ different reports[^\r\n]*", text)
	said = []
	if "== coherer: summary ==" not in text:
	    said.append("no summary")
	if what == "both" and "\x1b" in text:
	    said.append("something is drawn on the guest's console")
	if what == "reports":
	    if len(drawn) < 3:
	        said.append(f"drawn {len(drawn)} times")
	    if not any(" accesses looked" in d for d in drawn):
	        said.append("no counts")
	    if any(len(d) > len("\r\x1b[K") + 79 for d in drawn):
	        said.append("longer than the terminal")
	    # What is left when each line that was erased is taken away: whole lines of reports only.
	    left = re.sub(r"\r\x1b\[Kcoherer: [^\r\n]*(?=\r\x1b\[K)", "", text).replace("\r\x1b[K", "")
	    if "\r" in left or re.search(r"coherer: \d+:\d\d,", left):
	        said.append("a line of progress was not erased")
	    if not left.startswith("====") and "\n====" not in left:
	        said.append("no report on a line of its own")
	print("; ".join(said))
	EOF2
}

verdict "reports on a terminal: a line of progress" "$(on_terminal reports)"
verdict "the guest's console on the same terminal: none" "$(on_terminal both)"
all_passed
