"""
The worker's only way to talk: one JSON object per line.

Events go out on the original stdout, commands come in on stdin. Their schema is wire.schema.json, which is
generated from main/contract/worker.ts; the tests check every event that a worker emits against it.
"""

import json
import logging
import math
import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TextIO

# The part of the product's closed list of codes (main/contract/errors.ts) that a worker can mean.
ErrorCode = Literal[
    "invalid_input", "not_found", "conflict", "too_large", "unsupported", "busy", "missing_requirement",
    "cancelled", "worker_failed", "storage_full", "internal",
]  # fmt: skip


LAST = ("finished", "stopped", "failed")  # one of them ends what a worker has to say

_log = logging.getLogger("slipway_worker")


class WorkerError(Exception):
    """A failure that the caller can act on: it becomes the `failed` event (or an engine's error answer) as it is."""

    def __init__(
        self, code: ErrorCode, message: str, *, hint: str | None = None, details: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.code: ErrorCode = code
        self.message = message
        self.hint = hint
        self.details = details

    def body(self) -> dict[str, object]:
        """The fields of the error as they cross the wire; absent ones are left out."""
        optional = {"hint": self.hint, "details": self.details}
        return {"code": self.code, "message": self.message} | {k: v for k, v in optional.items() if v is not None}


@dataclass(frozen=True, kw_only=True)
class Stop:
    """The one command there is. `save` asks for a checkpoint first; workers without checkpoints ignore it."""

    save: bool
    reason: Literal["asked", "runner gone"] = "asked"


def finite(value: float | None) -> float | None:
    """JSON has no NaN or infinity: such a number crosses the wire as null."""
    return value if value is not None and math.isfinite(value) else None


class Wire:
    """Sends events and receives commands. Safe to use from several threads."""

    def __init__(self, out: TextIO, commands: TextIO | None = None, *, failures_only: bool = False) -> None:
        self._out = out
        self._failures_only = failures_only
        self._commands = commands
        self._lock = threading.Lock()
        self._is_over = False
        self.runner_is_gone = False

    def emit(self, event: str, **fields: object) -> None:
        """Write one event. A field that is None is sent as null."""
        if self._failures_only and event != "failed":
            return
        if event == "warning":
            _log.warning("%s", fields.get("message"))  # who reads the log only is to see it as well
        line = json.dumps({"event": event, **fields}, allow_nan=False, ensure_ascii=False) + "\n"
        with self._lock:
            # The beat may fall between the last event and the end of its thread.
            if self.runner_is_gone or (self._is_over and event == "heartbeat"):
                return
            self._is_over = event in LAST
            try:
                self._out.write(line)
                self._out.flush()
            except BrokenPipeError:
                # Nobody listens any more. Commands end at the same moment, and that is what stops the work.
                self.runner_is_gone = True

    def listen(self, on_stop: Callable[[Stop], None]) -> None:
        """Read commands in a thread of their own until the runner is gone, which counts as a stop that saves."""
        if self._commands is None:
            return
        threading.Thread(target=self._read, args=(self._commands, on_stop), name="commands", daemon=True).start()

    def _read(self, commands: TextIO, on_stop: Callable[[Stop], None]) -> None:
        for line in commands:
            if not line.strip():
                continue
            try:
                on_stop(parse_command(line))
            except ValueError as error:
                self.emit("warning", code="unknown_command", message=str(error))
        on_stop(Stop(save=True, reason="runner gone"))


def parse_command(line: str) -> Stop:
    """Read one line of stdin. Raises ValueError for anything that is not a command of the schema."""
    command = json.loads(line)
    match command:
        case {"command": "stop", **rest} if rest.keys() <= {"save"} and isinstance(rest.get("save", False), bool):
            return Stop(save=bool(rest.get("save", False)))
        case _:
            raise ValueError(f"not a command: {line.strip()[:200]}")


def open_wire() -> Wire:
    """Take stdout for the protocol. Call it first: later prints, from any library, go to stderr."""
    out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    # Under torchrun the first process speaks for all; another one is heard when it alone fails.
    if os.environ.get("RANK", "0") != "0":
        return Wire(out, failures_only=True)
    return Wire(out, sys.stdin)


class Heartbeat:
    """Tells the runner every few seconds that this process is alive, also while a library keeps it busy."""

    def __init__(self, wire: Wire, fields: Callable[[], dict[str, object]], every_seconds: float = 5.0) -> None:
        self._wire, self._fields, self._every = wire, fields, every_seconds
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._done.wait(self._every):
            self._wire.emit("heartbeat", **self._fields())
