"""A place for clusters of these tests, apart from the one the suite itself runs on."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import localdb


@pytest.fixture(scope="module")
def place_of_work() -> Iterator[Path]:
    """A folder under ``var/``: pytest's own are closed to the account that root runs servers as."""
    localdb.VAR.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="ground-", dir=localdb.VAR))
    folder.chmod(0o755)
    yield folder
    for root in folder.glob("*/"):
        localdb.remove(root)
    shutil.rmtree(folder)
