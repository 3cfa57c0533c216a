"""Making the cluster: initdb, the role that is nobody's superuser, its database."""

import contextlib
import errno
import locale
import os
import secrets
import shutil
from pathlib import Path

from config.localdb.messages import OTHERWISE, LocalDatabaseError, failure, say
from config.localdb.place import Place
from config.localdb.server import ROLE, shut_down

NEEDED_BYTES = 250 * 1024 * 1024
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
timezone = 'UTC'
log_timezone = 'UTC'
jit = off
"""
# A cluster of the test suite is thrown away: nothing in it needs to survive a power cut.
DISPOSABLE_SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
"""
ACCESS = f"host all {ROLE} 127.0.0.1/32 scram-sha-256\n"


def prepare(root: Path, place: Place, *, disposable: bool) -> str:
    """Make the cluster where there is none and return the role's password."""
    secret = root / "password"
    if place.data.exists():
        _check_version(place)
        with contextlib.suppress(FileNotFoundError):
            return secret.read_text()
        shut_down(place, mode="fast")
        password = _new_password(secret)
        _as_superuser(place, place.data, f"ALTER ROLE {ROLE} PASSWORD '{password}';\n")
        return password
    if shutil.disk_usage(place.home).free < NEEDED_BYTES:
        raise OSError(errno.ENOSPC, "disk", str(place.home))
    if place.home != root:
        say(f"Базата е в {place.home}: потребителят на PostgreSQL няма достъп до папката тук.")
    partial = place.home / "data.partial"  # a half-made one never bears the name "data"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    if place.account:
        os.chown(partial, place.account.uid, place.account.gid)
    _initdb(place, partial, disposable=disposable)
    password = _new_password(secret)
    sql = (
        f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS CREATEDB "
        f"PASSWORD '{password}';\nCREATE DATABASE {ROLE} OWNER {ROLE};\n"
    )
    _as_superuser(place, partial, sql)
    partial.rename(place.data)
    return password


def _initdb(place: Place, data: Path, *, disposable: bool) -> None:
    ctype = _character_type()
    fast = ["--no-sync", "--no-data-checksums"] if disposable else []
    # The built-in provider needs no locale of the system for lower('Ж'), ILIKE and sorting by
    # code point; LC_CTYPE is what pg_trgm asks whether a sign is a letter.
    made = place.run(
        "initdb",
        *("-D", data, "-U", "postgres", "--auth=reject", "--encoding=UTF8", "--locale=C"),
        *(f"--lc-ctype={ctype}", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *("--no-instructions", *fast),
    )
    if made.returncode:
        raise failure("Базата не може да се създаде", made.stderr or made.stdout)
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(SETTINGS + (DISPOSABLE_SETTINGS if disposable else ""))
    (data / "pg_hba.conf").write_text(ACCESS)


def _character_type() -> str:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "bg_BG.UTF-8", "en_US.UTF-8", "UTF-8"):
            with contextlib.suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    say("Системата няма UTF-8 locale: търсенето няма да прощава правописни грешки.")
    return "C"


def _as_superuser(place: Place, data: Path, sql: str) -> None:
    """Run ``sql``, one statement a line, in single-user mode: no superuser ever has a password."""
    done = place.run("postgres", "--single", "-D", data, "postgres", stdin=sql)
    if done.returncode or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
        raise failure("Ролята на базата не може да се създаде", done.stderr)


def _new_password(secret: Path) -> str:
    password = secrets.token_urlsafe(32)
    secret.unlink(missing_ok=True)
    with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(password)
    return password


def _check_version(place: Place) -> None:
    made_by = (place.data / "PG_VERSION").read_text().strip()
    ours = place.run("postgres", "--version").stdout.split()[-1].split(".")[0]
    if made_by != ours:
        raise LocalDatabaseError(
            f"Базата в {place.home} е от PostgreSQL {made_by}, а тук е {ours}: изнесете данните "
            f"със стария или изтрийте базата с „make reset“ {OTHERWISE}."
        )
