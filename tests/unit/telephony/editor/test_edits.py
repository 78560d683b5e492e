"""Changes of a flow, node by node."""

import pytest

from telephony.editor.differences import differences
from telephony.editor.edits import (
    ChangedMeanwhile,
    NodeGone,
    NodeNameTaken,
    NodeNameUnfit,
    StepKindUnknown,
    add,
    copy,
    mark,
    put,
    remove,
    rename,
    start_at,
)
from tests.builders.telephony import a_definition

EMPTY = {"start": "", "nodes": {}}


def test_first_node_is_the_start_and_names_are_found():
    one, name = add(EMPTY, "menu")
    two, other = add(one, "menu")
    three, named = add(two, "finish", "bye")
    assert (name, other, named) == ("menu", "menu-2", "bye")
    assert three["start"] == "menu"
    assert three["nodes"]["bye"] == {"kind": "finish"}
    assert EMPTY["nodes"] == {}


@pytest.mark.parametrize(
    ("kind", "name", "error"),
    [
        ("fax", "", StepKindUnknown),
        ("menu", "two words", NodeNameUnfit),
        ("menu", "欢迎", NodeNameUnfit),
        ("menu", "agent", NodeNameTaken),
    ],
)
def test_node_that_cannot_be_added_is_refused(kind, name, error):
    with pytest.raises(error):
        add(a_definition(), kind, name)


def test_who_saves_what_another_has_changed_is_told():
    """Two open the menu; the second to save must not write over the first. At two nodes they do not meet."""
    start = a_definition()
    seen = mark(start["nodes"]["menu"])
    first = put(start, "menu", {**start["nodes"]["menu"], "tries": 2}, seen)
    with pytest.raises(ChangedMeanwhile):
        put(first, "menu", {**start["nodes"]["menu"], "tries": 5}, seen)
    both = put(first, "told", {"kind": "finish", "outcome": "closed"}, mark(start["nodes"]["told"]))
    assert (both["nodes"]["menu"]["tries"], both["nodes"]["told"]["outcome"]) == (2, "closed")
    # The same twice, as by a button that was pressed twice, is no quarrel.
    assert put(first, "menu", {**start["nodes"]["menu"], "tries": 2}, seen) == first
    with pytest.raises(NodeGone):
        put(remove(start, "menu"), "menu", {}, seen)


def test_ways_follow_a_node_to_its_new_name():
    renamed = rename(a_definition(), "agent", "people")
    assert renamed["nodes"]["menu"]["choices"]["0"] == "people"
    assert list(renamed["nodes"]) == ["menu", "people", "told", "wrong"]
    assert rename(a_definition(), "menu", "first")["start"] == "first"
    assert a_definition()["nodes"]["menu"]["choices"]["0"] == "agent"
    with pytest.raises(NodeNameTaken):
        rename(a_definition(), "agent", "told")


def test_ways_to_a_node_that_goes_lead_elsewhere_or_nowhere():
    led = remove(a_definition(), "agent", "told")
    assert led["nodes"]["menu"]["choices"] == {"0": "told", "2": "told"}
    left = remove(a_definition(), "agent")
    assert left["nodes"]["menu"]["choices"] == {"0": "agent", "2": "told"}
    assert remove(a_definition(), "menu", "told")["start"] == "told"


def test_copy_has_a_name_of_its_own():
    copied, name = copy(a_definition(), "menu")
    again, other = copy(copied, "menu")
    assert (name, other) == ("menu-2", "menu-3")
    assert again["nodes"][name] == again["nodes"]["menu"]
    assert again["nodes"][name]["choices"] is not again["nodes"]["menu"]["choices"]


def test_start_is_a_node_that_is_there():
    assert start_at(a_definition(), "told")["start"] == "told"
    with pytest.raises(NodeGone):
        start_at(a_definition(), "nowhere")


def test_differences_name_nodes_and_parts():
    before, after = a_definition(), remove(a_definition(), "wrong")
    after["nodes"]["menu"] = {**after["nodes"]["menu"], "tries": 2, "say": ["goodbye"]}
    after, _ = add(after, "voicemail", "message")
    found = differences(before, {**after, "start": "told"})
    assert [(one.node, one.before is None, one.after is None, one.parts) for one in found] == [
        ("", False, False, ("start",)),
        ("menu", False, False, ("say", "tries")),
        ("message", True, False, ("kind",)),
        ("wrong", False, True, ("kind", "outcome")),
    ]
    assert differences(before, a_definition()) == []
