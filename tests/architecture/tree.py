"""The files of the project, for the tests of its shape."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("tenants", "agents", "telephony", "billing")
PACKAGES = ("seatline", *FLOORS)


@cache
def sources() -> tuple[Path, ...]:
    """Every Python file of ours that runs in production, but for migrations."""
    return tuple(
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    )


@cache
def tree(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def short(path: Path) -> str:
    """The path as people say it."""
    return str(path.relative_to(ROOT))


@cache
def rooms() -> tuple[Path, ...]:
    """The folders that hold one concept with all its layers."""
    return tuple(
        folder for floor in FLOORS for folder in sorted((ROOT / floor).iterdir())
        if folder.is_dir() and (folder / "__init__.py").exists() and folder.name not in ("migrations", "management")
    )  # fmt: skip


def pure_files() -> list[Path]:
    """What must not know clock, chance, database or network: the core, rating, and every `rules.py`."""
    return [
        path for path in sources()
        if path.is_relative_to(ROOT / "telephony" / "core") or path.is_relative_to(ROOT / "billing" / "rating")
        or path.name == "rules.py"
    ]  # fmt: skip


def public_definitions(module: ast.Module) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Classes, functions and methods that others may use; not those inside functions, Django's Meta, or overloads."""
    todo: list[ast.Module | ast.ClassDef] = [module]
    while todo:
        for node in todo.pop().body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_":
                if isinstance(node, ast.ClassDef):
                    if node.name == "Meta":
                        continue
                    if not is_protocol(node):  # whose members are told by the protocol's own docstring
                        todo.append(node)
                yield node


def is_protocol(node: ast.AST) -> bool:
    """Whether it is a class that only says what others must have."""
    return isinstance(node, ast.ClassDef) and any(ast.unparse(base).startswith("Protocol") for base in node.bases)
