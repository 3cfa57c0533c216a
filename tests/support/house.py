"""Reading the project itself: its files, their imports, its routes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.urls import URLPattern, get_resolver

ROOT = Path(settings.BASE_DIR)
# An app imports only from floors below its own (docs/architecture.md).
FLOORS = {
    "municipalities": 1,
    "services_registry": 2,
    "projects": 2,
    "frontoffice": 3,
    "trainings": 3,
    "campaigns": 3,
    "referrals": 4,
    "config": 5,
}
_NOT_OURS = {".venv", "var", ".git", "node_modules", "__pycache__"}


def files(*suffixes: str, under: str = ".") -> list[Path]:
    """Return the project's own files with one of ``suffixes``, in order."""
    found = []
    for folder in sorted((ROOT / under).iterdir()) if under == "." else [ROOT / under]:
        if folder.name in _NOT_OURS or folder.name.startswith("."):
            continue
        candidates = folder.rglob("*") if folder.is_dir() else [folder]
        found += [
            path
            for path in candidates
            if path.suffix in suffixes and path.is_file() and not _NOT_OURS & set(path.parts)
        ]
    return sorted(found)


def name_of(path: Path) -> str:
    """Return a file's path inside the project."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def imported_apps(source: str) -> Iterator[tuple[str, int]]:
    """Yield (app, line) for everything of ours that Python source reaches for.

    Imports anywhere in the file count, and so do the dotted names that Django and ``import_module``
    look up themselves: ``"frontoffice.Consultation"``.
    """
    dotted = re.compile(rf"({'|'.join(FLOORS)})\.[A-Za-z_][\w.]*")
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and dotted.fullmatch(node.value)
            and _names_code(node.value)
        ):
            names = [node.value]
        for name in names:
            app = name.split(".")[0]
            if app in FLOORS:
                yield app, node.lineno


def _names_code(dotted: str) -> bool:
    """Say whether ``app.something`` is a model or a module, and not a setting of PostgreSQL."""
    app, first = dotted.split(".")[:2]
    return first[0].isupper() or any(
        (ROOT / app / name).exists() for name in (first, f"{first}.py")
    )


def upward_imports(app: str, source: str) -> list[str]:
    """Return what in ``source``, a file of ``app``, is not on a floor below."""
    return [
        f"line {line}: {app} (floor {FLOORS[app]}) reaches for {other} (floor {FLOORS[other]})"
        for other, line in imported_apps(source)
        if other != app and FLOORS[other] >= FLOORS[app]
    ]


class Route(NamedTuple):
    name: str  # with namespaces, or the pattern itself where it has none
    pattern: str
    callback: object
    needs_sign_in: bool


def routes(resolver=None, prefix: str = "", spaces: tuple[str, ...] = ()) -> Iterator[Route]:
    """Yield every address of the portal."""
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            name = ":".join((*spaces, entry.name)) if entry.name else pattern
            needs = getattr(entry.callback, "login_required", True)
            yield Route(name, pattern, entry.callback, needs)
        else:
            own = (entry.namespace,) if entry.namespace else ()
            yield from routes(entry, pattern, (*spaces, *own))
