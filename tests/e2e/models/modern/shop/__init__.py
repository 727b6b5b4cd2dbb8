"""SQLAlchemy 2 models of everything that there is DDL for on PostgreSQL, in a package that does not import all of itself."""

print("CREATE TABLE what_a_module_prints (id integer);")
