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
        from telephony.journal.contacts import connect  # noqa: PLC0415

        also_serves.append(serves)
        connect()
        open_door(DeskDoor())
        self._open_board()
        self._take_from_leavers()

    def _take_from_leavers(self) -> None:
        """What agents were to do goes to others when they leave."""
        from agents.presence.leaving import takes_back  # noqa: PLC0415
        from telephony.callbacks.services import give_back_all  # noqa: PLC0415
        from telephony.voicemail.services import unassign_all  # noqa: PLC0415

        takes_back["callbacks"] = give_back_all
        takes_back["messages"] = unassign_all

    def _open_board(self) -> None:
        """Feed the wallboard, for people and for screens on the wall."""
        from seatline.stream.doors import open_door  # noqa: PLC0415
        from seatline.stream.feeds import open_feed  # noqa: PLC0415
        from seatline.stream.topics import open_topic  # noqa: PLC0415
        from telephony.board.feed import board_feed  # noqa: PLC0415
        from telephony.board.kiosks import TOPIC, KioskDoor  # noqa: PLC0415
        from tenants.accounts.rights import Right  # noqa: PLC0415

        open_topic(TOPIC, Right.PEOPLE_READ)
        open_door(KioskDoor())
        open_feed(board_feed())
