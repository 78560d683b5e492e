"""Flows as JSON: what is read, and what is said of those that cannot be used."""

import json
from uuid import UUID

import pytest

from telephony.core.flow import Menu, Opening, Say, ToQueue
from telephony.core.values import FlowId, Outcome, QueueId
from telephony.plans.definition import read, schema, write
from telephony.plans.faults import FlowFaulty
from telephony.plans.parts import Names
from tests.builders.telephony import a_definition

NAMES = Names({"service": QueueId(UUID(int=11))}, frozenset({"welcome", "please-wait", "goodbye"}), frozenset({"shop"}))
OPENING = {
    "zone": "Asia/Shanghai",
    "spans": [{"weekdays": "12345", "opens": "09:00", "closes": "18:00"}],
    "holidays": ["2026-10-01"],
}
EVERY_KIND = {
    "start": "open",
    "nodes": {
        "open": {"kind": "opening", "hours": OPENING, "open": "hello", "closed": "closed"},
        "hello": {"kind": "play", "say": [{"prompt": "welcome", "language": "zh"}, "welcome"], "next": "menu"},
        "menu": {
            "kind": "menu",
            "say": ["welcome"],
            "choices": {"1": "agent", "2": "english", "3": "rescue", "*": "hotel"},
            "otherwise": "wrong",
            "wrong": ["goodbye"],
            "tries": 2,
            "wait": 7,
        },
        "english": {"kind": "speak", "language": "en", "next": "menu"},
        "hotel": {"kind": "merchant", "code": "101", "otherwise": "merchants"},
        "merchants": {"kind": "directory", "say": ["welcome"], "otherwise": "wrong", "length": 4},
        "agent": {"kind": "queue", "queue": "service", "otherwise": {"queue_timeout": "number"}, "keys": {"1": "back"}},
        "back": {"kind": "callback", "queue": "service", "otherwise": "wrong", "promised": ["goodbye"], "tries": 2},
        "rescue": {
            "kind": "forward",
            "numbers": [{"number": "+8613800000001", "ring": 12}],
            "otherwise": "closed",
            "confirm": True,
            "caller_id": "+862196968101",
        },
        "number": {
            "kind": "digits",
            "say": ["welcome"],
            "into": "number",
            "next": "look",
            "otherwise": "wrong",
            "least": 2,
            "most": 9,
            "read_back": True,
        },
        "look": {
            "kind": "lookup",
            "system": "shop",
            "path": "/orders/{number}",
            "send": {"caller": "{caller}"},
            "take": {"price": "price.amount"},
            "found": "account",
            "missing": "number",
            "failed": "message",
            "say": ["please-wait"],
            "deadline": 5,
        },
        "account": {
            "kind": "pin",
            "say": ["welcome"],
            "say_pin": ["welcome"],
            "into": "account",
            "table": "accounts",
            "next": "order",
            "otherwise": "message",
            "locked": "closed",
            "length": 4,
        },
        "order": {
            "kind": "order",
            "say": [{"value": "price", "as": "amount", "currency": "USD", "language": "en"}],
            "system": "shop",
            "path": "/orders",
            "send": {"number": "{number}"},
            "next": "closed",
            "cancelled": "wrong",
            "otherwise": "wrong",
        },
        "message": {"kind": "voicemail", "say": ["welcome"], "longest": 60, "mail": "service@museum.example"},
        "closed": {"kind": "finish", "outcome": "closed"},
        "wrong": {"kind": "finish", "outcome": "wrong_keys", "say": ["goodbye"]},
    },
}


def made(definition):
    return read(definition, NAMES, id=FlowId(UUID(int=21)), code="service", version=3, tenant=None)


def with_node(name: str, **changes) -> dict:
    """The usual definition with one node changed; None takes a field away."""
    definition = a_definition()
    node = {**definition["nodes"].get(name, {}), **changes}
    definition["nodes"][name] = {key: value for key, value in node.items() if value is not None}
    return definition


def test_every_kind_of_node_is_read():
    flow = made(EVERY_KIND)
    menu, opening, queue = flow.nodes["menu"], flow.nodes["open"], flow.nodes["agent"]
    assert isinstance(menu, Menu)
    assert (menu.tries, menu.wait.total_seconds(), menu.wrong) == (2, 7, (Say("goodbye"),))
    assert isinstance(opening, Opening)
    assert opening.hours.spans[0].weekdays == frozenset({0, 1, 2, 3, 4})
    assert isinstance(queue, ToQueue)
    assert queue.otherwise == {Outcome.QUEUE_TIMEOUT: "number"}


@pytest.mark.parametrize("definition", [EVERY_KIND, a_definition()])
def test_what_is_read_is_written_back(definition):
    assert write(made(definition), NAMES) == definition
    assert json.loads(json.dumps(definition)) == definition


