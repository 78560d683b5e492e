"""The caller keys something in: digits, an account and its PIN, the confirmation of an order.

Rules of this file: it gives back the name of the node to go to, or None while the caller is still asked; going there
is `in_flow`'s. Keys of a PIN leave the call in one command and are kept nowhere.
"""

from telephony.core import consulting
from telephony.core.asking import Digits, Keyed, Order, Pin
from telephony.core.call import Stage, Turn
from telephony.core.ending import words
from telephony.core.say import Say, SayValue

CONFIRM, CANCEL = "1", "2"
LEAST_PIN = 4


def ask(turn: Turn, node: Keyed, first: tuple[Say, ...] = ()) -> None:
    """Speak the question at hand, after `first`."""
    turn.become(keys="")
    turn.to(Stage.LISTENING)
    turn.speak(words(turn, first + _question(node, turn.call.asked)))


def key_pressed(turn: Turn, node: Keyed, key: str) -> str | None:
    """A key: one more digit, the end of the digits, or a confirmation."""
    call = turn.call
    if key == "#" and not call.keys:
        return None  # keyed behind digits that were complete without it
    turn.hush()
    turn.drop_timer("key")
    if isinstance(node, Order) or call.asked == "confirm":
        return _confirmation(turn, node, key)
    assert isinstance(node, Digits | Pin)
    keys = "" if key == "*" else call.keys + key.rstrip("#")
    turn.become(keys=keys)
    if key == "#" or len(keys) >= _most(node, call.asked):
        return _complete(turn, node)
    turn.set_timer("key", node.wait)
    turn.to(Stage.CHOOSING)
    return None


def key_missing(turn: Turn, node: Keyed) -> str | None:
    """No further key came: what is there counts."""
    if turn.call.keys and not isinstance(node, Order):
        return _complete(turn, node)
    return _again(turn, node)


def pin_checked(turn: Turn, node: Pin, result: str) -> str | None:
    """The system or the table has said whether account and PIN belong together."""
    match result:
        case "found":
            return node.next
        case "missing":
            return _again(turn, node)
        case "locked":
            return node.locked or node.otherwise
        case _:
            return node.failed or node.otherwise


def _question(node: Keyed, asked: str) -> tuple[Say, ...]:
    match node:
        case Digits() if asked == "confirm":
            return (Say("you-keyed"), SayValue(variable=node.into), Say("confirm-keys"))
        case Pin() if asked == "pin":
            return node.say_pin
        case Order():
            return (*node.say, Say("confirm-order"))
        case _:
            return node.say


def _most(node: Digits | Pin, asked: str) -> int:
    return node.length if isinstance(node, Pin) and asked == "pin" else node.most


def _least(node: Digits | Pin, asked: str) -> int:
    if isinstance(node, Pin):
        return min(LEAST_PIN, node.length) if asked == "pin" else 1
    return node.least


def _confirmation(turn: Turn, node: Keyed, key: str) -> str | None:
    if key == CONFIRM:
        return consulting.confirm(turn, node) if isinstance(node, Order) else _next(node)
    if key != CANCEL:
        return _again(turn, node)
    if isinstance(node, Order):
        return node.cancelled
    turn.become(asked="")
    ask(turn, node)
    return None


def _next(node: Keyed) -> str:
    return node.next


def _complete(turn: Turn, node: Digits | Pin) -> str | None:
    keys, asked = turn.call.keys, turn.call.asked
    turn.become(keys="")
    if len(keys) < _least(node, asked):
        return _again(turn, node)
    if isinstance(node, Pin) and asked == "pin":
        return consulting.check_pin(turn, node, keys)
    turn.become(variables={**turn.call.variables, node.into: keys})
    if isinstance(node, Digits) and not node.read_back:
        return node.next
    turn.become(asked="pin" if isinstance(node, Pin) else "confirm")
    ask(turn, node)
    return None


def _again(turn: Turn, node: Keyed) -> str | None:
    """Of no use: say so and ask once more, a PIN from the account on; give up after the node's last try."""
    tries = turn.call.tries + 1
    turn.become(tries=tries, keys="")
    if tries >= node.tries:
        return node.otherwise
    if isinstance(node, Pin):
        turn.become(asked="")
    ask(turn, node, node.wrong)
    return None
