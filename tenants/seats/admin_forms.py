"""What is asked when seats are granted, resized or given back."""

import re
from datetime import time
from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminTimeWidget,
)

from seatline import clock
from seatline.panel.forms import AskForm, MomentField, TypedNameForm
from tenants.accounts.models import Tenant
from tenants.seats.bar import room_bar
from tenants.seats.contracts import offered_contracts
from tenants.seats.models import LeaseWindow, SeatLease
from tenants.seats.rules import Season, Window


class GrantForm(forms.ModelForm):
    """A new lease: who, how many or which seats, from when to when, at which weekly hours."""

    tenant = forms.ModelChoiceField(
        Tenant.objects.none(), label=gettext_lazy("tenant"), widget=UnfoldAdminSelectWidget()
    )
    contract = forms.ChoiceField(
        label=gettext_lazy("contract"),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("Which bills the seats and ends them when it ends. Empty: whichever of the tenant's."),
    )
    seats = forms.IntegerField(
        label=gettext_lazy("seats"), min_value=1, max_value=9999, widget=UnfoldAdminIntegerFieldWidget()
    )
    named = forms.CharField(
        label=gettext_lazy("certain seats"),
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=gettext_lazy("Their numbers, such as 1-12, 15; as many as seats. Empty: any seats of the room."),
    )
    starts_at = MomentField(label=gettext_lazy("from"))
    ends_at = MomentField(label=gettext_lazy("until"), required=False)
    weekdays = forms.CharField(
        label=gettext_lazy("weekdays"),
        required=False,
        max_length=7,
        validators=LeaseWindow._meta.get_field("weekdays").validators,
        widget=UnfoldAdminTextInputWidget(),
        help_text=gettext_lazy(
            "Only at weekly hours: days on which they begin, 1 is Monday, 7 Sunday. Empty: around the clock."
        ),
    )
    from_time = forms.TimeField(
        label=gettext_lazy("hours from"),
        required=False,
        widget=UnfoldAdminTimeWidget(),
        help_text=gettext_lazy("In the tenant's time zone."),
    )
    to_time = forms.TimeField(
        label=gettext_lazy("hours to"),
        required=False,
        widget=UnfoldAdminTimeWidget(),
        help_text=LeaseWindow._meta.get_field("to_time").help_text,
    )

    more_hours = forms.CharField(
        label=gettext_lazy("further weekly hours"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=gettext_lazy("One window a line: weekdays and both times, such as 67 10:00-16:00."),
    )

    class Meta:
        model = SeatLease
        fields = ("tenant", "seats", "starts_at", "ends_at", "season_from", "season_to")
        widgets = {"season_from": UnfoldAdminTextInputWidget(), "season_to": UnfoldAdminTextInputWidget()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tenant"].queryset = Tenant.objects.all()
        self.contracts = {str(one.contract_id): one for one in offered_contracts()}
        self.fields["contract"].choices = [("", "—"), *((key, one.name) for key, one in self.contracts.items())]
        self.fields["starts_at"].initial = clock.now()
        for field in self.fields.values():
            field.label = capfirst(field.label)
        bar = room_bar(clock.now())
        self.fields["seats"].help_text = _(
            "Free now: %(free)s of %(seats)s; at the fullest instant of the next 24 hours: %(peak)s."
        ) % {"free": bar.free, "seats": bar.seats, "peak": bar.free_at_peak}

    def clean_named(self) -> list[int]:
        """Seat numbers and ranges."""
        return _seat_numbers(self.cleaned_data["named"])

    def clean_more_hours(self) -> list[Window]:
        """Each line a window."""
        return [_window(line) for line in self.cleaned_data["more_hours"].splitlines() if line.strip()]

    def clean(self) -> dict[str, Any] | None:
        """Weekly hours are whole or absent, and so is a season."""
        got = super().clean() or self.cleaned_data
        contract, tenant = self.contracts.get(got.get("contract") or ""), got.get("tenant")
        if contract is not None and tenant is not None and contract.tenant_id != tenant.pk:
            self.add_error("contract", _("This contract is another tenant's."))
        if bool(got.get("season_from")) != bool(got.get("season_to")):
            raise forms.ValidationError(_("A season has a first and a last day."))
        hours = [got.get("weekdays"), got.get("from_time"), got.get("to_time")]
        if any(hours) and not all(one not in (None, "") for one in hours):
            raise forms.ValidationError(
                _("Weekly hours need weekdays and both times; for a whole day write 0:00 twice.")
            )
        return got

    @property
    def contract_id(self) -> UUID | None:
        """The contract for the service."""
        return UUID(self.cleaned_data["contract"]) if self.cleaned_data.get("contract") else None

    @property
    def windows(self) -> list[Window]:
        """The weekly hours for the service."""
        got = self.cleaned_data
        more: list[Window] = got.get("more_hours") or []
        if not got.get("weekdays"):
            return more
        return [Window(frozenset(int(day) for day in got["weekdays"]), got["from_time"], got["to_time"]), *more]

    @property
    def season(self) -> Season | None:
        """The part of the year for the service."""
        got = self.cleaned_data
        if not got.get("season_from"):
            return None
        first, last = ((int(text[:2]), int(text[3:])) for text in (got["season_from"], got["season_to"]))
        return Season(first, last)


def _window(line: str) -> Window:
    """A line such as `67 10:00-16:00`."""
    match = re.fullmatch(r"\s*([1-7]+)\s+(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})\s*", line)
    try:
        if match is None:
            raise ValueError(line)
        first, last = (time.fromisoformat(text.zfill(5)) for text in (match[2], match[3]))
    except ValueError:
        raise forms.ValidationError(_("“%(line)s” is no window; write 67 10:00-16:00.") % {"line": line}) from None
    return Window(frozenset(int(day) for day in match[1]), first, last)


def _seat_numbers(text: str) -> list[int]:
    """Numbers and ranges parted by commas or spaces."""
    found: list[int] = []
    for part in re.split(r"[,，、\s]+", text.strip()):
        if not part:
            continue
        match = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", part)
        if match is None:
            raise forms.ValidationError(_("“%(part)s” is no seat; write 1-12, 15.") % {"part": part})
        first, last = int(match[1]), int(match[2] or match[1])
        found += range(first, last + 1)
    return found


class EndLeaseForm(TypedNameForm):
    """When the lease ends; the tenant's code is typed."""

    ends_at = MomentField(label=gettext_lazy("ends at"))
    field_order = ["ends_at", "typed"]


class ResizeForm(AskForm):
    """How many seats from when on."""

    seats = forms.IntegerField(
        label=gettext_lazy("seats"), min_value=1, max_value=9999, widget=UnfoldAdminIntegerFieldWidget()
    )
    from_at = MomentField(label=gettext_lazy("from"))
