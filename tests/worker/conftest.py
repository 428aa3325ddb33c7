"""What the worker's tests share: one tiny model per session, and a wire that checks every event against the schema."""

import json
import os
import queue
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import slipway_worker
import tiny
from jsonschema import Draft202012Validator
from slipway_worker import runtime
from slipway_worker.wire import LAST, Wire

os.environ.update(runtime.OFFLINE)
runtime.use_threads(1)

PACKAGE = Path(slipway_worker.__file__).parent
SCHEMA = json.loads((PACKAGE / "wire.schema.json").read_text(encoding="utf-8"))
EVENTS = Draft202012Validator(SCHEMA["$defs"]["event"])


class Recorder:
    """Stands where stdout is: keeps the events, and fails at once when one does not fit the schema."""

    def __init__(self, on_event: Callable[[dict[str, Any]], None] | None = None) -> None:
        self.events: list[dict[str, Any]] = []
        self._on_event = on_event

    def write(self, line: str) -> int:
        assert line.endswith("\n") and line.count("\n") == 1
        event = json.loads(line)
        EVENTS.validate(event)
        self.events.append(event)
        if self._on_event:
            self._on_event(event)
        return len(line)

    def flush(self) -> None:
        pass

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == kind]

    @property
    def last(self) -> dict[str, Any]:
        return self.events[-1]

    @property
    def losses(self) -> dict[int, float | None]:
        return {event["step"]: event["loss"] for event in self.of("step")}


class Commands:
    """Stands where stdin is: lines can be sent while the worker runs, and have been obeyed when `send` returns."""

    def __init__(self) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue()

    def __iter__(self) -> Iterator[str]:
        while (line := self._lines.get()) is not None:
            yield line
            self._lines.task_done()

    def send(self, **command: object) -> None:
        self._lines.put(json.dumps(command) + "\n")
        self._lines.join()

    def close(self) -> None:
        self._lines.put(None)


class Run:
    """Runs a worker's main in this process, as importing trl takes many seconds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._number = 0

    def __call__(
        self,
        main: Callable[[list[str], Wire], int],
        config: dict[str, Any],
        *,
        expect: int = 0,
        on_event: Callable[[dict[str, Any]], None] | None = None,
        commands: Commands | None = None,
    ) -> Recorder:
        self._number += 1
        path = self.folder / f"config-{self._number}.json"
        path.write_text(json.dumps(config), encoding="utf-8")
        recorder = Recorder(on_event)
        wire = Wire(recorder, commands)  # type: ignore[arg-type]
        code = main(["test", str(path)], wire)
        assert recorder.last["event"] in LAST
        assert code == expect, recorder.last
        return recorder


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build_model(tmp_path_factory.mktemp("model"))


@pytest.fixture
def train_config(tmp_path: Path, model_dir: Path) -> Callable[..., dict[str, Any]]:
    """A quick run of a method; keywords change or add keys."""

    def build(method: str = "sft", *, out: str = "out", rows: list[dict[str, Any]] | None = None, **keys: Any) -> dict:
        file = tmp_path / f"{method}.parquet"
        if rows is not None or not file.exists():
            tiny.write_parquet(file, rows if rows is not None else tiny.rows_of(method))
        return {
            "method": method,
            "modelDir": str(model_dir),
            "trainFiles": [str(file)],
            "outputDir": str(tmp_path / out),
            "maxSteps": 8,
            "globalBatchSize": 4,
            "learningRate": 1e-2,
            "warmupRatio": 0,
            "maxSequenceLength": 64,
            "saveSteps": 4,
            "threads": 1,
            "device": "cpu",
            "gradientCheckpointing": False,
        } | keys

    return build
