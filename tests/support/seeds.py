"""The database every test process starts from, migrated once and kept for the runs that follow.

To migrate from nothing takes half a minute; PostgreSQL copies a database in a moment. So the empty
migrated database is kept as the files of a stopped cluster under ``var/postgres-seeds``, named by
what it was made of (``key``): an edited migration, policy, pin or setting makes another. A run's
disposable cluster begins as a copy, and Django still runs ``migrate`` in every test database: what
the seed lacks is added. With DATABASE_URL set there is no seed.

``python -m tests.support.seeds`` makes the seed of the code as it stands, where there is none.
"""

from __future__ import annotations

import ast
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from config import localdb
from config.localdb import Cluster, LocalDatabaseError
from config.localdb.locks import locked
from config.localdb.server import shut_down

NAME = "frontoffice_seed"  # the database in the cluster
ROOT = Path(__file__).resolve().parents[2]
KEPT = 3  # seeds, the last used: one is some 100 MB
FURTHER = ("config/settings.py", "config/localdb/*.py", "requirements/*.txt")


def sources(root: Path = ROOT) -> list[Path]:
    """Return the files that decide what a migrated database is.

    They are the migrations and what of ours they import, directly or not. Models are left out:
    migrations take from them only functions that give new rows their values.
    """
    waiting = sorted(root.glob("*/migrations/*.py"))
    found = {path for pattern in FURTHER for path in root.glob(pattern)}
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += [file for file in _imported(path, root) if file.stem != "models"]
    return sorted(found)


def _imported(path: Path, root: Path) -> list[Path]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    files = [root.joinpath(*name.split(".")) for name in names]
    both = [file for path in files for file in (path.with_suffix(".py"), path / "__init__.py")]
    return [file for file in both if file.is_file()]


def key(root: Path = ROOT) -> str:
    """Return the name of the seed that belongs to the files as they are."""
    digest = hashlib.sha256()
    for path in sources(root):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root)} {content}\n".encode())
    return digest.hexdigest()[:20]


def seed() -> Path:
    """Return the folder of the seed, made if it is not there; raises LocalDatabaseError."""
    parent = localdb.VAR / "postgres-seeds"
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locked(parent / "lock"):
        folder = parent / key()
        if not folder.exists():
            _make(folder)
        os.utime(folder)
        others = [path for path in parent.iterdir() if path.is_dir() and path != folder]
        for old in sorted(others, key=lambda path: path.stat().st_mtime)[: 1 - KEPT]:
            shutil.rmtree(old)
    return folder


def _make(folder: Path) -> None:
    partial = folder.with_suffix(".partial")  # a half-made one never bears the name
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    cluster = localdb.start(disposable=True)
    try:
        _migrate(cluster)
        shut_down(cluster.place, mode="fast")  # what is copied must be whole
        localdb.copy_files(cluster.place.data, partial / "data")
        localdb.copy_files(cluster.root / "password", partial / "password")
    finally:
        cluster.stop()
    partial.rename(folder)


def _migrate(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME} TEMPLATE template0")
    address = urlsplit(cluster.url)._replace(path=f"/{NAME}").geturl()
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--run-syncdb", "--verbosity=0"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": address, "FRONTOFFICE_MODE": "test"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise LocalDatabaseError(f"Базата за тестове не се мигрира:\n{done.stderr[-3000:]}")


if __name__ == "__main__":
    print(seed())
