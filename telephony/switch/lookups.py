"""The switch's questions to tenants' systems and tables: each in a task of its own, each answered by one event.

Rules of this file: whatever happens, LookedUp comes, and before the deadline is long over. PINs go from the command
to the system or to the comparison of hashes; no error and no log line can hold one.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import structlog
from django.db import DatabaseError, InterfaceError

from seatline.errors import SeatlineError
from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.lookups.http import Reply, ask
from telephony.lookups.rules import taken, taken_of
from telephony.lookups.services import begin_try, pin_row, pin_was_not_checked, pin_was_right, row_of
from telephony.switch.desk import Desk

log = structlog.get_logger(__name__)
T = TypeVar("T")
Result = tuple[str, Mapping[str, str]]
FOUND, MISSING, FAILED, LOCKED = "found", "missing", "failed", "locked"
ABSENT = frozenset({404, 410})
WRONG = frozenset({401, 403, 404, 410})


class LookUps:
    """Asks, and gives the answers to `happen`."""

    def __init__(self, clock: Callable[[], datetime], happen: Callable[[ev.Event], None]) -> None:
        self._desk = Desk("lookups")
        self._clock = clock
        self._happen = happen
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, command: cmd.LookUp | cmd.CheckPin) -> None:
        """Ask; does not wait."""
        work = self._look_up(command) if isinstance(command, cmd.LookUp) else self._check_pin(command)
        task = asyncio.get_running_loop().create_task(self._answer(command, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Take no more questions."""
        for task in self._tasks:
            task.cancel()
        self._desk.close()

    async def _answer(self, command: cmd.LookUp | cmd.CheckPin, work: Coroutine[Any, Any, Result]) -> None:
        result: Result = (FAILED, {})
        try:
            result = await asyncio.wait_for(work, command.deadline.total_seconds() + 1)
        except SeatlineError as error:
            log.warning("look-up failed", call_id=str(command.call), cause=str(error))
        except Exception as error:  # its text could quote what was asked: its kind must do
            log.error("look-up failed", call_id=str(command.call), cause=type(error).__name__)
        self._happen(
            ev.LookedUp(
                call=command.call, at=self._clock(), count=command.count, result=result[0], values=result[1]
            )
        )  # fmt: skip

    async def _look_up(self, command: cmd.LookUp) -> Result:
        if command.system is None:
            row = await self._desk.do(partial(row_of, command.tenant, command.table, command.key))
            return _of_row(row, command.take)
        deadline = command.deadline.total_seconds()
        reply = await ask(command.system, command.path, deadline=deadline, body=command.body)
        return _of_reply(reply, command.take, ABSENT)

    async def _check_pin(self, command: cmd.CheckPin) -> Result:
        whose = (command.tenant, command.account, command.caller)
        if await self._desk.do(partial(begin_try, *whose, self._clock())) is not None:
            return (LOCKED, {})
        result: Result = (FAILED, {})
        try:
            result = await self._compare(command)
        finally:
            if result[0] == FOUND:
                await self._told(partial(pin_was_right, *whose))
            elif result[0] == FAILED:
                await self._told(partial(pin_was_not_checked, *whose))
        return result

    async def _compare(self, command: cmd.CheckPin) -> Result:
        if command.system is None:
            row = await self._desk.do(
                partial(pin_row, command.tenant, command.table, command.account, command.pin)
            )  # fmt: skip
            return _of_row(row, command.take)
        body = {"account": command.account, "pin": command.pin}
        reply = await ask(command.system, command.path, deadline=command.deadline.total_seconds(), body=body)
        result = _of_reply(reply, command.take, WRONG)
        # A right PIN whose answer lacks a value is the system's fault, and must not lock the customer out.
        return (FAILED, {}) if reply.status == 200 and result[0] == MISSING else result

    async def _told(self, errand: Callable[[], None]) -> None:
        try:
            await self._desk.do(errand)
        except (DatabaseError, InterfaceError) as error:
            log.error("guard of PINs is not told", cause=type(error).__name__)


def _of_row(row: Mapping[str, Any] | None, take: Mapping[str, str]) -> Result:
    values = taken_of(row, take) if row is not None else None
    return (MISSING, {}) if values is None else (FOUND, values)


def _of_reply(reply: Reply, take: Mapping[str, str], absent: frozenset[int]) -> Result:
    if reply.status in absent:
        return (MISSING, {})
    if reply.status != 200:
        log.warning("system answers in error", status=reply.status)
        return (FAILED, {})
    values = taken(reply.body, take)
    return (MISSING, {}) if values is None else (FOUND, values)
