"""The caller and the flow: prompts, keys, merchants, and the way into a queue."""

from telephony.core import commands as cmd
from telephony.core import consulting, entry, message, outside, promising, routing
from telephony.core import events as ev
from telephony.core import facts as fact
from telephony.core.asking import Callback, Digits, Lookup, Order, Pin, Voicemail
from telephony.core.call import Stage, Turn
from telephony.core.ending import clear, end_leg, leave, words
from telephony.core.flow import Directory, Finish, FlowBroken, Forward, Menu, Merchant, Play, ToQueue, visit
from telephony.core.routing import Routed
from telephony.core.values import EndedBy, Leg, LegKind, Outcome


def arrive(turn: Turn, event: ev.CallOffered) -> None:
    """A call came in: find who answers it, answer, and start the flow."""
    route = routing.find(turn.call.plan, event.dialled, event.at, event.caller)
    turn.become(
        channel=event.channel,
        dialled=event.dialled,
        caller=event.caller,
        caller_name=event.caller_name,
        tenant=route.tenant if isinstance(route, Routed) else None,
        legs=(Leg(no=0, kind=LegKind.CALLER, channel=event.channel, started_at=event.at, answered_at=event.at),),
    )
    turn.note(
        fact.CallArrived,
        dialled=event.dialled, caller=event.caller, caller_name=event.caller_name, sip_call_id=event.sip_call_id,
        channel=event.channel, practice=event.practice or (isinstance(route, Routed) and route.practice),
    )  # fmt: skip
    turn.order(cmd.Label, channel=event.channel, variables=labels(turn))
    turn.order(cmd.Answer, channel=event.channel)
    turn.note(fact.CallAnswered)
    if isinstance(route, Routed):
        enter(turn, route, merchant=route.merchant)
    else:
        leave(turn, route)


def labels(turn: Turn) -> dict[str, str]:
    """What a caller's channel carries from the beginning."""
    return {"CALLREF": str(turn.call.id), "TENANT": tenant_code(turn), "STAGE": turn.call.stage.shown}


def tenant_code(turn: Turn) -> str:
    """The code of the call's tenant; empty while it has none."""
    tenant = turn.call.plan.tenants.get(turn.call.tenant) if turn.call.tenant else None
    return tenant.code if tenant else ""


def enter(turn: Turn, route: Routed, merchant: str = "") -> None:
    """Go on in this flow, for its tenant."""
    before = turn.call.tenant
    turn.become(flow=route.flow, tenant=route.tenant, language=route.language)
    if route.tenant != before:
        turn.order(cmd.Mark, channel=turn.call.channel, variables={"TENANT": tenant_code(turn)})
    turn.note(
        fact.FlowEntered,
        flow=route.flow.id, flow_code=route.flow.code, version=route.flow.version, merchant=merchant,
    )  # fmt: skip
    go(turn, route.flow.start)


def go(turn: Turn, name: str) -> None:
    """Go to a node, and do there what the caller is needed for."""
    assert turn.call.flow is not None
    try:
        there = visit(turn.call.flow, name, turn.call.language, turn.at)
    except FlowBroken:
        leave(turn, Outcome.FAILED)
        return
    if there.name != turn.call.node:
        turn.become(tries=0)
    turn.become(node=there.name, language=there.language, keys="", asked="")
    turn.note(fact.NodesPassed, path=there.path, language=there.language)
    node = there.node
    match node:
        case Finish():
            leave(turn, node.outcome, node.say)
        case ToQueue():
            join(turn, node)
        case Merchant():
            to_merchant(turn, node)
        case Forward():
            if not outside.begin(turn, node):
                go(turn, node.otherwise)
        case Lookup():
            _on(turn, consulting.look_up(turn, node))
        case Digits() | Pin() | Order():
            entry.ask(turn, node)
        case Callback():
            _on(turn, promising.ask(turn, node))
        case Voicemail():
            message.greet(turn, node)
        case _:
            turn.to(Stage.LISTENING)
            turn.speak(words(turn, node.say))


def _on(turn: Turn, name: str | None) -> None:
    """Go to the node that a decision names, if it names one."""
    if name is not None:
        go(turn, name)


def join(turn: Turn, node: ToQueue) -> None:
    """Begin to wait in the node's queue."""
    queue = turn.call.plan.queues.get(node.queue)
    if queue is None or turn.call.tenant != queue.tenant:
        # A flow must never lead into a neighbour's queue, whatever was published.
        leave(turn, Outcome.FAILED)
        return
    since = turn.call.waiting_since or turn.at
    turn.become(queue=queue, waiting_since=since, entered_at=turn.at, told=0, left=None)
    turn.note(fact.QueueEntered, queue=queue.id, queue_code=queue.code)
    turn.to(Stage.WAITING)
    said = words(turn, node.say)
    if said:
        turn.speak(said)  # while an agent is being looked for; music follows
    else:
        turn.order(cmd.StartMusic, channel=turn.call.channel, music=queue.music)
    turn.set_timer("max_wait", queue.max_wait)
    if queue.announce_every:
        turn.set_timer("announce", queue.announce_every)
    turn.order(cmd.JoinQueue, queue=queue.id, tenant=queue.tenant, since=since, caller=turn.call.caller)


