"""Backups of a real cluster: to any instant, proven row by row, sealed, copied away; and one tenant beside the others.

The cluster is one of our own, with the schema of the tests' database and two tenants in it. Its log is archived by the
very command that the house uses.
"""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import psycopg
import pytest
from django.db import connection

from seatline.backup import rows
from seatline.backup.making import Target
from seatline.backup.places import NoBackup, newest
from seatline.backup.restoring import drill, restore
from seatline.backup.sealed import BackupUnreadable
from seatline.backup.status import read_status, told
from seatline.backup.store import sealed_files
from seatline.backup.tenant import RowsMissing
from seatline.env import ROOT
from seatline.house import backup as commands
from seatline.house import secrets, setup
from seatline.house.home import House
from seatline.house.postgres import Cluster, binaries, free_port

pytestmark = pytest.mark.django_db  # for the schema alone: the tests' database is made for those who ask
DATABASE = "seatline"
SECRET = "a secret of these tests"
CANARY = b"CNRY-"
SIDES = """
import django; django.setup()
from pathlib import Path; import sys
from tests.builders.two_sides import a_side
for place, code in enumerate(("museum", "harbour"), start=1):
    a_side(code, place, Path(sys.argv[1]))
"""


def now():
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder that the server's own user may enter, whoever that is."""
    made = tmp_path_factory.mktemp("backup")
    for each in (made, *made.parents[:2]):
        each.chmod(0o755)
    return made


