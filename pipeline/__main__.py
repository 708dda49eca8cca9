"""``python -m pipeline`` is the command ``minewaste``; it can be stopped from its first moment on."""

import os
import signal
import sys
from contextlib import suppress


def main() -> None:
    """Heed signals, then load the command, which takes longer than anything a person waits for without a word."""
    for name in ("SIGINT", "SIGTERM"):
        number = getattr(signal, name)
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)
    from pipeline.commands.cli import main as command

    command()


def _stop(number: int, _frame: object) -> None:
    """End at once: before and behind what a command does (`pipeline.stopping` has that) there is nothing to clear up."""
    with suppress(Exception):
        sys.stdout.flush()
        sys.stderr.write(f"minewaste: stopped by {signal.Signals(number).name}.\n")
        sys.stderr.flush()
    os._exit(128 + number)


if __name__ == "__main__":
    main()
