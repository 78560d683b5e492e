"""`./run backup` and `./run restore` on the command line: what is asked, what is said."""

import argparse
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from seatline import clock
from seatline.backup.status import read_status, told
from seatline.house import backup
from seatline.house.console import voice
from seatline.house.home import House

Add = Callable[[str, Callable[[argparse.Namespace], bool | None], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Both commands with their options."""
    command = add("backup", _back_up, "back the house up, sealed; point in time from then on")
    command.add_argument("--to", metavar="FOLDER", help="a copy of every backup goes there too, from now on")
    command.add_argument("--tenant", metavar="CODE", help="only a copy of this tenant")
    command = add("restore", _restore, "bring a backup back; without options a trial that touches nothing")
    what = command.add_mutually_exclusive_group()
    what.add_argument("--drill", action="store_true", help="the trial: restore beside the house and compare every row")
    what.add_argument("--into", metavar="FOLDER", help="into an empty folder")
    what.add_argument("--in-place", action="store_true", help="stop the house and put what was restored in its place")
    what.add_argument("--tenant", metavar="FILE", help="one tenant from its copy, beside the others")
    command.add_argument("--at", metavar="TIME", help="as of this instant, such as 2026-11-24T14:30+08:00")


def _back_up(options: argparse.Namespace) -> None:
    house = House.open()
    if options.to:
        house = backup.choose_offsite(house, Path(options.to))
    if options.tenant:
        with voice.step(f"tenant {options.tenant}"):
            path, copied = backup.backup_tenant(house, options.tenant)
        voice.say(f"{path}: {copied.rows:,} rows of {copied.tables} tables, {copied.files:,} files")
        return
    first = not backup.folder_of(house).exists()
    with voice.step("backup of the house"):
        backup.backup(house)
    status = read_status(backup.folder_of(house))
    voice.say(f"{backup.folder_of(house)}: {told(status, clock.now())}")
    if first:
        voice.say(f"Keep a copy of {house.local / 'env'} in a safe place: without its keys no backup opens.")


def _restore(options: argparse.Namespace) -> bool:
    house = House.open()
    at = _moment(options.at) if options.at else None
    if options.tenant:
        with voice.step(f"tenant from {options.tenant}"):
            back = backup.bring_tenant(house, Path(options.tenant))
        voice.say(f"{back.code}: {back.rows:,} rows and {back.files:,} files are back; nobody else's row was changed")
        return True
    if options.into:
        with voice.step(f"restore into {options.into}"):
            manifest = backup.restore_into(house, Path(options.into), at)
        voice.say(f"{options.into}: the house as of {at or manifest.proven_at}, from the backup {manifest.stamp}")
        return True
    if options.in_place:
        with voice.step("restore in place"):
            manifest, aside = backup.restore_in_place(house, at)
        voice.say(f"The house is as of {at or manifest.proven_at}; what was there lies in {aside}. Now: ./run up")
        return True
    with voice.step("trial: restore the newest backup beside the house, and compare every row"):
        tried = backup.try_restore(house)
    for table in tried.differing:
        voice.trouble(f"differs: {table}")
    voice.say(f"{tried.stamp}: {tried.rows:,} rows of {tried.tables} tables in {tried.seconds} s, "
              + ("every one as it was" if tried.proven else f"{len(tried.differing)} tables differ"))  # fmt: skip
    return tried.proven


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise backup.NoInstant(text=text) from error
    return at if at.tzinfo else at.astimezone()
