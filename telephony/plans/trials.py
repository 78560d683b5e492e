"""Trying a flow before callers meet it: for some minutes a number is answered by the version, draft or published.

Calls of the trial are practice: they are on record and never billed. Calls that are in a flow keep their version.
"""

import re
from datetime import datetime, timedelta

from django.db import transaction

from seatline.env import environment
from seatline.errors import BadInput, Refused
from telephony.plans.models import FlowTrial, FlowVersion
from telephony.plans.services import FlowNotUsable, faults_of, plan_changed
from telephony.plans.told_faults import told_all
from tenants.accounts.scope import current_scope
from tenants.numbers.services import NumberUnknown, find_number, numbers_in_force

LONGEST = timedelta(hours=4)


class NumberOfAnother(Refused):
    """The number {e164} belongs to another tenant now: try the flow on one of its own, or on one that nobody holds."""


class NumberShared(Refused):
    """The number {e164} is shared by many merchants: try the flow there only for calls from your own telephone."""


class TrialTooLong(BadInput):
    """A flow is tried for a minute to four hours."""


class CallerUnfit(BadInput):
    """“{caller}” is no number that can call: write it with its area code, such as 021 6123 4567."""


def try_flow(version: FlowVersion, e164: str, length: timedelta, at: datetime, caller: str = "") -> FlowTrial:
    """Let the version answer the number from now on for `length`; a trial that the number has for this caller ends.

    With `caller` only calls from that number meet it; without one, all calls. Later changes of a draft are not in the
    trial. Raises FlowNotUsable, NumberUnknown, NumberOfAnother, NumberShared, TrialTooLong,
    CallerUnfit.
    """
    if not timedelta(minutes=1) <= length <= LONGEST:
        raise TrialTooLong
    if faults := faults_of(version.flow, version.definition):
        raise FlowNotUsable(code=version.flow.code, faults=told_all(faults))
    number = find_number(e164)
    held = [one for one in numbers_in_force(at) if one.e164 == e164]
    scope = current_scope()
    if scope is not None and scope.tenant_id and not any(one.tenant_id or one.directory for one in held):
        # A tenant's people do not see what others hold: a number that seems to be nobody's may be another's.
        raise NumberUnknown(e164=e164)
    if {one.tenant_id for one in held} - {None, version.tenant_id}:
        raise NumberOfAnother(e164=e164)
    if any(one.directory for one in held) and version.tenant_id is not None and not caller:
        raise NumberShared(e164=e164)
    ending = _ending(caller) if caller else ""
    with transaction.atomic():
        FlowTrial.objects.filter(number=number, caller=ending).delete()
        trial = FlowTrial.objects.create(
            tenant_id=version.tenant_id, version=version, number=number, definition=version.definition, caller=ending,
            starts_at=at, ends_at=at + length,
        )  # fmt: skip
        plan_changed()
    return trial


def end_trial(trial: FlowTrial) -> None:
    """The number is answered as before."""
    with transaction.atomic():
        trial.delete()
        plan_changed()


def _ending(caller: str) -> str:
    """The digits with which a caller's number ends however the carrier writes it: without country code and zero."""
    number = re.sub(r"[\s()/-]", "", caller)
    digits = number.removeprefix(f"+{environment.text('SEATLINE_COUNTRY_CODE')}").lstrip("+0")
    if not (digits.isascii() and digits.isdigit() and 5 <= len(digits) <= 15):
        raise CallerUnfit(caller=caller)
    return digits
