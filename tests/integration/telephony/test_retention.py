"""Sound older than agreed is destroyed in the night, what is on hold stays, and what went is proven."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from seatline import clock
from telephony.recordings.models import Recording
from telephony.recordings.opening import SoundGone, open_kept
from telephony.recordings.stock import bytes_kept
from telephony.recordings.waveform import compute_due
from telephony.retention.models import Destroyed, Kind, LegalHold, RetentionRule
from telephony.retention.services import NameDiffers, OnHold, delete, destroy_due, due
from tenants.accounts.scope import operator_scope, tenant_scope
from tenants.trust.models import Operation
from tests.builders.sounds import a_recording
from tests.builders.tenants import NINE, a_tenant

DAY = timedelta(days=1)


@pytest.fixture
def museum(settings, tmp_path):
    """A tenant whose contract has recordings kept for 30 days."""
    settings.VAR = tmp_path
    with operator_scope():
        tenant = a_tenant("museum")
        RetentionRule.objects.create(tenant=tenant, kind=Kind.RECORDING, days=30)
    return tenant


def file_of(row, settings):
    return Path(settings.VAR) / "recordings" / row.path


@pytest.mark.django_db
def test_what_is_older_goes_in_batches_with_hash_and_count_and_the_rest_stays(museum, settings):
    old = [a_recording(museum, NINE - days * DAY) for days in (31, 40, 50)]
    young = a_recording(museum, NINE - 29 * DAY)
    hashes = {row.pk: hashlib.sha256(file_of(row, settings).read_bytes()).hexdigest() for row in old}
    compute_due()
    gone = list(destroy_due(NINE, batch=2))
    assert [one.count for one in gone] == [2, 1]
    with operator_scope():
        assert {one.pk: one.sha256 for one in Destroyed.objects.all()} == hashes
        entries = list(Operation.objects.filter(tenant=museum, act="sound.destroyed").order_by("seq"))
        assert len(entries) == 2 and all(one.sha256 in entry.content for one, entry in zip(gone, entries, strict=True))
        assert Recording.objects.count() == 4, "what is on record of calls stays"
    assert bytes_kept(NINE + DAY) == {museum.pk: young.size}, "and nothing is billed for what is gone"
    left = [path for path in (Path(settings.VAR) / "recordings").rglob("*") if path.is_file()]
    assert {path.suffix for path in left} == {".wav", ".peaks"} and len(left) == 2
    with pytest.raises(SoundGone):
        open_kept(old[0].path)
    assert list(destroy_due(NINE)) == [], "a second night finds nothing"


@pytest.mark.django_db
def test_hold_keeps_a_call_or_all_of_a_tenant_until_it_is_lifted(museum, settings):
    held, free = a_recording(museum, NINE - 40 * DAY), a_recording(museum, NINE - 40 * DAY)
    with operator_scope():
        hold = LegalHold.objects.create(tenant=museum, call=held.call, reason="(2026) 5", placed_at=NINE)
        (found,) = due(NINE)
        assert (found.count, found.held, found.size) == (1, 1, free.size)
        with pytest.raises(OnHold):
            delete(held, str(held.call_id)[:8], NINE)
        LegalHold.objects.create(tenant=museum, reason="all", placed_at=NINE)
    assert list(destroy_due(NINE)) == []
    with operator_scope():
        LegalHold.objects.exclude(pk=hold.pk).update(lifted_at=NINE)
    assert [one.count for one in destroy_due(NINE)] == [1]
    assert file_of(held, settings).exists() and not file_of(free, settings).exists()


@pytest.mark.django_db
def test_tenant_without_a_rule_loses_nothing_and_another_rule_is_not_its(museum, settings):
    with operator_scope():
        harbour = a_tenant("harbour")
    row = a_recording(harbour, NINE - 999 * DAY)
    assert list(destroy_due(NINE)) == [] and file_of(row, settings).exists()


@pytest.mark.django_db
def test_process_killed_between_putting_aside_and_record_keeps_the_proof(museum, settings):
    row = a_recording(museum, NINE - 40 * DAY)
    file = file_of(row, settings)
    proof = hashlib.sha256(file.read_bytes()).hexdigest()
    file.replace(file.with_suffix(".wav.going"))  # as the killed one left it
    assert [one.count for one in destroy_due(NINE)] == [1]
    with operator_scope():
        assert Destroyed.objects.get().sha256 == proof
    assert not list(file.parent.glob("*going"))


@pytest.mark.django_db
def test_dry_run_says_what_would_go_and_destroys_nothing(museum, settings, capsys, monkeypatch):
    monkeypatch.setattr("telephony.management.commands.retention.now", lambda: NINE)
    assert clock.now() != NINE
    row = a_recording(museum, NINE - 40 * DAY)
    call_command("retention", "--dry-run")
    assert "museum" in (told := capsys.readouterr().out) and "1 to go" in told and file_of(row, settings).exists()
    call_command("retention")
    assert "1 destroyed." in capsys.readouterr().out and not file_of(row, settings).exists()


@pytest.mark.django_db(transaction=True)
def test_single_deletion_destroys_the_file_only_when_its_record_is_safe(museum, settings):
    row = a_recording(museum, NINE)
    with tenant_scope(museum.pk), pytest.raises(NameDiffers):
        delete(row, "something", NINE)
    with tenant_scope(museum.pk):
        delete(row, str(row.call_id)[:8], NINE)
        assert list(file_of(row, settings).parent.glob("*going")), "until the transaction is through"
    assert not list(file_of(row, settings).parent.iterdir())
