"""`python -m seatline.house`, which `./run` starts: the commands, and errors as sentences with exit code 1."""

import argparse
import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django.db
import psycopg

from seatline.env import ROOT
from seatline.errors import SeatlineError
from seatline.house import backup_commands, bench, call, demo, doctor, draft, render, setup, test, updown
from seatline.house.caller import CallPlan, parse_keys
from seatline.house.console import voice
from seatline.house.home import House

Command = Callable[[argparse.Namespace], bool | None]


def _demo(_: argparse.Namespace) -> None:
    demo.demo(House.open())


def _reset(_: argparse.Namespace) -> None:
    demo.reset(House.open())


def _up(options: argparse.Namespace) -> None:
    house = House.open()
    if options.standby is not None:
        if not options.standby:
            house.program("standby").stop()
        house = house.choose_standby(options.standby)
    updown.up(setup.prepare(house))


def _down(_: argparse.Namespace) -> None:
    updown.down(House.open())


def _restart(options: argparse.Namespace) -> None:
    updown.restart(House.open(), options.name)


def _status(_: argparse.Namespace) -> bool:
    house = House.open()
    pids = updown.pids(house)
    voice.table("", ["program", "pid"], [[name, str(pid or "does not run")] for name, pid in pids.items()])
    voice.out.print(f"web {house.web}/admin/   SIP 127.0.0.1:{house.asterisk.ports.sip}")
    return all(pids.values())


def _logs(options: argparse.Namespace) -> None:
    house = House.open()
    files = [program.log for program in house.programs if options.name in (None, program.name)]
    if options.name in (None, "asterisk"):
        files.append(house.asterisk.folder / "log" / "messages.log")
    if options.name in (None, "postgres") and house.cluster is not None:
        files.append(house.cluster.log)
    there = [str(file) for file in files if file.exists()]
    if not there:
        raise updown.NoSuchProgram(name=options.name, names="postgres, asterisk and those of ./run status")
    follow = ["-f"] if options.follow else []
    subprocess.run(["tail", "-n", str(options.lines), *follow, *there], check=False)


def _doctor(options: argparse.Namespace) -> bool:
    house = House.open()
    setup.enter_django(house)
    findings = doctor.examine(house)
    if options.json:
        print(json.dumps(doctor.as_json(findings), ensure_ascii=False, indent=2))
    else:
        rows = [[one.name, "ok" if one.ok else "RED", one.what, "" if one.ok else one.mend] for one in findings]
        voice.table("", ["check", "", "what", "what mends it"], rows)
    return all(one.ok for one in findings)


def _call(options: argparse.Namespace) -> None:
    house = House.open()
    setup.enter_django(house)
    if options.draft:
        caller = options.caller or draft.a_caller()
        with draft.tried(options.draft, caller) as tried:
            report = _placed(house, options, tried.number, caller)
        if not report["practice"]:
            raise draft.DraftNotMet(met=f"version {report['flow_version']} of {report['flow']}")
    else:
        report = _placed(house, options, options.number, options.caller or "02161234567")
    if options.json:
        print(json.dumps(report, ensure_ascii=False, default=str))
    else:
        call.show(report)


def _placed(house: House, options: argparse.Namespace, number: str, caller: str) -> dict[str, Any]:
    plan = CallPlan(
        number=number,
        caller=caller,
        keys=parse_keys(options.keys, first=None),
        hang_up_after=timedelta(seconds=options.at_most),
        cancel_after=timedelta(seconds=options.cancel_after) if options.cancel_after else None,
        speech=call.speech_for(house),
    )
    return call.call(house, plan, timedelta(seconds=options.seconds))


def _manage(options: argparse.Namespace) -> None:
    house = House.open()
    setup.start_database(house)
    command = [sys.executable, str(ROOT / "manage.py"), *options.words]
    os.chdir(ROOT)
    os.execve(sys.executable, command, house.environment("seatline_owner"))  # noqa: S606 - our own program


def _render(options: argparse.Namespace) -> bool:
    asterisk = House.open().asterisk
    files, folder = render.render(asterisk.values()), asterisk.folder / "etc"
    if not options.check:
        changed = render.write(files, folder)
        voice.say(f"{folder}: {', '.join(changed) or 'nothing changed'}")
        return True
    difference = render.differences(files, folder, (asterisk.access.ari_password, asterisk.access.ami_secret))
    print(difference, end="")
    return not difference


