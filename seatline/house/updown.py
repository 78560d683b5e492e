"""Start and stop the programs of the house, each by its own pid; nothing else on the machine is touched."""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta

from seatline.errors import BadInput, Unavailable
from seatline.house import handover
from seatline.house.console import voice
from seatline.house.home import House
from seatline.house.processes import Process
from seatline.house.setup import running, settle_ports, start_database

READY_WITHIN = timedelta(seconds=40)


class NotReady(Unavailable):
    """{name} runs but is not ready after {seconds} s: {last_words} Its log is {log}."""


class NoSuchProgram(BadInput):
    """There is no program {name}; there are {names}."""


def up(house: House) -> House:
    """Start everything that does not run, in order, each when what it needs is ready."""
    house = settle_ports(house)
    with voice.step("PostgreSQL answers"):
        start_database(house)
    with voice.step("Asterisk") as step:
        house.asterisk.start()
        step.say(f"SIP {house.asterisk.ports.sip}, ARI {house.asterisk.ports.http}")
    house.describe_kept()
    for program in house.programs:
        with voice.step(program.name) as step:
            step.say("runs already" if program.pid() else f"pid {program.start()}")
            wait_until_ready(house, program)
    return house


def down(house: House) -> None:
    """Stop everything that runs, in the other order."""
    for program in reversed(house.programs):
        if program.pid() is not None:
            with voice.step(f"{program.name} stopped"):
                program.stop()
    if house.asterisk.process.pid() is not None:
        with voice.step("Asterisk stopped"):
            house.asterisk.stop()
    if house.cluster is not None and house.cluster.pid() is not None:
        with voice.step("PostgreSQL stopped"):
            house.cluster.stop()


def restart(house: House, name: str) -> None:
    """Stop and start one program; a new configuration is read."""
    names = [program.name for program in house.programs]
    if name == "asterisk":
        house.asterisk.stop()
        house.asterisk.start()
    elif name == "postgres" and house.cluster is not None:
        house.cluster.stop()
        house.cluster.start()
    elif name in ("switch", "standby"):
        restart_switch(house)
    elif name in names:
        program = house.program(name)
        program.stop()
        program.start()
        wait_until_ready(house, program)
    else:
        raise NoSuchProgram(name=name, names=", ".join(["postgres", "asterisk", *names]))
    voice.say(f"{name} restarted")


def restart_switch(house: House) -> None:
    """Begin the switch anew without losing a call, and the one that stands by, if there is one, with it."""
    switch, standby = house.program("switch"), house.program("standby")
    if house.has_standby and switch.pid() and standby.pid():
        there = handover.leads(house.var, standby.pid())
        leader, other = (standby, switch) if there else (switch, standby)
        handover.take_turns(house.var, leader, other)
    elif handover.leads(house.var, switch.pid()):
        handover.relieve(house.var, switch)
    else:  # it does not run, or takes no calls: there is nothing to hand over
        switch.stop()
        switch.start()
        wait_until_ready(house, switch)


def pids(house: House) -> dict[str, int | None]:
    """Name -> pid of every part of the house; None where it does not run."""
    found: dict[str, int | None] = {}
    if house.cluster is not None:
        found["postgres"] = house.cluster.pid()
    found["asterisk"] = house.asterisk.process.pid()
    found.update({program.name: program.pid() for program in house.programs})
    return found


def wait_until_ready(house: House, program: Process) -> None:
    """Wait until the program does its work; raise with its last words if it ends or takes too long."""
    ready: dict[str, Callable[[House], bool]] = {
        "web": web_answers, "agi": agi_answers, "switch": switch_registered, "witness": witness_holds,
        "standby": lambda house: any(handover.stands_by(house.var, program.pid()) for program in switches(house)),
    }  # fmt: skip
    check = ready.get(program.name)
    end = time.monotonic() + READY_WITHIN.total_seconds()
    settle = time.monotonic() + 0.5  # a program without a question asked of it may still fall over at once
    while True:
        program.check()
        if check is None:
            if time.monotonic() > settle:
                return
        elif check(house):
            return
        if time.monotonic() > end:
            raise NotReady(
                name=program.name, seconds=int(READY_WITHIN.total_seconds()), last_words=program.last_words(),
                log=program.log,
            )  # fmt: skip
        time.sleep(0.1)


def web_answers(house: House) -> bool:
    """The web says that it is well."""
    return get(f"{house.web}/healthz") is not None


def web_is_ready(house: House) -> bool:
    """The web can also do its work: it reaches the database."""
    return get(f"{house.web}/readyz") is not None


def agi_answers(house: House) -> bool:
    """Somebody listens where Asterisk will ask."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", house.asterisk.ports.agi)) == 0


def witness_holds(house: House) -> bool:
    """The witness has seen that Asterisk writes channel events: without them a fault of ours would cost the bill."""
    return get(f"http://127.0.0.1:{house.metrics_port('witness')}/readyz") is not None


def switches(house: House) -> list[Process]:
    """The programs that can be the switch."""
    return [program for program in house.programs if program.name in ("switch", "standby")]


def switch_registered(house: House) -> bool:
    """The switch's application is at Asterisk's ARI."""
    asterisk = house.asterisk
    url = f"http://127.0.0.1:{asterisk.ports.http}/ari/applications/{asterisk.app}"
    return get(url, (asterisk.access.ari_user, asterisk.access.ari_password)) is not None


def readiness(port: int) -> tuple[bool, str]:
    """Whether the program whose health is at this port can work, and its words; not if nobody answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return True, " ".join(answer.read().decode().split())
    except urllib.error.HTTPError as error:
        return False, "; ".join(error.read().decode().split("\n")).strip("; ")
    except (OSError, urllib.error.URLError) as error:
        return False, f"does not answer ({error})"


def get(url: str, user: tuple[str, str] | None = None) -> bytes | None:
    """The body of a loopback address, or None if it does not answer well within two seconds."""
    manager = urllib.request.HTTPPasswordMgrWithPriorAuth()
    if user is not None:
        manager.add_password(None, url, *user, is_authenticated=True)
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPBasicAuthHandler(manager)  # never through a proxy
    )  # fmt: skip
    try:
        with opener.open(url, timeout=2) as answer:
            body: bytes = answer.read()
            return body
    except (OSError, urllib.error.URLError):
        return None


def everything_runs(house: House) -> bool:
    """Nothing is to be started."""
    return all(pids(house).values()) and "asterisk" in running(house)
