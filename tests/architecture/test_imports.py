"""Who may look at whom: the contracts of pyproject.toml, and what they cannot say."""

import ast

from importlinter.cli import lint_imports

from tests.architecture.tree import FLOORS, ROOT, rooms, short, sources, tree

EDGES = {"admin", "api", "views"}


def edge_in(name):
    """Whether a module is an edge or a part of one, as `admin_flows` is of `admin`."""
    return name.split("_")[0] in EDGES


def test_contracts_are_kept(capsys):
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None, no_logo=True)
    assert status == 0, capsys.readouterr().out


def imports():
    """(file, module) for every import of every file, with names that are modules written out."""
    for path in sources():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield from ((path, f"{node.module}.{alias.name}") for alias in node.names)
                yield path, node.module


def test_other_floors_tables_are_asked_through_their_services():
    """A lower floor's class may be named, in a foreign key or a signature; its rows are its services' to find."""
    wrong = []
    for path in sources():
        if edge_in(path.stem) or short(path).split("/")[0] not in FLOORS:
            continue
        foreign = set()
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module:
                floor, *rest = node.module.split(".")
                # Who a tenant or a user is, every floor may look up.
                if floor in FLOORS and floor != short(path).split("/")[0] and rest[-1:] == ["models"] != rest[:1]:
                    foreign |= {alias.asname or alias.name for alias in node.names if rest[0] != "accounts"}
        wrong += [
            f"{short(path)}:{node.lineno} {ast.unparse(node)}" for node in ast.walk(tree(path))
            if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager")
            and isinstance(node.value, ast.Name) and node.value.id in foreign
        ]  # fmt: skip
    assert not wrong


def test_nobody_imports_an_edge_but_edges():
    wrong = {
        f"{short(path)} imports {name}" for path, name in imports()
        if name.split(".")[0] in FLOORS and any(map(edge_in, name.split(".")[1:]))
        and not edge_in(path.stem) and path.stem != "urls"
    }  # fmt: skip
    assert not wrong


def test_only_the_adapters_know_asterisk_and_only_the_clock_knows_the_time():
    words = {"panoramisk", "websockets", "asterisk"}
    homes = ("telephony/ari", "telephony/ami", "telephony/agi")
    assert not {
        f"{short(path)} imports {name}" for path, name in imports()
        if name.split(".")[0] in words and not short(path).startswith(homes)
    }  # fmt: skip
    clocks = []
    for path in sources():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today"):
                owner = ast.unparse(node.value)
                if owner in ("datetime", "timezone", "date", "datetime.datetime", "datetime.date"):
                    clocks.append(short(path))
    assert clocks == ["seatline/clock.py"]


def test_rooms_have_the_standard_furniture():
    """A room is found by its name and its files; edges and services are never hidden under other names."""
    for room in rooms():
        text = (room / "__init__.py").read_text()
        modules = {path.stem for path in room.glob("*.py")} - {"__init__"}
        assert modules, f"{short(room)} is empty"
        if "models" in modules:
            floor = (room.parent / "models.py").read_text()
            assert f"{room.parent.name}.{room.name}.models" in floor, f"{short(room)}/models.py is not in the floor's"
        if "admin" in modules:
            floor = (room.parent / "admin.py").read_text()
            assert f"{room.parent.name}.{room.name}" in floor, f"{short(room)}/admin.py is not in the floor's"
        assert len(text.splitlines()) < 60, "a room's door holds no code"
