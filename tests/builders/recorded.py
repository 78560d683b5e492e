"""Conversations with a real Asterisk, as `tests/recordings/record.py` wrote them down."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from telephony.ari.translate import account_of, offered, translate
from telephony.core import commands as cmd
from telephony.core import events as ev
from telephony.core.engine import Engine
from telephony.core.facts import Fact
from tests.builders.calls import NINE, a_call_id, a_plan, an_agent

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"


def ari_messages(story: str) -> list[dict[str, Any]]:
    """What Asterisk sent on the ARI socket."""
    return [json.loads(line) for line in (RECORDINGS / "ari" / f"{story}.jsonl").read_text().splitlines()]


def ami_events(story: str) -> Iterator[Mapping[str, str]]:
    """What the manager interface sent."""
    for block in (RECORDINGS / "ami" / f"{story}.txt").read_text().split("\n\n"):
        yield dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)


def canonical(dialled: str) -> str:
    """E.164 of what the recording's trunk sends."""
    return f"+8621{dialled}" if len(dialled) == 8 else f"+86{dialled.removeprefix('0')}"


def replay(
    story: str, *, paused: bool = False, agents: int = 1, strategy: str = "longest_idle"
) -> tuple[Engine, list[Fact], list[cmd.Command], list[ev.Event]]:
    """Let a new engine hear the story: the engine after it, and all facts, commands and events, a second apart."""
    engine = Engine(a_plan(ring=timedelta(seconds=4), misses_allowed=5, strategy=strategy), Random(1252))
    facts: list[Fact] = []
    commands: list[cmd.Command] = []
    events: list[ev.Event] = []

    def happen(event: ev.Event, at: datetime) -> None:
        events.append(event)
        work = engine.handle(event)
        facts.extend(work.facts)
        commands.extend(work.commands)
        for command in work.commands:
            if isinstance(command, cmd.KeepRecording):
                happen(
                    ev.RecordingMissing(call=command.call, at=at, name=command.name, why="a replay has no sound"), at
                )

    there = [an_agent(no, paused=paused) for no in range(1, agents + 1)]
    engine.follow({agent.agent: agent for agent in there}, NINE)
    at = NINE
    for message in ari_messages(story):
        at += timedelta(seconds=1)
        if message["type"] == "StasisStart" and message["args"][0] == "inbound":
            happen(offered(message, a_call_id(), at, canonical), at)
        elif message["type"] == "StasisStart" and message["args"][0] == "dial":
            channel = message["channel"]
            work = engine.dialled(account_of(channel["name"]), channel["id"], message["args"][1], at)
            facts.extend(work.facts)
            commands.extend(work.commands)
        elif event := translate(message, engine.call_of, at):
            happen(event, at)
    return engine, facts, commands, events
