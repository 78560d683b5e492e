"""News from a service to a browser's stream, with PostgreSQL in between."""

import asyncio
import gc

import pytest
from django.contrib.auth.models import Group
from django.db import connection, connections
from django.test import AsyncClient

from seatline.ids import new_id
from seatline.stream import hub as hub_module
from seatline.stream.publish import IDS_AT_MOST, publish
from seatline.stream.views import the_hub
from tenants.accounts.models import Membership, Tenant, User
from tenants.accounts.scope import operator_scope, telephony_scope
from tests.builders.agents import a_session, an_agent
from tests.builders.stream import listening
from tests.builders.tenants import a_lease, a_room, a_tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def museum() -> Tenant:
    with operator_scope():
        return a_tenant()


def person(tenant: Tenant | None, role: str = "supervisor") -> AsyncClient:
    """Somebody at a browser: of this tenant, or of the operator's supervision."""
    with operator_scope():
        user = User.objects.create_user(f"{role}-{new_id().hex}", is_staff=tenant is None)
        if tenant is None:
            user.groups.add(Group.objects.get(name="supervision"))
        else:
            Membership.objects.create(tenant=tenant, user=user, role=role)
    client = AsyncClient()
    client.force_login(user)
    return client


def play(story) -> None:
    """Run the story, and end the hub that its streams have begun."""

    async def whole():
        try:
            await story
        finally:
            await the_hub().close()

    asyncio.run(whole())


async def in_thread(work, *given):
    """What a service does, on a connection of its own."""

    def alone():
        try:
            return work(*given)
        finally:
            connections.close_all()

    return await asyncio.to_thread(alone)


def say(tenant, topic, kind, ids=()):
    with telephony_scope():
        publish(tenant.pk if tenant else None, topic, kind, ids)


def test_what_a_service_tells_reaches_the_browser_with_its_ids(museum):
    client, what = person(museum), str(new_id())

    async def story():
        async with listening(client, f"{museum.pk}/floor") as ear:
            assert (await ear.next()).data["kind"] == "reset"
            await in_thread(say, museum, "floor", "calls", [what])
            heard = await ear.next()
            assert heard.data == {"topic": f"{museum.pk}/floor", "kind": "calls", "ids": [what]}
            assert the_hub().streams == 1
        async with asyncio.timeout(2):
            while the_hub().streams:
                gc.collect()  # the test client ties its answers into knots; the server does not
                await asyncio.sleep(0.005)

    play(story())


def test_a_state_of_an_agent_is_told_to_the_floor_and_to_the_agent_s_own_topic(museum):
    with operator_scope():
        a_room(5)
        a_lease(museum)
        agent = an_agent(museum, pin="")
    client = person(museum)

    def log_in():
        with telephony_scope():
            a_session(agent)

    async def story():
        async with listening(client, f"{museum.pk}/floor", f"{museum.pk}/agent/{agent.pk}") as ear:
            assert {(await ear.next()).data["kind"] for _ in range(2)} == {"reset"}
            await in_thread(log_in)
            heard = [(await ear.next()).data for _ in range(2)]
            assert {one["topic"].split("/")[1] for one in heard} == {"floor", "agent"}
            assert all(one["ids"] == [str(agent.pk)] and one["kind"] == "presence" for one in heard)

    play(story())


def test_notices_that_are_undone_are_never_told_and_many_ids_come_in_pieces(museum):
    client = person(museum)
    many = [new_id() for _ in range(400)]

    def undone():
        with telephony_scope():
            publish(museum.pk, "floor", "undone")
            connection.set_rollback(True)

    async def story():
        async with listening(client, f"{museum.pk}/floor") as ear:
            await ear.next()
            await in_thread(undone)
            await in_thread(say, museum, "floor", "calls", many)
            heard = [(await ear.next()).data for _ in range(3)]
            assert {one["kind"] for one in heard} == {"calls"}
            assert [each for one in heard for each in one["ids"]] == [str(one) for one in many]
            await in_thread(say, museum, "floor", "calls", [new_id() for _ in range(IDS_AT_MOST + 1)])
            assert (await ear.next()).data["ids"] == []  # anything may differ

    play(story())


