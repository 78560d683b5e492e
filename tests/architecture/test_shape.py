"""The shape of the code: sizes, names, docstrings, and what may not be left lying about."""

import ast
import re
import statistics

import pytest

from tests.architecture.tree import PACKAGES, ROOT, is_protocol, public_definitions, pure_files, short, sources, tree

LONGEST = 350
OURS = [
    *sources(),
    *(path for folder in ("tests", "docs") for path in sorted((ROOT / folder).rglob("*.py"))),
]


def test_files_are_short():
    lengths = {short(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    assert not {name: length for name, length in lengths.items() if length > LONGEST}
    assert statistics.median(length for length in lengths.values() if length) < 130


def test_concepts_have_names():
    words = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "stuff"}
    assert not {short(path) for path in OURS if words & set(path.relative_to(ROOT).with_suffix("").parts)}


@pytest.mark.parametrize("package", PACKAGES)
def test_everything_public_says_what_it_is(package):
    missing = []
    for path in sources():
        if not path.is_relative_to(ROOT / package):
            continue
        module = tree(path)
        if module.body and not ast.get_docstring(module):
            missing.append(short(path))
        if path.name == "apps.py" or path.stem.split("_")[0] == "admin":
            continue  # Django's own hooks, under Django's names
        missing += [
            f"{short(path)}:{node.lineno} {node.name}" for node in public_definitions(module)
            if not ast.get_docstring(node) and not _is_framework_hook(node)
        ]  # fmt: skip
    assert not missing


def _is_framework_hook(node):
    """Methods whose meaning Django or the standard library gives them."""
    return node.name in {"handle", "add_arguments", "ready", "save", "delete", "clean", "get_queryset", "full_clean"}


def test_nothing_is_left_to_do():
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError|\bpdb\b|breakpoint\(\)")
    found = [
        f"{short(path)}:{no} {line.strip()}" for path in OURS if path.name != "test_shape.py"
        for no, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if words.search(line)
    ]  # fmt: skip
    assert not found


def test_no_function_is_a_stub():
    """A body of `pass` or `...` is only for protocols."""
    stubs = []
    for path in sources():
        module = tree(path)
        ports = {member for node in ast.walk(module) if is_protocol(node) for member in ast.walk(node)}
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node not in ports:
                body = [one for one in node.body if not _is_docstring(one)]
                if body and all(isinstance(one, ast.Pass) or _is_ellipsis(one) for one in body):
                    stubs.append(f"{short(path)}:{node.lineno} {node.name}")
    assert not stubs


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_ellipsis(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is ...


PURE = pure_files()
FORBIDDEN_IMPORTS = {
    "django", "os", "io", "socket", "asyncio", "threading", "time", "secrets", "subprocess", "sqlite3", "psycopg",
    "structlog", "logging", "pathlib", "urllib", "http", "requests", "websockets", "panoramisk",
}  # fmt: skip
# Parts of theirs that compute and nothing else: `urllib.parse` takes addresses apart and reaches none.
PURE_PARTS = {"urllib.parse"}
# `Random` is a value that the caller seeds and hands in; the module's own functions are shared, unseeded chance.
SEEDED = {"Random"}


@pytest.mark.parametrize("path", PURE, ids=short)
def test_pure_code_asks_neither_clock_nor_chance_nor_world(path):
    wrong = []
    for node in ast.walk(tree(path)):
        match node:
            case ast.Import(names=names):
                wrong += [a.name for a in names if a.name.split(".")[0] in FORBIDDEN_IMPORTS | {"random", "uuid"}]
            case ast.ImportFrom(module=str(module), names=names, level=0):
                first = module.split(".")[0]
                wrong += [module] if first in FORBIDDEN_IMPORTS and module not in PURE_PARTS else []
                wrong += [f"random.{a.name}" for a in names if first == "random" and a.name not in SEEDED]
                wrong += [f"uuid.{a.name}" for a in names if first == "uuid" and a.name not in {"UUID", "uuid5"}]
            case ast.Attribute(attr="now" | "utcnow" | "today"):
                wrong.append(ast.unparse(node))
            case ast.Call(func=ast.Name(id="open" | "input" | "print" | "exec" | "eval" | "__import__" as name)):
                wrong.append(name)
            case ast.Global():
                wrong.append("global")
    assert not wrong


def test_pure_code_is_where_we_think_it_is():
    names = {short(path) for path in PURE}
    assert {"telephony/core/step.py", "billing/rating/rate.py", "tenants/seats/rules.py"} <= names
