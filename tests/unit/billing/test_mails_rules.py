"""What becomes of a mail after a try."""

import smtplib
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from billing.mails.rules import LONGEST_WAIT, MOST_TRIES, after_failure

AT = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "connected", "state"),
    [
        (ConnectionRefusedError(111, "Connection refused"), False, "waiting"),
        (smtplib.SMTPAuthenticationError(535, b"who are you"), False, "waiting"),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (451, b"greylisted")}), True, "waiting"),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"no such user")}), True, "refused"),
        (smtplib.SMTPDataError(554, b"spam"), True, "refused"),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), True, "unclear"),
        (TimeoutError("timed out"), True, "unclear"),
    ],
)
def test_only_what_was_surely_not_taken_is_tried_again(error, connected, state):
    verdict = after_failure(error, connected=connected, tries=1, at=AT)
    assert (verdict.state, verdict.due_at) == (state, AT + timedelta(minutes=1) if state == "waiting" else None)
    assert verdict.answer


def test_waits_double_up_to_the_longest_and_end():
    away = ConnectionRefusedError(111, "Connection refused")
    verdicts = [after_failure(away, connected=False, tries=n, at=AT) for n in range(1, MOST_TRIES + 1)]
    waits = [one.due_at - AT for one in verdicts[:-1]]
    assert all(later == min(2 * wait, LONGEST_WAIT) for wait, later in pairwise(waits))
    assert timedelta(days=2) < sum(waits, timedelta(0)) < timedelta(days=5)
    assert verdicts[-1].state == "refused"
