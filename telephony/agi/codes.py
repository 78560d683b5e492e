"""The codes that agents dial, and what each one asks for.

Rules of this file: pure. The numbers are those that FreePBX's users know (*45, *46, *47), with explicit codes beside
each toggle: a toggle alone leaves the agent to guess what it did.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from seatline.errors import BadInput


class CodeUnknown(BadInput):
    """There is no such code."""


class Action(StrEnum):
    """What a code asks for."""

    TOGGLE_LOGIN = "toggle_login"
    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    TOGGLE_PAUSE = "toggle_pause"
    PAUSE = "pause"
    UNPAUSE = "unpause"
    CALLERS_WAITING = "callers_waiting"
    FINISH_WRAP_UP = "finish_wrap_up"
    STATUS = "status"
    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"
    TAKE_OVER = "take_over"
    NOBODY_TO_CALL_BACK = "nobody_to_call_back"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it was dialled; `digits` are an agent number, a pause reason, or a number to be called."""

    action: Action
    digits: str = ""


_CODES: tuple[tuple[re.Pattern[str], Action], ...] = (
    (re.compile(r"\*45"), Action.TOGGLE_LOGIN),
    (re.compile(r"\*45([0-9]{4})"), Action.LOG_IN),
    (re.compile(r"\*44"), Action.LOG_OUT),
    (re.compile(r"\*46"), Action.TOGGLE_PAUSE),
    (re.compile(r"\*46([1-9])"), Action.PAUSE),
    (re.compile(r"\*460"), Action.UNPAUSE),
    (re.compile(r"\*47"), Action.CALLERS_WAITING),
    (re.compile(r"\*48"), Action.FINISH_WRAP_UP),
    (re.compile(r"\*40"), Action.STATUS),
    # Supervisors': the first three are RingCentral's.
    (re.compile(r"\*80([0-9]{4})?"), Action.LISTEN),
    (re.compile(r"\*81([0-9]{4})?"), Action.WHISPER),
    (re.compile(r"\*82([0-9]{4})?"), Action.BARGE),
    (re.compile(r"\*83([0-9]{4})?"), Action.TAKE_OVER),
    # These two are the switch's. Here they are what it did not take.
    (re.compile(r"\*49"), Action.NOBODY_TO_CALL_BACK),
    (re.compile(r"([0-9]+)"), Action.NUMBER),
)


def parse(dialled: str) -> Code:
    """The code that was dialled. Raises `CodeUnknown`; its message leaves out the digits, they may be a PIN."""
    for form, action in _CODES:
        if match := form.fullmatch(dialled):
            return Code(action, "".join(group or "" for group in match.groups()))
    raise CodeUnknown
