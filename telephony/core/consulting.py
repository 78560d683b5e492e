"""Questions to a tenant's system or table: how they begin, and where an answer leads.

Rules of this file: it gives back the name of the node to go to, or None while there is something to wait for; going
there is `in_flow`'s. What is asked of whom is decided here, how it travels is not known.
"""

from datetime import timedelta

from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.asking import Lookup, Order, Pin
from telephony.core.call import Stage, Turn
from telephony.core.ending import words
from telephony.core.filling import fill, fill_path, variables
from telephony.core.plan import System
from telephony.core.say import Say

GRACE = timedelta(seconds=2)  # beyond the deadline; whoever asks keeps that, unless it has died
MUSIC = "default"


def look_up(turn: Turn, node: Lookup) -> str | None:
    """Ask, and let the caller hear something meanwhile."""
    call = turn.call
    system = system_of(turn, node.system)
    if call.tenant is None or (node.system and system is None):
        return node.failed
    known = variables(call)
    body = {name: fill(template, known) for name, template in node.send.items()} if node.send else None
    count = _await(turn, node.deadline, node.say)
    turn.order(
        cmd.LookUp,
        count=count, tenant=call.tenant, system=system, path=fill_path(node.path, known), body=body,
        table=node.table, key=fill(node.key, known), take=node.take, deadline=node.deadline,
    )  # fmt: skip
    return None


def check_pin(turn: Turn, node: Pin, pin: str) -> str | None:
    """Have the PIN checked that was keyed for the account; it is in this one command and nowhere else."""
    call = turn.call
    system = system_of(turn, node.system)
    if call.tenant is None or (node.system and system is None):
        return node.failed or node.otherwise
    known = variables(call)
    count = _await(turn, node.deadline, ())
    turn.order(
        cmd.CheckPin,
        count=count, tenant=call.tenant, system=system, path=fill_path(node.path, known), table=node.table,
        account=call.variables[node.into], pin=pin, caller=call.caller, take=node.take, deadline=node.deadline,
    )  # fmt: skip
    return None


def confirm(turn: Turn, node: Order) -> str | None:
    """The caller has confirmed: from here on the order is on record, whatever becomes of the line."""
    call = turn.call
    if system_of(turn, node.system) is None:
        return node.otherwise
    base = f"{call.id}-{call.node}"
    before = sum(key == base or key.startswith(f"{base}#") for key in call.ordered)
    key = f"{base}#{before + 1}" if before else base
    known = variables(call)
    turn.become(ordered=(*call.ordered, key))
    turn.note(
        fact.OrderConfirmed,
        node=call.node, key=key, system=node.system, path=fill_path(node.path, known),
        content={name: fill(template, known) for name, template in node.send.items()},
    )  # fmt: skip
    return node.next


def answered(turn: Turn, result: str, event: ev.LookedUp | None = None) -> str:
    """Silence what the caller heard, put the answer on record, keep its values; the result."""
    silence(turn)
    turn.drop_timer("lookup")
    since = turn.call.asked_at or turn.at
    turn.become(awaited=0, asked_at=None)
    turn.note(fact.Consulted, node=turn.call.node, result=result, seconds=round((turn.at - since).total_seconds(), 3))
    if event is not None and event.values:
        turn.become(variables={**turn.call.variables, **event.values})
    return result


def after_lookup(node: Lookup, result: str) -> str:
    """The node to which an answer leads."""
    return {"found": node.found, "missing": node.missing}.get(result, node.failed)


def system_of(turn: Turn, code: str) -> System | None:
    """The call's tenant's system of this code; never a neighbour's."""
    tenant = turn.call.tenant
    return turn.call.plan.systems.get((tenant, code)) if tenant and code else None


def silence(turn: Turn) -> None:
    """End the words or the music of the wait."""
    if turn.call.playback:
        turn.hush()
    else:
        turn.order(cmd.StopMusic, channel=turn.call.channel)


def _await(turn: Turn, deadline: timedelta, say: tuple[Say, ...]) -> int:
    count = turn.call.counted + 1
    turn.become(counted=count, awaited=count, asked_at=turn.at)
    turn.to(Stage.CONSULTING)
    said = words(turn, say)
    if said:
        turn.speak(said)
    else:
        turn.order(cmd.StartMusic, channel=turn.call.channel, music=MUSIC)
    turn.set_timer("lookup", deadline + GRACE)
    return count