def _asterisk(options: argparse.Namespace) -> None:
    print(House.open().asterisk.ask(options.command), end="")


def _test(options: argparse.Namespace) -> bool:
    return test.test(ROOT / ".local", options.layer, options.more, faults=options.faults)


def _bench(options: argparse.Namespace) -> bool:
    return bench.bench(House.open(), options.name, as_json=options.json, short=options.short)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run", description="Seatline: set up, start, look, call, test.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, does: Command, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(does=does)
        return command

    add("demo", _demo, "set everything up, start it, place a real call, leave it running")
    command = add("test", _test, "all tests, or one layer of them")
    command.add_argument("--faults", action="store_true", help="only the long fault stories, each with its figure")
    command.add_argument("layer", nargs="?", default="all", help=f"{', '.join(test.LAYERS)} or all")
    command.add_argument("more", nargs=argparse.REMAINDER, help="goes to pytest, such as -k name -x")
    command = add("up", _up, "start what does not run")
    command.add_argument(
        "--standby", action=argparse.BooleanOptionalAction, help="a second switch, from now on or no more"
    )
    add("down", _down, "stop everything")
    command = add("restart", _restart, "stop and start one program")
    command.add_argument("name", help="postgres, asterisk, witness, agi, switch, watchdog, worker, web or phones")
    add("status", _status, "what runs")
    command = add("logs", _logs, "the programs' last lines")
    command.add_argument("name", nargs="?", help="of one program only")
    command.add_argument("-f", "--follow", action="store_true", help="go on as they are written")
    command.add_argument("-n", "--lines", type=int, default=20)
    command = add("doctor", _doctor, "is everything well, and what mends it")
    command.add_argument("--json", action="store_true")
    command = add("call", _call, "a caller dials a number; what became of the call")
    dialled = command.add_mutually_exclusive_group(required=True)
    dialled.add_argument("number", nargs="?")
    dialled.add_argument("--draft", metavar="TENANT/FLOW", help="meet this flow's draft, which nobody else then does")
    command.add_argument("--keys", default="", help="pressed one after another as the house falls silent: 2,0 or 2@5")
    command.add_argument("--seconds", type=float, default=8, help="talk so long with the agent")
    command.add_argument("--at-most", type=float, default=120, help="hang up so long after the answer, come what may")
    command.add_argument("--cancel-after", type=float, default=0, help="give up if nobody answered by then")
    command.add_argument("--caller", help="the number that the caller shows; 02161234567, if not said")
    command.add_argument("--json", action="store_true", help="one object")
    backup_commands.add_to(add)
    command = add("bench", _bench, "measure ours against a baseline")
    command.add_argument("name", help=", ".join(bench.BENCHES))
    command.add_argument("--json", action="store_true", help="only the line of JSON")
    command.add_argument("--short", action="store_true", help="a trial with little to do, where a bench has one")
    add("reset-demo", _reset, "throw the demo's data away and make it anew")
    command = add("manage", _manage, "Django's management commands, as the database's owner")
    command.add_argument("words", nargs=argparse.REMAINDER)
    command = add("render", _render, "render asterisk_etc/ into the private Asterisk's folder")
    command.add_argument("--check", action="store_true", help="only show what would change; exit 1 if anything would")
    command = add("asterisk", _asterisk, "ask the private Asterisk's console")
    command.add_argument("-rx", dest="command", required=True, metavar="COMMAND", help="such as 'core show channels'")
    return parser


def main() -> int:
    """Run one command; 0 if all was well, 1 with a sentence if not."""
    parser = _parser()
    if len(sys.argv) == 1:
        parser.print_help()
        return 0
    options = parser.parse_args()
    try:
        return 1 if options.does(options) is False else 0
    except SeatlineError as error:
        voice.trouble(error.message)
    except KeyboardInterrupt:
        voice.trouble("Stopped. What was begun can be repeated: the same command goes on from here.")
    except (psycopg.OperationalError, django.db.OperationalError) as error:
        voice.trouble(f"PostgreSQL does not answer: {' '.join(str(error).split())}. Start it: ./run up")
    except OSError as error:
        voice.trouble(
            "The disk is full. Free some space (./run needs about 1.5 GB under .local/) and repeat."
            if error.errno == errno.ENOSPC
            else f"The machine refuses: {error}. Mend that and repeat."
        )
    return 1


if __name__ == "__main__":
    sys.exit(main())
