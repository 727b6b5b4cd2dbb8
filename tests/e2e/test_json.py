"""`--json`: one JSON document on stdout from every command that reports, and nothing else there."""

import json

import pytest


def ids(document):
    """Every string of the document, wherever it is."""
    if isinstance(document, dict):
        return {text for value in document.values() for text in ids(value)}
    if isinstance(document, list):
        return {text for value in document for text in ids(value)}
    return {document} if isinstance(document, str) else set()


@pytest.mark.parametrize("arguments, expected", [
    (["status"], {"b2", "c3"}), (["history"], {"a1", "b2", "c3"}), (["history", "-r", "a1:b2"], {"a1", "b2"}),
    (["current"], {"b2"}), (["heads"], {"c3"}), (["branches"], set()), (["show", "a1"], {"a1", "step a1"}),
    (["upgrade", "--dry-run"], {"c3"}), (["downgrade", "base", "--dry-run"], {"a1", "b2"}), (["version"], set()),
    (["upgrade"], set())])
def test_is_json(project, database, whimbrel, arguments, expected):
    project.chain("a1", "b2", "c3")
    whimbrel("upgrade", "b2").ok()
    for command in ([*arguments, "--json"], ["--json", *arguments]):
        document = whimbrel(*command).ok().json()
        assert ids(document) >= expected
        if arguments[-1] == "upgrade":
            return


def test_status_has_all_its_keys(project, database, whimbrel):
    project.chain("a1")
    status = whimbrel("status", "--json").ok().json()
    assert {"url", "engine", "current", "heads", "pending", "up_to_date", "problems"} <= set(status)


def test_strings_are_escaped(project, database, whimbrel):
    message = 'quotes " and \\ back, tab\tand ünïcode ✓'
    project.revision("a1", message=message)
    assert message in ids(whimbrel("history", "--json").ok().json())


def test_dry_run_has_the_statements(project, database, whimbrel):
    project.chain("a1")
    document = whimbrel("upgrade", "--dry-run", "--json").ok().json()
    assert "CREATE TABLE t_a1 (id integer PRIMARY KEY)" in ids(document)


def test_created_file(files, whimbrel):
    document = whimbrel("create", "x", "--json").ok().json()
    created, = files.migrations.glob("*.sql")
    assert any(text.endswith(created.name) for text in ids(document))


def test_error_is_json_too(project, database, whimbrel):
    path = project.revision("a1", "SELECT 1;\nSELECT * FROM nowhere;")
    result = whimbrel("upgrade", "--json")
    assert result.code == 1
    error = json.loads(result.out or result.err.splitlines()[-1])
    assert "a1" in ids(error)
    assert any(text.endswith(path.name) for text in ids(error))


def test_log_lines(project, database, whimbrel):
    project.chain("a1", "b2")
    result = whimbrel("upgrade", "--log-format", "json").ok()
    events = [json.loads(line) for line in result.err.splitlines()]
    done = [event for event in events if "step_done" in event.values()]
    assert [event["revision"] for event in done] == ["a1", "b2"]
    assert all(event["elapsed_ms"] >= 0 for event in done)
