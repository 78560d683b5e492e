"""The caller asks to be called back: at the number shown, confirmed by a key, or at another that is keyed.

Rules of this file: it gives back the name of the node to go to, or None while the caller is still asked or has been
promised it; going there is `in_flow`'s. What is promised is on record before the caller hears so. A number that may
not be called is refused at once, so that nobody is promised what cannot be kept.
"""

from telephony.core import facts as fact
from telephony.core.asking import Callback
from telephony.core.call import Stage, Turn
from telephony.core.callbacks import may_be_called
from telephony.core.ending import leave, words
from telephony.core.plan import QueuePlan
from telephony.core.say import Say, SayValue
from telephony.core.values import Outcome

CONFIRM, ANOTHER = "1", "2"
MOST = 20  # digits
_KEYED = "callback"  # the variable with the number that the caller has keyed, as people write it


def ask(turn: Turn, node: Callback) -> str | None:
    """Offer the caller's own number; ask for another where that one cannot be called."""
    queue = turn.call.plan.queues.get(node.queue)
    if queue is None or queue.tenant != turn.call.tenant:
        return node.otherwise  # a flow must never lead into a neighbour's queue
    own = usable(turn, turn.call.caller)
    turn.become(asked="own" if own else "another")
    if own:
        _keep(turn, turn.call.caller)
    _speak(turn, node.say)
    return None


def key_pressed(turn: Turn, node: Callback, key: str) -> str | None:
    """A key: a confirmation, the wish for another number, or a digit of it."""
    call = turn.call
    if call.asked == "another" and key == "#" and not call.keys:
        return None
    turn.hush()
    turn.drop_timer("key")
    if call.asked == "another":
        keys = "" if key == "*" else call.keys + key.rstrip("#")
        turn.become(keys=keys)
        if key == "#" or len(keys) >= MOST:
            return _complete(turn, node)
        turn.set_timer("key", node.wait)
        turn.to(Stage.CHOOSING)
        return None
    if key == CONFIRM:
        _promise(turn, node)
        return None
    if key == ANOTHER:
        turn.become(asked="another")
        _speak(turn)
        return None
    return _again(turn, node)


def key_missing(turn: Turn, node: Callback) -> str | None:
    """No further key came: what is there counts."""
    return _complete(turn, node) if turn.call.keys else _again(turn, node)


def missed(turn: Turn, queue: QueuePlan) -> None:
    """The caller has hung up in the queue: call back, if the queue wants that of callers who waited so long."""
    since = turn.call.waiting_since
    if since is None or not queue.missed_after or turn.at - since < queue.missed_after:
        return
    if usable(turn, turn.call.caller):
        _note(turn, queue, turn.call.caller, "missed")


def usable(turn: Turn, number: str) -> bool:
    """Whether the call's tenant may call this number back."""
    call = turn.call
    return call.tenant is not None and may_be_called(call.plan, call.tenant, number, call.dialled, turn.at)


def _complete(turn: Turn, node: Callback) -> str | None:
    number = turn.call.plan.numbering.read(turn.call.keys)
    turn.become(keys="")
    if not usable(turn, number):
        return _again(turn, node, (Say("callback-refused"),))
    _keep(turn, number)
    turn.become(asked="keyed")
    _speak(turn)
    return None


def _again(turn: Turn, node: Callback, why: tuple[Say, ...] = ()) -> str | None:
    tries = turn.call.tries + 1
    turn.become(tries=tries, keys="")
    if tries >= node.tries:
        return node.otherwise
    _speak(turn, why or node.wrong)
    return None


def _promise(turn: Turn, node: Callback) -> None:
    queue = turn.call.plan.queues[node.queue]
    _note(turn, queue, turn.call.plan.numbering.read(turn.call.variables[_KEYED]), "key")
    leave(turn, Outcome.CALLBACK_PROMISED, node.promised)


def _note(turn: Turn, queue: QueuePlan, number: str, source: str) -> None:
    waited = turn.at - (turn.call.waiting_since or turn.at)
    turn.note(
        fact.CallbackAsked,
        queue=queue.id, queue_code=queue.code, number=number, waited=round(waited.total_seconds(), 3), source=source,
    )  # fmt: skip


def _keep(turn: Turn, number: str) -> None:
    written = turn.call.plan.numbering.write(number)
    turn.become(variables={**turn.call.variables, _KEYED: written})


def _speak(turn: Turn, first: tuple[Say, ...] = ()) -> None:
    said: tuple[Say, ...] = (Say("callback-number"),)
    if turn.call.asked != "another":
        said = (Say("callback-at"), SayValue(variable=_KEYED), Say("callback-confirm"))
    turn.become(keys="")
    turn.to(Stage.LISTENING)
    turn.speak(words(turn, (*first, *said)))
