"""Starting, finding and stopping the server of a cluster that is already made."""

import os
import socket
import time
from pathlib import Path

from config.localdb.messages import LocalDatabaseError, failure, say
from config.localdb.place import Place

ROLE = "frontoffice"


def join(place: Place, password: str) -> int | None:
    """Return the port of the cluster's running server, or None where none runs."""
    pid, port = _postmaster(place)
    if not pid:
        return None
    if not _is_our_server(place, pid):
        # Left by a killed server, its number since given to somebody else: PostgreSQL itself would
        # refuse to start. Where the number is free PostgreSQL clears the file better than we can.
        if _is_alive(pid):
            (place.data / "postmaster.pid").unlink(missing_ok=True)
        return None
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and _is_our_server(place, pid):
        if port and answers(address(password, port)):
            return port
        time.sleep(0.2)
        pid, port = _postmaster(place)
    raise LocalDatabaseError(f"PostgreSQL работи (процес {pid}), но не отговаря: {place.log}.")


def launch(place: Place) -> int:
    for _attempt in range(8):
        port = _free_port()
        size = place.log.stat().st_size if place.log.exists() else 0
        done = place.run(
            "pg_ctl", "start", "-D", place.data, "-l", place.log, "-o", f"-p {port}", "-w"
        )
        if done.returncode == 0:
            return port
        with place.log.open(errors="replace") as log:
            log.seek(size)
            said = log.read()
        # The port went to somebody else meanwhile, or a killed server's children are still leaving.
        if not any(sign in said for sign in ("in use", "could not bind")):
            break
        time.sleep(0.5)
    raise failure("PostgreSQL не тръгва", said or done.stderr)


def shut_down(place: Place, *, mode: str) -> None:
    pid, _port = _postmaster(place)
    if pid and _is_our_server(place, pid):
        done = place.run("pg_ctl", "stop", "-D", place.data, "-m", mode, "-w", "-t", "60")
        if done.returncode:
            say(f"PostgreSQL не спря докрай: {done.stderr.strip()}")


def _postmaster(place: Place) -> tuple[int, int]:
    """Return process number and port from the server's own file, zeros for what is not there."""
    try:
        lines = (place.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return 0, 0
    pid, port = ((lines[at].strip() if at < len(lines) else "") for at in (0, 3))
    return (int(pid) if pid.isdigit() else 0), (int(port) if port.isdigit() else 0)


def _is_our_server(place: Place, pid: int) -> bool:
    import psutil  # the wheel brings it; production has neither

    try:
        return Path(psutil.Process(pid).cwd()) == place.data.resolve()
    except (psutil.Error, OSError):
        return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def address(password: str, port: int) -> str:
    return f"postgres://{ROLE}:{password}@127.0.0.1:{port}/{ROLE}"


def answers(url: str) -> bool:
    """Tell whether our role is let in: only our own cluster knows its password."""
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
