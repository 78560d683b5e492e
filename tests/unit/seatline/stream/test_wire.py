"""Addresses, frames and differences, without a stream."""

import json
from uuid import UUID

import pytest

from seatline.stream.addresses import Address, NoSuchAddress, Pass, read_address
from seatline.stream.wire import News, difference, frame, read_notice, read_place

MUSEUM, HARBOUR, LI = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.mark.parametrize("address", [Address(MUSEUM, "board"), Address(None, "floor"), Address(MUSEUM, f"agent/{LI}")])
def test_address_is_read_as_it_is_written(address):
    assert read_address(str(address)) == address


@pytest.mark.parametrize(
    "text", ["", "board", "all/", "all/Board", "all/agent/1", f"{MUSEUM}/board/", f"x{MUSEUM}/board"]
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(NoSuchAddress):
        read_address(text)


@pytest.mark.parametrize(
    ("tenant", "topics", "address", "opens"),
    [
        # A supervisor hears her own floor, and no other.
        (MUSEUM, {"floor"}, Address(MUSEUM, "floor"), True),
        (MUSEUM, {"floor"}, Address(HARBOUR, "floor"), False),
        (MUSEUM, {"floor"}, Address(None, "floor"), False),
        # Every agent of hers; an agent only himself.
        (MUSEUM, {"agent", "agent/*"}, Address(MUSEUM, f"agent/{LI}"), True),
        (MUSEUM, {f"agent/{LI}"}, Address(MUSEUM, f"agent/{LI}"), True),
        (MUSEUM, {f"agent/{LI}"}, Address(MUSEUM, f"agent/{MUSEUM}"), False),
        (MUSEUM, {"agent"}, Address(MUSEUM, f"agent/{LI}"), False),
        # The operator hears each tenant, and all together.
        (None, {"floor"}, Address(HARBOUR, "floor"), True),
        (None, {"floor"}, Address(None, "floor"), True),
        (None, {"board"}, Address(None, "floor"), False),
    ],
)
def test_a_pass_opens_its_topics_of_its_tenant(tenant, topics, address, opens):
    assert Pass(tenant, frozenset(topics)).opens(address) is opens


def test_notice_of_somebody_else_is_no_news():
    assert read_notice(f'["{MUSEUM}","floor","calls",["a"]]') == News(MUSEUM, "floor", "calls", ("a",))
    assert read_notice('[null,"floor","calls",[]]') == News(None, "floor", "calls", ())
    for odd in ("", "{}", "[1,2]", '["museum","floor","calls",[]]', "[null,1,2,3]"):
        assert read_notice(odd) is None


def test_frame_is_one_event_whatever_the_names_hold():
    told = frame("g-7", Address(MUSEUM, "board"), "snapshot", data={"queues": {"q": {"name": "a\n\ndata: b"}}}).decode()
    head, data = told.removesuffix("\n\n").split("\n")
    assert head == "id: g-7"
    assert json.loads(data.removeprefix("data: "))["data"]["queues"]["q"]["name"] == "a\n\ndata: b"
    assert read_place("g-7") == ("g", 7)
    assert [read_place(text) for text in ("", "g", "g-", "g--7", "g-٧", "g-" + 30 * "9")] == [None] * 6


def test_difference_names_what_is_new_what_differs_and_what_is_gone():
    before = {"queues": {"a": {"waiting": 1}, "b": {"waiting": 0}}, "agents": {"li": {"state": "ready"}}}
    after = {"queues": {"a": {"waiting": 2}, "c": {"waiting": 0}}, "agents": {"li": {"state": "ready"}}}
    assert difference(before, after) == {"queues": {"a": {"waiting": 2}, "b": None, "c": {"waiting": 0}}}
    assert difference(after, after) == {}
