"""Why the switch did not do what was asked, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_WORDS = {
    "not_now": gettext_noop("That is not possible at this moment of the call."),
    "not_in_call": gettext_noop("You do not talk in this call."),
    "no_call": gettext_noop("The call has ended."),
    "unknown": gettext_noop("Nobody has this number, and it is none that can be called."),
    "busy": gettext_noop("The colleague is not free."),
    "no_agent": gettext_noop("Nobody is logged in for this queue."),
    "not_logged_in": gettext_noop("Nobody is logged in here."),
    "no_queue": gettext_noop("You serve no queue for which you could call."),
    "no_trunk": gettext_noop("No line outside is free."),
    "not_allowed": gettext_noop("This number may not be called."),
    "no_answer": gettext_noop("The switch does not answer; try again."),
    "too_late": gettext_noop("It came too late to be done; try again."),
    "restarted": gettext_noop("The switch has been started again; try again."),
}


def why_not(reason: str) -> str:
    """The sentence of a refusal; empty if there was none."""
    if not reason:
        return ""
    return _(_WORDS[reason]) if reason in _WORDS else _("Refused: %(reason)s.") % {"reason": reason}