def prompt_ended(turn: Turn, event: ev.PromptEnded) -> None:
    """The node has spoken: go on, or wait for a key."""
    if event.playback != turn.call.playback:
        return
    turn.become(playback=None)
    node = turn.here
    match node:
        case Play():
            go(turn, node.next)
        case Menu() | Directory() | Digits() | Pin() | Order() | Callback():
            turn.set_timer("key", node.wait)
            turn.to(Stage.CHOOSING)
        case Voicemail():
            message.begin(turn, node)


def key_pressed(turn: Turn, event: ev.KeyPressed) -> None:
    """A key: it cuts speech short, and is a choice where the node asks for one."""
    node = turn.here
    match node:
        case Play():
            turn.hush()
            go(turn, node.next)
            if turn.call.stage is Stage.LISTENING:
                # Who knows the way keys ahead: the key counts at the node that asks for one.
                key_pressed(turn, event)
        case Menu():
            turn.hush()
            turn.drop_timer("key")
            chosen = node.choices.get(event.key)
            if chosen is None:
                ask_again(turn)
            else:
                go(turn, chosen)
        case Directory():
            turn.hush()
            keys = turn.call.keys + event.key.rstrip("#")
            turn.become(keys=keys)
            if event.key == "#" or len(keys) >= node.length:
                choose_merchant(turn)
            else:
                turn.set_timer("key", node.wait)
                turn.to(Stage.CHOOSING)
        case Digits() | Pin() | Order():
            _on(turn, entry.key_pressed(turn, node, event.key))
        case Callback():
            _on(turn, promising.key_pressed(turn, node, event.key))
        case Voicemail():
            message.skip(turn)


def key_missing(turn: Turn, event: ev.TimerFired) -> None:
    """No key came in time."""
    if event.timer != "key":
        return
    node = turn.here
    if isinstance(node, Digits | Pin | Order):
        _on(turn, entry.key_missing(turn, node))
    elif isinstance(node, Callback):
        _on(turn, promising.key_missing(turn, node))
    elif isinstance(node, Directory) and turn.call.keys:
        choose_merchant(turn)
    else:
        ask_again(turn)


def to_merchant(turn: Turn, node: Merchant) -> None:
    """Go on in the flow of the merchant whom the node names, if the directory leads there."""
    shared, _code = routing.split(turn.call.plan, turn.call.dialled)
    route = routing.find_merchant(turn.call.plan, shared, node.code, turn.at)
    if turn.call.tenant is None and isinstance(route, Routed):
        turn.become(node="", tries=0, keys="")
        enter(turn, route, merchant=node.code)
    elif turn.call.tenant is None and route is Outcome.SUSPENDED:
        leave(turn, Outcome.SUSPENDED)
    else:
        go(turn, node.otherwise)


def choose_merchant(turn: Turn) -> None:
    """Look the keyed code up in the directory and go on in the merchant's flow."""
    turn.drop_timer("key")
    code = turn.call.keys
    route = routing.find_merchant(turn.call.plan, turn.call.dialled, code, turn.at)
    match route:
        case Routed():
            turn.become(node="", tries=0, keys="")
            enter(turn, route, merchant=code)
        case Outcome.SUSPENDED:
            leave(turn, route)
        case _:
            ask_again(turn)


def ask_again(turn: Turn) -> None:
    """The key was of no use: say so and ask once more, or give up after the node's last try."""
    node = turn.here
    assert isinstance(node, Menu | Directory)
    tries = turn.call.tries + 1
    turn.become(tries=tries, keys="")
    if tries >= node.tries:
        go(turn, node.otherwise)
        return
    turn.to(Stage.LISTENING)
    turn.speak(words(turn, node.wrong + node.say))


def hung_up_in_flow(turn: Turn, event: ev.ChannelEnded) -> None:
    """The caller hung up before any queue; or after one, and then counts as the queue let him go (docs/adr/0023)."""
    leg = turn.call.leg_of(event.channel)
    if leg is not None and leg.kind is LegKind.CALLER:
        turn.become(outcome=turn.call.left or Outcome.ABANDONED_IN_MENU, ended_by=EndedBy.CALLER)
        end_leg(turn, leg, event.cause)
        clear(turn)
