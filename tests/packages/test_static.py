"""The static program: in a root folder that has nothing else, on another C library's machine, with everything it promises."""

import os
import shutil

import pytest

from support.cluster import Cluster, unprivileged_user
from support.database import PostgreSQL
from support.packages import VERSION, as_root, build, needed, report, run, type_command


@pytest.fixture
def empty_root(tree, project):
    """The project's folder, with the program in it, and nothing else: what FROM scratch and two COPY give."""
    as_root()
    shutil.copy(tree / "bin" / "whimbrel", project.folder)
    return project.folder


@pytest.fixture
def in_empty_root(empty_root, installed):
    return installed("chroot", empty_root, "/whimbrel")


def test_it_needs_nothing(tree):
    program = tree / "bin" / "whimbrel"
    report(program)
    assert needed(program) == []
    assert "INTERP" not in run("readelf", "--program-headers", program)
    header = run("readelf", "--file-header", program)
    assert "DYN (" in header, "it is not position independent"
    assert "GNU_RELRO" in run("readelf", "--program-headers", program)


def test_the_archive_has_one_folder(tmp_path):
    archive, = build("build-static", "--archive")
    report(archive)
    names = run("tar", "-tzf", archive).split()
    assert {name.split("/")[0] for name in names} == {archive.name.removesuffix(".tar.gz")}
    endings = [name.split("/", 1)[1] for name in names if "/" in name]
    assert {"bin/whimbrel", "share/man/man1/whimbrel-run.1", "share/whimbrel/python/whimbrel/alembic.py",
            "share/doc/whimbrel/licenses/OpenSSL"} <= set(endings)
    assert VERSION in archive.name
    type_command("tar -xzf dist/whimbrel-*-linux-*.tar.gz", tmp_path)
    program, = tmp_path.glob("*/bin/whimbrel")
    assert run(program, "version").startswith(f"whimbrel {VERSION}")


def test_it_migrates(tree, use, installed):
    whimbrel = installed(tree / "bin" / "whimbrel")
    use.migrate(whimbrel)
    use.read_models(whimbrel)


@pytest.mark.engine("sqlite")
def test_an_empty_root_with_sqlite(project, in_empty_root):
    project.config(url="sqlite:///app.db")
    project.chain("a1", "b2")
    in_empty_root("upgrade").ok()
    assert in_empty_root("current").ok().out.startswith("b2")
    in_empty_root("run", "--", "/whimbrel", "downgrade", "base", "--yes").ok()
    assert in_empty_root("status", "--json").ok().json()["heads"] is not None
    assert (project.folder / "app.db").exists()


@pytest.mark.engine("postgresql")
def test_an_empty_root_with_postgresql(project, database, in_empty_root):
    project.config(url=database.tcp_url)
    project.chain("a1", "b2")
    in_empty_root("run", "--", "/whimbrel", "current").ok()
    assert database.heads() == ["b2"]
    project.config(url=database.tcp_url.replace(f":{database.cluster.password}@", ":wrong@"))
    in_empty_root("upgrade").failed(4, "password authentication failed")


@pytest.mark.engine("postgresql")
def test_names_of_hosts(project, database, in_empty_root):
    """As a container has them: a name in /etc/hosts, one that no server knows."""
    (project.folder / "etc").mkdir()
    (project.folder / "etc" / "hosts").write_text("127.0.0.1 database\n")
    (project.folder / "etc" / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    project.config(url=database.tcp_url.replace("127.0.0.1", "database"))
    project.chain("a1")
    in_empty_root("upgrade").ok()
    assert database.heads() == ["a1"]
    project.config(url=database.tcp_url.replace("127.0.0.1", "elsewhere"))
    in_empty_root("upgrade").failed(4, "elsewhere", "could not translate host name")


@pytest.fixture
def tls_server(tmp_path):
    """A server that speaks TLS, with a certificate for 127.0.0.1 that is in project/root.crt too."""
    cluster = Cluster(ssl="on")
    key, certificate = cluster.data / "server.key", cluster.data / "server.crt"
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=whimbrel", "-addext",
        "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate)
    user = unprivileged_user()
    for path in (key, certificate):
        path.chmod(0o600)
        if user:
            os.chown(path, user.pw_uid, user.pw_gid)
    with cluster:
        database = PostgreSQL(cluster)
        yield database, certificate.read_text()
        database.remove()


@pytest.mark.engine("postgresql")
def test_tls_is_spoken_and_checked(project, tls_server, in_empty_root):
    """What settings of OpenSSL a machine has are no concern of the program: they may name modules of another one."""
    encrypted, certificate = tls_server
    (project.folder / "root.crt").write_text(certificate)
    (project.folder / "etc" / "ssl").mkdir(parents=True)
    (project.folder / "etc" / "ssl" / "openssl.cnf").write_text("openssl_conf = nonsense\n[nonsense]\nproviders = none\n")
    project.chain("a1")
    project.config(url=f"{encrypted.tcp_url}?sslmode=verify-full&sslrootcert=/root.crt")
    in_empty_root("upgrade").ok()
    assert encrypted.heads() == ["a1"]
    project.config(url=f"{encrypted.tcp_url}?sslmode=verify-full&sslrootcert=/missing.crt")
    in_empty_root("upgrade").failed(4, "missing.crt")
    other = run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=other", "-keyout", "/dev/null")
    (project.folder / "root.crt").write_text(other)
    project.config(url=f"{encrypted.tcp_url}?sslmode=verify-full&sslrootcert=/root.crt")
    in_empty_root("upgrade").failed(4, "certificate verify failed")


def test_threads_have_room(tree, installed, files):
    """One of the two schemas is read by a thread, which has a small stack from this C library unless it is told otherwise."""
    nested = "(" * 900 + "id" + " + 1)" * 900
    (files.folder / "empty.sql").write_text("")
    (files.folder / "deep.sql").write_text(f"CREATE TABLE t (id integer, x integer GENERATED ALWAYS AS ({nested}));\n")
    whimbrel = installed(tree / "bin" / "whimbrel")
    assert nested in whimbrel("diff", "empty.sql", "deep.sql", "--url", "sqlite:///a.db").ok().out


def test_a_program_that_is_missing_is_told(tree, tmp_path, installed, files):
    result = installed(tree / "bin" / "whimbrel")("run", "--url", "sqlite:///a.db", "--", "no-such-program")
    assert result.code == 127, result
