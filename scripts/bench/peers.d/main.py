"""The command: what is asked for, and the two things that it does, timing and checking."""
import argparse
import fnmatch
import os
import statistics
import sys
from pathlib import Path

import report
from names import BATCH, NAMES, can_be_traced
from programs import Failed, Kdbench, NoTorch, Torch, temporary_file

DONE, DIFFER, USAGE, FAILED, SKIP = 0, 1, 2, 3, 77
ROOT = Path(__file__).resolve().parents[3]
FORMATS = ["contiguous", "channels_last"]


def say(text):
    print(text, file=sys.stderr, flush=True)


# ---- timing ----------------------------------------------------------------------------------


def pin():
    """to the last processor that we may use, the first is the busiest with interrupts; what is
    started from here on stays on it"""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def time_workload(name, kdbench, torches, args):
    """turns: kdbench, then each PyTorch in each of its formats, and again"""
    ours, theirs = [], {}
    for _ in range(args.rounds):
        ours.append(kdbench.time(name, args.repeats))
        for t in torches:
            for way in FORMATS + (["compiled"] if args.compile and t.compiles else []):
                turn = time_turn(t, name, way, args.seconds)
                if turn:
                    theirs.setdefault((t.name, way), []).append(turn)
    pick = max if args.best else statistics.median
    return report.Row(name, ours, {key: pick(turns) for key, turns in theirs.items()}, pick)


def time_turn(t, name, way, seconds):
    """samples/s; None where torch.compile does not work here"""
    try:
        return BATCH / t.step_seconds(name, way, seconds)
    except NoTorch:
        raise
    except Failed as why:
        if way != "compiled":
            raise
        t.compiles = False
        say(f"peers: no torch.compile: {why}")
        return None


def measure(names, kdbench, torches, args):
    rows = []
    for name in names:
        rows.append(time_workload(name, kdbench, torches, args))
        say(rows[-1].line())
    machine = {"cpu": report.cpu_name(), "processor": max(os.sched_getaffinity(0)),
               "kdbench": kdbench.version(),
               "turns": f"{'best' if args.best else 'median'} of {args.rounds} turns",
               "torches": [t.name for t in torches]}
    print(report.write(rows, machine, Path(args.output)))
    return DONE


# ---- checking --------------------------------------------------------------------------------


def builds(args):
    """what takes the steps: double shows the functions, float the fast path and the portable one"""
    double = args.kdbench + "-double"
    if os.path.exists(double):
        yield "double", Kdbench(double), {}
    yield "float", Kdbench(args.kdbench), {}
    yield "float, KD_SIMD=off", Kdbench(args.kdbench), {"KD_SIMD": "off"}


def check_file(what, path, torches):
    return all([report.verdict(f"{what}, {t.name}", t.check(path)) for t in torches])


def check_one(name, how, kdbench, more, torches):
    path = temporary_file(".h5")
    try:
        kdbench.trace(name, path, **more)
        return check_file(f"{name} ({how})", path, torches)
    finally:
        os.remove(path)


def check(names, torches, args):
    good = [check_one(name, how, kdbench, more, torches)
            for name in names if can_be_traced(name)
            for how, kdbench, more in builds(args)]
    if not good:
        say("peers: none of these workloads trains without a cache: there is nothing to check")
        return USAGE
    return DONE if all(good) else DIFFER


# ---- the command -----------------------------------------------------------------------------


def arguments(argv):
    p = argparse.ArgumentParser(prog="peers", description="kdbench against PyTorch, on one core.")
    p.add_argument("--python", action="append", metavar="PATH",
                   help="an interpreter with torch; again for another")
    p.add_argument("--kdbench", default=str(ROOT / "build" / "kdbench"), metavar="PATH")
    p.add_argument("--only", default="*", metavar="W", help="workloads, with commas; * is any text")
    p.add_argument("--rounds", type=int, default=5, metavar="N", help="turns of each (5)")
    p.add_argument("--seconds", type=float, default=2.0, metavar="S",
                   help="PyTorch's turn, at least 2 steps (2)")
    p.add_argument("--repeats", type=int, default=3, metavar="N", help="kdbench's turn (3)")
    p.add_argument("--compile", action="store_true", help="torch.compile as well, where it works")
    p.add_argument("--best", action="store_true",
                   help="the best turn, not the median: where other work shares the processor")
    p.add_argument("--trace", metavar="FILE", help="check this file of kdbench bench --trace")
    p.add_argument("--check", action="store_true", help="three equal steps instead of timing")
    p.add_argument("--list", action="store_true", help="print the workloads")
    p.add_argument("-o", "--output", default=str(ROOT / "results" / "bench"), metavar="DIR")
    args = p.parse_args(argv)
    if min(args.rounds, args.repeats) < 1 or args.seconds <= 0:
        p.error("--rounds, --repeats and --seconds must be more than 0")
    return args


def chosen(only):
    names = set()
    for pattern in only.split(","):
        found = fnmatch.filter(NAMES, pattern)
        if not found:
            raise ValueError(f"no workload '{pattern}': peers --list shows them all")
        names.update(found)
    return [n for n in NAMES if n in names]


def start(pythons):
    """one worker each; unless told, this interpreter or else the system's"""
    if pythons:
        return [Torch(python) for python in pythons]
    try:
        return [Torch(sys.executable)]
    except NoTorch:
        return [Torch("/usr/bin/python3")]


def main(argv):
    args = arguments(argv)
    try:
        names = chosen(args.only)
    except ValueError as why:
        say(f"peers: {why}")
        return USAGE
    if args.list:
        print("\n".join(names))
        return DONE
    torches = []
    try:
        if not (args.check or args.trace):
            pin()
        torches = start(args.python)
        if args.trace:
            return DONE if check_file(args.trace, args.trace, torches) else DIFFER
        if args.check:
            return check(names, torches, args)
        return measure(names, Kdbench(args.kdbench), torches, args)
    except NoTorch as why:
        say(f"peers: {why}")
        return SKIP if not torches else FAILED
    except Failed as why:
        say(f"peers: {why}")
        return FAILED
    finally:
        for t in torches:
            t.close()
