"""Draw docs/call-states.md from the transition table: `python -m docs.draw_states`.

The arrows are not written by anybody: each is a move that the search in `tests/builders/reachable.py` has seen happen.
A test fails while the file is older than the table.
"""

from pathlib import Path

from telephony.core.call import Stage
from telephony.core.states import TRANSITIONS, ignore
from tests.builders.reachable import every_move

FILE = Path(__file__).with_name("call-states.md")

MEANING = {
    Stage.NEW: "nothing has happened yet",
    Stage.LISTENING: "a prompt of the flow is being played",
    Stage.CHOOSING: "the prompt is over, the caller has not keyed yet",
    Stage.WAITING: "in a queue, no agent reserved",
    Stage.RINGING: "in a queue, an agent's phone rings",
    Stage.DIALLING: "a number outside is being called",
    Stage.CONFIRMING: "it has answered, and is asked to take the call by a key",
    Stage.CALLING: "an agent is there, and the customer whom the call goes out to is being dialled",
    Stage.CONSULTING: "the tenant's system is being asked",
    Stage.RECORDING: "the caller speaks a message",
    Stage.PASSING: "an agent has sent the caller on, and the next one's phone rings",
    Stage.ENQUIRING: "an agent has a third called; the caller hears music meanwhile",
    Stage.APART: "agent and third talk, or agent and caller; whoever does not hears music",
    Stage.TOGETHER: "more than two talk, or two from whom the caller has gone",
    Stage.TALKING: "caller and agent, or caller and outside, talk",
    Stage.STRANDED: "no switch has looked after the caller for a while; he is being had again",
    Stage.LEAVING: "the last word is being said, then we hang up",
    Stage.CLEARING: "the end is decided, channels are going",
    Stage.ENDED: "every channel is gone; the recording may still be completed",
}


def text() -> str:
    """The page."""
    return "\n".join(_page()) + "\n"


def _page() -> list[str]:
    arrows: dict[tuple[Stage, Stage], set[str]] = {}
    for move in every_move():
        if move.stepped and (after := move.stepped[0].stage) is not move.before.stage:
            arrows.setdefault((move.before.stage, after), set()).add(type(move.event).__name__)
    order = {stage: place for place, stage in enumerate(Stage)}
    lines = [
        "# The stages of a call",
        "",
        "Drawn by `python -m docs.draw_states` from `telephony/core/states.py`; do not edit.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> new",
    ]
    for (before, after), events in sorted(arrows.items(), key=lambda one: (order[one[0][0]], order[one[0][1]])):
        lines.append(f"    {before} --> {after}: {', '.join(sorted(events))}")
    lines += ["    ended --> [*]", "```", ""]
    for stage in Stage:
        lines += [
            f"## {stage}",
            "",
            f"{MEANING[stage].capitalize()}.",
            "",
            "| event | what it does | leads to |",
            "|---|---|---|",
        ]
        for kind, handler in TRANSITIONS[stage].items():
            goals = sorted(
                (after for (before, after), events in arrows.items() if before is stage and kind.__name__ in events),
                key=order.__getitem__,
            )
            says = "nothing: late news, or a key that nobody asked for" if handler is ignore else _said(handler)
            lines.append(f"| {kind.__name__} | {says} | {', '.join(goals)} |")
        lines.append("")
    lines += ["An event that a stage does not list is refused with `IllegalEvent`, and the call stays as it was."]
    return lines


def _said(handler: object) -> str:
    return (handler.__doc__ or "").split("\n")[0].rstrip(".").replace("|", "\\|")


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
