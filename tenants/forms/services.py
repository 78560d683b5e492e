"""Scripts and questionnaires: drafted, published, gone through, their answers kept. In the tenant's scope."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from seatline.errors import BadInput, NotFound, Refused
from seatline.sheets import Cell
from tenants.accounts.models import Tenant
from tenants.forms.models import Script, ScriptAnswers, ScriptVersion
from tenants.forms.rules import Form, Kind, check, definition_of, read_form
from tenants.forms.words import answer_in_words, label
from tenants.numbers.reading import read_number
from tenants.trust.services import log_operation


class ScriptEmpty(BadInput):
    """A script needs at least one step before it is published."""


class ScriptNotPublished(Refused):
    """This script is not published yet."""


class ScriptVersionUnknown(NotFound):
    """The script has no version {no}."""


def draft_script(tenant: Tenant, code: str, definition: object, at: datetime, **names: Any) -> Script:
    """Make a script or change its draft; `names`: name, name_zh. Raises FormFaulty."""
    kept = definition_of(read_form(definition))
    row, _ = Script.objects.update_or_create(
        tenant=tenant, code=code, defaults={**names, "draft": kept, "changed_at": at}
    )
    return row


@transaction.atomic
def publish_script(script: Script, at: datetime, who: str) -> ScriptVersion:
    """Let agents use the draft as the next version. Raises ScriptEmpty."""
    row = Script.objects.select_for_update(of=("self",)).get(pk=script.pk)
    if not row.draft:
        raise ScriptEmpty
    no = (row.versions.aggregate(last=Max("no"))["last"] or 0) + 1
    version = ScriptVersion.objects.create(
        tenant_id=row.tenant_id, script=row, no=no, definition=row.draft, published_at=at, published_by=who
    )
    row.shown, row.changed_at = no, at
    row.save(update_fields=["shown", "changed_at"])
    log_operation(row.tenant_id, "script.published", str(row.pk), version=no)
    return version


def version_in_use(script: Script) -> ScriptVersion:
    """The version that agents go through. Raises ScriptNotPublished."""
    version = script.versions.filter(no=script.shown).first() if script.shown else None
    if version is None:
        raise ScriptNotPublished
    return version


def form_of_version(version: ScriptVersion) -> Form:
    """The steps of a version."""
    return read_form(version.definition)


def keep_answers(
    version: ScriptVersion, answers: Mapping[str, Any], at: datetime, who: str, *, complete: bool,
    customer_id: UUID | None = None, call_id: UUID | None = None,
) -> ScriptAnswers:  # fmt: skip
    """Keep what a customer answered; of branches that were not taken nothing is kept. Raises AnswersFaulty."""
    kept = check(form_of_version(version), answers, read_number, complete=complete)
    return ScriptAnswers.objects.create(
        tenant_id=version.tenant_id, version=version, customer_id=customer_id, call_id=call_id, answers=kept,
        complete=complete, taken_at=at, taken_by=who,
    )  # fmt: skip


def columns_of_answers(script: Script, chinese: bool) -> tuple[list[str], Iterator[list[Cell]]]:
    """Column titles and rows of all answers to a script, over all its versions: a field of one that is gone keeps its
    column. The rows are read as they are taken."""
    versions = {row.pk: row for row in script.versions.order_by("no")}
    fields = {
        field.code: field for row in versions.values() for field in form_of_version(row) if field.kind != Kind.SAY
    }
    titles = ["taken_at", "taken_by", "version", "complete", "customer"]
    rows = ScriptAnswers.objects.filter(version__script=script).select_related("customer").order_by("taken_at", "id")

    def cells() -> Iterator[list[Cell]]:
        for row in rows.iterator(2000):
            said = [
                answer_in_words(field, row.answers[code], chinese) if code in row.answers else ""
                for code, field in fields.items()
            ]
            yield [
                row.taken_at, row.taken_by, versions[row.version_id].no, "1" if row.complete else "0",
                row.customer.name if row.customer else "", *said,
            ]  # fmt: skip

    return [*titles, *(label(field, chinese) for field in fields.values())], cells()
