"""The program under valgrind: no invalid access, nothing uninitialised, no leak."""

import pytest

from support.program import PROGRAM

MEMCHECK = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite",
            "--errors-for-leak-kinds=definite"]


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.skipif("asan" in str(PROGRAM), reason="the sanitizer looks itself, and valgrind can't run it")
def test_memcheck(project, database, whimbrel):
    project.chain("a1", "b2")
    project.revision("c3", "SELECT * FROM nowhere;")
    for code, *arguments in ([0, "upgrade", "b2"], [1, "upgrade"], [0, "status", "--json"], [0, "history", "-v"],
                             [0, "downgrade", "-1", "--yes"], [0, "create", "x", "--head", "c3"],
                             [0, "run", "--target", "b2", "--", "true"]):
        result = whimbrel.start(*arguments, prefix=MEMCHECK).finish(200)
        assert result.code == code and "\n==" not in f"\n{result.err}", result
