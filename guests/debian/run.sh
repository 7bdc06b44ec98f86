#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Boots build/linux/debian with Debian's user space, under plain QEMU:
#
#   guests/debian/run.sh [--print] [--virtio plain|iommu] [--tests A,B,...] [-- QEMU ARGUMENT...]
#
#   --print    only prints the command line, one that a shell can split at blanks:
#              build/coherer watch --symbols build/linux/debian/vmlinux -- \
#                      $(guests/debian/run.sh --print)
#   --virtio   plain (the default): Linux takes these devices for coherent and does no
#              maintenance.  iommu: iommu_platform=on, so that it does
#   --tests    runs these tests or groups only (guests/debian/guest/tests.sh)
#
# The exit status is QEMU's; 2 if something is missing.  QEMU names the emulator
# to run (default: qemu-system-arm), KERNEL the kernel (default: debian).
set -eu

usage() { sed -n '4,18s/^# \{0,1\}//p' "$0"; }
fail() { echo "run.sh: $*" >&2; exit 2; }

print=
tests=
virtio=plain
while [ $# -gt 0 ]; do
	case $1 in
	-h | --help) usage; exit 0 ;;
	--print) print=yes ;;
	--tests) [ $# -ge 2 ] || fail "--tests needs a list"; tests=$2; shift ;;
	--virtio) [ $# -ge 2 ] || fail "--virtio needs plain or iommu"; virtio=$2; shift ;;
	--) break ;;
	*) fail "unexpected argument '$1', see --help" ;;
	esac
	shift
done
[ $# -eq 0 ] || shift
case $virtio in
plain) how= ;;
iommu) how=,iommu_platform=on,disable-legacy=on ;;
*) fail "--virtio takes plain or iommu, not '$virtio'" ;;
esac

top=$(cd "$(dirname "$0")/../.." && pwd)
kernel=$top/build/linux/${KERNEL:-debian}
disks=$top/build/debian
for f in zImage versatile-pb.dtb; do
	[ -f "$kernel/$f" ] || fail "$kernel/$f is missing: run guests/linux/kernel.sh ${KERNEL:-debian}"
done
[ -f "$disks/made-from" ] || fail "$disks has no disks: run guests/debian/image.sh"

disk() { echo "if=none,id=$1,format=raw,snapshot=on,file=$disks/$2"; }

# Three network devices on hub $1; the last byte of their addresses names them.
network() {
	n=0
	for device in e1000 rtl8139 "virtio-net-pci$how"; do
		n=$((n + 1))
		echo "-netdev hubport,id=hub$1$n,hubid=$1" \
			"-device $device,netdev=hub$1$n,romfile=,mac=52:54:00:00:00:$1$n"
	done
}

# No blank within an argument, for --print: the kernel carries its own command
# line, see config, and -append only adds to it.
#
# -icount: the guest's time is the instructions that it executed, so that a slow host
# does not let its timers expire.  sleep=on (the default), unlike guests/linux/boot.sh:
# disks answer in the host's time.  With sleep=off a guest that waits for a disk jumps
# from timer to timer meanwhile, and the drivers' time limits pass in no time.
#
# All disks are snapshots: nothing is written to the files, each run starts alike.
# One hub has QEMU's user network behind it, the other has not: that network would answer
# every connection.  romfile= leaves out the firmware that a PC would boot from.
# shellcheck disable=SC2046 # lists of words
set -- "${QEMU:-qemu-system-arm}" -M versatilepb -m 256 \
	-kernel "$kernel/zImage" -dtb "$kernel/versatile-pb.dtb" -append "tests=$tests" \
	-nographic -no-reboot -audio none -icount shift=4 \
	-device lsi53c895a,id=scsi \
	-drive "$(disk root root.ext4)" -device scsi-hd,bus=scsi.0,scsi-id=0,drive=root \
	-drive "$(disk work work.ext4)" -device scsi-hd,bus=scsi.0,scsi-id=1,drive=work \
	-drive "$(disk vwork work.ext4)" -device "virtio-blk-pci,drive=vwork$how" \
	-netdev "user,id=outside,tftp=$disks/tftp" -netdev hubport,id=hub00,hubid=0,netdev=outside \
	$(network 0) $(network 1) \
	"$@"
if [ -n "$print" ]; then
	echo "$*"
else
	exec "$@"
fi
