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
