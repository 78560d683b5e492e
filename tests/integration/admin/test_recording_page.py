"""A recording's page in the admin: its waveform, and its deletion with the name typed."""

import pytest

from telephony.retention.models import Destroyed
from tenants.accounts.scope import operator_scope
from tests.builders.sounds import a_recording
from tests.builders.tenants import NINE, a_tenant

pytestmark = pytest.mark.django_db


def test_waveform_is_shown_and_the_sound_goes_only_for_whom_may_and_types_its_name(staff, settings, tmp_path):
    settings.VAR = tmp_path
    with operator_scope():
        row = a_recording(a_tenant("museum"), NINE, pauses=[[0.2, 0.6]])
    page = f"/admin/telephony/recording/{row.pk}/"
    shown = staff("operations").get(f"{page}change/").content.decode()
    assert shown.count("<polygon") == 2 and 'class="pause"' in shown
    address = f"{page}delete-sound/"
    assert staff("supervision").post(address, {"name": str(row.call_id)[:8]}).status_code in (403, 404)
    ops = staff("operations")
    assert ops.post(address, {"name": "x"}).status_code == 422
    assert ops.post(address, {"name": str(row.call_id)[:8]}, follow=True).status_code == 200
    with operator_scope():
        assert Destroyed.objects.get().id == row.pk
    assert "deleted by a person" in ops.get(f"{page}change/").content.decode()
