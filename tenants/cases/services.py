"""Cases: opened, filled in, moved on, assigned, noted. In the tenant's scope; each act is an event of the case.

A draft is kept as it is typed, under a version that counts up: whoever saves over what somebody else has changed
meanwhile is told so, with the name, and nothing is written.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from seatline.errors import BadInput, Refused
from tenants.accounts.models import Tenant
from tenants.cases.models import Case, CaseEvent, CaseType
from tenants.cases.rules import Definition, due_at, read_definition, written_definition
from tenants.customers.models import Customer
from tenants.forms.rules import check
from tenants.numbers.reading import read_number
from tenants.trust.services import log_operation

MOST_DRAFT = 60  # answers, each as long as a long text may be
LONGEST_NOTE = 8000


class CaseChangedMeanwhile(Refused):
    """{who} has changed this case at {changed_at}; nothing of yours was written. Look at it anew, then go on."""


class CaseTypeNotInUse(Refused):
    """Cases of this type are opened no more."""


class MoveNotAllowed(Refused):
    """A case cannot go from “{from_state}” to “{to_state}”."""


class CaseNotFilledIn(Refused):
    """Fill the form in before you close the case: {faults}"""


class TopicUnknown(BadInput):
    """This type of case has no topic “{topic}”."""


class NoteEmpty(BadInput):
    """A note has 1 to 8,000 characters."""


class DraftUnreadable(BadInput):
    """What is typed into a form is a text for each field."""


def set_case_type(tenant: Tenant, code: str, given: object, at: datetime, **names: Any) -> CaseType:
    """Make a type of case or change it; `names`: name, name_zh, active. Raises CaseTypeFaulty."""
    definition = written_definition(read_definition(given))
    row, _ = CaseType.objects.update_or_create(
        tenant=tenant, code=code, defaults={**names, "definition": definition, "changed_at": at}
    )
    log_operation(tenant.pk, "case_type.changed", str(row.pk), code=code)
    return row


def definition_of_type(row: CaseType) -> Definition:
    """The type as its rules know it."""
    return read_definition(row.definition)


@transaction.atomic
def open_case(
    type_: CaseType,
    at: datetime,
    who: str,
    *,
    customer: Customer | None = None,
    subject: str = "",
    topic: str = "",
    draft: Mapping[str, Any] | None = None,
    call_id: UUID | None = None,
) -> Case:
    """A new case in the first state of its type; numbers count up within the tenant.

    Raises CaseTypeNotInUse, TopicUnknown, DraftUnreadable.
    """
    if not type_.active:
        raise CaseTypeNotInUse
    definition = definition_of_type(type_)
    _check_topic(definition, topic)
    with connection.cursor() as cursor:  # one at a time: a number is given once, and none is left out
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('case number ' || %s, 0))", [str(type_.tenant_id)]
        )
    last = Case.objects.aggregate(last=Max("no"))["last"] or 0
    case = Case.objects.create(
        tenant_id=type_.tenant_id, no=last + 1, type=type_, customer=customer, subject=subject.strip()[:200],
        state=definition.start.code, topic=topic, draft=_draft(draft) if draft else None, changed_by=who, changed_at=at,
        due_at=due_at(definition, at), call_id=call_id, opened_at=at, opened_by=who,
    )  # fmt: skip
    _tell(case, CaseEvent.Kind.OPENED, at, who)
    return case


@transaction.atomic
def save_draft(
    case: Case, draft: Mapping[str, Any], at: datetime, who: str, *, seen: int, subject: str | None = None,
    topic: str | None = None,
) -> Case:  # fmt: skip
    """Keep what is typed, as it is. `seen` is the version that the person began with; the new one is on the row.

    Raises CaseChangedMeanwhile, DraftUnreadable, TopicUnknown.
    """
    row = _locked(case, seen, who)
    row.draft = _draft(draft)
    if subject is not None:
        row.subject = subject.strip()[:200]
    if topic is not None:
        _check_topic(definition_of_type(row.type), topic)
        row.topic = topic
    return _changed(row, at, who)


@transaction.atomic
def submit(case: Case, at: datetime, who: str, *, seen: int | None = None) -> Case:
    """Check what was typed and take it as the case's answers. Raises AnswersFaulty, CaseChangedMeanwhile."""
    row = _locked(case, seen, who)
    if row.draft is None:
        return row
    form = definition_of_type(row.type).form
    known = {field.code for field in form}
    kept = check(form, {code: one for code, one in row.draft.items() if code in known}, read_number, complete=True)
    former = {code: one for code, one in row.answers.items() if code not in known}
    changed = sorted(code for code in known if kept.get(code) != row.answers.get(code))
    before = {code: row.answers[code] for code in changed if code in row.answers}
    row.answers, row.draft = {**former, **kept}, None
    _changed(row, at, who)
    if changed:
        _tell(row, CaseEvent.Kind.FILLED, at, who, before=before, after={c: kept[c] for c in changed if c in kept})
    return row


