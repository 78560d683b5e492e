"""The switch's settings."""

from dataclasses import dataclass
from pathlib import Path

from seatline.env import Environment
from seatline.errors import BadInput
from telephony.switch.places import HOME, Place
from tenants.numbers.rules import national, normalise


@dataclass(frozen=True, slots=True)
class Settings:
    """Where Asterisk is, and where files lie."""

    ari_url: str
    ari_user: str
    ari_password: str
    ari_app: str
    ami_port: int
    ami_user: str
    ami_secret: str
    var: Path
    country: str
    area: str
    metrics_port: int = 0  # of health and figures; 0: none
    others: tuple[Place, ...] = ()  # more Asterisks than that one
    node: str = HOME  # a watchdog's: which of them it watches
    proxy: str = ""  # host:port of the SIP proxy where phones register; empty: at Asterisk

    @property
    def places(self) -> tuple[Place, ...]:
        """Every Asterisk; calls that begin with a leg of ours are made on the first."""
        return (Place(HOME, self.ari_url, "127.0.0.1", self.ami_port), *self.others)

    @property
    def journal(self) -> Path:
        """The file that facts are written to first."""
        return self.var / "journal" / "switch.sqlite3"

    @property
    def proxy_accounts(self) -> Path:
        """The folder in which the SIP proxy finds the telephones' accounts."""
        return self.var / "proxy"

    @property
    def fallback_journal(self) -> Path:
        """The file that the watchdog writes facts of the fallback to."""
        return self.fallback_journal_of(self.node)

    def fallback_journal_of(self, node: str) -> Path:
        """The same of another node's watchdog."""
        return self.var / "journal" / ("fallback.sqlite3" if node == HOME else f"fallback-{node}.sqlite3")

    def canonical(self, number: str) -> str:
        """A number that a trunk sent, in E.164; unchanged if it is no number at all, as "anonymous" is."""
        try:
            return normalise(number, country=self.country, area=self.area)
        except BadInput:
            return number

    def outward(self, number: str) -> str:
        """A number in the form in which carriers here take it: national, or with 00 abroad; digits alone."""
        form = national(number, country=self.country, area=self.area)
        return "00" + form.removeprefix("+") if form.startswith("+") else form.replace("-", "")

    @classmethod
    def read(cls, environment: Environment) -> "Settings":
        """From the environment; raises SettingMissing."""
        return cls(
            ari_url=environment.text("SEATLINE_ARI_URL"),
            ari_user=environment.text("SEATLINE_ARI_USER"),
            ari_password=environment.text("SEATLINE_ARI_PASSWORD"),
            ari_app=environment.text("SEATLINE_ARI_APP"),
            ami_port=environment.number("SEATLINE_AMI_PORT"),
            ami_user=environment.text("SEATLINE_AMI_USER"),
            ami_secret=environment.text("SEATLINE_AMI_SECRET"),
            var=environment.path("SEATLINE_VAR"),
            country=environment.text("SEATLINE_COUNTRY_CODE"),
            area=environment.text("SEATLINE_AREA_CODE"),
            metrics_port=environment.number("SEATLINE_METRICS_PORT"),
            others=tuple(Place.read(word) for word in environment.words("SEATLINE_NODES")),
            node=environment.text("SEATLINE_NODE") or HOME,
            proxy=environment.text("SEATLINE_PROXY"),
        )
