"""What the local database says when it cannot be had: one line, in Bulgarian."""

import contextlib
import errno
import sys
from collections.abc import Iterator
from pathlib import Path

OTHERWISE = "или задайте DATABASE_URL към ваш PostgreSQL"


class LocalDatabaseError(Exception):
    """The local PostgreSQL cannot be had; the message says in Bulgarian why and what to do."""


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the system refuses into a line that a person can act on."""
    try:
        yield
    except OSError as fault:
        where = fault.filename or path
        meant = {
            errno.ENOSPC: f"Няма място на диска за базата в {where}: нужни са 250 MB {OTHERWISE}.",
            errno.EROFS: f"Папката {where} е само за четене: задайте VAR_DIR {OTHERWISE}.",
            errno.EACCES: f"Няма права върху {where}: папката е на друг потребител; пуснете "
            f"портала като него, задайте VAR_DIR {OTHERWISE}.",
        }
        meant[errno.EPERM] = meant[errno.EACCES]
        text = meant.get(fault.errno or 0, f"Базата не може да тръгне ({fault}).")
        raise LocalDatabaseError(text) from fault


def failure(what: str, output: str) -> LocalDatabaseError:
    if "No space left on device" in output:
        return LocalDatabaseError(f"{what}: няма място на диска.")
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if any(sign in line for sign in ("FATAL", "ERROR", "error"))]
    return LocalDatabaseError(
        f"{what}: {(telling or lines or ['без обяснение'])[-1]}; {OTHERWISE}."
    )


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
