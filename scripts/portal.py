"""Third step of ``make run``: prepare the database and the static files, then serve.

Expects DATABASE_URL. What is unchanged since the last start is skipped; migrations are looked at
every time. At the end the process becomes gunicorn.
"""

import base64
import contextlib
import fcntl
import hashlib
import io
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
VAR = Path(os.environ.get("VAR_DIR") or PROJECT / "var").resolve()
STATIC_STORAGE = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
SECRETS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(64),
    "DATA_KEYS": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "INDEX_KEY": lambda: secrets.token_urlsafe(64),
}


def load_secrets(path: Path) -> None:
    """Put the secrets kept in ``path`` into the environment, making those that are not there.

    What the environment already names wins. The file is readable by its owner alone.
    """
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        lines = file.read().splitlines()
        kept = dict(line.split("=", 1) for line in lines if "=" in line)
        for name, make in SECRETS.items():
            if name not in kept:
                kept[name] = make()
                file.write(f"{name}={kept[name]}\n")
    for name, value in kept.items():
        os.environ.setdefault(name, value)


@contextlib.contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Keep two starts at once from migrating and collecting files over each other."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def check_database() -> None:
    """Leave with a message where the database does not let us in; the pool would wait and retry."""
    import psycopg
    from django.db import connection

    how = connection.get_connection_params()
    how.pop("pool", None)
    try:
        psycopg.connect(**how, connect_timeout=5).close()
    except psycopg.OperationalError as fault:
        reason = str(fault).splitlines()[0]
        raise SystemExit(f"Базата от DATABASE_URL не отговаря: {reason}") from None


def prepare() -> str:
    """Bring database and static files up to date; return what to tell about the accounts."""
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    check_database()
    print("Подготвям базата …", flush=True)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("reference_data", stdout=io.StringIO())
    call_command("demo", stdout=io.StringIO())
    collect_static(VAR / "static.stamp")
    accounts = io.StringIO()
    call_command("demo", accounts=True, stdout=accounts)
    for connection in connections.all():
        connection.close()
        connection.close_pool()
    return accounts.getvalue()


def collect_static(stamp: Path) -> None:
    """Run collectstatic when a static file or an installed package has changed.

    Without compressed copies: they are for networks, and making them takes half a minute. The names
    and the manifest are those of production.
    """
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    settings.STORAGES["staticfiles"]["BACKEND"] = STATIC_STORAGE
    digest = hashlib.sha256(STATIC_STORAGE.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = os.stat(storage.path(name))
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    current = digest.hexdigest()
    root = Path(settings.STATIC_ROOT)
    if root.exists() and stamp.exists() and stamp.read_text() == current:
        return
    print("Събирам стиловете и скриптовете …", flush=True)
    call_command("collectstatic", interactive=False, clear=root.exists(), verbosity=0)
    stamp.write_text(current)


def main() -> None:
    port = os.environ.get("PORT") or "8000"
    os.environ.setdefault("FRONTOFFICE_MODE", "demo")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        VAR.mkdir(parents=True, exist_ok=True)
        load_secrets(VAR / "secrets.env")
    except OSError as fault:
        raise SystemExit(f"Порталът не може да пише в {VAR}: {fault}") from None
    with one_at_a_time(VAR / "prepare.lock"):
        accounts = prepare()
    os.environ["PORTAL_WELCOME"] = (
        f"\nПорталът работи на http://127.0.0.1:{port}/ (демонстрация с измислени хора)\n\n"
        f"Входове:\n{accounts}\nСпиране: Ctrl+C\n"
    )
    settings = str(PROJECT / "scripts" / "gunicorn_local.py")
    os.execv(
        sys.executable, [sys.executable, "-m", "gunicorn", "--config", settings, "config.wsgi"]
    )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
