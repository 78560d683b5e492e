"""The desk's door: number and PIN open /desk/ and nothing else, with the telephone's own lock."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from agents.desktop import entry
from agents.people.services import PinLocked, PinWrong, change_agent, find_agent, set_pin
from agents.presence.services import open_session
from tenants.accounts.scope import current_scope, operator_scope, telephony_scope
from tests.builders.agents import PIN, an_agent
from tests.builders.tenants import NINE, a_lease, a_room, a_tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def museum():
    with operator_scope():
        a_room(10)
        tenant = a_tenant("museum")
        a_lease(tenant, 5)
        an_agent(tenant, "1001", language="zh", name="Li Wei")
    return tenant


@pytest.fixture
def request_():
    request = RequestFactory().get("/desk/")
    request.session, request.user = SessionStore(), AnonymousUser()
    return request


def test_number_and_pin_open_the_desk(museum, request_):
    entry.come_in(request_, "1001", PIN, NINE)
    agent = entry.desk_agent(request_)
    assert (agent.number, agent.name, agent.language) == ("1001", "Li Wei", "zh-hans")
    assert (agent.tenant_id, agent.tenant_ids, agent.session) == (museum.id, (museum.id,), None)


def test_the_desk_knows_the_shift_that_the_telephone_began(museum, request_):
    entry.come_in(request_, "1001", PIN, NINE)
    with telephony_scope():
        session = open_session(find_agent("1001"), "seat-001", 1, NINE)
    assert entry.desk_agent(request_).session == session


def test_whoever_guesses_is_locked_out_at_the_desk_and_on_the_telephone_alike(museum, request_):
    for _ in range(4):
        with pytest.raises(PinWrong):
            entry.come_in(request_, "1001", "0815", NINE)
    with pytest.raises(PinLocked):
        entry.come_in(request_, "1001", "0815", NINE)
    with pytest.raises(PinLocked):
        entry.come_in(request_, "1001", PIN, NINE + timedelta(minutes=1))
    assert entry.desk_agent(request_) is None


@pytest.mark.parametrize("number", ["4999", "", "' or 1=1"])
def test_a_number_that_nobody_has_opens_nothing(museum, request_, number):
    with pytest.raises(entry.WrongNumberOrPin):
        entry.come_in(request_, number, PIN, NINE)


def test_a_new_pin_and_a_leaver_s_end_close_the_desk(museum, request_):
    entry.come_in(request_, "1001", PIN, NINE)
    with operator_scope():
        set_pin("1001", "918273")
    assert entry.desk_agent(request_) is None
    entry.come_in(request_, "1001", "918273", NINE)
    with operator_scope():
        from agents.people.models import Agent

        change_agent(Agent.objects.get(number="1001"), {"active": False})
    assert entry.desk_agent(request_) is None


def test_nothing_of_the_session_before_is_carried_into_the_desk(museum, request_):
    request_.session["cart"] = "theirs"
    request_.session.save()
    key = request_.session.session_key
    entry.come_in(request_, "1001", PIN, NINE)
    request_.session.save()
    assert request_.session.session_key != key and "cart" not in request_.session


def test_who_is_logged_in_to_the_admin_has_no_desk_in_the_same_browser(museum, request_):
    entry.come_in(request_, "1001", PIN, NINE)
    request_.session["_auth_user_id"] = "1"
    assert entry.desk_agent(request_) is None


def test_views_run_outside_any_scope_and_enter_that_of_the_agent_s_tenants_alone(museum, request_):
    with operator_scope():
        other = a_tenant("harbour")
    seen = []

    @entry.desk_only
    def view(request, agent):
        seen.append(current_scope())
        with agent.within(museum.id):
            seen.append(current_scope().tenant_id)
        with pytest.raises(Http404), agent.within(other.id):
            pass
        return HttpResponse()

    entry.come_in(request_, "1001", PIN, NINE)
    assert view(request_)["Cache-Control"] == "private, no-store"
    assert seen == [None, museum.id]


def test_scripts_are_told_and_people_are_led_to_the_login(client):
    assert client.get("/desk/").headers["Location"] == "/desk/login/?next=%2Fdesk%2F"
    answer = client.get("/desk/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (401, "logged_out")


def test_the_page_logs_in_and_goes_nowhere_else(museum, client):
    refused = client.post("/desk/login/", {"number": "1001", "pin": "0815"})
    assert refused.status_code == 403 and "4 tries are left" in refused.content.decode()
    there = client.post("/desk/login/", {"number": "1001", "pin": PIN, "next": "//elsewhere.example/desk/"})
    assert (there.status_code, there.headers["Location"]) == (302, "/desk/")
    assert client.get("/admin/").status_code == 302, "the desk's session opens the desk alone"
    assert settings.SESSION_COOKIE_NAME in client.cookies
    assert client.post("/desk/logout/").headers["Location"] == "/desk/login/"
    assert client.get("/desk/").headers["Location"].startswith("/desk/login/")
