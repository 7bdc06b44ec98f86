#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The layer inside Linux beside Linux's own cache functions, on the workload of guests/linux.

usage: bench/linux.py [--rounds N] [POLICY...]

Boots the stock kernel, and the kernel with the layer under each POLICY (default: rmap, lazy,
gup-hook, flush-all), from reset to the end of the workload, three ways:

- under `coherer watch --redundant`: cache operations by kind, and how many changed nothing, which
  the cache that watch assumes decides: one that never evicts, and fills a line at a store, too;
- with a plugin that counts instructions, the same in every run;
- under QEMU alone, N times in turn: user CPU, the median.

The first two also without any test, and what the tests alone cost is the difference.

QEMU has no caches: a cache operation costs it one instruction, whether it moves a page's lines or
none, and so does one for a whole cache.  What a miss costs shows nowhere.
Exits with 1 if a run fails, 2 if something needed is missing.  A bar that is missed is no failure.
"""

import argparse
import collections
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(TOP, "build")
COHERER = os.environ.get("COHERER", os.path.join(BUILD, "coherer"))
COUNTER = os.path.join(BUILD, "bench/instructions.so")
POLICIES = ["rmap", "lazy", "gup-hook", "flush-all"]
BARS = {"rmap": 1.0, "lazy": 0.7}

NO_TESTS = ","
KINDS = [  # side, operation, scope as watch names them
    ("D", "flush", "address"),
    ("D", "clean", "address"),
    ("D", "invalidate", "address"),
    ("I", "invalidate", "address"),
    ("D", "flush", "whole cache"),
    ("I", "invalidate", "whole cache"),
]
TABLES = "page tables"
START = "before the kernel"


def fail(status, text):
    print(f"bench: {text}", file=sys.stderr)
    sys.exit(status)


def progress(text):
    print(text, file=sys.stderr, flush=True)


class Kernel:
    """One column: a kernel, and what its command line says."""

    def __init__(self, name):
        self.name = name
        self.image = "stock" if name == "stock" else "coherer"
        self.options = [] if name == "stock" else ["coherer=" + name]

    def command(self, tests=""):
        boot = os.path.join(TOP, "guests/linux/boot.sh")
        done = subprocess.run([boot, "--print", self.image], capture_output=True, text=True)
        if done.returncode:
            fail(2, done.stderr.strip())
        # QEMU takes the last -append.
        return done.stdout.split() + ["-append", " ".join(["tests=" + tests] + self.options)]

    def vmlinux(self):
        return os.path.join(BUILD, "linux", self.image, "vmlinux")


def run(command, what, may_report=False):
    """User seconds, and what was said on standard error.  The workload must hold."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
    user = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    said = done.stderr.decode(errors="replace")
    bad = [line for line in done.stdout.splitlines() if line.startswith(b"not ok")]
    if done.returncode and not (may_report and done.returncode == 1):
        fail(1, f"{what}: exit status {done.returncode}: {said[-500:]}")
    if bad or b"# workload done" not in done.stdout:
        fail(1, f"{what}: {bad[0].decode() if bad else 'the workload did not finish'}")
    return user, said


def kind_of(site):
    """What sort of operation: that on page tables is no business of the cache functions."""
    function = site.get("function")
    if function is None:
        return START  # the decompressor and the first steps, by physical addresses
    if "tlbflush.h" in site.get("file", "") or function.endswith(("_set_pte_ext",
                                                                "_dcache_clean_area")):
        return TABLES
    return site["side"], site["op"], site["scope"]


class Operations:
    def __init__(self, report):
        self.count = collections.Counter()
        self.redundant = collections.Counter()
        self.reports = sum(not r["suppressed"] for r in report["reports"])
        for site in report["redundant"]:
            self.count[kind_of(site)] += site["count"]
            self.redundant[kind_of(site)] += site["redundant"]
        # watch counts them all a second time, whatever place they come from.
        counters = report["counters"]
        missing = counters["maint_line"] + counters["maint_all"] - self.count.total()
        if missing or not report["complete"]:
            fail(1, f"{missing} operations are in no place's count; complete: {report['complete']}")
        unknown = [k for k in self.count if k not in KINDS and k not in (TABLES, START)]
        if unknown:
            fail(1, f"operations of a kind that no kernel should use: {unknown}")

    def all(self):
        return sum(self.count[k] for k in KINDS)

    def all_redundant(self):
        return sum(self.redundant[k] for k in KINDS)


