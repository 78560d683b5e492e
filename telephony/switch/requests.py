"""Requests about calls: taken from PostgreSQL into the engine, and the engine's answers written back.

Rules of this file: each request is handed over once, and answered once. What cannot be written while PostgreSQL is away
is written when it is back. What is too old, or was asked before this switch began, is refused and not carried out.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

import structlog

from telephony.core import events as ev
from telephony.core.listening import ListeningAsked, ListeningOver, Way
from telephony.core.values import AgentId, CallId, ChannelId, Endpoint
from telephony.requests.services import CARRIED_OUT_WITHIN, OpenRequest, open_requests, settle
from telephony.switch.desk import Desk

log = structlog.get_logger(__name__)
TOO_LATE = "too_late"
RESTARTED = "restarted"
NO_CALL = "no_call"
STOP = "stop_listening"
DIAL = "dial"  # of requests the one that is about no call that goes on


class Requests:
    """Hands over and answers. `knows` says whether the engine has a call, `happen` lets an event happen."""

    def __init__(
        self, desk: Desk, knows: Callable[[CallId], bool], happen: Callable[[ev.Event], None],
        clock: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._desk = desk
        self._knows = knows
        self._happen = happen
        self.dial: Callable[[UUID, AgentId, str], None] = lambda request, agent, number: None  #: begins an agent's call
        self._clock = clock
        self._began = clock()
        self._handed_over: set[UUID] = set()
        self._answers: dict[UUID, str] = {}
        self.have_answers: Callable[[], None] = lambda: None  #: called when there is something to write

    def answer(self, request: UUID, reason: str) -> None:
        """Keep the engine's answer until it is written; does not wait."""
        self._answers[request] = reason
        self.have_answers()

    async def follow(self) -> None:
        """Take what is open, and write what is answered."""
        await self._write()
        open_ = await self._desk.try_to(open_requests)
        if open_ is not None:
            self._take(open_)
            await self._write()

    def _take(self, open_: Sequence[OpenRequest]) -> None:
        # What is no longer open has its answer in the table, and will not come again.
        self._handed_over &= {one.id for one in open_}
        for one in open_:
            if one.id not in self._handed_over:
                self._handed_over.add(one.id)
                self._hand_over(one)

    def _hand_over(self, one: OpenRequest) -> None:
        call, at = CallId(one.call_id), self._clock()
        if one.asked_at < self._began:
            self._answers[one.id] = RESTARTED
        elif at - one.asked_at > CARRIED_OUT_WITHIN:
            self._answers[one.id] = TOO_LATE
        elif one.kind == DIAL and one.agent_id is not None:
            self.dial(one.id, AgentId(one.agent_id), one.target)
        elif not self._knows(call):
            self._answers[one.id] = NO_CALL
        else:
            self._happen(_event(one, call, at))

    async def _write(self) -> None:
        answers = dict(self._answers)
        if not answers:
            return

        def write_answers() -> bool:
            settle(answers.items(), self._clock())
            return True

        if await self._desk.try_to(write_answers):
            for request, reason in answers.items():
                log.info("request answered", request=str(request), reason=reason)
                self._answers.pop(request, None)


def _event(one: OpenRequest, call: CallId, at: datetime) -> ev.Event:
    agent = AgentId(one.agent_id) if one.agent_id else None
    if one.kind == STOP and one.asked_by is not None:
        return ListeningOver(call=call, at=at, request=one.id, by=one.asked_by)
    if one.supervision is None or one.asked_by is None:
        return ev.WishUttered(
            call=call, at=at, request=one.id, wish=ev.Wish(one.kind), agent=agent, target=one.target
        )  # fmt: skip
    asked = one.supervision
    return ListeningAsked(
        call=call, at=at, request=one.id, by=one.asked_by, way=Way(one.kind), may=frozenset(map(Way, asked.ways)),
        agent=agent, supervisor=AgentId(asked.supervisor_id) if asked.supervisor_id else None,
        endpoint=Endpoint(asked.phone), channel=ChannelId(asked.channel) if asked.channel else None,
    )  # fmt: skip
