"""The engine's HTTP on a real socket."""

import asyncio
import http.client
import socket
from pathlib import Path

from slipway_worker.http1 import Answer, Call, serve_connection


class OneConnection(http.client.HTTPConnection):
    """Connects once: a request that finds the connection closed fails instead of opening another."""

    def __init__(self, path: Path) -> None:
        super().__init__("engine")
        self.auto_open = 0
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(str(path))


def test_a_connection_serves_one_request_after_the_other(tmp_path: Path) -> None:
    complaints: list[str] = []

    async def handle(call: Call) -> Answer:
        # Work that waits, as a model's does: only then is the connection watched meanwhile.
        await asyncio.sleep(0.001)
        return {"path": call.path}

    def ask_three_times() -> list[bytes]:
        connection = OneConnection(tmp_path / "engine.sock")
        answers = []
        for number in range(3):
            connection.request("GET", f"/{number}")
            answers.append(connection.getresponse().read())
        connection.close()
        return answers

    async def serve() -> list[bytes]:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: complaints.append(str(context.get("exception"))))
        server = await asyncio.start_unix_server(
            lambda reader, writer: serve_connection(reader, writer, handle), tmp_path / "engine.sock"
        )
        async with server:
            return await asyncio.to_thread(ask_three_times)

    assert asyncio.run(serve()) == [b'{"path": "/0"}', b'{"path": "/1"}', b'{"path": "/2"}']
    assert complaints == []