@pytest.mark.parametrize(
    ("definition", "sentence"),
    [
        # Not a flow at all.
        ([], "A flow is {start, nodes}"),
        ({"start": "a"}, "A flow is {start, nodes}"),
        ({**a_definition(), "notes": "x"}, "A flow is {start, nodes}"),
        ({**a_definition(), "start": "hello"}, "the flow starts at “hello”, which it does not have"),
        # A word of a newer version, or a typing error.
        (with_node("agent", kind="fax"), "node “agent”: there is no kind “fax”"),
        (with_node("agent", kind=None), "node “agent”: there is no kind “None”"),
        (with_node("menu", otherwise=None), "node “menu”: “otherwise” is missing"),
        (with_node("menu", sya=["welcome"]), "node “menu”: menu has no “sya”"),
        # Ways that lead nowhere, and nodes to which no way leads.
        (with_node("menu", otherwise="gone"), "node “menu”: it leads to “gone”, which the flow does not have"),
        (with_node("menu", choices={"0": "agent"}), "node “told”: no way leads to it"),
        # Values that do not fit.
        (with_node("menu", choices={"A": "agent"}), "node “menu”: “choices”: “A” is no key"),
        (with_node("menu", choices={}), "node “menu”: “choices”: should have at least one key"),
        (with_node("menu", tries=0), "node “menu”: “tries”: should be a whole number from 1 to 9"),
        (with_node("menu", tries=True), "node “menu”: “tries”: should be a whole number from 1 to 9"),
        (with_node("menu", say="welcome"), "node “menu”: “say”: should be a list of prompts"),
        (with_node("menu", say=["hello"]), "node “menu”: “say”: there is no prompt “hello”"),
        (with_node("menu", say=[{"prompt": "welcome", "language": "fr"}]), "there are no prompts in “fr”"),
        (with_node("agent", otherwise={"answered": "told"}), "“answered” is no way of waiting in vain"),
        # A flow cannot claim that an agent answered.
        (with_node("told", outcome="answered"), "node “told”: “outcome”: should be one of informed, closed"),
        # The queue of a neighbour is not among the tenant's own.
        (with_node("agent", queue="claims"), "node “agent”: “queue”: the tenant has no queue “claims”"),
        # Opening hours.
        (with_node("menu", kind="opening"), "node “menu”: “hours” is missing"),
        # Language, then language again, for ever.
        (
            {"start": "a", "nodes": {
                "a": {"kind": "speak", "language": "en", "next": "b"},
                "b": {"kind": "speak", "language": "zh", "next": "a"},
            }},
            "node “a”: it leads back to itself without anything to hear or to key",
        ),
    ],
)  # fmt: skip
def test_fault_names_its_node(definition, sentence):
    with pytest.raises(FlowFaulty) as error:
        made(definition)
    assert sentence in str(error.value)


@pytest.mark.parametrize(
    "hours",
    [
        {"zone": "Asia/Peking"},
        {"zone": "Asia/Shanghai", "spans": [{"weekdays": "8", "opens": "09:00", "closes": "18:00"}]},
        {"zone": "Asia/Shanghai", "spans": [{"weekdays": "1", "opens": "9", "closes": "18:00"}]},
        {"zone": "Asia/Shanghai", "holidays": ["1 October"]},
        {"zone": "Asia/Shanghai", "open": True},
        "always",
    ],
)
def test_opening_hours_that_cannot_be_read_are_refused(hours):
    definition = {
        **EVERY_KIND,
        "nodes": {**EVERY_KIND["nodes"], "open": {**EVERY_KIND["nodes"]["open"], "hours": hours}},
    }
    with pytest.raises(FlowFaulty, match="node “open”: “hours”"):
        made(definition)


def test_all_faults_are_found_at_once():
    definition = with_node("menu", tries=99, say=["hello"])
    definition["nodes"]["agent"]["queue"] = "claims"
    with pytest.raises(FlowFaulty) as error:
        made(definition)
    assert [fault.node for fault in error.value.faults] == ["menu", "menu", "agent"]


def test_play_that_goes_round_is_allowed_since_the_caller_can_hang_up():
    around = {"start": "a", "nodes": {"a": {"kind": "play", "say": ["welcome"], "next": "a"}}}
    assert made(around).start == "a"


def test_schema_is_made_of_the_same_table():
    kinds = schema()["properties"]["nodes"]["additionalProperties"]["oneOf"]
    assert {kind["properties"]["kind"]["const"] for kind in kinds} == {
        node["kind"] for node in EVERY_KIND["nodes"].values()
    }
    json.dumps(schema())


@pytest.mark.parametrize(
    ("node", "changes", "sentence"),
    [
        # A neighbour's system, or none.
        ("look", {"system": "warehouse"}, "“system”: the tenant has no system “warehouse”"),
        # Neither a system nor a table; both.
        ("look", {"system": None, "path": None}, "it should have “system” and “path”, or “table”"),
        ("look", {"table": "orders"}, "it should have “system” and “path”, or “table”"),
        ("look", {"path": None}, "“path” is missing"),
        # A path that would lead to another host.
        ("look", {"path": "//evil.example/"}, "“path”: should be a path below the system's address"),
        ("look", {"path": "/a/../../b"}, "“path”: should be a path below the system's address"),
        ("look", {"path": "@evil.example"}, "“path”: should be a path below the system's address"),
        # Nobody sets it.
        ("order", {"send": {"number": "{nummer}"}}, "no node sets the variable “nummer”"),
        ("order", {"say": [{"value": "prize", "as": "amount"}]}, "no node sets the variable “prize”"),
        ("order", {"say": [{"value": "price", "as": "colour"}]}, "“say”: nothing is said as “colour”"),
        ("number", {"into": "Number!"}, "“into”: a variable is named in small letters, digits and _"),
        ("number", {"least": 10}, "“least” is more than “most”"),
        ("account", {"length": 3}, "“length”: should be a whole number from 4 to 12"),
        ("message", {"mail": "nobody"}, "“mail”: should be an e-mail address"),
        ("message", {"longest": 6000}, "“longest”: should be a whole number from 5 to 600"),
    ],
)  # fmt: skip
def test_fault_of_a_node_that_asks_is_named(node, changes, sentence):
    changed = {key: value for key, value in {**EVERY_KIND["nodes"][node], **changes}.items() if value is not None}
    with pytest.raises(FlowFaulty) as error:
        made({**EVERY_KIND, "nodes": {**EVERY_KIND["nodes"], node: changed}})
    assert f"node “{node}”: {sentence}" in str(error.value)
