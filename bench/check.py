#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""The explorer beside Spin, on the same three systems, in one run.

bench/check/NAME.litmus and bench/check/NAME.pml describe one system; both tools try every
order of everything (first table), and then each with its own reduction (second).  Each is run
some times, alternately; the best time of each counts.

  bench/check.py COHERER [ROUNDS]
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = ["vivt", "dma", "lock"]


def run(command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    return done.stdout


def build_pan(name, folder, reduce):
    """Spin's verifier of the model, in a folder of its own."""
    where = os.path.join(folder, name + ("-reduced" if reduce else ""))
    os.mkdir(where)
    for f in [name + ".pml", "cache.pml"]:
        with open(os.path.join(HERE, "check", f)) as source:
            with open(os.path.join(where, f), "w") as target:
                target.write(source.read())
    subprocess.run(["spin", "-a", name + ".pml"], cwd=where, check=True, capture_output=True)
    flags = ["-O3", "-DSAFETY"] + ([] if reduce else ["-DNOREDUCE"])
    subprocess.run(["gcc", *flags, "-o", "pan", "pan.c"], cwd=where, check=True,
                   capture_output=True)
    return os.path.join(where, "pan")


def run_pan(pan):
    start = time.perf_counter()
    # -c0: go on after errors; -w24: a table that need not grow
    text = run([pan, "-m1000000", "-c0", "-w24"], cwd=os.path.dirname(pan))
    seconds = time.perf_counter() - start

    def number(pattern):
        found = re.search(pattern, text)
        return float(found.group(1)) if found else 0.0

    elapsed = number(r"elapsed time ([0-9.]+)")
    states = number(r"(\d+) states, stored")
    return {"states": states, "transitions": number(r"(\d+) transitions"),
            "seconds": elapsed or seconds,
            "bytes": number(r"([0-9.]+)\s+actual memory usage for states") * (1 << 20),
            "wrong": number(r"errors: (\d+)") > 0}


def run_coherer(coherer, name, reduce):
    options = [] if reduce else ["--no-reduction"]
    text = run([coherer, "check", "--json", "--no-example", "-j", "1", *options,
                os.path.join(HERE, "check", name + ".litmus")])
    v = json.loads(text)
    return {"states": v["states"], "transitions": v["transitions"], "seconds": v["seconds"],
            "bytes": v["bytes"], "wrong": v["verdict"] != "Never"}


def better(best, one):
    return one if best is None or one["seconds"] < best["seconds"] else best


def row(name, tool, r):
    seconds = max(r["seconds"], 1e-3)
    return (f"{name:6} {tool:8} {'wrong' if r['wrong'] else 'right':8} {r['states']:>9.0f} "
            f"{r['transitions']:>11.0f} {seconds:>8.3f} {r['states'] / seconds / 1e6:>9.2f} "
            f"{r['transitions'] / seconds / 1e6:>9.2f} {r['bytes'] / max(r['states'], 1):>8.1f}")


def table(coherer, rounds, folder, reduce):
    print("with each tool's own reduction" if reduce else "every order of everything")
    print(f"{'test':6} {'tool':8} {'verdict':8} {'states':>9} {'transitions':>11} {'seconds':>8} "
          f"{'Mstates/s':>9} {'Mtrans/s':>9} {'B/state':>8}")
    agree = True
    for name in NAMES:
        pan = build_pan(name, folder, reduce)
        ours = theirs = None
        for _ in range(rounds):
            ours = better(ours, run_coherer(coherer, name, reduce))
            theirs = better(theirs, run_pan(pan))
        print(row(name, "coherer", ours))
        print(row(name, "spin", theirs))
        ratio = theirs["seconds"] / max(ours["seconds"], 1e-3)
        print(f"{'':6} time of spin / time of coherer: {ratio:.2f}")
        agree = agree and ours["wrong"] == theirs["wrong"]
    print()
    return agree


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        agree = table(sys.argv[1], rounds, folder, False)
        agree = table(sys.argv[1], rounds, folder, True) and agree
    print("bars: 1 million states a second, 36 bytes a state")
    print("verdicts agree" if agree else "VERDICTS DIFFER")
    sys.exit(0 if agree else 1)


main()
