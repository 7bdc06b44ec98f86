#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Cost of `coherer watch` on the Linux run of guests/linux.

usage: bench/watch.py [--rounds N]

Boots the stock kernel with the whole workload three ways, in turn, N times: QEMU
alone, QEMU with a plugin whose memory callback is empty, and coherer watch.
-icount makes the guest execute the same instructions in all of them.  Prints user
CPU (the median of the rounds, and its ratio to QEMU alone) and peak memory.
"""

import argparse
import os
import statistics
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GUEST_RAM_MIB = 128  # boot.sh's -m


def run(command):
    """User seconds and peak KiB of the command and all it waited for."""
    with open(os.devnull, "r+b") as null:
        child = subprocess.Popen(command, stdin=null, stdout=subprocess.PIPE, stderr=null)
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0 or b"# workload done" not in output:
        sys.exit(f"bench: failed: {' '.join(command)}")
    return usage.ru_utime, usage.ru_maxrss


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    if rounds < 1:
        parser.error("--rounds: at least 1")

    build = os.path.join(TOP, "build")
    boot = os.path.join(TOP, "guests/linux/boot.sh")
    qemu = subprocess.check_output([boot, "--print", "stock"], text=True).split()
    vmlinux = os.path.join(build, "linux/stock/vmlinux")
    ways = [
        ("QEMU alone", qemu),
        ("empty callback", qemu + ["-plugin", os.path.join(build, "bench/empty.so")]),
        ("coherer watch", [os.path.join(build, "coherer"), "watch", "--symbols", vmlinux, "--"] + qemu),
    ]
    seconds = {name: [] for name, _ in ways}
    memory = {name: 0 for name, _ in ways}
    for i in range(rounds):
        for name, command in ways:
            user, peak = run(command)
            seconds[name].append(user)
            memory[name] = max(memory[name], peak)
            print(f"round {i + 1}: {name}: {user:.2f} s", file=sys.stderr)

    base = statistics.median(seconds["QEMU alone"])
    print(f"{'':16}{'user CPU':>10}{'ratio':>8}{'peak memory':>14}{'over QEMU':>12}")
    for name, _ in ways:
        user = statistics.median(seconds[name])
        over = (memory[name] - memory["QEMU alone"]) / 1024
        print(f"{name:16}{user:9.2f}s{user / base:8.2f}{memory[name] / 1024:10.0f} MiB{over:8.0f} MiB")
    print(f"bars: ratio at most 2.00; memory at most {2 * GUEST_RAM_MIB + 64} MiB "
          f"(guest RAM x 2 + 64 MiB)")


if __name__ == "__main__":
    main()