def test_a_stream_that_broke_goes_on_where_it_was_and_else_is_told_to_read_anew(museum):
    client = person(museum)

    async def story():
        topic = f"{museum.pk}/floor"
        async with listening(client, topic) as ear:
            await ear.next()
            await in_thread(say, museum, "floor", "one")
            place = (await ear.next()).id
        await in_thread(say, museum, "floor", "two")
        await in_thread(say, museum, "floor", "three")
        async with listening(client, topic, after=place) as ear:
            assert [(await ear.next()).data["kind"] for _ in range(2)] == ["two", "three"]
        for elsewhere in ("00000000-1", "no place", place.split("-")[0] + "-99999"):
            async with listening(client, topic, after=elsewhere) as ear:
                assert (await ear.next()).data["kind"] == "reset"

    play(story())


def test_what_was_told_while_nobody_listened_to_postgresql_is_made_good_by_reading_anew(museum):
    client = person(museum)

    def cut():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'seatline web: news' AND datname = current_database()"
            )
            assert cursor.fetchall()

    async def story():
        async with listening(client, f"{museum.pk}/floor") as ear:
            await ear.next()
            await in_thread(say, museum, "floor", "before")
            place = (await ear.next()).id
            await in_thread(cut)
            heard = await ear.next()
            assert heard.data["kind"] == "reset"
            assert heard.id.split("-")[0] != place.split("-")[0]
            await in_thread(say, museum, "floor", "after")
            assert (await ear.next()).data["kind"] == "after"

    play(story())


def test_nobody_hears_a_neighbour_and_the_operator_hears_all(museum):
    with operator_scope():
        harbour = a_tenant("harbour")
    ours, staff, finance = person(museum), person(None), person(museum, "finance")

    async def story():
        for client, topic in (
            (ours, f"{harbour.pk}/floor"), (ours, "all/floor"), (ours, f"{museum.pk}/unheard_of"),
            (finance, f"{museum.pk}/floor"), (AsyncClient(), f"{museum.pk}/floor"),
        ):  # fmt: skip
            assert (await client.get("/stream/", {"topic": topic})).status_code == 403, topic
        for nonsense in ("", "floor", "museum/floor", f"{museum.pk}/Floor", f"{museum.pk}/agent/1"):
            assert (await ours.get("/stream/", {"topic": nonsense})).status_code == 400, nonsense
        async with (
            listening(staff, "all/floor") as all_of_them,
            listening(ours, f"{museum.pk}/floor", f"{harbour.pk}/floor") as own,
        ):
            assert (await own.next()).data == [f"{harbour.pk}/floor"]  # denied
            await own.next(), await all_of_them.next()
            await in_thread(say, harbour, "floor", "theirs")
            await in_thread(say, None, "floor", "nobody_s")
            await in_thread(say, museum, "floor", "ours")
            assert (await own.next()).data["kind"] == "ours"
            assert [(await all_of_them.next()).data["kind"] for _ in range(3)] == ["theirs", "nobody_s", "ours"]

    play(story())


@pytest.mark.parametrize("how", ["logged_out", "dismissed", "role_gone", "new_password"])
def test_whoever_leaves_hears_no_more(museum, how, monkeypatch):
    monkeypatch.setattr(hub_module, "LOOK_EVERY", 0.05)
    client, stays = person(museum), person(museum)
    user = User.objects.get(pk=client.session["_auth_user_id"])

    def leave():
        with operator_scope():
            match how:
                case "dismissed":
                    User.objects.filter(pk=user.pk).update(is_active=False)
                case "role_gone":
                    Membership.objects.filter(user=user).update(role="finance")
                case "new_password":
                    user.set_password("another-long-password")
                    user.save()
        if how == "logged_out":
            client.session.flush()

    async def story():
        topic = f"{museum.pk}/floor"
        async with listening(client, topic) as ear, listening(stays, topic) as other:
            await ear.next(), await other.next()
            await in_thread(leave)
            assert await ear.ended()
            await in_thread(say, museum, "floor", "still")
            assert (await other.next()).data["kind"] == "still"

    play(story())


def test_a_browser_that_takes_nothing_is_let_go(museum):
    client = person(museum)

    async def story():
        async with listening(client, f"{museum.pk}/floor") as ear:
            await ear.next()
            for _ in range(3):
                await in_thread(lambda: [say(museum, "floor", f"k{n}") for n in range(100)])
            assert await ear.ended()

    play(story())


def test_open_streams_hold_no_connection_of_the_database(museum):
    client = person(museum)

    def connections_of_the_web():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND application_name <> 'seatline web: news'"
            )
            return cursor.fetchone()[0]

    async def story():
        before = await in_thread(connections_of_the_web)
        async with listening(client, f"{museum.pk}/floor") as one, listening(client, f"{museum.pk}/floor") as two:
            await one.next(), await two.next()
            assert await in_thread(connections_of_the_web) == before

    play(story())
