"""Faults of flows in the language of the screen; without one, in English."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from telephony.plans.faults import Fault


def told(fault: Fault, called: Callable[[str], object] = str) -> str:
    """The sentence, without the node's name; `called` says what a part is called where its own word would not do."""
    said, part = _(fault.text), str(called(fault.part)) if fault.part else ""
    said = said % {"part": part, **fault.values} if "%(" in fault.text else said
    return f"“{part}”: {said}" if part and "%(part)s" not in fault.text else said


def told_with_node(fault: Fault) -> str:
    """The sentence behind the name of its node."""
    return _("node “%(node)s”: %(fault)s") % {"node": fault.node, "fault": told(fault)} if fault.node else told(fault)


def told_all(faults: Iterable[Fault]) -> str:
    """All of them as one text."""
    return "; ".join(told_with_node(fault) for fault in faults)
