"""What belongs to no floor."""

from django.apps import AppConfig


class SeatlineConfig(AppConfig):
    """The project itself: pages, templates, the stream of news."""

    name = "seatline"

    def ready(self) -> None:
        """People with a session may listen."""
        from seatline.stream.doors import open_door  # noqa: PLC0415 - models are there only now
        from seatline.stream.people import PeopleDoor  # noqa: PLC0415
        from seatline.stream.topics import open_topic  # noqa: PLC0415
        from tenants.accounts.rights import Right  # noqa: PLC0415

        open_door(PeopleDoor())
        # What the presence of agents and the projector of calls tell of; the rooms above open topics of their own.
        open_topic("floor", Right.PEOPLE_READ)
        open_topic("agent", Right.PEOPLE_READ)
