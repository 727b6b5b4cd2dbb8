"""What the README and the first steps tell people to type is typed: every command must do its job."""

import re
import shlex

import pytest

from support.program import ROOT


def blocks(path):
    """The fenced blocks of a document that are commands or revisions."""
    return re.findall(r"^```(console|sql)\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("document", ["README.md", "docs/getting-started.md"])
def test_commands_work(document, absent_database, tmp_path, whimbrel):
    """`$ COMMAND` is run; a revision goes into the file that was created last."""
    folder, environment, created = tmp_path / "shop", {}, None
    folder.mkdir()
    for kind, text in blocks(ROOT / document):
        if kind == "sql":
            header = created.read_text().split("-- migrate:up")[0]
            created.write_text(header + text)
            continue
        for line in text.splitlines():
            words = shlex.split(line.removeprefix("$ "))
            if words[0] == "export":
                assert words[1].startswith("DATABASE_URL=postgresql://")
                environment["DATABASE_URL"] = absent_database.url
            else:
                assert words[0] == "whimbrel"
                result = whimbrel(*words[1:], cwd=folder, env=environment).ok()
                if words[1] == "create":
                    created = folder / result.out.strip()
    assert "products" in absent_database.tables()
