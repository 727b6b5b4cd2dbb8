"""The Debian packages: built as Debian builds them, judged by lintian, installed into a Debian that has nothing else."""

import os
import re
import shutil
from pathlib import Path

import pytest

from support.packages import VERSION, as_root, build, documented, needed, report, run
from support.program import ROOT

NAMES = ("whimbrel", "libwhimbrel0", "libwhimbrel-dev")


@pytest.fixture(scope="session")
def packages():
    """The path of each package. The unit tests are run while they are built."""
    built = {path.name.split("_")[0]: path for path in build("build-deb")}
    assert set(built) - {f"{name}-dbgsym" for name in NAMES} == set(NAMES)
    for name in NAMES:
        report(built[name])
    return {name: built[name] for name in NAMES}


def contents(package):
    """The files in it."""
    return {line.split()[5][1:] for line in run("dpkg", "--contents", package).splitlines() if line[0] != "d"}


def test_lintian_has_nothing_to_say(packages):
    changes, = (ROOT / "dist").glob(f"whimbrel_{VERSION}_*.changes")
    said = run("lintian", "--allow-root", "--fail-on", "error,warning", changes)
    assert not re.search(r"^[EW]:", said, re.MULTILINE), said


def test_everything_is_in_its_package(packages):
    program, library, development = (contents(packages[name]) for name in NAMES)
    assert {"/usr/bin/whimbrel", "/usr/share/man/man1/whimbrel.1.gz", "/usr/share/man/man1/whimbrel-run.1.gz",
            "/usr/share/man/man5/whimbrel.ini.5.gz", "/usr/share/bash-completion/completions/whimbrel",
            "/usr/share/zsh/vendor-completions/_whimbrel", "/usr/share/fish/vendor_completions.d/whimbrel.fish",
            "/usr/share/whimbrel/python/whimbrel/alembic.py", "/usr/share/doc/whimbrel/getting-started.md"} <= program
    assert [name for name in library if re.search(r"\.so\.\d+$", name)] != []
    assert {"/usr/include/whimbrel.h", "/usr/share/man/man3/libwhimbrel.3.gz"} <= development
    assert {Path(name).name for name in development} >= {"libwhimbrel.a", "libwhimbrel.so", "whimbrel.pc"}
    assert not (program & library or library & development or program & development)


def test_the_system_keeps_the_libraries_up_to_date(packages, tmp_path):
    """None of them is a part of the program: a fix of OpenSSL's reaches it with Debian's package."""
    run("dpkg", "--extract", packages["whimbrel"], tmp_path)
    linked = needed(tmp_path / "usr" / "bin" / "whimbrel")
    for library in ("libsqlite3.so", "libcrypto.so", "libjansson.so", "libpg_query.so"):
        assert any(name.startswith(library) for name in linked), linked


def test_it_runs_from_where_it_is_unpacked(packages, tmp_path, use, installed):
    for name in NAMES:
        run("dpkg", "--extract", packages[name], tmp_path / "root")
    whimbrel = installed(tmp_path / "root" / "usr" / "bin" / "whimbrel")
    use.migrate(whimbrel)
    use.read_models(whimbrel)


def test_an_application_is_built_with_the_library(packages, tmp_path, files, installed):
    root = tmp_path / "root"
    for name in NAMES:
        run("dpkg", "--extract", packages[name], root)
    described, = root.rglob("whimbrel.pc")
    environment = os.environ | {"PKG_CONFIG_PATH": str(described.parent), "PKG_CONFIG_SYSROOT_DIR": str(root),
                                "LD_LIBRARY_PATH": str(described.parent.parent)}
    files.chain("a1")
    files.config(url="sqlite:///app.db")
    shutil.copy(ROOT / "examples" / "embed" / "embed.c", tmp_path)
    lines = re.findall(r"^    (cc .*)$", (ROOT / "examples" / "embed" / "README.md").read_text(), re.MULTILINE)
    assert len(lines) == 2
    for line in lines:
        (files.folder / "app.db").unlink(missing_ok=True)
        run("sh", "-c", line, cwd=tmp_path, env=environment)
        assert "step_done a1" in run(tmp_path / "embed", cwd=files.folder, env=environment)


def mirror():
    """Where this machine gets Debian from, and which Debian it is."""
    policy = run("apt-cache", "policy", "libc6")
    found = re.search(r"(https?://\S+?/?) +(\S+)/main", policy)
    return found[1], found[2]


@pytest.fixture
def debian(packages, tmp_path):
    """The root folder of a fresh Debian with what the packages depend on."""
    as_root()
    if not shutil.which("debootstrap"):
        pytest.skip("debootstrap is not installed")
    wanted = set()
    for name in ("whimbrel", "libwhimbrel0"):
        depends = run("dpkg-deb", "--field", packages[name], "Depends")
        wanted |= {re.match(r"[^ (]+", each.strip())[0] for each in depends.split(",")}
    address, suite = mirror()
    root = tmp_path / "debian"
    keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    trust = [f"--keyring={keyring}"] if keyring.exists() else []
    run("debootstrap", "--variant=minbase", *trust, f"--include={','.join(sorted(wanted))}", suite, root, address)
    yield root
    shutil.rmtree(root)


def in_chroot(root, *command):
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    return run("chroot", root, *command, env=environment)


@pytest.mark.engine("postgresql")
def test_a_fresh_debian(debian, packages, project, database, installed):
    """They are configured only where all that they depend on is there."""
    (debian / "dist").mkdir()
    for name in ("whimbrel", "libwhimbrel0"):
        shutil.copy(packages[name], debian / "dist")
    in_chroot(debian, "sh", "-c", documented("apt-get install ./dist/whimbrel_*.deb"))
    in_chroot(debian, "sh", "-c", "dpkg --install dist/libwhimbrel0_*.deb")
    project.config(url=database.tcp_url)
    project.chain("a1")
    shutil.copytree(project.folder, debian / "project")
    whimbrel = installed("chroot", debian, "sh", "-c", 'cd /project && exec whimbrel "$@"', "sh")
    assert whimbrel("version").ok().out.startswith(f"whimbrel {VERSION}")
    whimbrel("upgrade").ok()
    assert database.heads() == ["a1"]
    in_chroot(debian, "dpkg", "--purge", "whimbrel", "libwhimbrel0")
    assert not (debian / "usr" / "share" / "whimbrel").exists()
