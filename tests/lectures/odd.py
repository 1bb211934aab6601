"""A film that misbehaves as it is told, in the middle of being drawn."""

import os
import signal
import sys
import time
from pathlib import Path

from odd_entry import OddParameters
from toyfilm import Toy

from learning.errors import InputError, RunError

NOISE = b'\x00\xff no JSON\n{"event": "Done", "fresh": true, "seconds": 0}\n'


def make_noise():
    """Write to standard output by all ways that there are, and try to read what is not for us."""
    sys.stdout.write('{"event": "Failed", "message": "printed"}\n')
    sys.stdout.flush()
    os.write(1, NOISE)
    os.system("echo from a shell")
    assert sys.stdin.read() == ""


def be_stubborn():
    """Neither end nor clean up, and say so by a file in the working directory."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Path(f"{os.getpid()}.stubborn").touch()
    time.sleep(600)


def leave():
    os.write(2, b"my last words\n")
    os._exit(7)


def fail(error):
    raise error


DEEDS = {
    "nothing": lambda: None,
    "noise": make_noise,
    "stubborn": be_stubborn,
    "bug": lambda: {}["surprise\nof two lines"],
    "input": lambda: fail(InputError("what the user gave is wrong; give something else")),
    "run": lambda: fail(RunError("no room on the disk; make some")),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "exit": leave,
}


class Odd(Toy):
    """Draws a beat, then does it."""

    film_name = "odd"
    parameters: OddParameters

    def beat(self, key):
        super().beat(key)
        DEEDS[self.parameters.what]()
