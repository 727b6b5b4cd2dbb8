"""The documents say what the program does: commands and options, calls of the library, messages, links."""

import json
import re
import shlex
import subprocess
import sys
from functools import cache

import pytest

from support.program import PROGRAM, ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/README.md")])
PAGES = sorted(ROOT.glob("docs/man/*.scd"))
SOURCE = ROOT / "src"


def relative(path):
    return str(path.relative_to(ROOT))


@cache
def table():
    done = subprocess.run([PROGRAM, "help", "--json"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """All pages by name, those of the commands too, without scdoc's escapes."""
    folder = tmp_path_factory.mktemp("man")
    (folder / "commands.json").write_text(json.dumps(table()))
    subprocess.run([sys.executable, ROOT / "scripts" / "man", folder / "commands.json", ROOT / "docs" / "man", folder],
                   check=True)
    return {path.stem: unescaped(path.read_text()) for path in folder.glob("*.scd")}


def unescaped(text):
    return re.sub(r"\\(.)", r"\1", text)


# ---- Commands and options ----


def test_every_command_and_option_has_its_place(pages):
    overview = pages["whimbrel.1"]
    for option in table()["options"]:
        assert f"*--{option['name']}*" in overview
    for command in table()["commands"]:
        assert f"*whimbrel {command['name']}*" in overview
        for option in command["options"]:
            assert f"*--{option['name']}*" in pages[f"whimbrel-{command['name']}.1"]


def test_completions_know_every_command_and_option(tmp_path):
    (tmp_path / "commands.json").write_text(json.dumps(table()))
    subprocess.run([sys.executable, ROOT / "scripts" / "completions", tmp_path / "commands.json", tmp_path], check=True)
    subprocess.run(["bash", "-n", tmp_path / "whimbrel"], check=True)
    for name in ("whimbrel", "_whimbrel", "whimbrel.fish"):
        text = (tmp_path / name).read_text()
        for command in table()["commands"]:
            assert command["name"] in text
            for option in command["options"]:
                assert f"--{option['name']}" in text or f"-l {option['name']} " in text


@pytest.mark.parametrize("line, expected", [
    ("whimbrel up", ["upgrade"]), ("whimbrel --color al", ["always"]), ("whimbrel run --mode c", ["check"]),
    ("whimbrel upgrade --adopt a", ["a1"]), ("whimbrel upgrade a", ["a1"]), ("whimbrel help st", ["status", "stamp"]),
    ("whimbrel create --sql whim", ["whimbrel.ini"]), ("whimbrel upgrade --sql a", ["a1"]),
    ("whimbrel --log-format = json stat", ["status"])])
def test_bash_completes(line, expected, files, tmp_path):
    (tmp_path / "commands.json").write_text(json.dumps(table()))
    subprocess.run([sys.executable, ROOT / "scripts" / "completions", tmp_path / "commands.json", tmp_path], check=True)
    files.chain("a1")
    words = shlex.split(line)
    script = (f"compopt() {{ :; }}; whimbrel() {{ {shlex.quote(str(PROGRAM))} \"$@\"; }}; source {tmp_path / 'whimbrel'}; "
              f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _whimbrel; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
    done = subprocess.run(["bash", "-c", script], cwd=files.folder, capture_output=True, text=True, check=True)
    assert done.stdout.split() == expected


def code_of_markdown(text):
    """Its lines of code, and the pieces of code in its prose."""
    fenced = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    indented = re.findall(r"^ {4}(.*)$", prose, re.MULTILINE)
    pieces = [re.sub(r"\s+", " ", piece) for piece in re.findall(r"`([^`]+)`", prose)]
    return [line for block in fenced for line in block.splitlines()] + indented + pieces


def code_of_page(text):
    blocks = re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()] + re.findall(r"\*(whimbrel [^*]+)\*", prose)


def code_of_source(text):
    """What messages and hints tell people to type."""
    strings = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text)).replace('\\"', '"')
    return re.findall(r"`(whimbrel [^`%][^`]*)`", strings)


