#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# The table "what it runs on" of the README, from what the tests run:
#
#   scripts/runs-on.sh
#
# Needs build/coherer, for the list of cores.
set -eu
cd "$(dirname "$0")/.."

count() { ls "$@" | wc -l; }
cores=$({ echo arm926; sed -n 's/^ \* Core: //p' guests/*.c; } | sort -u | paste -sd, | sed 's/,/, /g')
guests=$(count guests/*.expect)
planted=$(count guests/linux/plant/*.edit)
debian=$(sh -c '. guests/debian/guest/tests.sh; expand all' | wc -w)
litmus=$(find litmus -name '*.litmus' | wc -l)
known=$(build/coherer cpus | awk 'NR > 1 { if (!NF) exit; n++ } END { print n }')
compilers=$(sed -n "/^targets='/,/'\$/p" scripts/check-freestanding.sh | sed "s/^targets='//" | cut -d'|' -f1 | paste -sd, | sed 's/,/, /g')

cat <<EOF
| part | tested with |
| --- | --- |
| \`watch\` | QEMU's versatilepb, one CPU (ARMv4, ARMv5): $cores |
| | $guests pairs of bare-metal programs, with a bug and without |
| | Linux 6.1: ARM926EJ-S and XScale, as it is and with each of $planted planted bugs; 6.12 |
| | Debian's own user space on it, $debian tests: SCSI and virtio disks, e1000, 8139C+ and virtio network cards |
| \`check\` | $known cores of ARM, MIPS, SuperH, PA-RISC and others; $litmus litmus tests, each with its verdict |
| the layer | compiled for $compilers; run in Linux 6.1, in a small kernel, and on simulated VIVT, VIPT and PIPT caches |
EOF