@transaction.atomic
def move_case(case: Case, state: str, at: datetime, who: str, *, seen: int | None = None) -> Case:
    """Bring a case into another state. Raises MoveNotAllowed, CaseNotFilledIn, CaseChangedMeanwhile."""
    row = _locked(case, seen, who)
    definition = definition_of_type(row.type)
    to = next((one for one in definition.next_of(row.state) if one.code == state), None)
    if to is None:
        raise MoveNotAllowed(from_state=row.state, to_state=state[:40])
    if to.closes:
        missing = [
            field.label or field.label_zh for field in definition.form if field.required and field.when is None
            and field.code not in row.answers
        ]  # fmt: skip
        if missing:
            raise CaseNotFilledIn(faults=", ".join(missing))
    before, row.state = row.state, to.code
    row.closed_at = at if to.closes else None
    _changed(row, at, who)
    _tell(row, CaseEvent.Kind.MOVED, at, who, before=before, after=to.code)
    return row


@transaction.atomic
def assign_case(case: Case, assignee_id: UUID | None, assignee: str, at: datetime, who: str) -> Case:
    """Somebody is to see to it: a person of the tenant or an agent; None: nobody yet."""
    row = _locked(case, None)
    before = row.assignee
    row.assignee_id, row.assignee = assignee_id, assignee[:150] if assignee_id else ""
    _changed(row, at, who)
    _tell(row, CaseEvent.Kind.ASSIGNED, at, who, before=before, after=row.assignee)
    return row


@transaction.atomic
def set_due(case: Case, due: datetime | None, at: datetime, who: str) -> Case:
    """Set when it is due; None: never."""
    row = _locked(case, None)
    before, row.due_at = row.due_at, due
    _changed(row, at, who)
    _tell(row, CaseEvent.Kind.DUE, at, who, before=_written(before), after=_written(due))
    return row


@transaction.atomic
def note(case: Case, text: str, at: datetime, who: str) -> CaseEvent:
    """Write something down; it stays as it is. Raises NoteEmpty."""
    if not 1 <= len(text.strip()) <= LONGEST_NOTE:
        raise NoteEmpty
    return _tell(case, CaseEvent.Kind.NOTED, at, who, text.strip())


def _written(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _locked(case: Case, seen: int | None, who: str = "") -> Case:
    row = Case.objects.select_for_update(of=("self",)).select_related("type").get(pk=case.pk)
    # What the same person has saved since is no change by another: a form saves itself field by field.
    if seen is not None and row.version != seen and row.changed_by != who:
        raise CaseChangedMeanwhile(who=row.changed_by, changed_at=row.changed_at)
    return row


def _changed(row: Case, at: datetime, who: str) -> Case:
    row.version, row.changed_by, row.changed_at = row.version + 1, who, at
    row.save()
    return row


def _draft(given: Mapping[str, Any]) -> dict[str, str]:
    long = len(given) > MOST_DRAFT or any(len(str(key)) > 40 or len(str(one)) > 8000 for key, one in given.items())
    if long or not all(isinstance(one, str) for one in given.values()):
        raise DraftUnreadable
    return dict(given)


def _check_topic(definition: Definition, topic: str) -> None:
    if topic and definition.topic(topic) is None:
        raise TopicUnknown(topic=topic[:40])


def _tell(case: Case, kind: str, at: datetime, who: str, text: str = "", **content: Any) -> CaseEvent:
    return CaseEvent.objects.create(
        tenant_id=case.tenant_id, case=case, at=at, who=who, kind=kind, text=text, content=content
    )
