"""The example's compose file and the manifests of docs/kubernetes: their form, and what they run."""

import re
import subprocess

import pytest
import yaml

from support.containers import interpolate, interpolated
from support.program import PROGRAM, ROOT

MANIFESTS = sorted((ROOT / "docs" / "kubernetes").glob("*.yaml"))
DOCKERFILES = [ROOT / "Dockerfile", ROOT / "examples" / "resumegen" / "Dockerfile"]


def documents(path):
    return list(yaml.safe_load_all(path.read_text()))


def containers(document):
    spec = document["spec"]["template"]["spec"]
    return [*spec.get("initContainers", ()), *spec["containers"]]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_manifest_is_what_kubernetes_takes(path):
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    for document in documents(path):
        kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)


def test_a_typing_error_in_a_manifest_is_seen():
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    document = documents(MANIFESTS[0])[0]
    document["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_manifest_runs_what_whimbrel_understands(path, tmp_path):
    """With --help in front a command line is read, and nothing is done; settings are read by `run`."""
    for document in documents(path):
        assert document["spec"].get("selector", {}).get("matchLabels", {}).items() <= \
            document["spec"]["template"]["metadata"]["labels"].items()
        for container in containers(document):
            words = container.get("command", ["whimbrel"]) + container.get("args", [])
            if words[0] != "whimbrel":
                continue
            subprocess.run([PROGRAM, "--help", *words[1:]], capture_output=True, cwd=tmp_path, check=True)
            settings = {each["name"]: each["value"] for each in container["env"] if "value" in each}
            assert settings.keys() <= {"WHIMBREL_HEALTH", "WHIMBREL_APP_VERSION", "WHIMBREL_LOG_FORMAT"}
            subprocess.run([PROGRAM, "run", "--mode", "off", "--", "true"], env=settings | {"PATH": "/usr/bin:/bin"},
                           cwd=tmp_path, check=True)


def test_manifest_that_is_answered_while_it_migrates():
    """The liveness path is the one that whimbrel answers, the readiness path is not; at the application's port."""
    found = 0
    for path in MANIFESTS:
        for container in [each for document in documents(path) for each in containers(document)]:
            health = {each["name"]: each.get("value") for each in container.get("env", ())}.get("WHIMBREL_HEALTH")
            if health:
                found += 1
                port, live = re.fullmatch(r":(\d+)(/.*)", health).groups()
                assert container["ports"][0]["containerPort"] == int(port)
                assert container["livenessProbe"]["httpGet"]["path"] == live != container["readinessProbe"]["httpGet"]["path"]
    assert found == 2


def test_compose_file_says_what_to_set():
    text = (ROOT / "examples" / "resumegen" / "docker-compose.yml").read_text()
    services = interpolated(yaml.safe_load(text)["services"], {"POSTGRES_USER": "u", "POSTGRES_PASSWORD": "p", "POSTGRES_DB": "d"})
    assert services["backend"]["entrypoint"] == ["whimbrel", "run", "--"]
    assert services["backend"]["environment"] == {"DATABASE_URL": "postgresql://u:p@db:5432/d", "UVICORN_PORT": "8000"}
    assert interpolate("a$$b${X:-y}${X}", {}) == "a$by"
    with pytest.raises(AssertionError, match="copy .env.example"):
        interpolated(yaml.safe_load(text), {})


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_dockerfile_needs_nothing_but_its_bases(path):
    """No frontend that would be fetched, and nothing in a shell that whimbrel does."""
    text = path.read_text()
    assert not re.search(r"^#\s*syntax", text, re.MULTILINE)
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) <= {"debian:bookworm", "debian:bookworm-slim",
                                                                   "python:3.11-slim-bookworm"}
    assert not re.search(r"\.sh\b|wait-for|sleep|pg_isready", text)
    copied = [source for words in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE) for source in words.split()]
    assert copied and all((ROOT / source).exists() for source in copied)
