"""The installed library: examples/embed is built against it, as its README says."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from support.program import BUILD, ROOT

EXAMPLE = ROOT / "examples" / "embed"


def run(*command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder under which everything is installed, and the environment in which pkg-config finds it there."""
    root = tmp_path_factory.mktemp("installed")
    run("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", root)
    package = next(root.rglob("whimbrel.pc")).parent
    return root, os.environ | {"PKG_CONFIG_SYSROOT_DIR": str(root), "PKG_CONFIG_PATH": str(package),
                               "LD_LIBRARY_PATH": str(package.parent)}


def compile_commands():
    """The lines of the README that call the compiler: as it is, and with --static."""
    return re.findall(r"^    (cc .*)$", (EXAMPLE / "README.md").read_text(), re.MULTILINE)


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("command", compile_commands(), ids=["shared", "static"])
def test_example_is_built_and_migrates(command, installed, project, database, tmp_path):
    if b"__asan" in (BUILD / "libwhimbrel.a").read_bytes():
        command = command.replace("cc ", "cc -fsanitize=address,undefined ")
    root, environment = installed
    shutil.copy(EXAMPLE / "embed.c", tmp_path)
    run("sh", "-c", command, cwd=tmp_path, env=environment)
    shared = "libwhimbrel.so" in run("ldd", tmp_path / "embed", env=environment)
    assert shared == ("--static" not in command)

    project.chain("a1", "b2")
    output = run(tmp_path / "embed", cwd=project.folder, env=environment)
    assert "step_done a1 step a1\nstep_done b2" in re.sub("step_started.*\n", "", output)
    assert database.heads() == ["b2"]
    project.revision("c3", "SELECT nonsense;")
    failed = subprocess.run([tmp_path / "embed"], cwd=project.folder, env=environment, capture_output=True, text=True)
    assert failed.returncode == 1 and "sql: no such column: nonsense" in failed.stderr


def test_shared_use_needs_no_other_package(installed):
    root, environment = installed
    only_ours = environment | {"PKG_CONFIG_LIBDIR": environment["PKG_CONFIG_PATH"]}
    assert "-lpq" not in run("pkg-config", "--cflags", "--libs", "whimbrel", env=only_ours)


def test_pages_and_completions_are_installed(installed, whimbrel):
    root, _ = installed
    names = {path.name for path in root.rglob("*") if path.is_file()}
    commands = [command["name"] for command in whimbrel("help", "--json").json()["commands"]]
    pages = [f"whimbrel-{name}.1" for name in commands]
    assert names >= {"whimbrel.1", "whimbrel.ini.5", "whimbrel-revision.5", "libwhimbrel.3", "_whimbrel",
                     "whimbrel.fish", *pages}


def test_installed_program_reads_models(installed, files, whimbrel):
    """Its part in Python is beside it, and nowhere on Python's own path."""
    (files.folder / "models.py").write_text(
        "import sqlalchemy as sa\nmetadata = sa.MetaData()\n"
        "sa.Table('users', metadata, sa.Column('id', sa.Integer, primary_key=True))\n")
    program = next(path for path in installed[0].rglob("bin/whimbrel"))
    source = f"command:{sys.executable} -m whimbrel.sqlalchemy models"
    out = run(program, "create", "users", "--url", "sqlite:///app.db", "--schema", source, cwd=files.folder,
              env=whimbrel.environment)
    assert "CREATE TABLE users" in (files.folder / out.strip()).read_text()
