"""What steps, their parts and their choices are called on the screen.

The schema says which there are; here are only their names. One without a name is shown by its own word, and a test
says so. Kinds have an icon of Material Symbols, which unfold brings.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from telephony.journal.models import Call
from telephony.plans.faults import Fault
from telephony.plans.told_faults import told


class Word(NamedTuple):
    """A name for people, and a sentence that explains it."""

    name: Any
    told: Any = ""
    icon: str = "help"


KINDS: Mapping[str, Word] = {
    "play": Word(_("Say"), _("Says something, then goes on."), "campaign"),
    "menu": Word(_("Menu"), _("Says what can be chosen, and goes where the key leads."), "dialpad"),
    "directory": Word(_("Merchant directory"), _("Takes a merchant's code and goes on in its flow."), "menu_book"),
    "merchant": Word(_("Merchant"), _("Goes on in the flow of the merchant with this code."), "storefront"),
    "opening": Word(_("Opening hours"), _("Goes one way in opening hours, another at other times."), "schedule"),
    "speak": Word(_("Language"), _("From here on this language is spoken."), "translate"),
    "queue": Word(_("Queue"), _("Waits for an agent."), "groups"),
    "forward": Word(_("Forward outside"), _("Calls numbers outside, one after another."), "phone_forwarded"),
    "finish": Word(_("Finish"), _("Says something and hangs up."), "call_end"),
    "digits": Word(_("Take digits"), _("Takes a number that the caller keys."), "pin"),
    "lookup": Word(_("Look up"), _("Asks the client's system or table, and keeps what it answers."), "manage_search"),
    "pin": Word(_("Check PIN"), _("Takes an account number and its PIN and has both checked."), "lock"),
    "order": Word(_("Order"), _("Reads the order back; once confirmed by 1 it is posted to the client's system."),
                  "shopping_cart"),
    "voicemail": Word(_("Voicemail"), _("Takes a message after the tone."), "voicemail"),
    "callback": Word(_("Call back"), _("Promises to call back when it is the caller's turn."), "phone_callback"),
}  # fmt: skip
PARTS: Mapping[str, Word] = {
    "start": Word(_("first step")),
    "kind": Word(_("kind")),
    "say": Word(_("says"), _("Prompts, one after another; a row can also say a value that the flow has taken.")),
    "say_pin": Word(_("says before the PIN")),
    "promised": Word(_("says after the promise")),
    "wrong": Word(_("says after a wrong key"), _("Then it says again what it said.")),
    "next": Word(_("goes on to")),
    "otherwise": Word(_("otherwise"), _("When nothing usable is keyed, or nobody could be reached.")),
    "code": Word(_("merchant code"), _("As in the directory of the shared number.")),
    "choices": Word(_("keys"), _("Where each key leads; keys that are left open are wrong keys.")),
    "keys": Word(_("keys while waiting"), _("What a waiting caller can choose instead.")),
    "tries": Word(_("tries")),
    "wait": Word(_("waits for a key"), _("In seconds.")),
    "length": Word(_("digits"), _("How many digits it has.")),
    "hours": Word(_("opening hours")),
    "open": Word(_("in opening hours")),
    "closed": Word(_("at other times")),
    "language": Word(_("language")),
    "queue": Word(_("queue")),
    "numbers": Word(_("numbers outside"), _("With country code, as +8613800000001; called in this order.")),
    "number": Word(_("number")),
    "ring": Word(_("rings for"), _("In seconds.")),
    "confirm": Word(_("confirmed by a key"), _("An answer counts once a key is pressed: no mailbox takes the call.")),
    "caller_id": Word(_("number shown"), _("One of the client's numbers; empty: the one that was dialled.")),
    "music": Word(_("music"), _("Class of music on hold; empty: ringing is heard.")),
    "record": Word(_("record the call")),
    "outcome": Word(_("counts as"), _("How reports count the call.")),
    "into": Word(_("kept as"), _("A name in small letters; later steps use it as {name}.")),
    "least": Word(_("least digits")),
    "most": Word(_("most digits")),
    "read_back": Word(_("read back"), _("What was keyed is read back and confirmed by 1.")),
    "system": Word(_("system"), _("One of the client's systems; or a table below.")),
    "path": Word(_("path"), _("Below the system's address, as in /orders/{number}.")),
    "table": Word(_("table"), _("One of the client's own tables, instead of a system.")),
    "key": Word(_("key in the table"), _("What to look for, as in {number}.")),
    "send": Word(_("sends"), _("Names and what is sent under them, as in {number}.")),
    "take": Word(_("keeps from the answer"), _("Name to keep it as, and where it is, as in balance.amount.")),
    "found": Word(_("found")),
    "missing": Word(_("not found")),
    "failed": Word(_("no answer")),
    "locked": Word(_("locked out")),
    "cancelled": Word(_("cancelled")),
    "deadline": Word(_("waits for the answer"), _("In seconds; then “no answer”.")),
    "longest": Word(_("longest message"), _("In seconds.")),
    "silence": Word(_("ends after silence"), _("In seconds.")),
    "mail": Word(_("told by mail to")),
    "prompt": Word(_("prompt")),
    "value": Word(_("or a value kept as")),
    "as": Word(_("said as")),
    "currency": Word(_("currency")),
    "zone": Word(_("time zone")),
    "spans": Word(_("open on"), _("None: always open. Closing before opening is past midnight.")),
    "holidays": Word(_("holidays"), _("Closed all day.")),
    "weekdays": Word(_("days")),
    "opens": Word(_("from")),
    "closes": Word(_("to")),
    "": Word(_("day")),
}  # fmt: skip
CHOICES: Mapping[str, Any] = {
    **{outcome.value: outcome.label for outcome in Call.Outcome},
    "en": "English", "zh": "中文", "CNY": _("yuan"), "USD": _("dollars"),
    "digits": _("digits"), "number": _("a number"), "amount": _("an amount"), "date": _("a date"), "time": _("a time"),
}  # fmt: skip
WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


def kind_word(kind: object) -> Word:
    """What a kind is called."""
    return KINDS.get(str(kind), Word(str(kind)))


def part_word(key: str) -> Word:
    """What a part is called; one that is named after a choice is called as the choice."""
    return PARTS.get(key) or Word(choice_word(key))


def told_here(fault: Fault) -> str:
    """What is wrong, with parts called as they are on the screen."""
    return told(fault, lambda key: part_word(key).name)


def choice_word(value: str) -> Any:
    """What a choice is called."""
    return CHOICES.get(value, value)


def exit_word(path: tuple[str, ...]) -> Any:
    """What a way on is called on the card: its key, its condition, or nothing for the one way there is."""
    if path == ("next",):
        return _("goes on")
    last = path[-1]
    return part_word(last).name
