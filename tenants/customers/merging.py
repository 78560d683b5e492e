"""Two customers who are one: merged without moving anything, so that it can be undone whenever that shows to be wrong.

The merged customer keeps its own numbers, answers, cases and contacts, and says whose part it is; whoever looks at the
whole looks at all of its parts. Gaps of the kept one are filled, and what was filled is written down (ADR 51).
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from seatline.errors import BadInput, Refused
from tenants.customers.models import Customer, CustomerMerge
from tenants.customers.services import CustomerIsMerged, keep
from tenants.trust.services import log_operation


class MergedWithItself(BadInput):
    """A customer cannot be merged with itself."""


class MergeUndoneAlready(Refused):
    """This merge was undone already."""


class MergedFurther(Refused):
    """The customer has been merged into another since: undo that merge first."""


@transaction.atomic
def merge(kept: Customer, merged: Customer, at: datetime, who: str) -> CustomerMerge:
    """Make `merged` and all its parts parts of `kept`. Raises MergedWithItself, CustomerIsMerged."""
    if kept.pk == merged.pk:
        raise MergedWithItself
    # In one order whoever asks, so that two who merge the same pair either way do not wait for each other for ever.
    rows = {row.pk: row for row in Customer.objects.select_for_update(of=("self",)).order_by("pk").filter(
        pk__in=[kept.pk, merged.pk])}  # fmt: skip
    whole, part = rows[kept.pk], rows[merged.pk]
    if whole.part_of_id is not None or part.part_of_id is not None:
        raise CustomerIsMerged
    parts = [part.pk, *Customer.objects.filter(part_of=part).values_list("pk", flat=True)]
    filled = {code: answer for code, answer in part.answers.items() if code not in whole.answers}
    if not whole.name and part.name:
        filled[""] = part.name
    done = CustomerMerge.objects.create(
        tenant_id=whole.tenant_id, kept=whole, merged=part, parts=[str(one) for one in parts], filled=filled,
        merged_at=at, merged_by=who,
    )  # fmt: skip
    Customer.objects.filter(pk__in=parts).update(part_of=whole, changed_at=at)
    whole.name = whole.name or part.name
    whole.answers = {**{code: answer for code, answer in filled.items() if code}, **whole.answers}
    keep(whole, at)
    log_operation(whole.tenant_id, "customer.merged", str(whole.pk), merged=str(part.pk))
    return done


@transaction.atomic
def undo_merge(done: CustomerMerge, at: datetime, who: str) -> CustomerMerge:
    """Make them two again. What was filled in goes, unless somebody has changed it since.

    Raises MergeUndoneAlready, MergedFurther.
    """
    row = CustomerMerge.objects.select_for_update(of=("self",)).select_related("kept", "merged").get(pk=done.pk)
    if row.undone_at is not None:
        raise MergeUndoneAlready
    whole = Customer.objects.select_for_update(of=("self",)).get(pk=row.kept_id)
    if whole.part_of_id is not None:
        raise MergedFurther
    parts = [UUID(one) for one in row.parts]
    # Its own parts hang on the merged one again; the merged one stands by itself.
    own = [one for one in parts if one != row.merged_id]
    Customer.objects.filter(pk__in=own, part_of=whole).update(part_of=row.merged, changed_at=at)
    Customer.objects.filter(pk=row.merged_id).update(part_of=None, changed_at=at)
    if row.filled.get("") == whole.name and whole.name and whole.numbers.exists():
        whole.name = ""
    whole.answers = {code: one for code, one in whole.answers.items() if not code or row.filled.get(code) != one}
    keep(whole, at)
    row.undone_at, row.undone_by = at, who
    row.save(update_fields=["undone_at", "undone_by"])
    log_operation(whole.tenant_id, "customer.merge_undone", str(whole.pk), merged=str(row.merged_id))
    return row


def whole_of(customer: Customer) -> list[UUID]:
    """The ids of a customer and of all that were merged into it."""
    return [customer.pk, *Customer.objects.filter(part_of=customer).order_by("pk").values_list("pk", flat=True)]
