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
