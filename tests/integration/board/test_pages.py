"""The board's pages: who gets in, whose board it is, and what is set about it."""

import json
import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from telephony.board.models import Kiosk, QueueAlarm
from telephony.plans.models import Queue
from tenants.accounts.models import Membership, User
from tenants.accounts.scope import operator_scope
from tests.builders.telephony import a_queue
from tests.builders.tenants import a_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def museum():
    with operator_scope():
        tenant = a_tenant()
        a_queue(tenant)
    return tenant


def somebody(*tenants, role="supervisor", group="") -> Client:
    with operator_scope():
        user = User.objects.create_user(f"{role}{len(tenants)}{group}", is_staff=bool(group))
        if group:
            user.groups.add(Group.objects.get(name=group))
        for tenant in tenants:
            Membership.objects.create(tenant=tenant, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


def settings_of(answer) -> dict:
    found = re.search(r'<script id="board-settings" type="application/json">(.*?)</script>', answer.content.decode())
    return json.loads(found[1])


def test_board_is_the_tenant_s_for_its_people_and_everybody_s_for_the_operator(museum):
    own = settings_of(somebody(museum).get("/board/"))
    assert (own["topic"], own["tenant_code"], own["seats"]) == (f"{museum.pk}/board", "museum", [])
    assert {"listen", "pause", "log_out"} <= set(own["actions"])
    staff = somebody(group="supervision")
    assert settings_of(staff.get("/board/"))["topic"] == "all/board"
    assert settings_of(staff.get("/board/?tenant=museum"))["topic"] == f"{museum.pk}/board"
    assert staff.get("/board/?tenant=nowhere").status_code == 404


def test_who_works_for_two_tenants_chooses_among_them_alone(museum):
    with operator_scope():
        harbour, lotus = a_tenant("harbour"), a_tenant("lotus")
    both = somebody(museum, harbour)
    assert settings_of(both.get("/board/"))["tenant_code"] == "harbour"
    assert settings_of(both.get("/board/?tenant=museum"))["tenant_code"] == "museum"
    assert both.get(f"/board/?tenant={lotus.code}").status_code == 404


@pytest.mark.parametrize("address", ["/board/", "/board/settings/"])
def test_board_is_not_for_those_who_look_at_money_nor_for_strangers(museum, address):
    assert somebody(museum, role="finance").get(address).status_code == 404
    assert somebody(group="finance").get(address).status_code == 404
    assert Client().get(address).url.startswith("/t/login/")
    assert Client().get("/board/no-such-token/").status_code == 404


def test_alarm_is_set_changed_and_taken_away(museum):
    client = somebody(museum, role="owner")
    with operator_scope():
        queue = Queue.objects.get()

    def save(attention, action, figure="waiting"):
        body = {"queue": str(queue.pk), "figure": figure, "attention": attention, "action": action}
        return client.post("/board/settings/alarms/", body)

    def kept():
        with operator_scope():
            return [(one.figure, float(one.attention), float(one.action)) for one in QueueAlarm.objects.all()]

    assert save("5", "10").status_code == 302
    assert save("6", "12").status_code == 302
    assert kept() == [("waiting", 6, 12)]
    for attention, action in (("12", "6"), ("-1", "3"), ("x", "3"), ("3", "")):
        answer = save(attention, action)
        assert answer.status_code == 422, (attention, action)
        assert b'role="alert"' in answer.content
    assert save("1", "1", figure="nonsense").status_code == 422
    assert kept() == [("waiting", 6, 12)]
    assert save("", "").status_code == 302
    assert kept() == []


def test_screen_is_made_shown_once_and_switched_off(museum):
    client = somebody(museum, role="owner")
    answer = client.post("/board/settings/screens/", {"name": "Hall"})
    address = re.search(r'data-testid="address">[^<]*?(/board/[^<]+)</code>', answer.content.decode())[1]
    shown = settings_of(Client().get(address))
    assert (shown["topic"], shown["actions"], "csrf" in shown) == (f"{museum.pk}/board", [], False)
    assert address not in client.get("/board/settings/").content.decode()
    with operator_scope():
        kiosk = Kiosk.objects.get()
    assert client.post(f"/board/settings/screens/{kiosk.pk}/revoke/").status_code == 302
    assert Client().get(address).status_code == 404
    assert client.post("/board/settings/screens/", {"name": ""}).status_code == 422


def test_only_the_operator_makes_a_screen_of_all_tenants(museum):
    with operator_scope():
        harbour = a_tenant("harbour")
    somebody(museum, role="owner").post("/board/settings/screens/", {"name": "Hall", "tenant": str(harbour.pk)})
    somebody(group="operations").post("/board/settings/screens/", {"name": "Room", "tenant": ""})
    with operator_scope():
        assert {one.name: one.tenant_id for one in Kiosk.objects.all()} == {"Hall": museum.pk, "Room": None}
