"""Ctrl-C before anybody is there to act upon it: while modules are being imported."""

import os
import signal

# 128 + SIGINT, as shells report a program that Ctrl-C ended.
INTERRUPTED = 130


def end_at_once() -> None:
    """Have Ctrl-C end the process without a word from now on: nothing has been begun."""
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:  # a shell's background
        signal.signal(signal.SIGINT, lambda _signal, _frame: os._exit(INTERRUPTED))
