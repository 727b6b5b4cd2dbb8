"""The example in containers: what its Dockerfile and its compose file promise, with three replicas and PostgreSQL."""

import json
import statistics
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from containers.conftest import EXAMPLE
from support.cluster import free_port
from support.program import PROGRAM, wait_until

pytestmark = pytest.mark.timeout(1500)  # the first one makes the images

HEAD = "27c6a30d7c24"
REVISIONS = sorted(path.read_text().split("-- revision: ")[1].split()[0] for path in (EXAMPLE / "migrations").glob("*.sql"))


def get(port, path="/health"):
    """(status, body), or None while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return None


def serves(container, port):
    answer = wait_until(lambda: get(port) or not container.is_running(), 60)
    return isinstance(answer, tuple) and answer[0] == 200 and json.loads(answer[1])["database"] == "postgresql"


def applied_once(example):
    heads, ledger = example.state()
    return heads == [HEAD] and ledger == [f"{revision}|1" for revision in REVISIONS]


# ---- What it is for ----


def test_up_on_an_empty_database(example):
    replicas = example.up()
    for container, port in replicas:
        assert serves(container, port), container.logs()
        assert example.compose.is_healthy("backend", container), container.logs()
    assert applied_once(example)
    logs = [container.logs() for container, _ in replicas]
    assert sum(f"done: {len(REVISIONS)} revisions" in log for log in logs) == 1, logs

    for container, _ in replicas:
        assert container.execute("cat", "/proc/1/comm").stdout.strip() == "uvicorn"
        assert "whimbrel" not in container.execute("cat", "/proc/1/cmdline").stdout
        assert "python" in container.execute("readlink", "/proc/1/exe").stdout
    for container, _ in replicas:
        assert container.stop() < 10, "the signal has reached the application"
        assert "Finished server process" in container.logs() and container.state()["ExitCode"] in (0, 143)


def test_a_new_revision_and_a_restart(example, migrations):
    for container, port in example.up():
        assert serves(container, port), container.logs()
        container.stop()
    migrations.add("newer", "CREATE TABLE newer (a integer); INSERT INTO newer VALUES (1);")
    for container, port in example.up(*migrations.options):
        assert serves(container, port), container.logs()
    assert example.state() == (["newer"], sorted([f"{revision}|1" for revision in [*REVISIONS, "newer"]]))
    assert example.query("SELECT * FROM newer") == ["1"]


def test_a_revision_that_fails(example, migrations):
    name = migrations.add("broken", "CREATE TABLE half (a integer);\nINSERT INTO half VALUES (1);\nSELECT * FROM nowhere;")
    replicas = example.up(*migrations.options)
    for container, port in replicas:
        assert container.wait() == 1, container.logs()
        assert get(port) is None
        for said in ("broken", f"{name}:8:15", "SELECT * FROM nowhere", "42P01", "rolled back", f"is at {HEAD}"):
            assert said in container.logs(), f"{said} is not in: {container.logs()}"
        assert "Uvicorn" not in container.logs()
    heads, ledger = example.state()
    assert heads == [HEAD] and {f"{revision}|1" for revision in REVISIONS} <= set(ledger)
    assert "half" not in example.tables()


def test_stop_during_a_migration(example, migrations):
    migrations.add("slow", "CREATE TABLE half (a integer);\nSELECT pg_sleep(120);")
    example.wait_for_server()
    container = example.one(*migrations.options)
    asleep = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(120)%' AND pid <> pg_backend_pid()"
    assert wait_until(lambda: example.query(asleep) == ["1"], 60), container.logs()
    assert container.stop() < 10
    assert container.state()["ExitCode"] == 143, container.logs()
    assert "Uvicorn" not in container.logs()
    assert wait_until(lambda: example.query(asleep) == ["0"], 5), "the server has stopped too"
    assert applied_once(example) and "half" not in example.tables()

    migrations.add("slow", "CREATE TABLE half (a integer);")
    for replica, port in example.up(*migrations.options):
        assert serves(replica, port), replica.logs()
    assert example.state()[0] == ["slow"] and "half" in example.tables()


def test_health_on_the_port_of_the_application(example, migrations):
    """Liveness answers through a long migration and on, readiness only by the application."""
    migrations.add("slow", "SELECT pg_sleep(5);")
    example.wait_for_server()
    port = free_port()
    container = example.compose.start("backend", *migrations.options, BACKEND_PORT=str(port),
                                      environment={"WHIMBREL_HEALTH": f":{port}/live"})
    last = (200, f"migrating {len(REVISIONS) + 1} of {len(REVISIONS) + 1}: slow added\n")
    assert wait_until(lambda: get(port, "/live") == last, 30), container.logs()
    assert get(port, "/health")[0] == 503
    assert wait_until(lambda: (get(port, "/health") or (0,))[0] == 200, 30), container.logs()
    assert get(port, "/live")[0] == 200


# ---- Bad input ----


def test_no_url(example, images):
    """The application's own default is a file where the container may not write."""
    container = example.one(without=("DATABASE_URL",))
    assert container.wait() in (1, 4)
    assert "resumegen.db" in container.logs() and "Uvicorn" not in container.logs()
    bare = images.podman("run", "--rm", "--network", "host", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000",
                         "whimbrel", "upgrade", check=False)
    assert bare.returncode == 1 and "DATABASE_URL" in bare.stdout, bare.stdout


