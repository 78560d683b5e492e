"""Changes of a draft by people, one after another: each is applied to what is there now, never to what was seen.

The flow's row is locked while a change is made, so that of two people who save at one moment the second meets what the
first has saved. All in the caller's scope.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from telephony.editor import edits
from telephony.editor.edges import Definition, ways_of
from telephony.editor.offers import NEW
from telephony.plans.models import Flow, FlowVersion
from telephony.plans.services import EMPTY, save_draft

Edit = Callable[[Definition], Definition]


def working(flow: Flow) -> Definition:
    """What people work at: the draft, else what is published, else an empty flow."""
    newest = FlowVersion.objects.filter(flow=flow).order_by("-version").first()
    there = newest.definition if newest is not None else EMPTY
    return there if isinstance(there, dict) else EMPTY


def published(flow: Flow) -> FlowVersion | None:
    """What callers meet; None: nothing yet."""
    return FlowVersion.objects.filter(flow=flow, state=FlowVersion.State.PUBLISHED).order_by("-version").first()


def change(flow: Flow, edit: Edit, *, by: UUID | None, at: datetime) -> Definition:
    """Apply a change to the draft as it is now. What the change refuses it raises; then nothing is written."""
    with transaction.atomic():
        Flow.objects.select_for_update().get(pk=flow.pk)
        before = working(flow)
        after = edit(before)
        if after != before:
            save_draft(flow, after, by=by, at=at)
    return after


def fill_in(
    flow: Flow, name: str, node: Mapping[str, Any], seen: str, *, by: UUID | None, at: datetime
) -> Definition:  # fmt: skip
    """Save a node as its form was filled in; a way to `+kind` makes a new node of that kind and leads there.

    Raises NodeGone, ChangedMeanwhile, StepKindUnknown.
    """

    def edit(before: Definition) -> Definition:
        after = edits.put(before, name, node, seen)
        for edge in ways_of(name, node):
            if edge.target.startswith(NEW):
                after, fresh = edits.add(after, edge.target.removeprefix(NEW))
                after = edits.lead(after, edge, fresh)
        return after

    return change(flow, edit, by=by, at=at)


def take_up(flow: Flow, version: FlowVersion, *, by: UUID | None, at: datetime) -> Definition:
    """Work on from an earlier version; what the draft was can be had back by undoing."""
    return change(flow, lambda _: version.definition, by=by, at=at)
