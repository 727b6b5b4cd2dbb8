"""Writing projects: whimbrel.ini and revision files."""

from pathlib import Path

LAST = object()


class Project:
    """A folder with whimbrel.ini and migrations/. Each revision follows the one written before, unless it is told."""

    def __init__(self, folder, url=None):
        self.folder = Path(folder)
        self.migrations = self.folder / "migrations"
        self.migrations.mkdir(parents=True)
        self.url = url
        self.last = None
        self.count = 0
        self.config()

    def config(self, **keys):
        """Writes whimbrel.ini; the URL and the folder are in it unless they are given as None."""
        values = {"url": self.url, "dir": "migrations"} | keys
        lines = [f"{key} = {value}" for key, value in values.items() if value is not None]
        (self.folder / "whimbrel.ini").write_text("\n".join(["[whimbrel]", *lines, ""]))

    def write(self, name, content):
        """Any file in the migrations folder; its path."""
        path = self.migrations / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def revision(self, id, up="SELECT 1;", down="SELECT 1;", revises=LAST, message=None, created=None, labels=None,
                 depends_on=None, options="", down_options="", name=None):
        """
        Writes a revision file; its path. `up` and `down` are SQL, or a dict from engine ("" for every other) to SQL;
        `down=None` leaves the section out. `revises` is an id, a list of ids, or None for a base.
        """
        self.count += 1
        parents = self.last if revises is LAST else revises
        header = {"revision": id, "revises": words(parents), "created": created, "message": message or f"step {id}",
                  "branch-labels": words(labels), "depends-on": words(depends_on)}
        text = "".join(f"-- {key}: {value}\n" for key, value in header.items() if value)
        text += sections("up", up, options) + sections("down", down, down_options)
        self.last = id
        return self.write(name or f"{self.count:04d}_{id}.sql", text)

    def chain(self, *ids, trace=None):
        """
        A line of revisions that each make a table named like the revision (t_ID). With `trace`, the first also makes
        that table, without a unique constraint, and each adds a row to it: a revision that ran twice shows.
        """
        for id in ids:
            up = f"CREATE TABLE t_{id} (id integer PRIMARY KEY);\n"
            down = f"DROP TABLE t_{id};\n"
            if trace:
                made = "" if self.last else f"CREATE TABLE {trace} (revision varchar(40));\n"
                up = made + up + f"INSERT INTO {trace} VALUES ('{id}');\n"
                down = down + (f"DROP TABLE {trace};\n" if not self.last else "")
            self.revision(id, up, down)
        return list(ids)


def words(value):
    return value if value is None or isinstance(value, str) else ", ".join(value)


def sections(direction, sql, options):
    if sql is None:
        return ""
    if isinstance(sql, str):
        sql = {"": sql}
    text = ""
    for engine, statements in sql.items():
        marker = " ".join(filter(None, [f"-- migrate:{direction}", engine and f"engine:{engine}", options]))
        text += f"\n{marker}\n{statements}\n"
    return text
