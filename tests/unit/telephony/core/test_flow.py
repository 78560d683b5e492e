"""The walk through a flow to the first node that needs the caller."""

import pytest

from telephony.core.flow import MOST_STEPS, Finish, FlowBroken, Menu, Opening, Play, Say, Speak, visit
from telephony.core.opening import Hours
from telephony.core.values import Outcome
from tests.builders.calls import NINE, a_flow

ALWAYS = Hours("Asia/Shanghai")


def test_walk_stops_at_once_where_the_caller_is_needed():
    there = visit(a_flow(), "menu", "zh", NINE)
    assert (there.name, there.path, there.language) == ("menu", ("menu",), "zh")
    assert isinstance(there.node, Menu)


def test_walk_passes_hours_and_language_and_tells_the_way():
    flow = a_flow(first=Speak(language="en", next="hours"))
    there = visit(flow, "first", "zh", NINE)
    assert there.path == ("first", "hours", "menu")
    assert there.language == "en", "and it stays so"


def test_walk_goes_the_closed_way_outside_opening_hours():
    there = visit(a_flow(), "hours", "zh", NINE.replace(hour=13))  # nine in the evening in Shanghai
    assert there.name == "closed"


def test_flow_that_leads_nowhere_is_named_with_the_node_it_lacks():
    with pytest.raises(FlowBroken, match=r"flow museum version 1 leads to node “attic”"):
        visit(a_flow(up=Opening(hours=ALWAYS, open="attic", closed="attic")), "up", "zh", NINE)


def test_flow_that_walks_in_a_circle_is_named_with_a_node_of_the_circle():
    circle = a_flow(left=Speak(language="en", next="right"), right=Speak(language="zh", next="left"))
    with pytest.raises(FlowBroken, match=r"walks in a circle at node “(left|right)”"):
        visit(circle, "left", "zh", NINE)


def test_long_chain_that_ends_is_no_circle():
    chain = {f"n{no}": Speak(language="en", next=f"n{no + 1}") for no in range(MOST_STEPS - 1)}
    chain[f"n{MOST_STEPS - 1}"] = Finish(outcome=Outcome.INFORMED)
    assert visit(a_flow(**chain), "n0", "zh", NINE).name == f"n{MOST_STEPS - 1}"


def test_circle_through_the_caller_is_the_callers_own_affair():
    flow = a_flow(round=Play(say=(Say("greeting"),), next="round"))
    assert visit(flow, "round", "zh", NINE).name == "round"
