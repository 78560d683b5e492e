"""The room and its leases, granted, resized and ended through services; PostgreSQL holds the room's limit."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin
from django.forms import Form, ModelForm
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from seatline import clock
from seatline.panel.base import PanelAdmin, WindowTabular
from seatline.panel.forms import posted
from seatline.panel.show import chip, figure, tag, when
from tenants.periods import ends_after
from tenants.seats.admin_forms import EndLeaseForm, GrantForm, ResizeForm
from tenants.seats.bar import room_bar
from tenants.seats.hours import free_hours
from tenants.seats.models import LeaseOccurrence, LeaseWindow, Seat, SeatLease
from tenants.seats.services import end_lease, grant_lease, put_into_service, resize_lease, take_out_of_service


class WindowInline(WindowTabular):
    """Weekly hours of a lease."""

    model = LeaseWindow
    fields = ("weekdays", "from_time", "to_time")
    readonly_fields = fields
    verbose_name_plural = gettext_lazy("weekly hours; none: around the clock")


class OccurrenceInline(WindowTabular):
    """The next stretches of a lease, as they count in the room."""

    model = LeaseOccurrence
    fields = ("from_", "until", "seats", "which")
    readonly_fields = fields
    verbose_name_plural = gettext_lazy("as it counts in the room, from now on")
    ordering = ("starts_at",)
    per_page = 14

    def get_queryset(self, request: HttpRequest) -> Any:
        """What is not over."""
        rows = super().get_queryset(request).filter(ends_after(clock.now()))
        return rows.select_related("tenant").prefetch_related("named_seats__seat")

    @display(description=gettext_lazy("from"))
    def from_(self, row: LeaseOccurrence) -> str:
        """In the tenant's time zone."""
        return when(row.starts_at, row.tenant.time_zone)

    @display(description=gettext_lazy("until"))
    def until(self, row: LeaseOccurrence) -> str:
        """In the tenant's time zone."""
        return when(row.ends_at, row.tenant.time_zone)

    @display(description=gettext_lazy("which"))
    def which(self, row: LeaseOccurrence) -> str:
        """The certain seats, or any."""
        return ", ".join(str(one.seat) for one in row.named_seats.all()) or _("any seats")


