"""Second step of ``make run``, inside ``.venv``: the database, then the portal, then a clean end.

Starts the local PostgreSQL unless DATABASE_URL names another, runs ``scripts/portal.py`` with its
address and, after Ctrl+C, stops both. The exit code is 0 when a person stopped it.
"""

import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from config.localdb import LocalDatabaseError  # noqa: E402
from config.localdb.command import execute  # noqa: E402

STOPPED = {0, 128 + signal.SIGINT, 128 + signal.SIGTERM}


@contextlib.contextmanager
def own_foreground() -> Iterator[None]:
    """Make this process the leader of the terminal's foreground group while the portal runs.

    Ctrl+C then reaches the portal and not ``make``, which would otherwise report the ordinary end
    of a day's work as an error. Does nothing without a terminal or in the background.
    """
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        yield
        return
    group = os.getpgrp()
    try:
        if group == os.getpid() or os.tcgetpgrp(terminal) != group:
            yield
            return
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # else moving the terminal would stop us
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # Ctrl+Z would stop us and not the shell
        os.setpgid(0, 0)
        os.tcsetpgrp(terminal, os.getpgrp())
        threading.Thread(target=_stop_with, args=[terminal], daemon=True).start()
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                os.tcsetpgrp(terminal, group)
    finally:
        os.close(terminal)


def _stop_with(terminal: int) -> None:
    """End the portal when its window is closed: ``make`` may be the only one told of that."""
    watch = select.poll()
    watch.register(terminal, 0)  # asks for nothing but the hang-up, which is always reported
    if any(event & (select.POLLHUP | select.POLLERR) for _file, event in watch.poll()):
        os.kill(os.getpid(), signal.SIGHUP)


def main() -> int:
    os.chdir(PROJECT)
    try:
        with own_foreground():
            code = execute([sys.executable, str(PROJECT / "scripts" / "portal.py")])
    except LocalDatabaseError as fault:
        print(fault, flush=True)
        return 1
    except KeyboardInterrupt:
        code = 0
    if code not in STOPPED:
        return code
    print("\nПорталът спря. Данните остават до следващото „make run“.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
