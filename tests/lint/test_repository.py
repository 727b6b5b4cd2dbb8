"""What is committed: nothing that is built or belongs to one machine."""

import subprocess

import pytest

from support.program import ROOT


def tracked(*options):
    listed = subprocess.run(["git", "ls-files", "-z", *options], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a checkout")
    return [name for name in listed.stdout.split("\0") if name]


def test_nothing_that_is_ignored_is_committed():
    assert tracked("--cached", "--ignored", "--exclude-standard") == []


def test_symbolic_links_lead_to_what_is_committed():
    names = set(tracked())
    for link in (ROOT / name for name in names if (ROOT / name).is_symlink()):
        assert not link.readlink().is_absolute(), link
        target = link.resolve().relative_to(ROOT.resolve())
        assert str(target) in names or any(name.startswith(f"{target}/") for name in names), link
