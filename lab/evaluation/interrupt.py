"""Ends a program as Ctrl-C does, upon which ping, tcpdump and iperf3 say what they have seen. Used by several experiments."""

import os
import signal
import subprocess
from contextlib import suppress

PATIENCE_SECONDS = 30.0


def interrupt(process: subprocess.Popen, seconds: float = PATIENCE_SECONDS) -> bool:
    """Has it ended by itself within this time? If not, it is killed. What it says at its end waits in its pipe."""
    with suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, process.pid, 0)  # one that leaves the processors to others has to hear of it all the same
    process.send_signal(signal.SIGINT)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True
