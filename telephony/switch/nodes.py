"""All Asterisks of one switch: agents' telephones as they all see them, and what becomes of calls when one ends."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence

import structlog

from seatline.clock import now
from telephony.ami.translate import AmiEvent, FullyBooted, PhoneReachable, PhoneTaken, SecurityAlert
from telephony.core.engine import Engine
from telephony.core.values import Endpoint
from telephony.plans.services import PhoneAccount
from telephony.switch.config import Settings
from telephony.switch.node import Node
from telephony.switch.places import HOME, Sightings
from telephony.switch.shell import Shell

log = structlog.get_logger(__name__)


class Nodes:
    """The switch's Asterisks, most often one.

    `accounts` asks for the telephones that they should know; `home_came` and `home_left` are told of the first, where
    calls of our own begin.
    """

    def __init__(
        self, settings: Settings, engine: Engine, shell: Shell,
        accounts: Callable[[], Awaitable[Sequence[PhoneAccount] | None]], home_came: Callable[[], Awaitable[None]],
        home_left: Callable[[], None],
    ) -> None:  # fmt: skip
        self._engine = engine
        self._shell = shell
        self._ask_accounts = accounts
        self._home_came = home_came
        self._home_left = home_left
        self._there, self._taken = Sightings(), Sightings()
        self.all = {
            place.name: Node(place, settings, engine, shell, self, self._heard) for place in settings.places
        }  # fmt: skip

    def work(self) -> list[Coroutine[None, None, None]]:
        """All that is done for them; none of it ends."""
        return [work for node in self.all.values() for work in node.work()]

    def stop(self) -> None:
        """End the connections of AMI."""
        for node in self.all.values():
            node.ami.stop()

    def there(self) -> list[str]:
        """Those with a socket."""
        return [name for name, node in self.all.items() if node.ari is not None]

    @property
    def away(self) -> list[str]:
        """Those without a socket."""
        return [name for name, node in self.all.items() if node.ari is None]

    @property
    def any_there(self) -> bool:
        """Whether new calls can come from any."""
        return len(self.away) < len(self.all)

    @property
    def managed(self) -> bool:
        """Whether AMI answers at each."""
        return all(node.ami.logged_in.is_set() for node in self.all.values())

    @property
    def home_is_ready(self) -> bool:
        """Whether calls of our own can begin."""
        return self.all[HOME].greeted

    def news(self) -> None:
        """Plan or presence has changed: the fallbacks follow."""
        for node in self.all.values():
            node.fallback.news()

    async def follow_phones(self) -> None:
        """Telephones have come or gone: tell every node."""
        accounts = await self._ask_accounts()
        for node in self.all.values():
            await node.follow_phones(accounts)

    # ---- what nodes tell

    async def accounts(self) -> Sequence[PhoneAccount] | None:
        """The telephones that a node should know."""
        return await self._ask_accounts()

    async def greeted(self, name: str) -> None:
        """A node has its telephones and calls again."""
        if name == HOME:
            await self._home_came()

    def phones_there(self, name: str, there: Mapping[Endpoint, bool]) -> None:
        """Which telephones a node has; those that it does not list are not there."""
        agents = {agent.who.endpoint for agent in self._engine.floor.agents.values()}
        for endpoint in agents | set(there):
            by_any = self._there.see(name, endpoint, there.get(endpoint, False))
            if endpoint in agents:
                self._shell.act(self._engine.phone(endpoint, by_any, now()))

    def phones_taken(self, name: str, taken: Mapping[Endpoint, bool]) -> None:
        """Of agents' telephones, whether they are in a call that is not ours."""
        for endpoint, yes in taken.items():
            self._engine.floor.taken(endpoint, self._taken.see(name, endpoint, yes))

    def lost(self, name: str, refused: bool) -> None:
        """A node has no socket any more. One of several that nobody listens for has ended, and its calls with it:
        agents who talked there are free for those of the others. The only one's calls are looked at when it is back."""
        if name == HOME:
            self._home_left()
        if len(self.all) == 1:
            return
        for endpoint in self._taken.forget(name):
            self._engine.floor.taken(endpoint, False)
        for endpoint in self._there.forget(name):
            self._shell.act(self._engine.phone(endpoint, False, now()))
        if refused:
            self.all[name].give_up()

    def _heard(self, name: str, event: AmiEvent) -> None:
        match event:
            case PhoneReachable(endpoint, reachable):
                by_any = self._there.see(name, endpoint, reachable)
                self._shell.act(self._engine.phone(endpoint, by_any, now()))
            case PhoneTaken(endpoint, taken):
                self._engine.floor.taken(endpoint, self._taken.see(name, endpoint, taken))
                self._shell.act(self._engine.tick(now()))
            case SecurityAlert(kind, account, address):
                log.warning("security alert", node=name, kind=kind, account=account, address=address)
            case FullyBooted():
                log.info("asterisk has booted", node=name)
