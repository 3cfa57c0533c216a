"""A command run with a database under it."""

import os
import signal
import subprocess
import sys

from config.localdb import LocalDatabaseError, start


def execute(command: list[str], *, disposable: bool = False) -> int:
    """Run ``command`` with DATABASE_URL set and return its exit code (128 + a killing signal's).

    A DATABASE_URL that is already set is left alone and nothing is started. SIGINT and SIGTERM are
    passed on, SIGHUP as SIGTERM; the cluster is left after the command has ended. Raises
    LocalDatabaseError.
    """
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    if os.environ.get("DATABASE_URL"):
        return _run_and_pass_signals(command, dict(os.environ))
    cluster = start(disposable=disposable)
    try:
        environment = {**os.environ, "DATABASE_URL": cluster.url}
        if disposable:
            environment.setdefault("FRONTOFFICE_MODE", "test")
        return _run_and_pass_signals(command, environment)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        cluster.stop()


def _run_and_pass_signals(command: list[str], environment: dict[str, str]) -> int:
    try:
        child = subprocess.Popen(command, env=environment)
    except OSError as fault:
        raise LocalDatabaseError(f"Командата не може да се стартира: {fault}.") from fault

    def pass_on(number: int, _frame: object) -> None:
        if number != signal.SIGINT:
            child.terminate()
        elif not _in_foreground():  # a terminal tells the child itself
            child.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    code = child.wait()
    return code if code >= 0 else 128 - code


def _in_foreground() -> bool:
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
