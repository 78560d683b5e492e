"""The floor that makes calls happen."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TelephonyConfig(AppConfig):
    """Reads agents' presence and tenants' numbers; knows nothing of billing."""

    name = "telephony"
    verbose_name = _("Telephony")

    def ready(self) -> None:
        """Let agents in at the desk's stream, for the tenants whose queues name them too."""
        from agents.desktop.entry import also_serves  # noqa: PLC0415 - rooms need the tables, which are there only now
        from seatline.stream.doors import open_door  # noqa: PLC0415
        from telephony.desk.door import DeskDoor, serves  # noqa: PLC0415

        also_serves.append(serves)
        open_door(DeskDoor())
