"""A tenant's recordings on its own pages: found, heard, taken, shared and deleted by right, and each in its log."""

from datetime import timedelta

import pytest
from django.test import Client

from telephony.recordings.models import RecordingShare
from telephony.recordings.services import LinkUnknown, opened, share, token_of
from telephony.retention.models import Destroyed
from tenants.accounts.models import Membership, Tenant, User
from tenants.accounts.scope import operator_scope, tenant_scope
from tenants.trust.models import Operation
from tests.builders.agents import an_agent
from tests.builders.sounds import a_recording
from tests.builders.tenants import NINE, a_tenant

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def museum(settings, tmp_path):
    """A tenant, with a folder of its own for sounds."""
    settings.VAR = tmp_path
    with operator_scope():
        return a_tenant("museum")


def person(tenant: Tenant, role: str) -> Client:
    with operator_scope():
        user, _ = User.objects.get_or_create(username=f"{role} of {tenant.code}")
        Membership.objects.get_or_create(tenant=tenant, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


def acts(tenant):
    with operator_scope():
        return list(Operation.objects.filter(tenant=tenant).order_by("seq").values_list("act", flat=True))


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_recordings_are_found_by_day_queue_agent_number_and_outcome(museum):
    with operator_scope():
        agent = an_agent(museum, "5301")
    mine = a_recording(museum, NINE, agent_id=agent.pk, caller="+8613811112222", pauses=[[0.2, 0.6]])
    other = a_recording(museum, NINE - 3 * DAY, queue="second")
    client = person(museum, "supervisor")

    def listed(query):
        page = client.get(f"/t/museum/recordings/?{query}").content.decode()
        return {row for row in (mine, other) if str(row.pk) in page}

    assert listed("") == {mine, other}
    assert listed(f"first={NINE:%Y-%m-%d}") == {mine} and listed(f"last={NINE - DAY:%Y-%m-%d}") == {other}
    assert listed("queue=second") == {other}
    assert listed("number=1111") == {mine} and listed("number=99999") == set()
    assert listed("outcome=answered") == {mine, other} and listed("outcome=voicemail") == set()
    assert listed("agent=5301") == {mine} and listed("agent=9999&first=nonsense") == set()


def test_player_shows_two_lanes_and_the_payments_silence_and_works_without_a_script(museum):
    row = a_recording(museum, NINE, pauses=[[0.2, 0.6]])
    page = person(museum, "owner").get(f"/t/museum/recordings/{row.pk}/").content.decode()
    assert page.count("<polygon") == 2 and 'class="pause" x="80.0"' in page and 'width="160.0"' in page
    assert f'<audio controls preload="none" src="/t/museum/recordings/{row.pk}/sound/">' in page
    assert "<script>" not in page


def test_each_hearing_and_download_stands_in_the_log_and_pieces_are_one_hearing(museum):
    row, client = a_recording(museum, NINE), person(museum, "supervisor")
    address = f"/t/museum/recordings/{row.pk}/"
    part = client.get(f"{address}sound/", headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(body(part)), part["Content-Range"]) == (206, 100, f"bytes 0-99/{row.size}")
    client.get(f"{address}sound/", headers={"Range": "bytes=100-199"})
    whole = client.get(f"{address}download/")
    assert whole["Content-Disposition"].startswith("attachment") and len(body(whole)) == row.size
    assert acts(museum) == ["recording.heard", "recording.downloaded"]


def test_neighbour_and_finance_find_no_such_page(museum):
    with operator_scope():
        harbour = a_tenant("harbour")
    row = a_recording(museum, NINE)
    for client, code in ((person(harbour, "owner"), "harbour"), (person(museum, "finance"), "museum")):
        for what in ("", "sound/", "download/"):
            assert client.get(f"/t/{code}/recordings/{row.pk}/{what}").status_code == 404
        assert client.post(f"/t/{code}/recordings/{row.pk}/delete/", {"name": "x"}).status_code == 404
    assert acts(museum) == []


def test_link_opens_one_recording_without_an_account_until_it_is_taken_back(museum):
    row, client = a_recording(museum, NINE), person(museum, "supervisor")
    address = f"/t/museum/recordings/{row.pk}/share/"
    page = client.post(address, {"to_whom": "Court 5", "hours": "24"}).content.decode()
    link = page.split('value="http://testserver')[1].split('"')[0]
    anybody = Client()
    shown = anybody.get(link).content.decode()
    assert "<polygon" in shown and row.call.caller not in shown, "the sound, and nothing of the caller"
    assert len(body(anybody.get(f"{link}sound/"))) == row.size
    assert acts(museum) == ["recording.shared", "recording.heard_by_link"]
    with tenant_scope(museum.pk):
        made = RecordingShare.objects.get()
    client.post(f"/t/museum/recordings/shares/{made.pk}/revoke/")
    assert anybody.get(link).status_code == 404 and anybody.get(f"{link}sound/").status_code == 404
    assert client.post(address, {"to_whom": "ever", "hours": "9999"}).status_code == 422
    assert client.get(address).headers["Location"] == f"/t/museum/recordings/{row.pk}/", "after a change of language"


def test_link_expires_and_one_that_was_changed_opens_nothing(museum):
    row = a_recording(museum, NINE)
    with tenant_scope(museum.pk):
        made = share(row, "Court 5", DAY, NINE)
    assert opened(token_of(made), NINE + DAY / 2, "").recording == row
    for token, at in ((token_of(made), NINE + DAY), (token_of(made)[:-2], NINE), ("x", NINE)):
        with pytest.raises(LinkUnknown):
            opened(token, at, "")


def test_deletion_is_the_owners_alone_and_wants_the_name_typed(museum):
    row = a_recording(museum, NINE)
    address = f"/t/museum/recordings/{row.pk}/delete/"
    name = str(row.call_id)[:8]
    assert person(museum, "supervisor").post(address, {"name": name}).status_code == 404
    owner = person(museum, "owner")
    assert owner.post(address, {"name": "something"}).status_code == 422
    with tenant_scope(museum.pk):
        assert not Destroyed.objects.exists()
    assert owner.post(address, {"name": name}).status_code == 302
    with tenant_scope(museum.pk):
        assert Destroyed.objects.get().id == row.pk
    assert "SHA-256" in owner.get(f"/t/museum/recordings/{row.pk}/").content.decode()
    assert acts(museum)[-1] == "recording.deleted"
