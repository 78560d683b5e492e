"""What of the admin belongs to no floor: what was done. The first page is `seatline.dashboard`."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django.models import ProcrastinateJob
from unfold.decorators import display

from seatline.panel.base import WindowAdmin
from seatline.panel.show import when

# The worker's jobs have a plain page of their own in procrastinate; it comes back with a styled one in step 6.
if admin.site.is_registered(ProcrastinateJob):
    admin.site.unregister(ProcrastinateJob)


@admin.register(LogEntry)
class LogEntryAdmin(WindowAdmin):
    """Who changed what on these pages."""

    list_display = ("at", "user", "what", "object_repr", "change")
    list_filter = ("user",)
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "change_message")
    fields = ("at", "user", "what", "object_repr", "change")
    date_hierarchy = "action_time"
    empty_hint = gettext_lazy("What people do on these pages is noted here.")

    @display(description=gettext_lazy("at"), ordering="action_time")
    def at(self, row: LogEntry) -> str:
        """In the operator's time zone."""
        return when(row.action_time, seconds=True)

    @display(description=gettext_lazy("what"))
    def what(self, row: LogEntry) -> str:
        """The kind of thing."""
        return str(row.content_type.name) if row.content_type else "–"

    @display(description=gettext_lazy("change"))
    def change(self, row: LogEntry) -> str:
        """In words."""
        return row.get_change_message()
