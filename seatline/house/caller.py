"""A scripted caller on a SIP trunk: SIPp speaks SIP from the carrier's address, `media.Voice` speaks and hears.

One SIPp for one call, with a scenario made for it: so the Call-ID is ours, and what happened is told line by line in
SIPp's own log with SIPp's own clock.
"""

import asyncio
import contextlib
import shutil
import socket
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from seatline.errors import BadInput, Unavailable
from seatline.house.media import Voice, a_law_of
from seatline.house.scenario import hang_up_message, scenario
from seatline.house.scenario import notes as read_notes

# Moment after the answer, or None: as soon as the house has said something and fell silent, as people do; and digits.
Keys = tuple[tuple[timedelta | None, str], ...]
Notes = dict[str, tuple[float, list[str]]]
CARRIER = "127.0.0.10"  # the trunk's address in asterisk_etc/pjsip.conf


class CallerMissing(Unavailable):
    """Calls cannot be placed: the program sipp is missing. Install it: apt-get install sip-tester."""


class CallerFailed(Unavailable):
    """The caller could not call: {cause}"""


class NumberUnreadable(BadInput):
    """{number} cannot be dialled: a number has digits, and may begin with +."""


class KeysUnreadable(BadInput):
    """{word} are no keys: write digits, * and #, parted by commas, if need be with seconds: 2,0 or 101@6,0@14."""


@dataclass(frozen=True, slots=True)
class CallPlan:
    """What a caller does. Durations count from the answer, `cancel_after` from the INVITE."""

    number: str
    caller: str = "02161234567"
    keys: Keys = ()  # when to press what
    hang_up_after: timedelta = timedelta(seconds=8)
    cancel_after: timedelta | None = None  # give up if nobody answered by then
    patience: timedelta = timedelta(seconds=90)  # how long ringing may last
    speech: Path | None = None  # WAV, 8 kHz; silence if None
    sip_call_id: str = field(default_factory=lambda: f"{uuid4()}@seatline.test")


@dataclass(frozen=True, slots=True)
class CallerResult:
    """What became of a call, as the caller saw it."""

    sip_call_id: str
    answered: bool
    code: int  # the final SIP code; 487 after a cancel; 0 if nobody ever answered the INVITE
    answer_ms: int | None  # INVITE to 200
    hung_up_by: str  # "caller", "far" or "" if it was never up
    talk_ms: int
    heard: Path | None  # what the caller heard
    heard_seconds: float


def parse_keys(text: str, first: float | None = 2.5, between: float = 2.5) -> Keys:
    """`2,0` as keys with their moments: the first after `first` seconds, then one every `between` seconds.

    With `first` None each is pressed when the house falls silent. `101@6` says the seconds after the answer for itself.
    Raises `KeysUnreadable`.
    """
    keys: list[tuple[timedelta | None, str]] = []
    for place, word in enumerate(word.strip() for word in text.split(",") if word.strip()):
        digits, _, moment = word.partition("@")
        try:
            after = float(moment) if moment else None if first is None else first + place * between
        except ValueError:
            raise KeysUnreadable(word=word) from None
        if not digits or set(digits) - set("0123456789*#"):
            raise KeysUnreadable(word=word)
        keys.append((None if after is None else timedelta(seconds=after), digits))
    return tuple(keys)


async def place_call(
    plan: CallPlan,
    *,
    sip_port: int,
    folder: Path | None = None,
    host: str = CARRIER,
    on_answer: asyncio.Event | None = None,
    hang_up: asyncio.Event | None = None,
) -> CallerResult:
    """Place the call and follow it to its end. `folder` keeps scenario, log and sound; a temporary one is removed.

    `on_answer` is set at the answer; set `hang_up` to end an answered call before `plan.hang_up_after`.
    """
    if shutil.which("sipp") is None:
        raise CallerMissing
    if not plan.number.lstrip("+").isdigit():
        raise NumberUnreadable(number=plan.number)
    with contextlib.ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="seatline-call-")))
        place.mkdir(parents=True, exist_ok=True)
        voice = Voice(a_law_of(plan.speech) if plan.speech else b"")
        await voice.start(host)
        try:
            ends = (on_answer or asyncio.Event(), hang_up or asyncio.Event())
            notes = await _run(plan, place, voice, host=host, sip_port=sip_port, ends=ends)
        finally:
            await voice.stop()
        heard = place / "heard.wav"
        seconds = voice.save(heard)
        return _result(plan, notes, heard if folder else None, seconds)


