"""The pairs of schemas in tests/golden/diff: the engine's own, told by their names."""

import os

from support.program import ROOT

FOLDER = ROOT / "tests" / "golden" / "diff"


def cases(engine):
    return sorted(path for path in FOLDER.iterdir()
                  if path.is_dir() and path.name.startswith("sqlite_") == (engine == "sqlite"))


def words_of(case, name):
    """Of a file in the case's folder, if it is there: `options` of diff, `roles` that the server needs."""
    path = case / name
    return path.read_text().split() if path.exists() else []


def expect(path, text):
    """UPDATE_GOLDEN=1 writes what is found instead; to be read before it is committed."""
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text()


def diff(whimbrel, *words):
    done = whimbrel("diff", *words, "--exit-code")
    assert done.code in (0, 3), done
    assert (done.code == 3) == bool(done.out)
    return done.out
