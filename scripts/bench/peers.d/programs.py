"""The programs that are compared: kdbench, and an interpreter with PyTorch. Both inherit the
processor that this process is pinned to, and run one thread."""
import json
import os
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Failed(Exception):
    """a program did not do what it was asked; says which and why"""


class NoTorch(Failed):
    """the interpreter cannot import what the PyTorch side needs"""


def environment():
    return {**os.environ, **ONE_THREAD, "PYTHONDONTWRITEBYTECODE": "1"}


class Kdbench:
    def __init__(self, path):
        self.path = path

    def run(self, *args, **more):
        try:
            done = subprocess.run([self.path, *args], env={**environment(), **more}, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except OSError as why:
            raise Failed(f"{self.path}: {why.strerror}: build it with make, or name it with "
                         "--kdbench") from why
        if done.returncode != 0:
            said = done.stderr.strip().split("\n")[-1]
            raise Failed(f"{' '.join([self.path, *args])}: exit code {done.returncode}: {said}")
        return done.stdout

    def version(self):
        return self.run("--version").strip()

    def time(self, workload, repeats):
        return json.loads(self.run("bench", "--only", workload, "--repeats", str(repeats),
                                   "--json"))[0]

    def trace(self, workload, path, **more):
        self.run("bench", "--only", workload, "--trace", path, **more)


class Torch:
    """worker.py in one interpreter, kept until the end"""

    def __init__(self, python):
        self.python = python
        try:
            self.process = subprocess.Popen([python, str(HERE / "worker.py")], env=environment(),
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=subprocess.PIPE, text=True)
        except OSError as why:
            raise NoTorch(f"{python}: {why.strerror}") from why
        self.name = "PyTorch " + self.ask(do="about")["torch"]
        self.compiles = True  # until it fails to

    def ask(self, **request):
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        line = self.process.stdout.readline()
        if not line:
            said = self.process.stderr.read().strip().split("\n")[-1]
            raise NoTorch(f"{self.python}: {said or 'it ended at once'}")
        answer = json.loads(line)
        if "failed" in answer:
            raise Failed(f"{self.python}: {request}: {answer['failed']}")
        return answer

    def step_seconds(self, workload, way, seconds):
        return self.ask(do="time", workload=workload, way=way, seconds=seconds)["step_s"]

    def check(self, path):
        return self.ask(do="check", trace=path)["rows"]

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.stderr.close()
        self.process.wait()


def temporary_file(suffix):
    handle, path = tempfile.mkstemp(suffix=suffix)
    os.close(handle)
    return path
