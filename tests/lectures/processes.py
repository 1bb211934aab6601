"""Processes of the system, for tests that start some and want to know what has become of them."""

import subprocess
from pathlib import Path

import toycli


def alive(session):
    """The processes of a session that have not ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, sid = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(sid) == session and state != "Z":
            found.append(int(stat.parent.name))
    return found


def descendants(pid):
    """The processes below a process, itself included."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += descendants(int(child))
    return found


def drawing(job):
    """A worker process that has begun to draw a job's film."""
    process = subprocess.Popen(toycli.WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdin.write(job.to_json() + "\n")
    process.stdin.flush()
    while "drawing" not in process.stdout.readline():
        assert process.poll() is None
    return process
