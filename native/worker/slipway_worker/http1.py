"""
As much of HTTP/1.1 (RFC 9112) as an engine needs on its Unix socket: whole requests in, JSON or a stream of JSON lines
out, connections that stay open, and word of a client that went away.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from slipway_worker.wire import WorkerError

MAX_HEAD_BYTES = 64 * 1024
MAX_BODY_BYTES = 64 * 1024 * 1024

# The statuses of main/contract/errors.ts.
STATUS = {
    "invalid_input": 400,
    "not_found": 404,
    "conflict": 409,
    "too_large": 413,
    "unsupported": 422,
    "missing_requirement": 424,
    "busy": 429,
    "cancelled": 499,
    "worker_failed": 500,
    "internal": 500,
    "storage_full": 507,
}


@dataclass(frozen=True)
class Call:
    """One request. `gone` is set when the client closes its side before the answer is whole."""

    method: str
    path: str
    body: bytes
    gone: asyncio.Event

    def json(self) -> dict[str, object]:
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise WorkerError("invalid_input", f"The body is not JSON: {error}") from error
        if not isinstance(value, dict):
            raise WorkerError("invalid_input", "The body must be a JSON object.")
        return value


Answer = dict[str, object] | AsyncGenerator[dict[str, object]]
Handler = Callable[[Call], Awaitable[Answer]]


async def serve_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handle: Handler) -> None:
    """Answer one request after the other until the client closes the connection."""
    try:
        while await _serve_one(reader, writer, handle):
            pass
    except (ConnectionError, asyncio.IncompleteReadError, TimeoutError):
        pass  # the client is gone, and nobody is left to tell
    finally:
        writer.close()


async def _serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handle: Handler) -> bool:
    try:
        head = await _read_head(reader)
        if head is None:
            return False
        method, path, length, keep_alive = head
        body = await reader.readexactly(length)
    except WorkerError as error:
        _write_whole(writer, STATUS[error.code], {"error": error.body()}, keep_alive=False)
        await writer.drain()
        return False
    gone = asyncio.Event()
    watch = asyncio.create_task(_watch(reader, gone))
    try:
        answer = await handle(Call(method, path, body, gone))
        if isinstance(answer, dict):
            _write_whole(writer, 200, answer, keep_alive)
        else:
            await _write_lines(writer, answer, keep_alive)
    except WorkerError as error:
        _write_whole(writer, STATUS[error.code], {"error": error.body()}, keep_alive)
    finally:
        watch.cancel()
        # Until it has ended it holds the connection's reading end, which the next request needs.
        await asyncio.wait([watch])
    await writer.drain()
    return keep_alive and not gone.is_set()


async def _read_head(reader: asyncio.StreamReader) -> tuple[str, str, int, bool] | None:
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    except asyncio.LimitOverrunError as error:
        raise WorkerError("too_large", "The request's head is too long.") from error
    first, *lines = raw.decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise WorkerError("invalid_input", "This is not an HTTP/1.1 request.")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not length.isdecimal():
        raise WorkerError("invalid_input", "Send the body with a Content-Length.")
    if int(length) > MAX_BODY_BYTES:
        raise WorkerError("too_large", f"The body is larger than {MAX_BODY_BYTES} bytes.")
    return parts[0], parts[1], int(length), headers.get("connection", "").lower() != "close"


async def _watch(reader: asyncio.StreamReader, gone: asyncio.Event) -> None:
    """Notice the end of the connection. A byte would be a request before the last answer, which no client sends."""
    try:
        await reader.read(1)
        gone.set()
    except ConnectionError:
        gone.set()


def _write_whole(writer: asyncio.StreamWriter, status: int, answer: dict[str, object], keep_alive: bool) -> None:
    body = json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
    connection = "keep-alive" if keep_alive else "close"
    head = f"HTTP/1.1 {status} {'OK' if status == 200 else 'Error'}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: {connection}\r\n\r\n".encode() + body)


async def _write_lines(
    writer: asyncio.StreamWriter, lines: AsyncGenerator[dict[str, object]], keep_alive: bool
) -> None:
    """A chunk per line. The status waits for the first line, so that what fails before it fails with a status."""
    started = False
    try:
        async with aclosing(lines):  # a connection that breaks ends the work behind the lines at once
            async for line in lines:
                if not started:
                    connection = "keep-alive" if keep_alive else "close"
                    head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n"
                    writer.write(f"{head}Connection: {connection}\r\n\r\n".encode())
                    started = True
                _write_chunk(writer, line)
                await writer.drain()
    except WorkerError as error:
        if not started:
            raise
        _write_chunk(writer, {"error": error.body()})
    writer.write(b"0\r\n\r\n")


def _write_chunk(writer: asyncio.StreamWriter, line: dict[str, object]) -> None:
    data = json.dumps(line, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    writer.write(b"%x\r\n%s\r\n" % (len(data), data))