class State(admin.SimpleListFilter):
    """Running, coming or over."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Three states."""
        return [("now", _("running")), ("later", _("coming")), ("over", _("over"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """By the period."""
        at = clock.now()
        match self.value():
            case "now":
                return queryset.filter(ends_after(at), starts_at__lte=at)
            case "later":
                return queryset.filter(starts_at__gt=at)
            case "over":
                return queryset.filter(ends_at__lte=at)
        return queryset


def _room() -> dict[str, Any]:
    """The bar of the room, and what is free in each hour of the week."""
    at = clock.now()
    return {"room": room_bar(at), "free_hours": free_hours(at, ZoneInfo(settings.TIME_ZONE))}


@admin.register(SeatLease)
class LeaseAdmin(PanelAdmin):
    """Who has leased how many seats when."""

    list_display = ("tenant_named", "seats_shown", "kind", "hours", "from_", "until", "state")
    list_filter = (State, "tenant", "kind")
    list_select_related = ("tenant",)
    search_fields = ("tenant__code", "tenant__name", "tenant__name_zh")
    list_before_template = "panel/room_hours.html"
    change_form_before_template = "panel/room_hours.html"
    inlines = (WindowInline, OccurrenceInline)
    actions_detail = ("resize", "end")
    empty_hint = gettext_lazy("Grant a tenant its first seats; its agents can then log in.")
    add_fieldsets = (
        (None, {"fields": (("tenant", "contract"), ("seats", "named"), "starts_at", "ends_at")}),
        (gettext_lazy("Weekly hours"), {"fields": ("weekdays", ("from_time", "to_time"), "more_hours")}),
        (gettext_lazy("Season"), {"fields": (("season_from", "season_to"),)}),
    )
    fields = ("tenant_named", "seats_shown", "kind", "from_", "until", "contract_id")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        """With weekly hours."""
        return super().get_queryset(request).prefetch_related("windows")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[ModelForm]:
        """Granting has a form of its own."""
        if obj is None:
            kwargs["form"] = GrantForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A lease changes by its actions."""
        return self.readonly_fields if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Any) -> tuple[Any, ...]:
        """Nothing below an empty form."""
        return self.inlines if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only by the actions."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The bar of the room stands above the list."""
        return super().changelist_view(request, {**_room(), **(extra_context or {})})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The bar of the room stands above the form."""
        context |= _room()
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: SeatLease, form: Form, change: bool) -> None:
        """Grant through the service; a full room stands on the form."""
        assert isinstance(form, GrantForm)
        got = form.cleaned_data
        made = grant_lease(
            got["tenant"],
            got["seats"],
            got["starts_at"],
            got["ends_at"],
            at=clock.now(),
            windows=form.windows,
            named=got["named"],
            season=form.season,
            contract_id=form.contract_id,
        )
        obj.__dict__.update({field.attname: getattr(made, field.attname) for field in made._meta.concrete_fields})
        obj._state.adding = False

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, lease: SeatLease) -> str:
        """The tenant behind its colour."""
        return chip(lease.tenant, lease.tenant.colour)

    @display(description=gettext_lazy("seats"), ordering="seats")
    def seats_shown(self, lease: SeatLease) -> str:
        """How many."""
        return figure(lease.seats)

    @display(description=gettext_lazy("hours"))
    def hours(self, lease: SeatLease) -> str:
        """Weekly hours in words."""
        hours = ", ".join(str(window) for window in lease.windows.all()) or _("around the clock")
        return f"{hours} · {lease.season_from} – {lease.season_to}" if lease.season_from else hours

    @display(description=gettext_lazy("from"), ordering="starts_at")
    def from_(self, lease: SeatLease) -> str:
        """In the tenant's time zone."""
        return when(lease.starts_at, lease.tenant.time_zone)

    @display(description=gettext_lazy("until"), ordering="ends_at")
    def until(self, lease: SeatLease) -> str:
        """In the tenant's time zone."""
        return when(lease.ends_at, lease.tenant.time_zone)

    @display(description=gettext_lazy("state"))
    def state(self, lease: SeatLease) -> str:
        """Running, coming or over."""
        at = clock.now()
        if lease.ends_at is not None and lease.ends_at <= at:
            return tag(_("over"), "plain")
        return tag(_("coming"), "info") if lease.starts_at > at else tag(_("running"), "good")

    def offers(self, row: SeatLease, name: str) -> bool:
        """What is over stays; certain seats are let one by one, so they do not grow."""
        running = row.ends_at is None or row.ends_at > clock.now()
        return running and (name == "end" or row.kind == SeatLease.Kind.POOLED)

    @action(
        description=gettext_lazy("Grow or shrink"),
        url_path="resize",
        permissions=["tenants.change_seatlease"],
        icon="swap_vert",
    )
    def resize(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """End the lease and go on with another number of seats."""
        lease = self.found(request, object_id)
        form = ResizeForm(posted(request), initial={"seats": lease.seats, "from_at": clock.now()})
        bar = room_bar(clock.now())
        form.fields["seats"].help_text = _("Free now: %(free)s of %(seats)s.") % {"free": bar.free, "seats": bar.seats}

        def do() -> str:
            resize_lease(lease.pk, form.cleaned_data["seats"], form.cleaned_data["from_at"], at=clock.now())
            return _("This lease ends then, and a new one with the other number of seats goes on.")

        return self.ask(
            request,
            lease,
            form,
            do,
            title=_("Grow or shrink the lease of %(tenant)s") % {"tenant": lease.tenant},
            submit=_("Grow or shrink"),
            text=_("Weekly hours and the agreed end stay as they are. If the room cannot hold it, nothing changes."),
        )

    @action(
        description=gettext_lazy("End"),
        url_path="end",
        permissions=["tenants.change_seatlease"],
        icon="event_busy",
        variant=ActionVariant.DANGER,
    )
    def end(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Give the seats back."""
        lease = self.found(request, object_id)
        form = EndLeaseForm(posted(request), name=lease.tenant.code, initial={"ends_at": clock.now()})

        def do() -> str:
            end_lease(lease.pk, form.cleaned_data["ends_at"])
            return ngettext(
                "%(count)s seat is free from then on.", "%(count)s seats are free from then on.", lease.seats
            ) % {"count": lease.seats}

        return self.ask(
            request,
            lease,
            form,
            do,
            title=_("End the lease of %(tenant)s") % {"tenant": lease.tenant},
            submit=_("End lease"),
            danger=True,
            text=_("Agents who then have no seat finish their call and are logged out."),
        )


@admin.register(Seat)
class SeatAdmin(PanelAdmin):
    """The room's workplaces."""

    list_display = ("__str__", "label", "in_service")
    list_filter = ("in_service",)
    search_fields = ("=number", "label")
    fields = (("number", "label"), "in_service")
    readonly_fields = ("number",)
    empty_hint = gettext_lazy("The room has no seats yet; set-up makes them.")

    def save_model(self, request: HttpRequest, obj: Seat, form: Form, change: bool) -> None:
        """In and out of service go through the service; a seat that is needed stays, in words."""
        if "in_service" in form.changed_data:
            (put_into_service if obj.in_service else take_out_of_service)(obj.number)
        super().save_model(request, obj, form, change)
