"""Trying a flow before callers meet it: for some minutes a number is answered by the version, draft or published.

Calls of the trial are practice: they are on record and never billed. Calls that are in a flow keep their version.
"""

from datetime import datetime, timedelta

from django.db import transaction

from seatline.errors import BadInput, Refused
from telephony.plans.models import FlowTrial, FlowVersion
from telephony.plans.services import FlowNotUsable, faults_of, plan_changed
from telephony.plans.told_faults import told_all
from tenants.numbers.services import find_number, numbers_in_force

LONGEST = timedelta(hours=4)


class NumberOfAnother(Refused):
    """The number {e164} belongs to another tenant now: try the flow on one of its own, or on one that nobody holds."""


class TrialTooLong(BadInput):
    """A flow is tried for a minute to four hours."""


def try_flow(version: FlowVersion, e164: str, length: timedelta, at: datetime) -> FlowTrial:
    """Let the version answer the number from now on for `length`; a trial that the number has ends.

    Raises FlowNotUsable, NumberUnknown, NumberOfAnother, TrialTooLong.
    """
    if not timedelta(minutes=1) <= length <= LONGEST:
        raise TrialTooLong
    if faults := faults_of(version.flow, version.definition):
        raise FlowNotUsable(code=version.flow.code, faults=told_all(faults))
    number = find_number(e164)
    holders = {one.tenant_id for one in numbers_in_force(at) if one.e164 == e164}
    if holders - {None, version.tenant_id}:
        raise NumberOfAnother(e164=e164)
    with transaction.atomic():
        FlowTrial.objects.filter(number=number).delete()
        trial = FlowTrial.objects.create(
            tenant_id=version.tenant_id, version=version, number=number, starts_at=at, ends_at=at + length
        )
        plan_changed()
    return trial


def end_trial(trial: FlowTrial) -> None:
    """The number is answered as before."""
    with transaction.atomic():
        trial.delete()
        plan_changed()
