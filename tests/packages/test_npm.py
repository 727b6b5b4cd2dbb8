"""The package for npm: installed into an empty folder, without a registry."""

import json
import os
import shutil

import pytest

from support.packages import VERSION, build, report, run, type_command

if not shutil.which("npm"):
    pytest.skip("npm is not installed", allow_module_level=True)


@pytest.fixture(scope="module")
def package():
    path, = build("build-npm")
    report(path)
    assert VERSION in path.name
    return path


@pytest.fixture(scope="module")
def modules(package, tmp_path_factory):
    """node_modules of a project that depends on it."""
    folder = tmp_path_factory.mktemp("application")
    (folder / "package.json").write_text('{"name": "application", "private": true, "scripts": {"migrate": "whimbrel version"}}')
    type_command("npm install ./dist/whimbrel-*.tgz", folder, npm_config_offline="true", npm_config_audit="false")
    return folder / "node_modules"


def test_it_is_what_npm_expects(modules):
    described = json.loads((modules / "whimbrel" / "package.json").read_text())
    assert described["version"] == VERSION
    assert described["os"] == ["linux"] and len(described["cpu"]) == 1
    assert os.path.realpath(modules / ".bin" / "whimbrel") == str(modules / "whimbrel" / "bin" / "whimbrel")


def test_scripts_find_it(modules):
    assert f"whimbrel {VERSION}" in run("npm", "run", "migrate", cwd=modules.parent)
    assert run("npx", "--no-install", "whimbrel", "version", cwd=modules.parent).startswith(f"whimbrel {VERSION}")


def test_it_migrates(modules, use, installed):
    whimbrel = installed(modules / ".bin" / "whimbrel")
    use.migrate(whimbrel)
    use.read_models(whimbrel)
