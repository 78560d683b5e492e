"""What finance has mailed to tenants, and what did not go out."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from billing.mails.models import Mail
from billing.mails.services import send_again
from seatline import clock
from seatline.panel.base import WindowAdmin
from seatline.panel.forms import AskForm, posted
from seatline.panel.show import chip, tag, when

_TONES = {"waiting": "info", "sending": "info", "sent": "good", "unclear": "warn", "refused": "bad"}


@admin.register(Mail)
class MailAdmin(WindowAdmin):
    """The outbox: mails go out by themselves; one that did not is sent again by a person."""

    list_display = ("written", "tenant_named", "kind", "subject", "address", "state_shown")
    list_filter = ("state", "kind", "tenant")
    list_select_related = ("tenant",)
    search_fields = ("address", "subject")
    fields = (
        ("tenant_named", "kind", "state_shown"), ("address", "written", "settled"), ("tries", "answer"), "subject",
        "text",
    )  # fmt: skip
    actions_detail = ("again",)
    empty_hint = gettext_lazy("Nothing was mailed yet. Reminders and alerts write mails, which go out by themselves.")

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: Any) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour)

    @display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, row: Mail) -> str:
        """With its tone."""
        return tag(row.get_state_display(), _TONES[row.state])

    @display(description=gettext_lazy("written at"), ordering="written_at")
    def written(self, row: Mail) -> str:
        """When."""
        return when(row.written_at)

    @display(description=gettext_lazy("settled at"))
    def settled(self, row: Mail) -> str:
        """When it went out, or was given up."""
        return when(row.settled_at) if row.settled_at else "–"

    def offers(self, row: Mail, name: str) -> bool:
        """Only what did not surely go out."""
        return row.state in {Mail.State.UNCLEAR, Mail.State.REFUSED}

    @action(
        description=gettext_lazy("Send again"), url_path="again", permissions=["billing.change_mail"],
        icon="forward_to_inbox",
    )  # fmt: skip
    def again(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """To the tenant's address as it is now."""
        mail = self.found(request, object_id)

        def do() -> str:
            send_again(mail, request.user, clock.now())
            return _("It goes out with the next mails.")

        return self.ask(
            request, mail, AskForm(posted(request)), do, title=_("Send “%(mail)s” again?") % {"mail": mail},
            submit=_("Send again"),
            text=_("The tenant may get it twice where it is not known whether it arrived.")
            if mail.state == Mail.State.UNCLEAR else "",
        )  # fmt: skip
