"""A flow as a drawing: cards with their exits, and the lines between them, in pixels from the upper left.

Rules of this file: pure; it knows sizes, no words and no HTML. Ways lead from an exit at a card's right side to the
left side of another card. Ways that lead back run along lanes below all cards, a lane for each card they lead to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from telephony.editor.layers import Columns, Spot, arrange

WIDTH, GAP, BETWEEN = 188, 64, 18  # of a card; from column to column; from card to card
HEAD, EXIT, NOTE, MARGIN = 50, 20, 36, 14  # heights of a card's head, of an exit, of what is said of a fault; the rim
PASS, LANE = 10, 12  # room for a line that passes a column; from lane to lane


@dataclass(frozen=True, slots=True)
class Card:
    """What is to be drawn of a node: the target of each exit (empty: none is chosen), and whether a fault is told."""

    name: str
    exits: tuple[str, ...]
    faulty: bool = False

    @property
    def height(self) -> int:
        """With exits and note."""
        return HEAD + EXIT * len(self.exits) + (NOTE if self.faulty else 0) + (6 if self.exits else 0)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a card stands."""

    name: str
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Line:
    """A way as the path of an SVG; `back`: it leads back."""

    source: str
    target: str
    path: str
    back: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything with its place, and the size of the whole."""

    width: int
    height: int
    cards: tuple[Placed, ...]
    lines: tuple[Line, ...]


def draw(cards: Sequence[Card], start: str) -> Drawing:
    """The drawing of these cards; exits to nodes that are not there have no line."""
    by_name = {card.name: card for card in cards}
    found = arrange(list(by_name), {card.name: card.exits for card in cards}, start)
    tops = _tops(found, by_name)
    column = {spot: at for at, spots in enumerate(found.columns) for spot in spots}
    left = {name: MARGIN + column[name] * (WIDTH + GAP) for name in by_name}
    placed = tuple(Placed(name, left[name], tops[name], card.height) for name, card in by_name.items())
    bottom = max((one.y + one.height for one in placed), default=0)
    lanes = {to: no for no, to in enumerate(dict.fromkeys(to for _, to in sorted(found.back)))}
    lines = []
    for card in cards:
        for no, to in enumerate(card.exits):
            if to in by_name:
                port = (left[card.name] + WIDTH, tops[card.name] + HEAD + EXIT * no + EXIT // 2)
                door = (left[to], tops[to] + 20)
                if (card.name, to) in found.back:
                    path = _around(port, door, bottom + BETWEEN + LANE * lanes[to], LANE * lanes[to] % (GAP - 28))
                    lines.append(Line(card.name, to, path, back=True))
                else:
                    points = [
                        (MARGIN + at * (WIDTH + GAP), tops[card.name, to, at]) for at in _between(column, card.name, to)
                    ]
                    lines.append(Line(card.name, to, _through(port, points, door)))
    return Drawing(
        width=2 * MARGIN + len(found.columns) * (WIDTH + GAP) - GAP + (20 if lanes else 0),
        height=bottom + MARGIN + (BETWEEN + LANE * len(lanes) if lanes else 0),
        cards=placed,
        lines=tuple(lines),
    )


def _between(column: Mapping[Spot, int], source: str, target: str) -> range:
    return range(column[source] + 1, column[target])


def _tops(found: Columns, cards: Mapping[str, Card]) -> dict[Spot, int]:
    """The upper edge of each card, and the height at which lines pass: near those to the left, and never on another."""
    tops: dict[Spot, int] = {}
    wishes = _wishes(found, cards)
    for spots in found.columns:
        free = MARGIN
        for spot in spots:
            wished = [tops[one] + offset for one, offset in wishes.get(spot, ()) if one in tops]
            height = cards[spot].height if isinstance(spot, str) else PASS
            wish = sum(wished) // len(wished) - (20 if isinstance(spot, str) else 0) if wished else free
            tops[spot] = max(free, wish)
            free = tops[spot] + height + BETWEEN
    return tops


def _wishes(found: Columns, cards: Mapping[str, Card]) -> dict[Spot, list[tuple[Spot, int]]]:
    """For each spot those before it, with how far below their upper edge the line leaves them."""
    column = {spot: at for at, spots in enumerate(found.columns) for spot in spots}
    wishes: dict[Spot, list[tuple[Spot, int]]] = {}
    for name, card in cards.items():
        for no, to in enumerate(card.exits):
            if to in cards and (name, to) not in found.back:
                passed: list[Spot] = [(name, to, at) for at in _between(column, name, to)]
                wishes.setdefault(passed[0] if passed else to, []).append((name, HEAD + EXIT * no + EXIT // 2))
                for one, other in pairwise([*passed, to]):
                    wishes.setdefault(other, []).append((one, 0))
    return wishes


def _through(port: tuple[int, int], points: Sequence[tuple[int, int]], door: tuple[int, int]) -> str:
    path, (x, y) = f"M{port[0]} {port[1]}", port
    for at, height in points:
        path += _curve(x, y, at, height) + f"H{at + WIDTH}"
        x, y = at + WIDTH, height
    return path + _curve(x, y, *door)


def _curve(x: int, y: int, to_x: int, to_y: int) -> str:
    bend = (to_x - x) // 2
    return f"C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}"


def _around(port: tuple[int, int], door: tuple[int, int], lane: int, shift: int) -> str:
    out, back = port[0] + 12 + shift, door[0] - 12 - shift
    return f"M{port[0]} {port[1]}H{out}V{lane}H{back}V{door[1]}H{door[0]}"
