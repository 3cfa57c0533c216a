"""``python -m config.localdb``: a command with a database, or the database forgotten."""

import os
import signal
import subprocess
import sys

from config.localdb import LocalDatabaseError, remove, start
from config.localdb.messages import say


def execute(command: list[str], *, disposable: bool = False) -> int:
    """Run ``command`` with DATABASE_URL set and return its exit code.

    SIGINT, SIGTERM and SIGHUP are passed on; the cluster is left after the command has ended.
    """
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
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
        if number != signal.SIGINT or not _in_foreground():  # a terminal tells the child itself
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


def main(arguments: list[str]) -> int:
    """Run the command line described in the module's docstring; return the exit code."""
    try:
        match arguments:
            case ["exec", "--test", "--", *command] if command:
                return execute(command, disposable=True)
            case ["exec", "--", *command] if command:
                return execute(command)
            case ["remove"]:
                remove()
                return 0
        say("Употреба: python -m config.localdb exec [--test] -- КОМАНДА … | remove")
        return 2
    except LocalDatabaseError as fault:
        say(str(fault))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
