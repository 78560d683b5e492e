"""A mail server on a loop in a thread of its own, that speaks SMTP on a socket and can be told to misbehave."""

import asyncio
import threading
from collections import deque


class Post:
    """A mail server that takes everything, but for the faults it is given: one for each mail that comes.

    "451" or "550": that answer to the recipient. "cut": the wire is cut when the text has come, before the answer.
    """

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.faults: deque[str] = deque()
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        assert self._up.wait(5)

    def stop(self) -> None:
        """Listen no more."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _run(self) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._up.set()
        self._loop.run_forever()
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        fault = ""
        while line := await reader.readline():
            if line.upper().startswith(b"MAIL"):
                fault = self.faults.popleft() if self.faults else ""
            if line.upper().startswith(b"RCPT") and fault.isdigit():
                writer.write(f"{fault} not now\r\n".encode())
                continue
            if line.upper().startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
                if fault == "cut":
                    break
            writer.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n")
            await writer.drain()
            if line.upper().startswith(b"QUIT"):
                break
        writer.close()
