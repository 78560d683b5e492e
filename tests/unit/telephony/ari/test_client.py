"""The socket to Asterisk, against a server that does what a dying Asterisk does."""

from websockets.asyncio.server import serve

from telephony.ari.client import AriUnreachable, open_ari


async def test_torn_socket_is_an_end_of_events_and_fails_what_waits_for_an_answer():
    async def dies(socket):
        await socket.recv()
        socket.transport.abort()

    async with serve(dies, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with open_ari(f"http://127.0.0.1:{port}/ari", "seatline", "user", "password") as ari:
            answer = ari.send("GET", "channels")
            assert [event async for event in ari.events()] == []
    assert isinstance(answer.exception(), AriUnreachable)


async def test_request_on_a_socket_that_has_ended_fails_at_once_instead_of_waiting_for_ever():
    async def closes(socket):
        await socket.close()

    async with serve(closes, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with open_ari(f"http://127.0.0.1:{port}/ari", "seatline", "user", "password") as ari:
            pass
    late = ari.send("GET", "channels")
    assert late.done()
    assert isinstance(late.exception(), AriUnreachable)