@pytest.fixture(scope="module")
def house(folder, django_db_setup, django_db_blocker):
    """A house that has only its database, two tenants and their sounds, and a folder elsewhere for its backups."""
    values = {**secrets.complete({}), "HOUSE_POSTGRES_PORT": str(free_port())}
    opened = commands.choose_offsite(House(folder / "local", values), folder / "elsewhere")
    setup.start_database(opened)
    cluster, passwords = opened.cluster, opened.passwords
    with django_db_blocker.unblock():
        tests = connection.settings_dict
    schema = folder / "schema.sql"
    subprocess.run(
        [binaries() / "pg_dump", "--schema-only", "--no-comments", "-f", schema, "-h", tests["HOST"], "-p",
         str(tests["PORT"]), "-U", tests["USER"], tests["NAME"]],
        env={**os.environ, "PGPASSWORD": tests["PASSWORD"]}, check=True,
    )  # fmt: skip
    url = cluster.url(DATABASE)
    subprocess.run([binaries() / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", schema], check=True)
    var = opened.var
    environment = {
        **os.environ, "DATABASE_URL": cluster.url(DATABASE, "seatline_owner", passwords["seatline_owner"]),
        "SEATLINE_VAR": str(var), "SEATLINE_SECRET_KEY": SECRET, "DJANGO_SETTINGS_MODULE": "seatline.settings",
    }  # fmt: skip
    subprocess.run([sys.executable, "-c", SIDES, str(folder)], cwd=ROOT, env=environment, check=True)
    (var / "keys").mkdir()
    (var / "recordings" / "keys").mkdir()
    (var / "recordings" / "keys" / "museum.key").write_bytes(b"never in a backup")
    target = commands.target_of(opened)
    yield SimpleNamespace(house=opened, cluster=cluster, url=url, target=target, var=var, folder=folder)
    cluster.stop()


@pytest.fixture(scope="module")
def backup(house):
    """A whole backup, made while somebody writes all the time."""
    with psycopg.connect(house.url, autocommit=True) as root:
        root.execute("CREATE TABLE ticks (n int)")
    writer = subprocess.Popen(
        [sys.executable, "-c",
         "import psycopg, sys, time\nwith psycopg.connect(sys.argv[1], autocommit=True) as c:\n"
         "    for n in range(10**6):\n        c.execute('insert into ticks values (%s)', [n]); time.sleep(0.002)",
         house.url]
    )  # fmt: skip
    try:
        while not ticks(house.url):
            time.sleep(0.05)
        yield commands.backup(house.house)
    finally:
        writer.kill()
        writer.wait()


def ticks(url: str) -> int:
    with psycopg.connect(url) as reader:
        return reader.execute("SELECT count(*) FROM ticks").fetchone()[0]


def another(house, name: str) -> Cluster:
    return Cluster(house.folder / name / "data", free_port(), house.cluster.password)


def test_trial_brings_every_row_back_though_others_wrote_meanwhile(house, backup):
    tried = commands.try_restore(house.house)
    assert tried.differing == ()
    assert (tried.tables, tried.rows) == (len(backup.tables), sum(int(h.split()[0]) for h in backup.tables.values()))
    assert int(backup.tables["ticks"].split()[0]) < ticks(house.url), "the writer went on"
    assert backup.tables["tenants_tenant"].startswith("2 ")
    assert not list(house.house.local.glob("seatline-drill-*")), "nothing of it is left"
    status = read_status(house.target.folder)
    assert status.fresh(now()) and status.tried(now()) and status.offsite == str(house.target.offsite)
    assert (status.rows, status.files) == (tried.rows, len(backup.files))
    assert "every row came back" in told(status, now())


def test_any_instant_since_the_backup_can_be_had(house, backup):
    with psycopg.connect(house.url, autocommit=True) as root:
        root.execute("INSERT INTO ticks VALUES (-1)")
        between = root.execute("SELECT clock_timestamp()").fetchone()[0]
        time.sleep(0.1)
        root.execute("DELETE FROM ticks WHERE n = -1")
        root.execute("DELETE FROM billing_reminder")  # somebody's mistake
        segment = root.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()[0]
    for folder in (house.target.folder, house.target.offsite):
        deadline = time.monotonic() + 20
        while not (folder / "wal" / f"{segment}.sealed").exists():
            assert time.monotonic() < deadline, f"{segment} is not archived in {folder}"
            time.sleep(0.1)
    with pytest.raises(NoBackup):
        newest(house.target.folder, house.target.key("manifest"), datetime(2020, 1, 1, tzinfo=UTC))
    # From the copy elsewhere, as if the machine were gone.
    away = Target(house.target.offsite, None, house.target.secret)
    manifest = newest(away.folder, away.key("manifest"), between)
    assert manifest == backup
    cluster = another(house, "instant")
    restore(away, manifest, cluster, between, durable=False)
    try:
        with psycopg.connect(cluster.url(DATABASE)) as found:
            assert found.execute("SELECT count(*) FROM ticks WHERE n = -1").fetchone() == (1,)
            assert found.execute("SELECT count(*) FROM billing_reminder").fetchone() == (2,)
            assert found.execute("SHOW archive_mode").fetchone() == ("off",)
    finally:
        cluster.stop()


def test_nothing_is_readable_without_the_key_and_keys_are_in_no_backup(house, backup):
    files = list(sealed_files(house.target.folder))
    assert {path.relative_to(house.target.folder).parts[0] for path in files} >= {"bases", "wal", "files"}
    assert not [path for path in files if CANARY in path.read_bytes()]
    assert not [path for path in files if "museum" in str(path.relative_to(house.target.folder))]
    assert any(name.startswith("recordings/museum/") for name in backup.files)
    assert not [name for name in backup.files if "keys" in name]
    with pytest.raises(NoBackup):
        newest(house.target.folder, Target(house.folder, None, "another secret").key("manifest"))
    with pytest.raises(BackupUnreadable):
        drill(Target(house.target.folder, None, "another secret"), backup, another(house, "locked"), DATABASE)


def test_one_tenant_is_copied_and_brought_back_beside_the_others(house, backup):
    made, copied = commands.backup_tenant(house.house, "museum")
    assert copied.rows > 60 and copied.files >= 2
    assert CANARY not in made.read_bytes()
    with psycopg.connect(house.url) as root:
        museum, harbour = (
            root.execute("SELECT id FROM tenants_tenant WHERE code = %s", [code]).fetchone()[0]
            for code in ("museum", "harbour")
        )
        as_it_was, others = rows.hashes(root), rows.hashes_without(root, museum)
    with psycopg.connect(house.url) as root:
        # The tenant's rows are spoilt, issued documents too; the neighbour goes on working.
        root.execute("SET session_replication_role = replica")
        for table in ("billing_documentline", "telephony_call", "billing_payment"):
            root.execute(f"DELETE FROM {table} WHERE tenant_id = %s", [museum])
        root.execute("UPDATE billing_document SET contract_number = 'spoilt' WHERE tenant_id = %s", [museum])
        root.execute("UPDATE tenants_tenant SET name = 'spoilt' WHERE id = %s", [museum])
    for sound in (house.var / "recordings" / "museum").glob("*"):
        if sound.is_file():
            sound.unlink()
    with psycopg.connect(house.url) as root:
        assert rows.hashes(root) != as_it_was
    back = commands.bring_tenant(house.house, made)
    assert (back.code, back.rows, back.files) == ("museum", copied.rows, copied.files)
    with psycopg.connect(house.url) as root:
        assert rows.differing(as_it_was, {**rows.hashes(root), "ticks": as_it_was["ticks"]}) == []
        assert rows.differing(others, {**rows.hashes_without(root, museum), "ticks": others["ticks"]}) == []
        # What its rows point to may be gone meanwhile: then nothing is done.
        root.execute("SET session_replication_role = replica")
        root.execute("DELETE FROM tenants_user WHERE username = 'owner-museum'")
    with pytest.raises(RowsMissing):
        commands.bring_tenant(house.house, made)
    as_harbours = made.with_name(f"{harbour}{made.name[36:]}")
    made.rename(as_harbours)
    with pytest.raises(BackupUnreadable):
        commands.bring_tenant(house.house, as_harbours)


def test_house_is_put_back_in_place_and_what_was_there_is_kept_aside(house, backup):
    """The last test here: the house goes back to the moment of its backup."""
    spoilt = next((house.var / "recordings" / "harbour").glob("*.wav"))
    content = spoilt.read_bytes()
    spoilt.write_bytes(b"spoilt")
    with psycopg.connect(house.url, autocommit=True) as root:
        root.execute("UPDATE tenants_tenant SET name = 'spoilt'")
    with pytest.raises(commands.NothingOfItsOwn):
        commands.restore_into(house.house, house.var, None)
    manifest, aside = commands.restore_in_place(house.house, None)
    assert manifest == backup
    assert house.cluster.pid() is None, "the house is down, as it was said"
    assert spoilt.read_bytes() == content
    assert (aside / "data" / "PG_VERSION").exists() and (
        aside / spoilt.relative_to(house.var)
    ).read_bytes() == b"spoilt"
    setup.start_database(house.house)
    with psycopg.connect(house.url, autocommit=True) as root:
        assert rows.differing(backup.tables, rows.hashes(root)) == []
        assert root.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)
    again = commands.backup(house.house)
    assert again.stamp > backup.stamp, "and it is backed up again, on a timeline of its own"
    assert commands.try_restore(house.house).proven
