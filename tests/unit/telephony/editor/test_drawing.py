"""The drawing of a flow: nothing on top of anything, ways from left to right."""

from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.editor.drawing import BETWEEN, WIDTH, Card, draw
from telephony.editor.edges import exits_of
from tests.unit.telephony.plans.test_definition import EVERY_KIND

NAMES = [f"n{number}" for number in range(30)]
EXITS = st.lists(st.sampled_from(["", "gone", *NAMES]), max_size=6).map(tuple)


def cards_of(definition):
    """The cards of a definition, as the page makes them."""
    return [
        Card(name, tuple(dict.fromkeys(to for _, to in exits_of(node)))) for name, node in definition["nodes"].items()
    ]


def overlapping(drawing):
    """Pairs of cards that touch."""
    found = []
    for no, one in enumerate(drawing.cards):
        for other in drawing.cards[no + 1 :]:
            beside = abs(one.x - other.x) >= WIDTH
            above = one.y + one.height + BETWEEN <= other.y or other.y + other.height + BETWEEN <= one.y
            if not (beside or above):
                found.append((one.name, other.name))
    return found


def test_ways_lead_to_the_right_from_the_start():
    drawing = draw(cards_of(EVERY_KIND), EVERY_KIND["start"])
    x = {card.name: card.x for card in drawing.cards}
    assert x["open"] < x["hello"] < x["menu"] < x["agent"] < x["number"] < x["look"] < x["account"] < x["order"]
    assert overlapping(drawing) == []
    assert {(line.source, line.target) for line in drawing.lines if line.back} == {
        ("english", "menu"), ("look", "number"),
    }  # fmt: skip


@settings(max_examples=25)
@given(st.lists(EXITS, min_size=1, max_size=30))
def test_every_flow_is_drawn_without_a_card_on_another(exits):
    cards = [Card(NAMES[no], ways, faulty=no % 3 == 0) for no, ways in enumerate(exits)]
    drawing = draw(cards, "n0")
    there = {card.name for card in drawing.cards}
    assert there == {card.name for card in cards}
    assert overlapping(drawing) == []
    assert len(drawing.lines) == sum(to in there for card in cards for to in card.exits)
    for card in drawing.cards:
        assert 0 <= card.x <= drawing.width - WIDTH
        assert 0 <= card.y <= drawing.height - card.height


def test_flow_without_nodes_is_an_empty_drawing():
    drawing = draw([], "menu")
    assert (drawing.cards, drawing.lines) == ((), ())


def test_long_way_passes_between_the_cards():
    """a leads to d past b and c, which stand in its columns: the line keeps clear of both."""
    drawing = draw([Card("a", ("b", "d")), Card("b", ("c",)), Card("c", ("d",)), Card("d", ())], "a")
    place = {card.name: card for card in drawing.cards}
    (line,) = [line for line in drawing.lines if (line.source, line.target) == ("a", "d")]
    heights = [int(part.split("H")[0].split(" ")[-1]) for part in line.path.split("C")[1:] if "H" in part]
    assert len(heights) == 2
    for height, passed in zip(heights, ("b", "c"), strict=True):
        card = place[passed]
        assert not card.y <= height <= card.y + card.height
