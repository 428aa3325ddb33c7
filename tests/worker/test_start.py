"""How a worker starts: with no library that its work has no use of."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import slipway_worker
import tiny
from conftest import Run
from slipway_worker import check
from slipway_worker.runtime import leave_out_bitsandbytes, own_threads

KINDS = {"plain": {}, "quantised": {"quantization_config": {"quant_method": "bitsandbytes"}}, "nothing": None}


@pytest.mark.parametrize(("kind", "is_found"), [("plain", False), ("quantised", True), ("nothing", True)])
def test_bitsandbytes_is_found_only_by_what_may_need_it(
    kind: str, is_found: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As in a process that has just started, whatever other tests imported.
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    monkeypatch.delitem(sys.modules, "bitsandbytes")
    if (facts := KINDS[kind]) is not None:
        (tmp_path / "config.json").write_text(json.dumps(facts), encoding="utf-8")
    leave_out_bitsandbytes(tmp_path)
    assert (importlib.util.find_spec("bitsandbytes") is not None) is is_found


CHECK = """
import runpy, sys
sys.argv = ["check", sys.argv[1]]
try:
    runpy.run_module("slipway_worker.check", run_name="__main__")
except SystemExit as end:
    print("ended with", end.code, "and PyTorch" if sys.modules.get("torch") else "and no PyTorch", file=sys.stderr)
"""


def test_rows_are_checked_without_pytorch_and_no_word_about_it(run: Run, model_dir: Path, tmp_path: Path) -> None:
    file = tiny.write_parquet(tmp_path / "rows.parquet", tiny.rows_of("sft", 8))
    config = {"method": "sft", "modelDir": str(model_dir), "files": [str(file)], "samples": 2, "pieces": True}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", CHECK, str(tmp_path / "config.json")],
        env={"PYTHONPATH": str(Path(slipway_worker.__file__).parent.parent)},
        stdin=subprocess.PIPE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr == "ended with 0 and no PyTorch\n"
    with_pytorch = run(check.main, config)
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    told = [event for event in events if event["event"] in ("sample", "finished")]
    assert told == [event for event in with_pytorch.events if event["event"] in ("sample", "finished")]
    assert len(told) == 3


def test_threads_are_counted_where_no_affinity_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert own_threads() == 3
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert own_threads() == len(os.sched_getaffinity(0))
    monkeypatch.delattr(os, "sched_getaffinity")
    assert own_threads() == os.cpu_count()
