"""`./run demo`: from a fresh clone to a call that was answered, recorded and priced; and the panel that tells where.

Everything that it does is repeatable: a second time it finds all done and only places a call.
"""

import json
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from seatline.clock import now
from seatline.env import ROOT
from seatline.errors import Unavailable
from seatline.house import call, cast, doctor, setup, updown
from seatline.house.caller import CARRIER, CallPlan, parse_keys
from seatline.house.console import voice
from seatline.house.home import DATABASE, House
from seatline.house.postgres import LOGINS

DAYS = 31  # of history: a whole month is billed
FIRST_CALL = (cast.SHORT, f"{cast.TENANTS[0].merchant},0")  # the shared number, the museum's code, "speak to us"
TALK, AT_MOST = timedelta(seconds=8), timedelta(seconds=120)


class NobodyLoggedIn(Unavailable):
    """No agent of {tenant} logged in within {seconds} s. Why: ./run logs phones, ./run logs agi."""


class NotWell(Unavailable):
    """{count} checks are red: {names}. `./run doctor` says what mends each."""


def demo(house: House) -> None:
    """Set up, start, examine, call, and show."""
    path = ROOT / "demo.json"
    all_was_there = path.exists() and updown.everything_runs(house)  # a second time nothing is changed: no call either
    house = setup.prepare(house)
    with voice.step("demo world") as step:
        step.say(load_world(house))
    house = updown.up(house)
    with voice.step("phones log in"):
        wait_for_agents()
    with voice.step("doctor") as step:
        red = [one for one in doctor.examine(house) if not one.ok]
        if red:
            raise NotWell(count=len(red), names=", ".join(f"{one.name} ({one.what})" for one in red))
        step.say("all green")
    if not all_was_there:
        number, keys = FIRST_CALL
        with voice.step(f"a caller dials {number}, keys {keys} and talks with an agent"):
            plan = CallPlan(
                number, keys=parse_keys(keys, first=None), hang_up_after=AT_MOST, speech=call.speech_for(house)
            )
            report = call.call(house, plan, TALK)
        call.show(report)
    write_demo_json(house, path)
    show_panel(house)


def load_world(house: House) -> str:
    """Make the tenants and their past unless they are there; what was done, in words.

    The past is made only where there is no call yet, and that is before the switch first ran.
    """
    setup.enter_django(house)
    from seatline.house import history, world  # noqa: PLC0415 - rooms need Django's settings
    from seatline.house.world.dialogues import speak_prompts  # noqa: PLC0415

    world.load(cast.SEED, house.values["SEATLINE_SECRET_KEY"], now())
    past = history.make(cast.SEED, now(), DAYS)
    speak_prompts(house.sounds)
    return f"{past.calls} calls of {past.days} days" if past else "is there"


def reset(house: House) -> None:
    """Throw the demo's data away and make it anew; secrets, ports and programs stay."""
    updown.down(house)
    setup.start_database(house)
    setup.drop_database(house)
    setup.forget_world(house)
    setup.start_database(house)
    setup.bring_up_to_date(house)
    with voice.step("demo world") as step:
        step.say(load_world(house))
    updown.up(house)
    write_demo_json(house, ROOT / "demo.json")


def wait_for_agents(patience: timedelta = timedelta(seconds=40)) -> None:
    """Wait until an agent of the first tenant, who has seats round the clock, is logged in."""
    from seatline.house.phones import has_session  # noqa: PLC0415

    end = time.monotonic() + patience.total_seconds()
    wanted = [part.endpoint for part in cast.agents() if part.played and part.tenant == cast.TENANTS[0].code]
    while not any(has_session(endpoint) for endpoint in wanted):
        if time.monotonic() > end:
            raise NobodyLoggedIn(tenant=cast.TENANTS[0].name, seconds=int(patience.total_seconds()))
        time.sleep(0.5)


