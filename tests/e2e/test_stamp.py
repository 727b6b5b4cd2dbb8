"""`whimbrel stamp`: the heads table is set, nothing is run."""


def test_stamp(project, database, whimbrel):
    project.chain("a1", "b2", "c3")
    for target, heads in (("b2", ["b2"]), ("head", ["c3"]), ("a1", ["a1"]), ("heads", ["c3"]), ("base", [])):
        whimbrel("stamp", target).ok()
        assert database.heads() == heads
        assert database.tables() == []


def test_then_upgrade_runs_the_rest(project, database, whimbrel):
    project.chain("a1", "b2", "c3")
    whimbrel("stamp", "b2").ok()
    whimbrel("upgrade").ok()
    assert database.tables() == ["t_c3"]


def test_several(project, database, whimbrel):
    project.chain("a1")
    project.revision("b2", revises="a1")
    project.revision("c3", revises="a1")
    whimbrel("stamp", "b2", "c3").ok()
    assert database.heads() == ["b2", "c3"]
    whimbrel("stamp", "a1").ok()
    assert database.heads() == ["a1"]


def test_branch_by_branch(project, database, whimbrel):
    project.revision("shop1", revises=None, labels="shop")
    project.revision("blog1", revises=None, labels="blog")
    whimbrel("stamp", "shop@head").ok()
    assert database.heads() == ["shop1"]
    whimbrel("stamp", "blog@head").ok()
    assert database.heads() == ["blog1", "shop1"]


def test_unknown(project, database, whimbrel):
    project.chain("a1")
    whimbrel("stamp", "nosuch").failed(1, "nosuch")
    whimbrel("stamp").failed(2)
    assert not database.heads()


def test_purge_is_the_way_out_of_an_unknown_revision(project, database, whimbrel):
    project.chain("a1", "b2")
    whimbrel("upgrade").ok()
    database.execute("UPDATE alembic_version SET version_num = 'gone99'")
    result = whimbrel("stamp", "b2")
    assert result.code != 0
    assert "gone99" in result.err and "--purge" in result.err
    assert database.heads() == ["gone99"]
    whimbrel("stamp", "--purge", "b2").ok()
    assert database.heads() == ["b2"]
    whimbrel("upgrade").ok()


def test_adopting_a_database_that_has_tables(project, database, whimbrel):
    database.execute("CREATE TABLE t_a1 (id integer PRIMARY KEY)")
    project.chain("a1", "b2")
    result = whimbrel("upgrade").failed(6, "t_a1", "stamp")
    assert result.out == ""
    assert not database.heads()
    assert database.tables() == ["t_a1"]
    whimbrel("stamp", "a1").ok()
    whimbrel("upgrade").ok()
    assert database.heads() == ["b2"]
    assert database.tables() == ["t_a1", "t_b2"]
