"""What a flow can say: recorded prompts, and values that the call has learned."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Say:
    """A prompt by name; in `language`, or in the language that the caller chose."""

    prompt: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class SayValue(Say):
    """A variable of the call, said as `telephony.core.speaking` says it; nothing while it has no value."""

    prompt: str = ""
    variable: str = ""
    how: str = "digits"
    currency: str = "CNY"
