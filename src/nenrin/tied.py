"""Processes that end with the one that started them, however that one ended: `python -m nenrin.tied PID WORDS...`.

`nenrin serve` starts its server and its worker so. Killed with -9 it can end nobody, and what it left behind would hold
the port. On Linux the kernel ends them; elsewhere each asks, twice a second, whether its starter is still there.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from typing import Final

#: Who asks for itself reads here whose end is its own.
STARTER: Final = "_NENRIN_STARTER"
ASK_SECONDS: Final = 0.5
_PR_SET_PDEATHSIG: Final = 1


def words(*arguments: str) -> list[str]:
    """The command line of a Python process that ends with this one."""
    return [sys.executable, "-m", "nenrin.tied", str(os.getpid()), *arguments]


def tie(parent: int) -> None:
    """End when `parent`, which started us, ends; at once where it has ended already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    else:
        threading.Thread(target=_follow, args=(parent,), name="tied", daemon=True).start()
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def tie_where_told() -> None:
    """For a process that the launcher has started where the kernel does not see to it; nothing for any other."""
    told = os.environ.get(STARTER, "")
    if sys.platform != "linux" and told == str(os.getppid()):
        tie(int(told))


def _follow(parent: int) -> None:
    """Ask for as long as parent and starter live. The parent is ended first: it may be a program that cannot ask."""
    starter = int(os.environ.get(STARTER) or parent)
    while os.getppid() == parent and _lives(starter):
        time.sleep(ASK_SECONDS)
    if parent != starter and os.getppid() == parent:
        os.kill(parent, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main(starter: str, *arguments: str) -> None:
    """Tie this process and become the Python program that the words name. The tie outlives the change."""
    os.environ[STARTER] = starter
    if sys.platform == "linux":
        tie(int(starter))
    os.execv(sys.executable, [sys.executable, *arguments])


if __name__ == "__main__":
    main(*sys.argv[1:])