def operations(kernel, tests=""):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "reports.json")
        run([COHERER, "watch", "--redundant", "--json", path, "--symbols", kernel.vmlinux(), "--"]
            + kernel.command(tests), f"{kernel.name} under coherer watch", may_report=True)
        with open(path) as f:
            return Operations(json.load(f))


def instructions(kernel, tests=""):
    _, said = run(kernel.command(tests) + ["-plugin", COUNTER],
                  f"{kernel.name}, counting instructions")
    for line in said.splitlines():
        if line.startswith("instructions "):
            return int(line.split()[1])
    fail(1, "the plugin said no number")


class Result:
    """What was measured of one kernel."""

    def __init__(self, kernel):
        self.name = kernel.name
        progress(f"{kernel.name}: cache operations")
        self.operations = operations(kernel)
        self.start_operations = operations(kernel, NO_TESTS)
        progress(f"{kernel.name}: instructions")
        self.instructions = instructions(kernel)
        self.start_instructions = instructions(kernel, NO_TESTS)
        self.seconds = []

    def user(self):
        return statistics.median(self.seconds)


def rows_of(results):
    """(label, a number for each kernel, how to print it, whether to compare it)"""
    def row(label, value, form="{:,}", compare=True):
        return label, [value(r) for r in results], form, compare

    for side, op, scope in KINDS:
        kind = (side, op, scope)
        where = "by address" if scope == "address" else "whole cache"
        yield row(f"{side} {op}, {where}", lambda r: r.operations.count[kind])
    yield row("all of these", lambda r: r.operations.all())
    yield row("  which changed nothing", lambda r: r.operations.all_redundant())
    yield row("  which changed something", lambda r: r.operations.all()
              - r.operations.all_redundant())
    yield row("  of the tests alone", lambda r: r.operations.all() - r.start_operations.all())
    yield row("clean of page tables", lambda r: r.operations.count[TABLES])
    yield row(START, lambda r: r.operations.count[START], compare=False)
    yield row("reports of watch", lambda r: r.operations.reports, compare=False)
    yield row("instructions, 1000", lambda r: r.instructions // 1000)
    yield row("  of the tests alone", lambda r: (r.instructions - r.start_instructions) // 1000)
    yield row("user CPU, s", lambda r: r.user(), "{:.2f}")


def print_table(results):
    header = "".join(f"{r.name:>12}" + (f"{'':6}" if i else "") for i, r in enumerate(results))
    print(f"{'':28}{header.rstrip()}")
    for label, values, form, compare in rows_of(results):
        line = f"{label:28}"
        for i, value in enumerate(values):
            line += f"{form.format(value):>12}"
            if i:
                ratio = f"{value / values[0]:.2f}" if compare and values[0] else ""
                line += f"{ratio:>6}"
        print(line.rstrip())


def print_bars(results):
    stock = results[0].operations.all()
    for r in results[1:]:
        if r.name in BARS:
            ratio = r.operations.all() / stock
            verdict = "met" if ratio <= BARS[r.name] else "missed: docs/policies.md says why"
            print(f"bar: {r.name}, cache operations at most {BARS[r.name]:.2f} of stock's: "
                  f"{ratio:.2f}, {verdict}")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("policies", nargs="*", default=POLICIES)
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds: at least 1")
    for path in [COHERER, COUNTER]:
        if not os.path.exists(path):
            fail(2, f"{path} is missing: run make bench-linux")

    kernels = [Kernel(name) for name in ["stock"] + options.policies]
    for kernel in kernels:
        if not os.path.exists(kernel.vmlinux()):
            fail(2, f"{kernel.vmlinux()} is missing: run guests/linux/kernel.sh {kernel.image}")
    results = [Result(kernel) for kernel in kernels]
    for i in range(options.rounds):
        for kernel, result in zip(kernels, results):
            user, _ = run(kernel.command(), f"{kernel.name} under QEMU alone")
            result.seconds.append(user)
            progress(f"round {i + 1}: {kernel.name}: {user:.2f} s")
    print_table(results)
    print_bars(results)


if __name__ == "__main__":
    main()
