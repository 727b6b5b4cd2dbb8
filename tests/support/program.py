"""Running build/whimbrel the way a person or a container does."""

import json
import os
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("WHIMBREL_BUILD", ROOT / "build"))
PROGRAM = Path(os.environ.get("WHIMBREL", BUILD / "whimbrel"))

# Everything else of the caller's environment could be a configuration source. The sanitizers' options are none.
KEPT_VARIABLES = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LD_LIBRARY_PATH")



def with_file_limit(size):
    """A prefix for `start`: writing past `size` bytes of a file fails, as on a full disk."""
    return ["sh", "-c", f'trap "" XFSZ; exec prlimit --fsize={size} "$0" "$@"']


class Result:
    """What a run left behind: `code`, `out`, `err`."""

    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err

    def json(self):
        return json.loads(self.out)

    def ok(self):
        """Itself, if the run ended with 0."""
        return self.failed(0)

    def failed(self, code=1, *words):
        """Itself, if the run ended with `code` and stderr has all the words, whatever their case."""
        assert self.code == code, self
        for word in words:
            assert word.lower() in self.err.lower(), f"no {word!r} in: {self}"
        return self

    def __str__(self):
        return f"whimbrel {' '.join(self.arguments)}: exit {self.code}\n-- stdout\n{self.out}\n-- stderr\n{self.err}"

    __repr__ = __str__


class Running:
    """A whimbrel that has been started and is still there; its output goes to files, so it never blocks."""

    def __init__(self, arguments, command, folder, out, err, environment, **options):
        self.arguments, self.out_path, self.err_path = arguments, out, err
        with open(out, "wb") as out_file, open(err, "wb") as err_file:
            self.process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                            stdout=out_file, stderr=err_file, **options)

    @property
    def pid(self):
        return self.process.pid

    def signal(self, number):
        self.process.send_signal(number)

    def wait_for(self, text, seconds=20):
        """Until stdout or stderr has the text."""
        wait_until(lambda: text in self.text() or self.process.poll() is not None, seconds)
        assert text in self.text(), f"no {text!r} in: {self.text()}"

    def text(self):
        return self.out_path.read_text(errors="replace") + self.err_path.read_text(errors="replace")

    def finish(self, seconds=60):
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"still running after {seconds} s: {self.text()}") from None
        if code < 0:
            code = 128 - code
        return Result(self.arguments, code, self.out_path.read_text(errors="replace"),
                      self.err_path.read_text(errors="replace"))


class Whimbrel:
    """
    Calls the program, or another by the words of `command`, in a project's folder, with an environment that holds nothing but
    what a test puts there.
    """

    def __init__(self, folder, home, command=(PROGRAM,)):
        self.folder, self.home = Path(folder), Path(home)
        self.command = [str(word) for word in command]
        self.environment = {key: os.environ[key] for key in KEPT_VARIABLES if key in os.environ}
        self.environment |= {"HOME": str(home), "LANG": "C.UTF-8"}
        self.started = []

    def _environment(self, env):
        merged = self.environment | {key: str(value) for key, value in (env or {}).items() if value is not None}
        for key in (env or {}):
            if env[key] is None:
                merged.pop(key, None)
        return merged

    def __call__(self, *arguments, env=None, input=None, cwd=None, timeout=60):
        arguments = [str(argument) for argument in arguments]
        options = {"stdin": subprocess.DEVNULL} if input is None else {"input": input.encode()}
        done = subprocess.run([*self.command, *arguments], cwd=cwd or self.folder, env=self._environment(env),
                              capture_output=True, timeout=timeout, **options)
        code = done.returncode if done.returncode >= 0 else 128 - done.returncode
        result = Result(arguments, code, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))
        assert "Sanitizer" not in result.err and "runtime error:" not in result.err, result
        return result

    def start(self, *arguments, env=None, cwd=None, prefix=(), **options):
        """Starts it in the background, behind the words of `prefix`: see Running."""
        arguments = [str(argument) for argument in arguments]
        number = len(self.started)
        running = Running(arguments, [*prefix, *self.command, *arguments], cwd or self.folder,
                          self.home / f"out-{number}", self.home / f"err-{number}", self._environment(env), **options)
        self.started.append(running)
        return running

    def end(self):
        for running in self.started:
            if running.process.poll() is None:
                running.process.kill()
                running.process.wait()


def wait_until(condition, seconds=20):
    """Polls until the condition holds; its value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(0.02)
