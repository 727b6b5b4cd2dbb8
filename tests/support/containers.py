"""Containers without a registry: base images that stand in for the real ones, builds, and a compose file by hand.

The bases have the names that the project's Dockerfiles ask for and are made of Debian's packages, with this machine's
package sources and certificates in them; they never leave it. Everything is kept in .deps/containers.
"""

import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from support.program import ROOT, wait_until

SCAFFOLDING = ROOT / "tests" / "containers"
SUITE = "bookworm"

# What a fresh Debian needs of this machine to reach the same package sources.
MACHINE_FILES = ("/etc/apt/apt.conf.d", "/etc/apt/auth.conf.d", "/etc/apt/preferences.d", "/etc/pip.conf", "/etc/ssl/certs",
                 "/usr/local/share/ca-certificates")
NOT_IN_AN_IMAGE = ("./var/cache/apt/archives/*.deb", "./var/lib/apt/lists/*_*")
NOT_IN_A_SLIM_ONE = ("./usr/share/doc/*", "./usr/share/man/*", "./usr/share/locale/*", "./usr/share/info/*")

# Above the hard limits of the caller nothing may be asked for, which is what podman does by itself.
LIMITS = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000")


def run(*command, check=True, timeout=900, **options):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=timeout, **options)
    assert not check or done.returncode == 0, f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout[-6000:]}"
    return done


