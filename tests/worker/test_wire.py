"""The wire: what crosses it, what does not, and what happens when the other end is gone."""

import io
import json
import os
import threading
from pathlib import Path

import pytest
from conftest import PACKAGE, SCHEMA, Commands, Recorder
from engine_client import Child
from jsonschema import Draft202012Validator, ValidationError
from slipway_worker import runtime
from slipway_worker.config import dump_config, parse_config
from slipway_worker.train_config import TrainConfig, drift_keys
from slipway_worker.wire import Heartbeat, Stop, Wire, WorkerError, parse_command

TABLE = json.loads((PACKAGE / "training_parameters.json").read_text(encoding="utf-8"))
MINIMAL = {"method": "sft", "modelDir": "m", "trainFiles": ["r.parquet"], "outputDir": "o"}


def test_what_a_library_prints_never_reaches_the_protocol(tmp_path: Path) -> None:
    (tmp_path / "slipway_worker").mkdir()
    child = Child("check", tmp_path, {"method": "sft", "modelDir": "nowhere", "files": ["none.parquet"]})
    failed = child.wait_for("failed")
    assert failed["code"] == "not_found" and "none.parquet" in failed["message"]
    assert child.end() == 1
    import subprocess
    import sys

    code = "from slipway_worker.wire import open_wire; w = open_wire(); print('noise'); w.emit('phase', phase='x')"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(Path(runtime.__file__).parent.parent), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == '{"event": "phase", "phase": "x"}\n'
    assert ran.stderr == "noise\n"


