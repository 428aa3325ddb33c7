"""A worker as a real child process, and a client of the engine protocol on its socket."""

import base64
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conftest import EVENTS, PACKAGE


class Child:
    """Runs `python -m slipway_worker.<module>`; its events are checked as they come."""

    def __init__(self, module: str, folder: Path, config: dict[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        self.folder = folder
        self._log = (folder / "stderr.log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"slipway_worker.{module}", "config.json"],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PACKAGE.parent)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            bufsize=1,
        )
        self.events: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            event = json.loads(line)
            EVENTS.validate(event)
            with self._changed:
                self.events.append(event)
                self._changed.notify_all()
        with self._changed:
            self.events.append({"event": "end of stdout"})
            self._changed.notify_all()

    def wait_for(self, *kinds: str, timeout: float = 90) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            return next((e for e in self.events if e["event"] in (*kinds, "end of stdout")), None)

        with self._changed:
            event = self._changed.wait_for(found, timeout)
        assert event and event["event"] in kinds, (event, (self.folder / "stderr.log").read_text()[-2000:])
        return event

    def send(self, **command: object) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(command) + "\n")

    def close_stdin(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()

    def end(self) -> int:
        """Wait for its end; killed when it does not come."""
        try:
            return self.process.wait(30)
        finally:
            self.process.kill()
            self.process.wait()
            self._reader.join()
            self._log.close()


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Client:
    def __init__(self, path: Path) -> None:
        self.path = path

    def request(self, method: str, route: str, body: object = None) -> tuple[int, dict[str, Any]]:
        connection = UnixConnection(self.path)
        connection.request(method, route, None if body is None else json.dumps(body))
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        return response.status, answer

    def open(self, **body: object) -> "Stream":
        return Stream(self.path, body)

    def generate(self, **body: object) -> "Answer":
        stream = self.open(**body)
        return Answer(list(stream))


class Stream:
    def __init__(self, path: Path, body: object) -> None:
        self.connection = UnixConnection(path)
        self.connection.request("POST", "/generate", json.dumps(body))
        self.response = self.connection.getresponse()
        assert self.response.status == 200, self.response.read()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for line in self.response:
            yield json.loads(line)
        self.connection.close()

    def next(self) -> dict[str, Any]:
        return json.loads(self.response.readline())

    def hang_up(self) -> None:
        self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.response.close()
        self.connection.close()


class Answer:
    def __init__(self, lines: list[dict[str, Any]]) -> None:
        first, *middle, last = lines
        self.prompt: dict[str, Any] = first["prompt"]
        self.tokens: list[dict[str, Any]] = [token for line in middle for token in line["tokens"]]
        self.done: dict[str, Any] = last["done"]

    @property
    def ids(self) -> list[int]:
        return [token["id"] for token in self.tokens]

    @property
    def bytes(self) -> bytes:
        return b"".join(base64.b64decode(token["bytes"]) for token in self.tokens)
