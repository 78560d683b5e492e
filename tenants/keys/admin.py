"""API keys: given to programs, shown once, revoked at once. Their secrets are kept nowhere."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm, MultipleChoiceField
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from seatline import clock
from seatline.panel.base import PanelAdmin
from seatline.panel.forms import AskForm, posted
from seatline.panel.show import chip, tag, when, whole
from tenants.accounts.rights import FOR_PEOPLE, Kind, Right
from tenants.keys.callers import readable
from tenants.keys.models import ApiKey
from tenants.keys.services import make_key, revoke_key


class KeyForm(ModelForm):
    """A new key, with its rights to tick."""

    rights = MultipleChoiceField(
        label=gettext_lazy("Rights"),
        choices=[(right.value, right.value) for right in Right if right not in FOR_PEOPLE],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=gettext_lazy("As few as the program needs; what each opens stands in the description of the API."),
    )


@admin.register(ApiKey)
class ApiKeyAdmin(PanelAdmin):
    """Keys of programs."""

    form = KeyForm
    list_display = ("shown", "name", "for_whom", "made", "used", "until", "state")
    list_filter = ("holder", "tenant", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("tenant",)
    search_fields = ("name",)
    autocomplete_fields = ("person",)
    fields = (("holder", "tenant"), "name", "rights", ("expires_at", "person"))
    actions_detail = ("revoke",)
    empty_hint = gettext_lazy("Add a key for a program; it is shown once.")

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        """With what has become of it."""
        return (*self.fields, "shown", ("made", "made_by"), ("used", "state")) if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        """A key stays as it was made."""
        return ("shown", "made", "made_by", "used", "state") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is revoked, and a new one made."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Logs name it."""
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: ModelForm, change: bool) -> None:
        """Make it by the service, which draws the secret."""
        made = make_key(
            obj.tenant, Kind(obj.holder), obj.name, readable(form.cleaned_data["rights"]), at=clock.now(),
            expires_at=obj.expires_at, made_by=request.user, person=obj.person,
        )  # fmt: skip
        request.made_key = made
        obj.__dict__.update({field.attname: getattr(made.row, field.attname) for field in obj._meta.concrete_fields})
        obj._state.adding = False

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        """Show the key, once."""
        return self.secret(
            request,
            title=_("API key %(name)s") % {"name": obj.name},
            text=_("It is shown once; only its hash is kept. Send it as Authorization: Bearer."),
            secrets=[(_("API key"), request.made_key.text)],
            back=reverse("admin:tenants_apikey_changelist"),
        )

    def offers(self, row: ApiKey, name: str) -> bool:
        """Only what is in force is revoked."""
        return row.revoked_at is None

    @action(
        description=gettext_lazy("Revoke"),
        url_path="revoke",
        permissions=["tenants.change_apikey"],
        icon="key_off",
        variant=ActionVariant.DANGER,
    )
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """End the key at once."""
        key = self.found(request, object_id)

        def do() -> str:
            revoke_key(key, clock.now())
            return _("The key is revoked: the next request with it is refused.")

        return self.ask(
            request,
            key,
            AskForm(posted(request)),
            do,
            title=_("Revoke %(name)s") % {"name": key.name},
            submit=_("Revoke"),
            text=_("The program that uses it stops at once. It cannot be taken back; make a new key instead."),
            danger=True,
        )

    @display(description=gettext_lazy("key"))
    def shown(self, key: ApiKey) -> str:
        """By which it is recognised."""
        return whole(f"{key.prefix[:15]}…")

    @display(description=gettext_lazy("on behalf of"), ordering="holder")
    def for_whom(self, key: ApiKey) -> str:
        """The tenant behind its colour, or the operator."""
        return chip(key.tenant, key.tenant.colour) if key.tenant else key.get_holder_display()

    @display(description=gettext_lazy("made at"), ordering="made_at")
    def made(self, key: ApiKey) -> str:
        """In the operator's time zone."""
        return when(key.made_at)

    @display(description=gettext_lazy("last used"), ordering="last_used_at")
    def used(self, key: ApiKey) -> str:
        """To the minute."""
        return when(key.last_used_at)

    @display(description=gettext_lazy("valid until"), ordering="expires_at")
    def until(self, key: ApiKey) -> str:
        """Or without an end."""
        return when(key.expires_at)

    @display(description=gettext_lazy("state"))
    def state(self, key: ApiKey) -> str:
        """Whether it opens anything."""
        if key.revoked_at is not None:
            return tag(_("revoked"), "bad")
        over = key.expires_at is not None and key.expires_at <= clock.now()
        return tag(_("expired"), "warn") if over else tag(_("in force"), "good")
