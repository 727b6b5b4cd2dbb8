"""The wheel: installed by pip into an environment that has nothing else."""

import base64
import csv
import hashlib
import io
import os
import platform
import sys
import zipfile

import pytest

from support.alembic import copy_history
from support.packages import MODELS, VERSION, build, report, run, type_command
from support.program import ROOT

REQUIREMENTS = {name.split("==")[0]: name for name in (ROOT / "tests" / "requirements.txt").read_text().split()}


@pytest.fixture(scope="module")
def wheel():
    path, = build("build-wheel")
    report(path)
    return path


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """The folder of a virtual environment: the wheel alone, then what a project has beside it."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    run(sys.executable, "-m", "venv", folder)
    type_command("pip install dist/whimbrel-*.whl", folder, PIP_NO_INDEX="1", PATH=f"{folder / 'bin'}:{os.environ['PATH']}")
    pip = [folder / "bin" / "pip", "--disable-pip-version-check", "--quiet"]
    assert run(folder / "bin" / "whimbrel", "version").startswith(f"whimbrel {VERSION}")
    run(*pip, "install", REQUIREMENTS["SQLAlchemy"], REQUIREMENTS["alembic"], REQUIREMENTS["psycopg[binary]"])
    return folder


@pytest.fixture
def whimbrel(environment, installed):
    """As in an activated environment: by its name, on the PATH."""
    whimbrel = installed("whimbrel")
    whimbrel.environment["PATH"] = f"{environment / 'bin'}:{whimbrel.environment['PATH']}"
    return whimbrel


def test_every_file_is_recorded(wheel):
    with zipfile.ZipFile(wheel) as archive:
        record = f"whimbrel-{VERSION}.dist-info/RECORD"
        recorded = {row[0]: row[1:] for row in csv.reader(io.StringIO(archive.read(record).decode()))}
        assert set(recorded) == set(archive.namelist())
        assert len(recorded) == len(archive.namelist())
        for name, (digest, size) in recorded.items():
            content = archive.read(name)
            if name != record:
                expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
                assert (digest, size) == (f"sha256={expected}", str(len(content))), name


def test_its_name_and_what_it_says_agree(wheel):
    with zipfile.ZipFile(wheel) as archive:
        information = f"whimbrel-{VERSION}.dist-info"
        metadata, said = (archive.read(f"{information}/{name}").decode() for name in ("METADATA", "WHEEL"))
    assert f"\nVersion: {VERSION}\n" in metadata
    _, version, python, abi, platforms = wheel.stem.split("-")
    assert version == VERSION
    tags = [line.removeprefix("Tag: ") for line in said.splitlines() if line.startswith("Tag: ")]
    assert tags == [f"{python}-{abi}-{each}" for each in platforms.split(".")]
    assert all(each.endswith(platform.machine()) for each in platforms.split("."))


def test_the_environment_is_whole(environment):
    run(environment / "bin" / "pip", "check")
    listed = run(environment / "bin" / "pip", "show", "--files", "whimbrel")
    assert f"Version: {VERSION}" in listed and "bin/whimbrel" in listed


def test_it_migrates(whimbrel, use):
    use.migrate(whimbrel)


def test_it_reads_models(whimbrel, environment, use):
    use.read_models(whimbrel, environment / "bin" / "python")


def test_models_without_the_program(environment, tmp_path):
    """`import whimbrel` finds the bridge among the environment's packages."""
    (tmp_path / "models.py").write_text(MODELS)
    out = run(environment / "bin" / "python", "-m", "whimbrel.sqlalchemy", "models", cwd=tmp_path)
    assert "CREATE TABLE users" in out
    place = run(environment / "bin" / "python", "-c", "import whimbrel.sqlalchemy as s; print(s.__file__)", cwd=tmp_path)
    assert "site-packages" in place


@pytest.mark.engine("sqlite")
def test_a_project_in_another_environment(whimbrel, use):
    """As after `pipx install whimbrel`: the project's interpreter has never heard of it."""
    use.read_models(whimbrel, sys.executable)


def test_it_imports_an_alembic_history(whimbrel, environment, tmp_path):
    """By the Alembic of the environment that it is in."""
    whimbrel.folder = copy_history("notes", tmp_path / "history")
    whimbrel("import", "alembic", "--dir", "revisions", "--python", environment / "bin" / "python").ok()
    assert list((whimbrel.folder / "revisions").glob("*.sql"))


def test_it_can_be_taken_away(wheel, tmp_path):
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    run(tmp_path / "venv" / "bin" / "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index", wheel)
    run(tmp_path / "venv" / "bin" / "pip", "--disable-pip-version-check", "uninstall", "--quiet", "--yes", "whimbrel")
    left = [path for path in (tmp_path / "venv").rglob("*whimbrel*") if path.is_file()]
    assert left == []


def test_the_same_tree_gives_the_same_bytes(wheel, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    build("build-wheel")
    first = wheel.read_bytes()
    build("build-wheel")
    assert wheel.read_bytes() == first
