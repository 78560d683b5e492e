"""A node's form is made from the published schema and gives back what was there."""

import pytest

from telephony.editor.edges import edges, exits_of
from telephony.editor.filled import lost, read_group, sent_of
from telephony.editor.shapes import Flag, OneOf, Pairs, Rows, Text, Whole, kinds
from telephony.plans.definition import NODES
from tests.unit.telephony.plans.test_definition import EVERY_KIND

FORMS = [(name, node) for name, node in EVERY_KIND["nodes"].items()]


def filled(node):
    """The node as its form gives it back."""
    group = kinds()[node["kind"]]
    return {"kind": node["kind"], **read_group(group, sent_of(group, node))}


def test_every_kind_has_a_form_with_every_part():
    assert {word: {part.key for part in group.parts} for word, group in kinds().items()} == {
        word: {*kind.needed, *kind.allowed} for word, kind in NODES.items()
    }


@pytest.mark.parametrize(("name", "node"), FORMS, ids=[name for name, _ in FORMS])
def test_form_that_is_sent_as_it_was_shown_changes_nothing(name, node):
    assert filled(node) == node
    assert lost(kinds()[node["kind"]], node) == []


def test_shapes_are_those_of_the_schema():
    parts = {part.key: part for part in kinds()["queue"].parts}
    assert parts["queue"].shape == Text("queue")
    assert parts["queue"].needed
    digits = {part.key: part for part in kinds()["digits"].parts}
    assert digits["tries"].shape == Whole(1, 9)
    assert (digits["tries"].default, digits["read_back"].shape) == (3, Flag())
    assert isinstance(digits["say"].shape, Rows)
    assert digits["say"].shape.plain == "prompt"
    assert [part.key for part in digits["say"].shape.row.parts] == ["prompt", "language", "value", "as", "currency"]
    assert isinstance({part.key: part for part in kinds()["order"].parts}["send"].shape, Pairs)
    assert isinstance({part.key: part for part in kinds()["finish"].parts}["outcome"].shape, OneOf)


@pytest.mark.parametrize(
    ("kind", "sent", "node"),
    [
        # Nothing is filled in: nothing is there, but what must be there.
        ("menu", {}, {"say": [], "choices": {}}),
        # Blank rows between others, and a number that is none: the draft keeps what was typed.
        (
            "menu",
            {"say.0.prompt": [""], "say.1.prompt": ["welcome"], "say.7.value": ["price"], "say.7.as": ["amount"],
             "choices.1": ["agent"], "choices.2": [""], "tries": ["many"], "wait": ["5"]},
            {"say": ["welcome", {"value": "price", "as": "amount"}], "choices": {"1": "agent"}, "tries": "many"},
        ),
        ("forward", {"confirm": ["on"], "numbers.0.number": [" +8613800000001 "]},
         {"numbers": ["+8613800000001"], "confirm": True}),
        ("opening", {"hours.zone": ["UTC"], "hours.spans.0.weekdays": ["3", "1"], "hours.holidays.2.": ["2026-10-01"]},
         {"hours": {"zone": "UTC", "spans": [{"weekdays": "13"}], "holidays": ["2026-10-01"]}}),
        ("order", {"send.0.name": ["no"], "send.0.text": ["{number}"], "send.1.name": [""], "send.1.text": [""]},
         {"say": [], "send": {"no": "{number}"}}),
        # Rows that nobody could have made.
        ("play", {"say.x.prompt": ["a"], "say.99999.prompt": ["b"], "say": ["c"]}, {"say": []}),
    ],
)  # fmt: skip
def test_what_is_typed_is_kept(kind, sent, node):
    assert read_group(kinds()[kind], sent) == node


def test_part_that_no_form_can_show_is_named():
    odd = {"kind": "menu", "say": "welcome", "sya": ["x"], "choices": {"A": "b"}, "tries": 2}
    assert lost(kinds()["menu"], odd) == ["say", "sya", "choices"]
    assert lost(kinds()["play"], {"kind": "play", "say": [{"prompt": "a"}], "next": "b"}) == []


def test_ways_are_found_in_whatever_part_names_a_node():
    ways = {(edge.source, ".".join(edge.path)): edge.target for edge in edges(EVERY_KIND)}
    assert ways["menu", "choices.*"] == "hotel"
    assert ways["agent", "otherwise.queue_timeout"] == "number"
    assert ways["look", "failed"] == "message"
    assert not [source for source, _ in ways if source in ("closed", "message")]


def test_way_that_must_be_chosen_is_an_exit_without_a_target():
    assert exits_of({"kind": "menu", "choices": {"1": "a"}}) == [(("otherwise",), ""), (("choices", "1"), "a")]
    assert exits_of({"kind": "fax", "next": "a"}) == []
