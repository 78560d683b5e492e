"""The client against a WebSocket server of our own that answers as Asterisk does."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from websockets.asyncio.server import serve

from telephony.ari.client import AriUnreachable, open_ari


@pytest.fixture
async def asterisk():
    """Answers every request with its own number, and an event before it; tears the socket at `DELETE everything`."""
    seen = []

    async def talk(socket):
        app = parse_qs(urlsplit(socket.request.path).query)["app"][0]
        async for text in socket:
            request = orjson.loads(text)
            seen.append((app, request["uri"]))
            if request["method"] == "DELETE":
                socket.transport.abort()
                return
            if app == "app":
                await socket.send(orjson.dumps({"type": "Happened", "of": request["uri"]}).decode())
            if request["uri"] == "spoiled":
                await socket.send('{"type": "RESTResponse"}')
                await socket.send('{"type": "RESTResponse", "request_id": [7], "status_code": {}}')
                spoiled = {"type": "RESTResponse", "request_id": request["request_id"], "status_code": "teapot"}
                await socket.send(orjson.dumps(spoiled).decode())
                continue
            answer = {
                "type": "RESTResponse", "request_id": request["request_id"], "status_code": 200,
                "message_body": orjson.dumps(request["uri"]).decode(),
            }  # fmt: skip
            await socket.send(orjson.dumps(answer).decode())

    async with serve(talk, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/ari", seen


async def test_requests_go_out_in_order_and_each_gets_its_own_answer(asterisk):
    url, seen = asterisk
    async with open_ari(url, "app", "user", "secret") as ari:
        heard = []

        async def hear():
            async for event in ari.events():
                heard.append(event["of"])

        reader = asyncio.create_task(hear())
        futures = [ari.send("GET", f"thing/{number}") for number in range(50)]
        answers = await asyncio.gather(*futures)
        assert [answer.body for answer in answers] == [f"thing/{number}" for number in range(50)]
        assert [uri for _, uri in seen] == ["applications/app/eventFilter", *(f"thing/{n}" for n in range(50))]
        assert heard == [uri for _, uri in seen]
        reader.cancel()


async def test_a_torn_socket_ends_the_events_and_fails_what_waits(asterisk):
    url, _ = asterisk
    async with open_ari(url, "app", "user", "secret") as ari:
        lost = ari.send("DELETE", "everything")
        async for _ in ari.events():
            pass
        ari.send("GET", "thing")  # into the void: no error here
        await asyncio.sleep(0)
    with pytest.raises(AriUnreachable):
        await lost


async def test_requests_of_one_lane_keep_their_order_and_lanes_do_not_share_a_socket(asterisk):
    url, seen = asterisk
    async with open_ari(url, "app", "user", "secret", lanes=3) as ari:

        async def hear():
            async for _ in ari.events():
                pass

        reader = asyncio.create_task(hear())
        futures = [ari.send("GET", f"thing/{n}/{lane}", lane=lane) for n in range(20) for lane in range(6)]
        assert [answer.ok for answer in await asyncio.gather(*futures)] == [True] * 120
        for lane in range(6):
            mine = [(app, uri) for app, uri in seen if uri.startswith("thing/") and uri.endswith(f"/{lane}")]
            assert [uri for _, uri in mine] == [f"thing/{n}/{lane}" for n in range(20)]
            assert len({app for app, _ in mine}) == 1
        assert {app for app, _ in seen} == {"app", "app-lane-0", "app-lane-1", "app-lane-2"}
        reader.cancel()


async def test_a_torn_lane_is_the_end_of_the_whole_connection(asterisk):
    url, _ = asterisk
    async with open_ari(url, "app", "user", "secret", lanes=2) as ari:
        ari.send("DELETE", "everything", lane="a call")
        async for _ in ari.events():
            pass


async def test_an_answer_that_cannot_be_read_fails_its_request_and_no_other(asterisk):
    url, _ = asterisk
    async with open_ari(url, "app", "user", "secret", lanes=1) as ari:

        async def hear():
            async for _ in ari.events():
                pass

        reader = asyncio.create_task(hear())
        for lane in (None, "call"):
            with pytest.raises(AriUnreachable, match="cannot be read"):
                await asyncio.wait_for(ari.send("GET", "spoiled", lane=lane), 5)
            assert (await asyncio.wait_for(ari.send("GET", "thing", lane=lane), 5)).body == "thing"
        reader.cancel()
