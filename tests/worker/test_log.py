"""What a worker's log holds: what a person can act on, and not what libraries tell their developers."""

import subprocess
import sys
import textwrap
from pathlib import Path

import slipway_worker

WORK = """
import logging, sys, warnings
from slipway_worker.runtime import run

def work(path, wire):
    logging.getLogger("bitsandbytes.backends.cpu.ops").warning("a kernel that nobody asked for")
    logging.getLogger("bitsandbytes.backends.cpu.ops").error("a broken library")
    warnings.warn("a name that goes away", FutureWarning)
    warnings.warn("a vocabulary that does not fit", UserWarning)

class Silent:
    def emit(self, *_, **__): pass

sys.exit(run(work, ["work", "config.json"], Silent()))
"""


def test_notes_to_developers_stay_out_of_the_log_and_warnings_stay_in():
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(WORK)],
        env={"PYTHONPATH": str(Path(slipway_worker.__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "a kernel" not in ran.stderr
    assert "a name" not in ran.stderr
    assert "a broken library" in ran.stderr
    assert "a vocabulary" in ran.stderr


LIBRARIES = """
import logging, warnings
from slipway_worker.run_log import RowLengths, RunLog, open_log
from slipway_worker.train_config import TrainConfig
from slipway_worker.wire import Wire
from pathlib import Path
import io

open_log()
for step in range(50):
    logging.getLogger("trl.trainer").warning("step %d is slow", step)
    warnings.warn("a vocabulary that does not fit", UserWarning)
Wire(io.StringIO()).emit("warning", code="drift", message="Resuming in spite of changes")
log = RunLog(TrainConfig(method="sft", model_dir=Path("m"), train_files=(Path("r"),), output_dir=Path("/runs/one")))
for step in range(1, 100_001):
    log.step(step, 100_000, 1.0 / step, 3e-4, 1234.5)
    log.evaluated(step, 100_000, None)
    log.checkpoint(Path(f"/runs/one/checkpoints/checkpoint-{step}"), step, 100_000, 1_234_567, 0.52)
"""


def test_a_run_says_a_few_hundred_lines_however_long_it_is_and_libraries_repeat_themselves_thrice():
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(LIBRARIES)],
        env={"PYTHONPATH": str(Path(slipway_worker.__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = ran.stderr.splitlines()
    assert [line for line in lines if "slow" in line] == [f"warning (trl): step {step} is slow" for step in range(3)]
    assert [line for line in lines if "vocabulary" in line] == [
        "warning (python): UserWarning: a vocabulary that does not fit (<string>:12)"
    ]
    assert "warning: Resuming in spite of changes" in lines
    assert "step 1/100,000: loss 1.0000, learning rate 0.0003, 1,234 tokens/s" in lines
    assert "validation at step 100,000: loss not a number" in lines
    assert "checkpoint checkpoints/checkpoint-100000: 1.2 MB, 0.5 s" in lines
    assert 200 < len(lines) < 400
