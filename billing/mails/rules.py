"""What becomes of a mail after a try: sent, tried again later, given up, or left for a person to decide.

Rules of this file: pure. A mail is tried again only where the server's answer, or the lack of a connection, proves that
it was not taken. Where the wire was cut after the text went out nobody knows: it is `UNCLEAR` and never sent again by
itself, since a reminder that comes twice is worse than one that a clerk looks at.
"""

import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta

SENT, WAITING, UNCLEAR, REFUSED = "sent", "waiting", "unclear", "refused"

#: The waits double from the first to the longest; the last try is some three days after the first.
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=12)
MOST_TRIES = 16

_PERMANENT = 500  # SMTP answers from here on (RFC 5321, 4.2.1) mean: do not try again


@dataclass(frozen=True, slots=True)
class Verdict:
    """The mail's next state; `due_at` only where it waits."""

    state: str
    due_at: datetime | None = None
    answer: str = ""


def after_failure(error: Exception, *, connected: bool, tries: int, at: datetime) -> Verdict:
    """What follows an error of `smtplib`; `tries` counts this one. `connected`: the server had greeted us."""
    answer = " ".join(str(error).split())[:300]
    code = _code_of(error)
    if code is None and connected:
        return Verdict(UNCLEAR, None, answer)
    if (code is not None and code >= _PERMANENT) or tries >= MOST_TRIES:
        return Verdict(REFUSED, None, answer)
    return Verdict(WAITING, at + min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT), answer)


def _code_of(error: Exception) -> int | None:
    """The server's answer that proves that the mail was not taken."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max(code for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return None  # our own credentials are wrong: that is mended here, and no mail is given up for it
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None
