"""Faults of flows in the language of the screen; without one, in English."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from telephony.plans.faults import Fault


def told(fault: Fault) -> str:
    """The sentence, without the node's name."""
    said = _(fault.text)
    said = said % {"part": fault.part, **fault.values} if "%(" in fault.text else said
    return f"“{fault.part}”: {said}" if fault.part and "%(part)s" not in fault.text else said


def told_with_node(fault: Fault) -> str:
    """The sentence behind the name of its node."""
    return _("node “%(node)s”: %(fault)s") % {"node": fault.node, "fault": told(fault)} if fault.node else told(fault)


def told_all(faults: Iterable[Fault]) -> str:
    """All of them as one text."""
    return "; ".join(told_with_node(fault) for fault in faults)