async def _run(
    plan: CallPlan, place: Path, voice: Voice, *, host: str, sip_port: int, ends: tuple[asyncio.Event, asyncio.Event]
) -> Notes:
    """Run SIPp; word -> the rest of its log line, for the words that `scenario` notes."""
    target, port = f"127.0.0.1:{sip_port}", _free_udp_port(host)
    waits = plan.cancel_after or plan.patience
    text = scenario(
        number=plan.number, caller=plan.caller, host=host, port=port, media_port=voice.port, target=target,
        branch=uuid4().hex[:16], patience_ms=_ms(waits), talk_ms=_ms(plan.hang_up_after),
    )  # fmt: skip
    (place / "caller.xml").write_text(text)
    log = place / "notes.log"
    for old in (log, place / "errors.log"):
        old.unlink(missing_ok=True)
    with (place / "sipp.out").open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            "setpriv", "--pdeathsig", "TERM",  # whatever ends us ends the caller too
            "sipp", target, "-sf", "caller.xml", "-i", host, "-p", str(port), "-m", "1", "-nostdin",
            "-cid_str", plan.sip_call_id, "-trace_logs", "-log_file", "notes.log", "-trace_err", "-error_file",
            "errors.log", "-default_behaviors", "all,-bye", cwd=place, stdin=asyncio.subprocess.DEVNULL, stdout=output,
            stderr=output, env={"TERM": "dumb", "PATH": "/usr/bin:/bin:/usr/local/bin"}, start_new_session=True,
        )  # fmt: skip
    on_answer, hang_up = ends
    helpers: list[asyncio.Task[None]] = []
    notes: Notes = {}
    try:
        async with asyncio.timeout((plan.patience + plan.hang_up_after).total_seconds() + 15):
            while process.returncode is None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(process.wait()), 0.02)
                fresh = read_notes(log)
                if "answered" in fresh and "answered" not in notes:
                    far, far_port = fresh["answered"][1]
                    voice.speak_to(far, int(far_port))
                    helpers = [
                        asyncio.create_task(_press(voice, plan.keys)),
                        asyncio.create_task(_ask_to_hang_up(hang_up, (host, port), plan.sip_call_id)),
                    ]
                    on_answer.set()
                notes = fresh
    except TimeoutError:
        raise CallerFailed(cause="the call did not end in time.") from None
    finally:
        for task in helpers:
            task.cancel()
        if process.returncode is None:
            process.kill()
            await process.wait()
    notes = read_notes(log)
    if not notes:
        errors = (place / "sipp.out").read_text(errors="replace").split("\n")
        raise CallerFailed(cause=" ".join(line for line in errors if line.strip())[-300:] or "sipp said nothing.")
    return notes


def _ms(duration: timedelta) -> int:
    return max(1, round(duration / timedelta(milliseconds=1)))


async def _press(voice: Voice, keys: Keys) -> None:
    loop = asyncio.get_running_loop()
    answered_at = loop.time()
    for after, digits in keys:
        if after is None:
            await voice.asked()
        else:
            await asyncio.sleep(max(0.0, answered_at + after.total_seconds() - loop.time()))
        voice.key(digits)


async def _ask_to_hang_up(hang_up: asyncio.Event, sipp: tuple[str, int], call_id: str) -> None:
    """SIPp cannot be told to hang up but by SIP: the scenario takes a MESSAGE within the call for that."""
    await hang_up.wait()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as message:
        message.sendto(hang_up_message(call_id), sipp)


def _result(plan: CallPlan, notes: Notes, heard: Path | None, seconds: float) -> CallerResult:
    answered = notes.get("answered")
    ended = notes.get("far_bye") or notes.get("own_bye")
    code = (
        200 if answered else int(notes["refused"][1][0]) if "refused" in notes else 487 if "cancelled" in notes else 0
    )
    return CallerResult(
        sip_call_id=plan.sip_call_id,
        answered=answered is not None,
        code=code,
        answer_ms=round(1000 * (answered[0] - notes["invited"][0])) if answered else None,
        hung_up_by="" if not answered else "far" if "far_bye" in notes else "caller",
        talk_ms=round(1000 * (ended[0] - answered[0])) if answered and ended else 0,
        heard=heard,
        heard_seconds=seconds,
    )


def _free_udp_port(host: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
