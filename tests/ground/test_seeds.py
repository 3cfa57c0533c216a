"""The kept database that test processes copy: made anew when what it is made of changes."""

import shutil
from pathlib import Path

import pytest

from tests.support import seeds


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the files that decide."""
    for path in seeds.sources():
        target = tmp_path / path.relative_to(seeds.ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return tmp_path


def test_the_same_files_have_the_same_seed(project: Path) -> None:
    assert seeds.key(project) == seeds.key()


@pytest.mark.parametrize(
    "name",
    [
        "referrals/migrations/0001_applying.py",  # tables, triggers
        "municipalities/rls.py",  # policies, which migrations import
        "municipalities/tenancy.py",  # what policies import
        "config/settings.py",
        "config/localdb/making.py",
        "requirements/base.txt",
    ],
)
def test_a_changed_file_has_another_seed(project: Path, name: str) -> None:
    path = project / name
    path.write_text(path.read_text() + "\n# changed\n")
    assert seeds.key(project) != seeds.key()


def test_a_new_migration_has_another_seed(project: Path) -> None:
    (project / "projects/migrations/0099_new.py").write_text("")
    assert seeds.key(project) != seeds.key()