def facts(house: House) -> dict[str, Any]:
    """What demo.json holds: all that a person or a script needs to use the demo. It holds secrets."""
    asterisk = house.asterisk
    people: dict[str, Any] = {login: {"login": login, "secret": cast.password_of(login)} for login in cast.STAFF}
    for tenant in cast.TENANTS:
        people[tenant.code] = {
            role: {"login": f"{tenant.code}_{role}", "secret": cast.password_of(f"{tenant.code}_{role}")}
            for role in cast.TENANT_ROLES
        }
    people["agents"] = {
        part.number: {
            "tenant": part.tenant,
            "login": part.login,
            "secret": cast.password_of(part.login),
            "phone_code": cast.LOGIN_CODE,
            "pin": cast.pin_of(part.number),
            "seat": part.seat,
            "sip": {"user": part.endpoint, "secret": cast.phone_secret(part.endpoint)},
        }
        for part in cast.agents()
    }
    return {
        "base_url": house.web,
        "desk": f"{house.web}/desk/",
        "users": people,
        "api": {
            "url": f"{house.web}/api/v1/",
            "keys": {holder: cast.api_key_of(holder) for holder in cast.KEY_HOLDERS},
        },
        "numbers": {
            "short": cast.SHORT,
            "merchants": {tenant.code: tenant.merchant for tenant in cast.TENANTS},
            "local": {tenant.code: tenant.local for tenant in cast.TENANTS},
            "national": {tenant.code: tenant.national for tenant in cast.TENANTS},
        },
        "sip": {"host": "127.0.0.1", "port": asterisk.ports.sip, "callers": {"from": CARRIER, "numbers": cast.CALLERS}},
        "database": {
            **{login: house.database_url(login, DATABASE) for login in LOGINS},
            "root": house.root_url,
        },
        "asterisk": {
            "ari": {
                "url": f"http://127.0.0.1:{asterisk.ports.http}/ari",
                "user": asterisk.access.ari_user,
                "password": asterisk.access.ari_password,
                "app": asterisk.app,
            },
            "ami": {
                "port": asterisk.ports.ami,
                "user": asterisk.access.ami_user,
                "secret": asterisk.access.ami_secret,
            },
            "root": str(asterisk.folder),
        },
        "pids": updown.pids(house),
        "commands": {
            "call": "./run call NUMBER [--keys 2,0] [--seconds 8] [--caller NUMBER] [--json]",
            "doctor": "./run doctor --json",
            "status": "./run status",
            "down": "./run down",
            "reset": "./run reset-demo",
            "asterisk": "./run asterisk -rx 'core show channels'",
        },
    }


def write_demo_json(house: House, path: Path) -> None:
    """Write it in one step, readable by its owner alone."""
    fresh = path.with_suffix(".tmp")
    fresh.unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_CREAT | os.O_WRONLY, 0o600))
    fresh.write_text(json.dumps(facts(house), indent=2, ensure_ascii=False) + "\n")
    fresh.replace(path)


def show_panel(house: House) -> None:
    """Where to go, as whom, and what to dial."""
    known = facts(house)
    first = cast.TENANTS[0]
    agent = next(part for part in cast.agents() if not part.played)
    voice.table("people", ["role", "login", "password"], [
        *([login, login, cast.password_of(login)] for login in cast.STAFF),
        *([f"{first.name}: {role}", f"{first.code}_{role}", cast.password_of(f"{first.code}_{role}")]
          for role in cast.TENANT_ROLES),
        [f"{first.name}: agent {agent.number}", agent.login, cast.password_of(agent.login)],
    ])  # fmt: skip
    voice.table("numbers to dial", ["tenant", "merchant code", "local", "national"], [
        [f"{tenant.name} {tenant.name_zh}", f"{cast.SHORT} {tenant.merchant}", tenant.local, tenant.national]
        for tenant in cast.TENANTS
    ])  # fmt: skip
    voice.panel("Seatline is up", [
        f"admin      {known['base_url']}/admin/   (English, 简体中文)",
        f"desk       {known['base_url']}/desk/   (agent {agent.number}, PIN {cast.pin_of(agent.number)})",
        f"API        {known['api']['url']}   (description; keys are in demo.json)",
        f"call       ./run call {cast.SHORT} --keys {first.merchant},0",
        f"SIP        127.0.0.1:{known['sip']['port']}; an agent's phone dials {cast.LOGIN_CODE}",
        "look       ./run status, ./run doctor, ./run logs switch",
        "stop       ./run down            start anew: ./run reset-demo",
        "all logins, PINs and ports: demo.json (readable by you alone)",
    ])  # fmt: skip
