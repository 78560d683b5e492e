"""`doctor`, asked about the rig: what it says of a house that is really faulty."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seatline.house import doctor
from seatline.house.home import House
from seatline.house.processes import Process
from tests.acceptance.rig import Rig
from tests.acceptance.waiting import wait_until


class RigHouse(House):
    """The rig as a house: the same Asterisk, folder, database and programs, as far as `doctor` looks at them."""

    rig: Rig

    @property
    def var(self) -> Path:
        """The rig's."""
        return self.rig.var

    @property
    def asterisk(self) -> Any:
        """The rig's."""
        return self.rig.asterisk

    def database_url(self, login: str, database: str = "") -> str:
        """The rig's, by its wire."""
        return self.rig.switch.environment["DATABASE_URL"]

    def metrics_port(self, name: str) -> int:
        """The rig's programs tell none."""
        return 0

    @property
    def programs(self) -> list[Process]:
        """The rig's."""
        return [self.rig.witness, self.rig.agi, self.rig.switch, self.rig.standby, self.rig.watchdog]


def red(rig: Rig) -> Mapping[str, str]:
    """What doctor shows in red of calls and switches, by the finding's name."""
    house = RigHouse(rig.folder, {})
    object.__setattr__(house, "rig", rig)
    return {one.name: one.what for one in doctor.examine(house, doctor.ABOUT_CALLS) if not one.ok}


def names(rig: Rig, finding: str, patience: float = 10.0) -> str:
    """What doctor says of this fault, as soon as it is shown in red."""
    return wait_until(lambda: red(rig).get(finding, ""), patience, f"doctor to name {finding}")


def names_no_more(rig: Rig, finding: str, patience: float = 15.0) -> None:
    """The fault is over, and doctor says so without anybody's help."""
    wait_until(lambda: finding not in red(rig), patience, f"doctor to be content with {finding}")
