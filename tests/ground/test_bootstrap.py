"""What `make` says before anything is installed."""

import ast
import importlib.util
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, PROJECT / "scripts" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def bootstrap() -> ModuleType:
    return load("bootstrap")


def test_an_old_python_can_read_it_and_is_told_its_age(bootstrap: ModuleType) -> None:
    source = (PROJECT / "scripts" / "bootstrap.py").read_text()
    tree = ast.parse(source, feature_version=(3, 7))

    assert not any(isinstance(node, ast.JoinedStr | ast.AnnAssign) for node in ast.walk(tree))
    assert not bootstrap.is_new_enough((3, 10, 14))
    assert bootstrap.is_new_enough((3, 11))
    assert (
        bootstrap.too_old((3, 9, 2))
        == "Python твърде стар: намерен е 3.9, а е нужен 3.11 или по-нов."
    )


def test_without_any_new_python_the_found_one_is_named(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "can_make_venv", lambda program: False)
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 8, 1, "final", 0))

    with pytest.raises(bootstrap.Stop, match=r"намерен е 3\.8"):
        bootstrap.find_python()


def test_a_python_without_venv_says_what_to_install(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "can_make_venv", lambda program: False)

    with pytest.raises(bootstrap.Stop, match="apt install python3-venv"):
        bootstrap.find_python()


def test_the_python_that_started_it_is_preferred(bootstrap: ModuleType) -> None:
    assert bootstrap.find_python() == sys.executable
    assert not bootstrap.can_make_venv("/nonexistent/python3")


def test_a_taken_port_is_said_with_what_to_do(bootstrap: ModuleType) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(bootstrap.Stop, match=f"Порт {port} е зает") as caught:
            bootstrap.check_port(str(port))

    assert "make run" in str(caught.value)
    assert bootstrap.check_port(str(port)) == port


@pytest.mark.parametrize("text", ["", "0", "65536", "осем", "-1", "80 00"])
def test_a_port_that_is_none_is_refused(bootstrap: ModuleType, text: str) -> None:
    with pytest.raises(bootstrap.Stop, match="не е порт"):
        bootstrap.check_port(text)


def test_a_full_disk_is_said_before_installing(bootstrap: ModuleType) -> None:
    with pytest.raises(bootstrap.Stop, match="Няма място на диска: нужни са 600 MB"):
        bootstrap.check_disk("local", free=100 * 2**20)
    bootstrap.check_disk("local", free=10 * 2**30)


def test_nothing_is_installed_when_the_pins_have_not_changed(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = {name: bootstrap.fingerprint(name) for name in ("local", "dev")}
    monkeypatch.setattr(bootstrap, "read_stamp", lambda: now)
    monkeypatch.setattr(bootstrap, "runs", lambda *a, **k: pytest.fail("pip was called"))

    bootstrap.install("local")
    bootstrap.install("dev")


def test_a_wrong_word_shows_the_usage_whatever_the_locale() -> None:
    done = subprocess.run(
        [sys.executable, PROJECT / "scripts" / "bootstrap.py", "dance"],
        env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Употреба" in done.stdout.decode()


def test_secrets_are_made_once_and_only_for_their_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = load("portal")
    file = tmp_path / "secrets.env"
    monkeypatch.delenv("SECRET_KEY", raising=False)

    portal.load_secrets(file)
    first = portal.os.environ["SECRET_KEY"]
    monkeypatch.delenv("SECRET_KEY")
    portal.load_secrets(file)

    assert portal.os.environ["SECRET_KEY"] == first
    assert len(first) >= 64
    assert file.stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("SECRET_KEY", "of the environment")
    portal.load_secrets(file)
    assert portal.os.environ["SECRET_KEY"] == "of the environment"