class Engine:
    """podman and buildah with a store of their own."""

    def __init__(self, folder=ROOT / ".deps" / "containers"):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        driver = os.environ.get("CONTAINERS_STORAGE") or self._find_driver()
        self.store = ["--root", self.folder / driver, "--runroot", self.folder / f"{driver}-run", "--storage-driver", driver]

    def _find_driver(self):
        """overlay copies nothing; vfs works everywhere."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        layers = [folder / name for name in ("lower", "upper", "work", "merged")]
        for layer in layers:
            layer.mkdir()
        options = f"lowerdir={layers[0]},upperdir={layers[1]},workdir={layers[2]}"
        mounted = run("mount", "-t", "overlay", "overlay", "-o", options, layers[3], check=False).returncode == 0
        if mounted:
            run("umount", layers[3])
        shutil.rmtree(folder)
        return "overlay" if mounted else "vfs"

    def podman(self, *arguments, **options):
        return run("podman", *self.store, "--runtime", "runc", "--cgroup-manager", "cgroupfs", *arguments, **options)

    def has(self, image):
        return self.podman("image", "exists", image, check=False).returncode == 0

    def size(self, image):
        """In bytes, with all that it is built on."""
        return json.loads(self.podman("image", "inspect", image).stdout)[0]["Size"]

    def build(self, image, dockerfile, context, *options):
        run("buildah", *self.store, "bud", "--pull-never", "--layers", "--isolation", "oci", "--runtime", "runc", "--network",
            "host", *LIMITS, *options, "--tag", image, "--file", dockerfile, context)

    # ---- Bases ----

    def make_bases(self):
        if not self.has("docker.io/library/debian:bookworm-slim"):
            self._import_debian()
        for image, name in (("python:3.11-slim-bookworm", "python"), ("postgres:17", "postgres")):
            if not self.has(f"docker.io/library/{image}"):
                self.build(f"docker.io/library/{image}", SCAFFOLDING / f"{name}.Dockerfile", SCAFFOLDING)

    def _import_debian(self):
        tree = Path(tempfile.mkdtemp(dir=self.folder))
        try:
            run("debootstrap", "--variant=minbase", SUITE, tree, *debian_mirror())
            for name in MACHINE_FILES:
                if Path(name).exists():
                    (tree / name[1:]).parent.mkdir(parents=True, exist_ok=True)
                    run("cp", "-aLT", name, tree / name[1:])
            for tag, excluded in ((SUITE, NOT_IN_AN_IMAGE), (f"{SUITE}-slim", NOT_IN_AN_IMAGE + NOT_IN_A_SLIM_ONE)):
                archive = tree.with_suffix(".tar")
                run("tar", "-C", tree, "-cf", archive, *[f"--exclude={pattern}" for pattern in excluded], ".")
                self.podman("import", "--change", 'CMD ["bash"]', archive, f"docker.io/library/debian:{tag}")
                archive.unlink()
        finally:
            shutil.rmtree(tree)


def debian_mirror():
    """Where this machine has that suite from, if it has."""
    targets = run("apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)", "Created-By: Packages", check=False).stdout
    found = re.findall(rf"^{SUITE} (\S+)$", targets, re.MULTILINE)
    return found[:1]


# ---- Compose ----


def interpolate(text, variables):
    """The ${NAME}, ${NAME:-default}, ${NAME:?message} and $$ of compose files."""
    def replace(match):
        name, operator, word = match["name"], match["operator"], match["word"]
        if match[0] == "$$":
            return "$"
        if variables.get(name):
            return variables[name]
        assert operator != ":?", f"{name}: {word}"
        return word or ""
    return re.sub(r"\$\$|\$\{(?P<name>\w+)(?:(?P<operator>:[-?])(?P<word>[^}]*))?\}", replace, text)


def interpolated(value, variables):
    if isinstance(value, dict):
        return {key: interpolated(each, variables) for key, each in value.items()}
    if isinstance(value, list):
        return [interpolated(each, variables) for each in value]
    return interpolate(value, variables) if isinstance(value, str) else value


class Container:
    """One that has been started; it is removed by whoever started it."""

    def __init__(self, engine, name):
        self.engine, self.name = engine, name

    def execute(self, *command, check=True):
        return self.engine.podman("exec", self.name, *command, check=check)

    def logs(self):
        return self.engine.podman("logs", self.name).stdout

    def state(self):
        return json.loads(self.engine.podman("container", "inspect", self.name).stdout)[0]["State"]

    def is_running(self):
        return self.state()["Running"]

    def wait(self, seconds=60):
        """Its exit status."""
        assert wait_until(lambda: not self.is_running(), seconds), self.logs()
        return self.state()["ExitCode"]

    def stop(self, seconds=20):
        """SIGTERM, as `docker stop` does it, and how long that took."""
        started = time.monotonic()
        self.engine.podman("stop", "--time", str(seconds), self.name)
        return time.monotonic() - started

    def remove(self):
        self.engine.podman("rm", "--force", "--volumes", "--time", "0", self.name, check=False)


class Compose:
    """The services of a compose file, each started by the command that says the same, on this machine's own network."""

    def __init__(self, engine, text, images, variables):
        import yaml

        self.engine, self.images, self.variables = engine, images, variables
        self.services = yaml.safe_load(text)["services"]
        self.project = f"whimbrel-{secrets.token_hex(4)}"
        self.containers, self.volumes = [], set()

    def start(self, service, *options, command=None, entrypoint=None, environment=None, without=(), **variables):
        """`options` are podman's; `environment`, `without`, `command` and `entrypoint` change what the file says."""
        definition = interpolated(self.services[service], self.variables | variables)
        given = definition.get("environment", {}) | (environment or {})
        words = ["--network", "host", "--pull", "never", "--log-driver", "k8s-file", *LIMITS]
        for host in self.services:
            words += ["--add-host", f"{host}:127.0.0.1"]
        for name, value in given.items():
            if name not in without:
                words += ["--env", f"{name}={value}"]
        for volume in definition.get("volumes", ()):
            self.volumes.add(f"{self.project}-{volume.split(':')[0]}")
            words += ["--volume", f"{self.project}-{volume}"]
        entrypoint = entrypoint or definition.get("entrypoint")
        if entrypoint:
            words += ["--entrypoint", json.dumps(entrypoint)]
        container = Container(self.engine, f"{self.project}-{service}-{len(self.containers)}")
        self.containers.append(container)
        self.engine.podman("run", "--detach", "--name", container.name, *words, *options,
                           self.images.get(service) or definition["image"], *(command or definition.get("command", ())))
        return container

    def is_healthy(self, service, container):
        """By the health check in the file."""
        kind, *words = interpolated(self.services[service]["healthcheck"]["test"], self.variables)
        return container.execute(*(["sh", "-c", *words] if kind == "CMD-SHELL" else words), check=False).returncode == 0

    def remove(self):
        for container in self.containers:
            container.remove()
        for volume in self.volumes:
            self.engine.podman("volume", "rm", "--force", volume, check=False)
