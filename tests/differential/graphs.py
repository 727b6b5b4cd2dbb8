"""Random revision graphs, and random commands on them. The same seed makes the same ones."""

import random
from dataclasses import dataclass, field

WORDS = ("shop", "billing", "users", "ae", "my-label", "v2", "x")


@dataclass
class Node:
    id: str
    revises: list = field(default_factory=list)
    depends_on: list = field(default_factory=list)
    labels: list = field(default_factory=list)

    def line(self):
        """What walker.c reads."""
        return "|".join([self.id, ",".join(self.revises), ",".join(self.depends_on), ",".join(self.labels)])


def _new_id(rng, taken):
    """Mostly hexadecimal; some share their beginning, some are short, some are words."""
    while True:
        kind = rng.random()
        if taken and kind < 0.2:
            new = rng.choice(taken)[: rng.randint(1, 6)] + "%0*x" % (4, rng.randrange(16**4))
        elif kind < 0.3:
            new = rng.choice("abc") * rng.randint(1, 5)
        elif kind < 0.35:
            new = rng.choice(WORDS).replace("-", "_") + "_%d" % rng.randrange(100)
        elif kind < 0.4:
            new = "%d" % rng.randrange(10**6)
        else:
            new = "%0*x" % (12, rng.randrange(16**12))
        if new not in taken and new not in WORDS:
            return new


def _pick_parents(rng, nodes, shape):
    """Older nodes to revise: the newest makes a line, another a branch, several a merge, none a base."""
    if not nodes or rng.random() < shape["base"]:
        return []
    if len(nodes) > 1 and rng.random() < shape["merge"]:
        return [node.id for node in rng.sample(nodes[-8:], min(len(nodes[-8:]), rng.choice((2, 2, 2, 3))))]
    if rng.random() < shape["branch"]:
        return [rng.choice(nodes).id]
    return [nodes[-1].id]


def make_graph(rng):
    """Up to 30 nodes, in the order in which their files would be loaded."""
    shape = {
        "base": rng.choice((0, 0.02, 0.1, 0.2)),
        "branch": rng.choice((0, 0.1, 0.3, 0.7)),
        "merge": rng.choice((0, 0.1, 0.2)),
        "depends": rng.choice((0, 0, 0.1, 0.4)),
        "label": rng.choice((0, 0.1, 0.2)),
    }
    nodes, free = [], list(WORDS)
    for _ in range(rng.randint(1, rng.choice((4, 10, 30)))):
        node = Node(_new_id(rng, [n.id for n in nodes]), _pick_parents(rng, nodes, shape))
        if nodes and rng.random() < shape["depends"]:
            for other in rng.sample(nodes, min(len(nodes), rng.choice((1, 1, 2, 3)))):
                node.depends_on.append(rng.choice(other.labels) if other.labels and rng.random() < 0.5 else other.id)
        if free and rng.random() < shape["label"]:
            for _ in range(rng.choice((1, 1, 2))):
                if free:
                    node.labels.append(free.pop(rng.randrange(len(free))))
        nodes.append(node)
    order = rng.random()
    if order < 0.5:
        rng.shuffle(nodes)
    elif order < 0.6:
        nodes.reverse()
    return nodes


def spoil(rng, nodes):
    """Makes the graph one that must be refused."""
    node = rng.choice(nodes)
    kind = rng.randrange(5)
    if kind == 0:
        node.revises.append("missing99")
    elif kind == 1:
        node.depends_on.append("missing99")
    elif kind == 2:
        node.revises.append(node.id)
    elif kind == 3:
        node.labels.append("twice")
        nodes.append(Node("last1", [], [], ["twice"]))
    else:
        nodes.append(Node("ring1", ["ring2"]))
        nodes.append(Node("ring2", ["ring1"]))


def _symbol(rng, nodes):
    kind = rng.random()
    labels = [label for node in nodes for label in node.labels]
    identifier = rng.choice(nodes).id
    if kind < 0.55:
        return identifier
    if kind < 0.63:
        return identifier[: rng.randint(1, len(identifier))]
    if kind < 0.73 and labels:
        return rng.choice(labels)
    if kind < 0.95:
        return rng.choice(("head", "heads", "base", "head", "heads"))
    return rng.choice(("nothere", "zzzz", "current", "", "0", "a.b", "shop", "ab c"))


def expression(rng, nodes):
    """Good and bad ones."""
    kind = rng.random()
    labels = [label for node in nodes for label in node.labels] or ["shop"]
    label = rng.choice(labels) if rng.random() < 0.7 else _symbol(rng, nodes)
    steps = "%+d" % rng.choice((1, 1, 1, 1, 2, 2, 3, 5, 0, -1, -1, -1, -1, -2, -2, -3, -5, -40))
    if kind < 0.5:
        return _symbol(rng, nodes)
    if kind < 0.65:
        return label + "@" + _symbol(rng, nodes)
    if kind < 0.75:
        return steps
    if kind < 0.83:
        return _symbol(rng, nodes) + steps
    if kind < 0.91:
        return label + "@" + steps
    if kind < 0.97:
        return label + "@" + _symbol(rng, nodes) + steps
    if kind < 0.985:
        return _symbol(rng, nodes) + steps + rng.choice(("x", " ", "-1", "+1"))
    return rng.choice(("@", "@head", "@-1", "a@b@c", "shop@a@+1", "a:b", ":", "heads:", "-", "+", "--1", "@@", " -1"))


def command(rng, nodes):
    """("up" or "down", expression) or ("stamp", [expression, ...])"""
    kind = rng.random()
    if kind < 0.25:
        return "up", rng.choice(("heads", "heads", "heads", "head", "+1", "+2"))
    if kind < 0.32:
        return "down", rng.choice(("base", "-1", "-1", "-2"))
    if kind < 0.6:
        return "up", expression(rng, nodes)
    if kind < 0.85:
        return "down", expression(rng, nodes)
    return "stamp", [expression(rng, nodes) for _ in range(rng.choice((1, 1, 1, 2, 3)))]


def end_of_range(rng, nodes):
    """One that is not relative: of these whimbrel knows more than Alembic."""
    label = rng.choice([label for node in nodes for label in node.labels] or [nodes[0].id])
    return _symbol(rng, nodes) if rng.random() < 0.7 else label + "@" + _symbol(rng, nodes)


def other_rows(rng, nodes):
    """Rows that some other tool, or a mistake, may have left: they need not fit together."""
    rows = [node.id for node in rng.sample(nodes, min(len(nodes), rng.choice((0, 1, 1, 2, 3))))]
    if rng.random() < 0.2:
        rows.append("unknown7")
    return rows


def rng_of(seed):
    return random.Random("graph %d" % seed)
