"""The local PostgreSQL: what it is like, who shares it, what it survives, what it says."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from config import localdb
from config.localdb import making, messages
from config.localdb import place as places
from config.localdb.server import _postmaster


@pytest.fixture(scope="module")
def root(place_of_work: Path) -> Path:
    return place_of_work / "kept"


def query(cluster: localdb.Cluster, sql: str) -> tuple:
    with psycopg.connect(cluster.url) as connection:
        cursor = connection.execute(sql)
        return (cursor.fetchone() or ()) if cursor.description else ()


def is_up(cluster: localdb.Cluster) -> bool:
    try:
        psycopg.connect(cluster.url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def test_the_role_owns_its_database_and_cannot_bypass_row_security(root: Path) -> None:
    cluster = localdb.start(root=root)
    try:
        role = query(
            cluster,
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolreplication, rolcreatedb "
            "FROM pg_roles WHERE rolname = current_user",
        )
        owner = query(
            cluster,
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()",
        )
    finally:
        cluster.stop()

    assert role == ("frontoffice", False, False, False, False, True)
    assert owner == ("frontoffice",)


def test_cyrillic_is_letters_to_the_database(root: Path) -> None:
    cluster = localdb.start(root=root)
    try:
        query(cluster, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
        found = query(
            cluster,
            "SELECT lower('Ж'), 'УСЛУГА' ILIKE 'усл%', 'Жена' ~* 'жЕНА', "
            "cardinality(show_trgm('жена')), current_setting('server_encoding')",
        )
    finally:
        cluster.stop()

    assert found == ("ж", True, True, 5, "UTF8")


def test_a_second_start_joins_and_the_last_to_leave_stops_the_server(root: Path) -> None:
    first, second = localdb.start(root=root), localdb.start(root=root)
    try:
        assert first.url == second.url
        first.stop()
        first.stop()  # leaving twice is leaving once
        assert is_up(second)
    finally:
        second.stop()

    assert not is_up(second)


def test_data_and_password_outlive_a_stop_and_the_password_is_for_its_owner(root: Path) -> None:
    cluster = localdb.start(root=root)
    query(cluster, "CREATE TABLE kept AS SELECT 42 AS answer")
    cluster.stop()
    again = localdb.start(root=root)
    try:
        assert query(again, "SELECT answer FROM kept") == (42,)
        assert (root / "password").stat().st_mode & 0o777 == 0o600
        assert not again.place.data.stat().st_mode & 0o077
    finally:
        query(again, "DROP TABLE kept")
        again.stop()


def test_a_killed_server_is_started_again(root: Path) -> None:
    killed = localdb.start(root=root)
    pid, _port = _postmaster(killed.place)
    os.kill(pid, signal.SIGKILL)

    again = localdb.start(root=root)
    try:
        assert is_up(again)
        assert (killed.place.data / "postmaster.pid").exists()
    finally:
        again.stop()
        killed.stop()


def test_a_stale_pid_that_now_belongs_to_another_process_does_not_stop_the_start(
    root: Path,
) -> None:
    cluster = localdb.start(root=root)
    cluster.stop()
    file = cluster.place.data / "postmaster.pid"
    file.write_text(f"{os.getpid()}\n{cluster.place.data}\n1\n1\n\n127.0.0.1\n0 0\nready\n")

    again = localdb.start(root=root)
    try:
        assert is_up(again)
    finally:
        again.stop()


def test_a_lost_password_is_replaced(root: Path) -> None:
    localdb.start(root=root).stop()
    before = (root / "password").read_text()
    (root / "password").unlink()

    again = localdb.start(root=root)
    try:
        assert is_up(again)
        assert before not in again.url
    finally:
        again.stop()


def test_a_half_made_cluster_is_made_again_and_no_folder_above_is_opened(
    place_of_work: Path,
) -> None:
    root = place_of_work / "half"
    partial = root / "data.partial"
    partial.mkdir(parents=True)
    (partial / "PG_VERSION").write_text("1")
    above = {folder: folder.stat().st_mode for folder in place_of_work.parents}

    cluster = localdb.start(root=root, disposable=False)
    try:
        assert is_up(cluster)
        assert not (cluster.place.home / "data.partial").exists()
    finally:
        cluster.stop()
    assert above == {folder: folder.stat().st_mode for folder in place_of_work.parents}


def test_data_of_another_version_is_named_and_left_alone(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    localdb.start(root=root).stop()
    version = places.find_place(root).data / "PG_VERSION"
    right = version.read_text()
    version.write_text("12\n")
    try:
        with pytest.raises(localdb.LocalDatabaseError, match="PostgreSQL 12, а тук е") as caught:
            localdb.start(root=root)
    finally:
        version.write_text(right)

    assert "make reset" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_database_in_use_is_not_removed(root: Path) -> None:
    cluster = localdb.start(root=root)
    try:
        with pytest.raises(localdb.LocalDatabaseError, match="се ползва"):
            localdb.remove(root)
        assert is_up(cluster)
    finally:
        cluster.stop()


def test_what_a_killed_run_left_is_swept_by_the_next(place_of_work: Path) -> None:
    parent = place_of_work / "sweep"
    left = (
        "import os, sys, pathlib; from config import localdb\n"
        "cluster = localdb.start(root=pathlib.Path(sys.argv[1]), disposable=True)\n"
        "print(cluster.root, cluster.url, flush=True); os._exit(9)"
    )
    said = subprocess.run(
        [sys.executable, "-c", left, str(parent)], capture_output=True, text=True, check=False
    )
    root, url = said.stdout.split()
    psycopg.connect(url).close()  # still running, nobody's

    cluster = localdb.start(root=parent, disposable=True)
    try:
        assert not Path(root).exists()
        assert is_up(cluster)
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url, connect_timeout=2)
    finally:
        cluster.stop()
    assert not cluster.root.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="само root стартира базата като друг потребител")
def test_root_keeps_the_data_elsewhere_when_the_folder_is_closed(
    place_of_work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = place_of_work / "outside"
    monkeypatch.setattr(places, "OUTSIDE", outside)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    cluster = localdb.start(root=closed / "postgres")
    try:
        assert is_up(cluster)
        assert outside in cluster.place.home.parents
        pid, _port = _postmaster(cluster.place)
        assert psutil.Process(pid).uids().real != 0
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        cluster.stop()
        localdb.remove(closed / "postgres")
    assert not cluster.place.home.exists()


def test_no_disk_space_is_said_before_anything_is_made(
    place_of_work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "NEEDED_BYTES", 2**62)
    with pytest.raises(localdb.LocalDatabaseError, match="Няма място на диска"):
        localdb.start(root=place_of_work / "full")
    assert not list((place_of_work / "full").glob("data*"))


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EROFS, "само за четене"),
        (errno.EACCES, "Няма права"),
        (errno.EPERM, "Няма права"),
        (errno.ENOSPC, "Няма място"),
        (errno.EIO, "не може да тръгне"),
    ],
)
def test_what_the_system_refuses_is_one_line_that_says_what_to_do(number: int, said: str) -> None:
    with (
        pytest.raises(localdb.LocalDatabaseError, match=said) as caught,
        messages.explained(Path("/x")),
    ):
        raise OSError(number, os.strerror(number), "/x/y")
    assert "\n" not in str(caught.value)


# python -m config.localdb exec


def execute(place_of_work: Path, *command: str, **environment: str) -> subprocess.Popen[str]:
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "FRONTOFFICE_MODE"}}
    return subprocess.Popen(
        [sys.executable, "-m", "config.localdb", "exec", *command],
        env={**kept, "VAR_DIR": str(place_of_work / "var"), **environment},
        cwd=localdb.PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_exec_gives_the_command_an_address_and_passes_its_exit_code_on(
    place_of_work: Path,
) -> None:
    show = "import os, psycopg; url = os.environ['DATABASE_URL']; psycopg.connect(url).close()\n"
    show += "print(os.environ['FRONTOFFICE_MODE']); raise SystemExit(7)"
    with execute(place_of_work, "--test", "--", sys.executable, "-c", show) as process:
        said, _ = process.communicate(timeout=60)

    assert (said, process.returncode) == ("test\n", 7)
    assert not list((place_of_work / "var" / "postgres-test").glob("run-*"))


def test_exec_leaves_an_address_that_is_set(place_of_work: Path) -> None:
    command = ["--", sys.executable, "-c", "import os; print(os.environ['DATABASE_URL'])"]
    with execute(place_of_work, *command, DATABASE_URL="postgres://a@b/x") as process:
        assert process.communicate(timeout=60)[0] == "postgres://a@b/x\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_exec_passes_signals_on_and_cleans_up(place_of_work: Path, number: int) -> None:
    wait = (
        "import os, signal, time\n"
        "for n in (signal.SIGTERM, signal.SIGINT):\n"
        "    signal.signal(n, lambda number, _: (os.write(1, b'%d\\n' % number), os._exit(0)))\n"
        "print('ready', flush=True); time.sleep(60)"
    )
    with execute(place_of_work, "--test", "--", sys.executable, "-c", wait) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        said, _ = process.communicate(timeout=30)

    assert (said, process.returncode) == (f"{int(number)}\n", 0)
    assert not list((place_of_work / "var" / "postgres-test").glob("run-*"))


def test_an_unknown_command_line_is_explained() -> None:
    before = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "config.localdb", "exec", "--"],
        cwd=localdb.PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Употреба" in done.stderr
    assert time.monotonic() - before < 10