def test_events_from_many_threads_stay_whole_lines() -> None:
    record = Recorder()
    wire = Wire(record)  # type: ignore[arg-type]
    threads = [
        threading.Thread(target=lambda: [wire.emit("phase", phase="x" * 2000) for _ in range(50)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(record.events) == 200


def test_a_runner_that_is_gone_silences_the_wire_without_ending_the_work() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    wire = Wire(os.fdopen(writer, "w"))
    wire.emit("phase", phase="unheard")
    assert wire.runner_is_gone
    wire.emit("phase", phase="unheard")


def test_a_number_that_json_lacks_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        Wire(io.StringIO()).emit("step", loss=float("nan"))


@pytest.mark.parametrize(
    "line", ["{}", "[]", "stop", '{"command":"go"}', '{"command":"stop","save":1}', '{"command":"stop","x":1}']
)
def test_what_is_no_command_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        parse_command(line)


@pytest.mark.parametrize(("line", "save"), [('{"command":"stop"}', False), ('{"command": "stop", "save": true}', True)])
def test_a_stop_is_read_as_the_schema_has_it(line: str, save: bool) -> None:
    Draft202012Validator(SCHEMA["$defs"]["command"]).validate(json.loads(line))
    assert parse_command(line) == Stop(save=save)


def test_a_bad_line_is_told_and_the_end_of_the_commands_stops() -> None:
    record, commands, stops = Recorder(), Commands(), []
    ended = threading.Event()

    def on_stop(stop: Stop) -> None:
        stops.append(stop)
        if stop.reason == "runner gone":
            ended.set()

    Wire(record, commands).listen(on_stop)  # type: ignore[arg-type]
    commands.send(command="dance")
    commands.send(command="stop", save=False)
    commands.close()
    assert ended.wait(10)
    assert [event["code"] for event in record.events] == ["unknown_command"]
    assert stops == [Stop(save=False), Stop(save=True, reason="runner gone")]


@pytest.mark.parametrize("last", ["finished", "stopped", "failed"])
def test_no_heartbeat_comes_after_the_last_event(last: str) -> None:
    out = io.StringIO()
    wire = Wire(out)
    for event in ("heartbeat", last, "heartbeat"):
        wire.emit(event)
    assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == ["heartbeat", last]


def test_the_heart_beats_until_the_work_is_over() -> None:
    beaten = threading.Event()
    record = Recorder(lambda _: beaten.set())
    with Heartbeat(Wire(record), lambda: {"memoryBytes": runtime.resident_bytes()}, every_seconds=0.01):  # type: ignore[arg-type]
        assert beaten.wait(10)
    count = len(record.events)
    assert record.events[0]["memoryBytes"] > 1_000_000
    assert len(record.events) == count


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [
        (WorkerError("conflict", "no"), "conflict", 1),
        (WorkerError("invalid_input", "no"), "invalid_input", 2),
        (MemoryError(), "missing_requirement", 1),
        (RuntimeError("CUDA out of memory. Tried"), "missing_requirement", 1),
        (OSError(28, "No space left on device"), "storage_full", 1),
        (KeyError("x"), "worker_failed", 1),
    ],
)
def test_every_failure_has_a_code_and_an_exit(error: Exception, code: str, exit_code: int) -> None:
    def fail(_path: str, _wire: Wire) -> None:
        raise error

    record = Recorder()
    assert runtime.run(fail, ["test", "config"], Wire(record)) == exit_code  # type: ignore[arg-type]
    assert record.last["code"] == code


def test_the_schema_is_strict() -> None:
    with pytest.raises(ValidationError):
        Recorder().write('{"event": "stopped", "step": 1, "checkpoint": null, "more": 1}\n')


def test_a_configuration_survives_the_way_there_and_back() -> None:
    config = parse_config(TrainConfig, MINIMAL | {"loraTargetModules": ["q_proj"], "epochs": 2, "microBatchSize": None})
    assert parse_config(TrainConfig, dump_config(config)) == config
    assert config.lora_targets == ["q_proj"]
    assert parse_config(TrainConfig, MINIMAL | {"loraTargetModules": ["all-linear"]}).lora_targets == "all-linear"


@pytest.mark.parametrize(
    ("said", "threads"), [("1", 1), ("3", 3), ("0", None), ("4,2", None), ("many", None), ("", None)]
)
def test_as_many_threads_as_the_user_allows(said: str, threads: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    at_hand = len(os.sched_getaffinity(0))
    assert parse_config(TrainConfig, MINIMAL).threads == (threads or at_hand)
    assert parse_config(TrainConfig, MINIMAL | {"threads": 5}).threads == 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": True}, "epochs must be a number"),
        ({"seed": 1.5}, "seed must be a whole number"),
        ({"trainFiles": "r.parquet"}, "trainFiles must be a list"),
        ({"trainFiles": [""]}, r"trainFiles\[0\] must be a path"),
        ({"epochs": float("inf")}, "epochs must be a number"),
        ({"method": "ppo"}, "method must be one of pretrain, sft, dpo, kto"),
        ({"method": "kto", "microBatchSize": 1}, "microBatchSize must be between 2 and"),
        ({"validationSplit": 0.51}, "validationSplit must be between 0 and 0.5"),
        ({"maxSteps": 0}, "maxSteps must be between 1 and"),
        ({"method": "dpo", "packing": True}, "packing is for"),
        ({"earlyStopping": True}, "validationSplit"),
        ({"threads": 0}, "threads must be between 1 and"),
        ({"device": "tpu"}, "device must be"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_config(TrainConfig, MINIMAL | change)
    with pytest.raises(ValueError, match="modelDir is missing"):
        parse_config(TrainConfig, {key: value for key, value in MINIMAL.items() if key != "modelDir"})


@pytest.mark.parametrize("method", ["pretrain", "sft", "dpo", "kto"])
def test_every_parameter_of_the_contract_is_taken_to_the_ends_of_its_range_and_no_further(method: str) -> None:
    for key, limits in TABLE.items():
        limits = limits | limits.get("byMethod", {}).get(method, {})
        for good in [limits[end] for end in ("min", "max") if end in limits] + limits.get("choices", []):
            config = parse_config(TrainConfig, MINIMAL | {"method": method, key: good})
            assert dump_config(config)[key] == good
        if "min" in limits:
            for bad in (limits["min"] - 1, limits["max"] + 1):
                with pytest.raises(ValueError, match=f"{key} must be between"):
                    parse_config(TrainConfig, MINIMAL | {"method": method, key: bad})


def test_a_validation_set_of_its_own_comes_before_a_share_that_is_held_back() -> None:
    files = MINIMAL | {"validationFiles": ["v.parquet"], "earlyStopping": True}
    config = parse_config(TrainConfig, files | {"validationSplit": 0.05})
    assert config.split == 0
    assert drift_keys(config) == drift_keys(parse_config(TrainConfig, files))
    assert parse_config(TrainConfig, MINIMAL | {"validationSplit": 0.05, "earlyStopping": True}).split == 0.05


@pytest.mark.parametrize(
    ("batch", "micro", "world", "expected"),
    [(16, None, 1, (8, 2)), (16, 2, 2, (2, 4)), (6, None, 1, (6, 1)), (7, None, 1, (7, 1)), (22, None, 1, (2, 11))],
)
def test_accumulation_makes_up_the_global_batch_exactly(batch: int, micro: int, world: int, expected: tuple) -> None:
    config = parse_config(TrainConfig, MINIMAL | {"globalBatchSize": batch, "microBatchSize": micro})
    assert config.batches(world) == expected
    with pytest.raises(ValueError, match="evenly"):
        config.batches(5)
