"""The PyTorch side, in a process of its own for each interpreter: reads requests, one line of JSON
each, and answers each with one line.

    {"do": "about"}                                          version of torch
    {"do": "time", "workload": W, "way": F, "seconds": S}    seconds of a step, median of a turn
    {"do": "check", "trace": FILE}                           as check.py says

A way to run a workload is a memory format, or "compiled": channels_last under torch.compile.
"""
import json
import statistics
import sys
import time
import warnings

import torch

from workloads import Inference, Training, WORKLOADS, random_batch, sgd, trained

WARM_UP = 2
LEAST_STEPS = 2
FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last,
           "compiled": torch.channels_last}


def about(_):
    return {"torch": torch.__version__}


# ---- time ------------------------------------------------------------------------------------


def seconds_of(step, times):
    began = time.perf_counter()
    for _ in range(times):
        step()
    return (time.perf_counter() - began) / times


def fastest_sgd(parameters):
    """the variant of SGD that takes these parameters a step in the least time"""
    best = None
    for p in parameters:
        p.grad = torch.zeros_like(p)
    for how in ("single", "foreach", "fused"):
        try:
            candidate = sgd(parameters, how, lr=0.0, weight_decay=0.0)
            candidate.step()
        except (TypeError, RuntimeError):  # this version does not know it
            continue
        took = min(seconds_of(candidate.step, 5) for _ in range(3))
        if best is None or took < best[0]:
            best = took, how
    return sgd(parameters, best[1])


def job_of(w, way):
    if w.infer:
        job = Inference(w, FORMATS[way])
        networks = [job.net]
    else:
        job = Training(w, FORMATS[way])
        job.optimizer = fastest_sgd(trained(job.student, job.method))
        networks = [n for n in (job.student, job.teacher) if n]
    if way == "compiled":
        for net in networks:
            net.stages = torch.compile(net.stages)
    return job


class Jobs:
    """the jobs of the workload that is being timed, warmed up; another workload drops them"""

    def __init__(self):
        self.workload, self.ready = None, {}

    def get(self, name, way):
        if self.workload != name:
            self.workload, self.ready = name, {}
        if way not in self.ready:
            w = WORKLOADS[name]
            batch = random_batch(w)
            if not (w.words or w.points):
                batch["input"] = batch["input"].contiguous(memory_format=FORMATS[way])
            job = job_of(w, way)
            seconds_of(lambda: job.step(batch), WARM_UP)
            self.ready[way] = lambda: job.step(batch)
        return self.ready[way]


JOBS = Jobs()


def take_turn(request):
    step = JOBS.get(request["workload"], request["way"])
    took, began = [], time.perf_counter()
    while len(took) < LEAST_STEPS or time.perf_counter() - began < request["seconds"]:
        took.append(seconds_of(step, 1))
    return {"step_s": statistics.median(took)}


def check(request):
    from check import check_trace
    return check_trace(request["trace"])


# ---- requests --------------------------------------------------------------------------------

ANSWER = {"about": about, "time": take_turn, "check": check}


def main():
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    answers, sys.stdout = sys.stdout, sys.stderr  # nothing else may get between the answers
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = ANSWER[request["do"]](request)
        except Exception as why:  # the other side decides what a failure means
            answer = {"failed": f"{type(why).__name__}: {why}".split("\n")[0]}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