def test_a_database_that_does_not_exist(example):
    example.wait_for_server()
    variables = example.compose.variables
    url = f"postgresql://resumegen:{variables['POSTGRES_PASSWORD']}@db:{variables['POSTGRES_PORT']}/nosuch"
    container = example.one(environment={"DATABASE_URL": url})
    assert container.wait(20) == 4, container.logs()
    assert "nosuch" in container.logs() and "--create-db" in container.logs()
    assert variables["POSTGRES_PASSWORD"] not in container.logs()


@pytest.mark.parametrize("command, status", [(["nosuch-program"], 127), (["/etc/passwd"], 126)])
def test_a_command_that_can_not_be_started(example, command, status):
    example.wait_for_server()
    container = example.one(command=command)
    assert container.wait(20) == status, container.logs()
    assert command[0] in container.logs()
    assert example.tables() == [], "asked before anything is migrated"


def test_everything_taken_away(example):
    """A read-only root, any uid, 64 MiB, no capability, no terminal, no HOME, and an odd time zone and language."""
    example.wait_for_server()
    taken = ("--read-only", "--read-only-tmpfs=false", "--user", "4711:4711", "--cap-drop", "all", "--security-opt",
             "no-new-privileges")
    container = example.one(*taken, "--memory", "64m", "--memory-swap", "64m",
                            environment={"TZ": "Pacific/Chatham", "LANG": "C", "LC_ALL": "C"},
                            entrypoint=["env", "-u", "HOME", "whimbrel", "run", "--"],
                            command=["sh", "-c", 'echo "serving as $(id -u), HOME=${HOME-none}"; touch /x'])
    container.wait()
    assert "serving as 4711, HOME=none" in container.logs() and "Read-only file system" in container.logs()
    assert applied_once(example)
    port = free_port()
    assert serves(example.compose.start("backend", *taken, BACKEND_PORT=str(port)), port)


# ---- Figures ----


ENV_PY = """
from alembic import context
from app.database import engine
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


def write_alembic_project(folder):
    """The same application, and the same history as Alembic's files."""
    for name in ("app", "requirements.txt"):
        subprocess.run(["cp", "-r", EXAMPLE / name, folder], check=True)
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = alembic\npath_separator = os\nprepend_sys_path = .\n")
    versions = folder / "alembic" / "versions"
    versions.mkdir(parents=True)
    (folder / "alembic" / "env.py").write_text(ENV_PY)
    listed = subprocess.run([PROGRAM, "history", "--offline", "--json"], cwd=EXAMPLE, capture_output=True, text=True, check=True)
    for revision in json.loads(listed.stdout):
        text = (EXAMPLE / revision["path"]).read_text()
        (versions / f"{revision['revision']}.py").write_text(
            f"from alembic import op\n\nrevision = {revision['revision']!r}\ndown_revision = {tuple(revision['revises']) or None!r}\n"
            f"branch_labels = {tuple(revision['branch_labels']) or None!r}\ndepends_on = {tuple(revision['depends_on']) or None!r}\n\n\n"
            f"def upgrade():\n    op.execute({text!r})\n\n\ndef downgrade():\n    pass\n")


def first_byte_ms(engine, name):
    """From the start of a container that exists to the first byte that comes out of it."""
    started = time.monotonic()
    process = subprocess.Popen([str(word) for word in ("podman", *engine.store, "--runtime", "runc", "start", "--attach", name)],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    byte = process.stdout.read(1)
    elapsed = (time.monotonic() - started) * 1000
    process.communicate(timeout=60)
    assert byte == b"s" and process.returncode == 0, (byte, process.returncode)
    return elapsed


def test_figures(example, images, tmp_path, capsys):
    """Nothing is pending: what is printed is what each start costs. Nothing is asserted of times but who is faster."""
    for container, port in example.up():
        assert serves(container, port), container.logs()
        container.stop()
    write_alembic_project(tmp_path)
    images.build("resumegen-alembic", EXAMPLE.parents[1] / "tests" / "containers" / "alembic.Dockerfile", tmp_path)

    def create(image, **changes):
        example.compose.images["backend"] = image
        container = example.one(command=["echo", "started"], **changes)
        assert container.wait() == 0, container.logs()
        assert container.logs().splitlines()[-1] == "started"
        return container.name

    names = {"nothing before it": create("resumegen", entrypoint=["env"]), "whimbrel run": create("resumegen"),
             "alembic upgrade": create("resumegen-alembic", entrypoint=["sh", "-c", "alembic upgrade heads && exec \"$@\"", "sh"])}
    times = {what: [] for what in names}
    for _ in range(7):
        for what, name in names.items():
            times[what].append(first_byte_ms(images, name))
    median = {what: statistics.median(values) for what, values in times.items()}
    with capsys.disabled():
        print("\n\nimage                            MB")
        for image in ("debian:bookworm-slim", "whimbrel", "python:3.11-slim-bookworm", "resumegen", "resumegen-alembic"):
            print(f"{image:<28} {images.size(image) / 1e6:>6.1f}")
        print("\nfrom start to first byte         ms   (median of 7; the container's own start is in it)")
        for what, value in median.items():
            print(f"{what:<28} {value:>6.0f}   +{value - median['nothing before it']:.0f}")
    assert median["whimbrel run"] < median["alembic upgrade"]
    assert images.size("resumegen") - images.size("python:3.11-slim-bookworm") < 120e6
