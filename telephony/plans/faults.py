"""What is wrong with a flow's definition: sentences with parameters, so that they can be said in another language.

Rules of this file: pure. `_` marks a sentence for the catalogues and gives it back as it is; the edges translate it
(`telephony.plans.told_faults`). Parameters stand in a sentence as %(name)s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def _(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


MISSING = _("“%(part)s” is missing")


class Unfit(ValueError):
    """A value that its field cannot take; the sentence says what is wrong."""

    def __init__(self, text: str, **values: object) -> None:
        self.text, self.values = text, values
        super().__init__(text % values if values else text)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, at which node (empty: the flow as a whole), and in which part of it (empty: the whole node)."""

    node: str
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    part: str = ""

    @property
    def sentence(self) -> str:
        """In English."""
        values = {"part": self.part, **self.values}
        said = self.text % values if "%(" in self.text else self.text
        return f"“{self.part}”: {said}" if self.part and "%(part)s" not in self.text else said

    def __str__(self) -> str:
        return f"node “{self.node}”: {self.sentence}" if self.node else self.sentence


class FlowFaulty(Exception):
    """A definition cannot be used; `faults` has all that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(str(fault) for fault in faults))
