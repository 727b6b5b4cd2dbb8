"""What keeps the structure of the source: layers, headers, symbols, the version."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.program import BUILD, PROGRAM, ROOT

SOURCE = ROOT / "src"

# What each layer may include, besides itself; everybody may include the public header.
LAYERS = {
    "base": set(),
    "config": {"base"},
    "revision": {"base"},
    "catalog": {"base"},
    "diff": {"base", "catalog", "config", "revision"},
    "db": {"base", "catalog", "config", "revision"},
    "plan": {"base", "catalog", "config", "revision", "db", "diff"},
    "exec": {"base", "catalog", "config", "revision", "db", "diff", "plan"},
    "author": {"base", "catalog", "config", "revision", "db", "diff", "plan", "exec"},
    "facade": {"base", "catalog", "config", "revision", "db", "diff", "plan", "exec", "author"},
    "cli": {"base"},
}

# Libraries that only one folder may know.
CONFINED = {
    "libpq-fe.h": "db/pg",
    "libpq/": "db/pg",
    "pg_query": "db/pg",
    "sqlite3.h": "db/sqlite",
}

HEADERS = sorted(SOURCE.rglob("*.h"))
SOURCES = sorted([*HEADERS, *SOURCE.rglob("*.c")])


def relative(path):
    return str(path.relative_to(ROOT))


def includes(path):
    return re.findall(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', path.read_text(), re.MULTILINE)


def layer_of(path):
    """The first folder below src/."""
    return path.parts[0]


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_includes_only_what_its_layer_may(path):
    inside = path.relative_to(SOURCE)
    layer = layer_of(inside)
    assert layer in LAYERS, f"{layer} is not a known layer"
    for quote, name in includes(path):
        for library, home in CONFINED.items():
            if name == library or (library[-1] != "h" and name.startswith(library)):
                assert str(inside).startswith(home + "/"), f"only src/{home} may include <{name}>"
        if quote == '"' and name != "whimbrel.h":
            assert (SOURCE / name).exists(), f'"{name}" is not named from src/'
            other = layer_of(Path(name))
            assert other in LAYERS[layer] | {layer}, f"{layer} must not include {name}"


def compile_alone(include, *compiler):
    """Twice the same header, and nothing else."""
    source = f"#include {include}\n#include {include}\nextern int only_to_not_be_empty;\n"
    done = subprocess.run([*compiler, "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-pedantic", f"-I{ROOT / 'include'}",
                           f"-I{SOURCE}", "-"], input=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def package_flags():
    done = subprocess.run(["pkg-config", "--cflags", "libpq", "sqlite3", "jansson"], capture_output=True, text=True)
    return done.stdout.split()


@pytest.mark.parametrize("path", HEADERS, ids=relative)
def test_header_compiles_alone(path):
    compile_alone(f'"{path.relative_to(SOURCE)}"', "gcc", "-std=gnu17", "-D_GNU_SOURCE", "-x", "c", *package_flags())


@pytest.mark.parametrize("compiler, language, standard", [
    ("gcc", "c", "c99"), ("gcc", "c", "c11"), ("gcc", "c", "c17"), ("g++", "c++", "c++11"), ("g++", "c++", "c++20"),
    ("clang", "c", "c17"), ("clang++", "c++", "c++17")])
def test_public_header_compiles_alone(compiler, language, standard):
    if not shutil.which(compiler):
        pytest.skip(f"{compiler} is not installed")
    compile_alone("<whimbrel.h>", compiler, f"-std={standard}", "-x", language)


def symbols(library, *options):
    done = subprocess.run(["nm", *options, "--defined-only", library], capture_output=True, text=True, check=True)
    return [words for words in map(str.split, done.stdout.splitlines()) if len(words) == 3]


def test_shared_library_exports_the_public_header_and_nothing_else():
    exported = {name for _, kind, name in symbols(BUILD / "libwhimbrel.so", "--dynamic") if kind != "A"}
    header = (ROOT / "include" / "whimbrel.h").read_text()
    header = re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)
    declared = set(re.findall(r"WB_API[^;()]*?\b(wb_\w+)\s*\(", header))
    assert declared, "no declarations found"
    assert exported == declared


def test_static_library_defines_no_foreign_global_names():
    """Whoever links it statically gets all its names: they must not collide with the program's own."""
    foreign = {name for _, kind, name in symbols(BUILD / "libwhimbrel.a", "--extern-only")
               if kind in "TDBRC" and not name.startswith(("wb_", "__asan", "__odr_asan", "__ubsan"))}
    assert foreign == set()


@pytest.mark.parametrize("path", [PROGRAM, BUILD / "libwhimbrel.so"], ids=lambda path: path.name)
def test_libpq_is_loaded_not_linked(path):
    dynamic = subprocess.run(["readelf", "--dynamic", path], capture_output=True, text=True, check=True).stdout
    assert "libpq" not in dynamic


def test_version_is_in_one_place(tmp_path):
    version = (ROOT / "VERSION").read_text().strip()
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    files = [ROOT / "meson.build", *ROOT.glob("src/**/*.[ch]"), *ROOT.glob("include/*.h"), *ROOT.glob("src/**/meson.build")]
    for path in files:
        assert not re.search(rf'"{re.escape(version)}"|\'{re.escape(version)}\'', path.read_text()), relative(path)
    built = subprocess.run([PROGRAM, "version"], capture_output=True, text=True, cwd=tmp_path)
    assert version in built.stdout


def test_packages_are_of_that_version():
    """All but Debian's take it from the file; the package of the library is named by its first number, as the library is."""
    version = (ROOT / "VERSION").read_text().strip()
    newest = (ROOT / "debian" / "changelog").read_text().splitlines()[0]
    assert newest.startswith(f"whimbrel ({version}) "), newest
    library = f"libwhimbrel{version.split('.')[0]}"
    assert f"\nPackage: {library}\n" in (ROOT / "debian" / "control").read_text()
    assert (ROOT / "debian" / f"{library}.install").exists()


def test_library_never_prints_or_ends_the_process():
    for path in SOURCE.rglob("*.c"):
        inside = path.relative_to(SOURCE)
        if layer_of(inside) == "cli":
            continue
        code = re.sub(r'/\*.*?\*/|"(?:[^"\\\n]|\\.)*"', "", path.read_text(), flags=re.DOTALL)
        calls = set(re.findall(r"\b(printf|puts|putchar|fprintf|fputs|perror|exit|abort|setjmp|longjmp)\s*\(", code))
        allowed = {"abort", "exit", "fputs", "fprintf"} if str(inside) == "base/arena.c" else set()  # no memory left
        assert calls <= allowed, f"{relative(path)} calls {calls - allowed}"


def test_library_has_no_writable_globals():
    """It may be used by several threads, one project each."""
    library = BUILD / "libwhimbrel.a"
    table = subprocess.run(["objdump", "-t", library], capture_output=True, text=True, check=True).stdout
    if "__asan" in table:
        pytest.skip("the sanitizers add variables of their own")
    variables = re.findall(r" O (\.(?:data|bss|tdata|tbss)\S*)\s+\S+\s+(?:\.hidden )?(\S+)$", table, re.MULTILINE)
    assert [name for section, name in variables if not section.startswith(".data.rel.ro")] == []
