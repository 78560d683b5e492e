"""A call's story and sound, live calls, and health."""

import math
import struct
import time
import wave
from dataclasses import replace

import pytest
from django.http import Http404

from telephony.core import facts as fact
from telephony.core.plain_facts import KINDS
from telephony.journal.disk import Journal
from telephony.journal.ship import ship
from telephony.journal.told import TOLD
from telephony.recordings.models import Recording
from telephony.recordings.play import sound_response
from telephony.watch import heartbeat
from telephony.watch.heartbeat import Beat
from tenants.accounts.scope import operator_scope
from tests.builders.calls import a_call_id
from tests.builders.tenants import NINE
from tests.integration.admin.conftest import CALL


@pytest.fixture
def recording(house, settings, tmp_path) -> Recording:
    settings.VAR = tmp_path
    with operator_scope():
        found = Recording.objects.get(call=CALL)
    path = tmp_path / "recordings" / found.path
    path.parent.mkdir(parents=True)
    with wave.open(str(path), "wb") as sound:
        sound.setparams((2, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"".join(struct.pack("<hh", int(9000 * math.sin(i / 5)), 0) for i in range(8000)))
    return found


def test_call_tells_its_story(staff, house):
    page = staff("operations").get(f"/admin/telephony/call/{CALL}/change/").content.decode()

    assert "02161234567 called +862196968101." in page
    assert "1001 Lin Yue talks with the caller." in page
    assert "<audio" in page


def test_finance_sees_the_call_but_neither_story_nor_sound(staff, house):
    page = staff("finance").get(f"/admin/telephony/call/{CALL}/change/").content.decode()

    assert "02161234567" in page
    assert "<audio" not in page
    assert "talks with the caller" not in page


def test_every_kind_of_fact_has_its_sentence():
    assert set(KINDS) <= set(TOLD)


def test_recording_is_played_in_pieces(staff, recording):
    ops, url = staff("operations"), f"/admin/telephony/recording/{recording.pk}/sound/"

    whole = b"".join(ops.get(url).streaming_content)
    piece = ops.get(url, headers={"Range": "bytes=44-143"})
    end = ops.get(url, headers={"Range": "bytes=-4"})
    outside = ops.get(url, headers={"Range": "bytes=99999999-"})

    assert whole.startswith(b"RIFF")
    assert (piece.status_code, piece["Content-Range"]) == (206, f"bytes 44-143/{len(whole)}")
    assert piece.content == whole[44:144]
    assert end.content == whole[-4:]
    assert outside.status_code == 416


def test_recording_is_not_for_finance(staff, recording):
    assert staff("finance").get(f"/admin/telephony/recording/{recording.pk}/sound/").status_code == 403


def test_path_that_leads_out_of_the_folder_is_not_found(rf, tmp_path):
    (tmp_path / "secret.wav").write_bytes(b"RIFF")
    (tmp_path / "recordings").mkdir()

    with pytest.raises(Http404):
        sound_response(rf.get("/"), tmp_path / "recordings", "../secret.wav", "call.wav")


def test_live_calls_show_what_goes_on(staff, house, tmp_path):
    journal = Journal(tmp_path / "live.sqlite3")
    arrived = fact.CallArrived(call=a_call_id(7), seq=1, at=NINE, dialled="+861252", caller="0217777")
    journal.append([arrived], [])
    ship(journal)
    journal.close()

    rows = staff("operations").get("/admin/live/rows/").content.decode()

    assert "0217777" in rows
    assert "arriving" in rows


def test_web_is_not_ready_with_a_database_that_is_older_than_itself(db, monkeypatch):
    from django.db.migrations.executor import MigrationExecutor

    from seatline.readiness import Schema, faults

    schema = Schema()
    with monkeypatch.context() as patch:
        patch.setattr(MigrationExecutor, "migration_plan", lambda *_: ["0001_initial", "0002_more"])
        assert "2 migrations are to be made" in next(faults(schema))
    assert list(faults(schema)) == [], "they were made meanwhile"
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: ["0003_never_asked_for"])
    assert list(faults(schema)) == [], "what was whole stays so"


def test_a_silent_switch_is_a_remark_of_a_web_that_is_ready(client, db, settings, tmp_path):
    settings.VAR = tmp_path
    path = heartbeat.path_in(tmp_path)
    beat = Beat(monotonic=time.monotonic(), at="", pid=1, ready=True)
    heartbeat.write(path, beat)
    assert client.get("/readyz").content == b"ready\n"
    heartbeat.write(path, replace(beat, ready=False))
    assert b"takes no calls" in client.get("/readyz").content
    heartbeat.write(path, replace(beat, monotonic=time.monotonic() - 60))
    answer = client.get("/readyz")
    assert (answer.status_code, b"silent for 60 s" in answer.content) == (200, True)


def test_health_is_said_without_a_login(client, db):
    assert client.get("/healthz").content == b"ok\n"
    assert client.get("/readyz").content == b"ready\n"


def test_web_is_not_ready_without_its_database(client, db, monkeypatch):
    from django.db import OperationalError, connection

    def away() -> None:
        raise OperationalError("connection to server at 127.0.0.1 failed")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", away)
        answer = client.get("/readyz")

    assert answer.status_code == 503
    assert b"The database does not answer" in answer.content
    assert b"127.0.0.1" not in answer.content