def command_lines():
    code = [(path, line) for path in DOCUMENTS for line in code_of_markdown(path.read_text())]
    code += [(path, line) for path in PAGES for line in code_of_page(path.read_text())]
    code += [(path, line) for path in sorted(SOURCE.rglob("*.c")) for line in code_of_source(path.read_text())]
    for path, line in code:
        line = re.sub(r'\["([^\]]*)"\]', lambda match: match[1].replace('", "', " "), line)
        found = re.search(r"(?:^|[\s$]) ?(whimbrel [^…\s(].*)", line)
        if found:
            yield path, found[1]


def arguments_of(line):
    words = shlex.split(line, comments=True)[1:]
    ends = [index for index, word in enumerate(words) if word in ("&&", "|", ">", "&") or word.endswith(";")]
    return words[:ends[0]] if ends else words


@pytest.mark.parametrize("path, line", sorted(set(command_lines())),
                         ids=lambda value: value if isinstance(value, str) else relative(value))
def test_command_line_is_understood(path, line, tmp_path):
    """With --help in front a command line is read, and nothing is done."""
    done = subprocess.run([PROGRAM, "--help", *arguments_of(line)], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, f"{relative(path)}: {line}\n{done.stderr}"


def test_examples_of_the_commands_are_understood(tmp_path):
    for command in table()["commands"]:
        for example in command["examples"]:
            test_command_line_is_understood(ROOT / "src" / "cli", example["command"], tmp_path)


# ---- The library ----


def test_every_call_of_the_library_is_in_its_page(pages):
    header = re.sub(r"/\*.*?\*/", "", (ROOT / "include" / "whimbrel.h").read_text(), flags=re.DOTALL)
    declared = set(re.findall(r"WB_API[^;()]*?\b(wb_\w+)\s*\(", header))
    assert declared - {name.rstrip("_") for name in re.findall(r"wb_\w+", pages["libwhimbrel.3"])} == set()


# ---- Messages ----

# Nobody meets these but by a fault of whimbrel's own or of the machine, and they say all that is known.
INTERNAL = {
    "can't wait", "can't read", "can't make a pipe", "can't work out the time in",
    "libpq has no memory for a connection", "the connection can't be used",
    "the server did not say whether it has the lock", "COPY can't be sent together with other statements",
    "the database did not say the id of the ledger's new entry", "more than one statement where one was expected",
    "there is no configuration key", "downgrade: where to?", "the database URL's parameter", "the server's answer about kind",
}


def messages():
    """The longest piece of each message between what is put into it, by the folder that says it."""
    call = re.compile(r'\b(?:wb_fail(?:_errno)?|fail_at)\((?:[^"();]|\([^()]*\))*?((?:"(?:[^"\\]|\\.)*"\s*)+)')
    for folder in ("exec", "revision", "plan", "facade", "db", "author"):
        for path in sorted((SOURCE / folder).rglob("*.c")):
            for match in call.finditer(path.read_text()):
                text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match[1])).replace('\\"', '"').replace("%%", "%")
                pieces = [piece.strip(" '\":(),;`") for piece in re.split(r"%[-.*0-9]*[lz]*[a-z]", text)]
                longest = max(pieces, key=len)
                if len(longest) > 8 and longest not in INTERNAL:
                    yield relative(path), longest


def test_every_message_is_explained(pages):
    explained = re.sub(r"\s+", " ", (ROOT / "docs" / "troubleshooting.md").read_text() + pages["whimbrel-revision.5"])
    assert sorted({message for message in messages() if message[1] not in explained}) == []


# ---- Links ----


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_links_lead_somewhere(path):
    prose = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#]*)(?:#[^)]*)?\)", prose):
        if target and not target.startswith("http"):
            assert (path.parent / target).exists(), target


def test_anchors_lead_to_headings():
    for path in DOCUMENTS:
        for target, anchor in re.findall(r"\]\(([^)#]*)#([^)]*)\)", path.read_text()):
            page = path.parent / target if target else path
            headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
            anchors = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
            assert anchor in anchors, f"{relative(path)}: {target}#{anchor}"
