"""Who is to call back."""

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from agents.people.models import Agent
from seatline.panel.forms import AskForm


class AssignForm(AskForm):
    """An agent of the tenant, or of the operator's staff; nobody is a choice, too."""

    agent = forms.ModelChoiceField(
        label=gettext_lazy("agent"),
        queryset=None,
        required=False,
        widget=UnfoldAdminSelectWidget(),
        empty_label=gettext_lazy("nobody"),
    )

    def __init__(self, *args: Any, tenant_id: UUID | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        theirs = Q(tenant=tenant_id) | Q(employed_by=Agent.Employer.OPERATOR)
        agents = Agent.objects.filter(theirs, active=True).order_by("number")
        self.fields["agent"].queryset = agents  # type: ignore[attr-defined]
