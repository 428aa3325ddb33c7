"""Which rows of its data a run does not learn from, written down where an evaluation finds them."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from slipway_worker.train_config import TrainConfig

FILE = "held-back.json"


def record_held_back(config: TrainConfig, rows: int, held: Sequence[int]) -> list[int]:
    """
    Write down, in the run's folder, which of so many rows no step has learned from: by their numbers among all rows of
    the training files. A run that goes on with another share has learned from some that are held back now, or will
    from some that were: only those that were held back all along count. Answers them.
    """
    path = config.output_dir / FILE
    if config.resume_from:
        # Without a record it is not known what an earlier release held back, unless nothing can have changed.
        before = read_held_back(path) if path.is_file() else ([] if config.accept_drift else held)
        held = sorted(set(held) & set(before))
    if os.environ.get("RANK", "0") == "0":
        partial = path.with_name(path.name + ".partial")
        partial.write_text(json.dumps({"rows": rows, "heldBack": list(held)}), encoding="utf-8")
        partial.replace(path)
    return list(held)


def read_held_back(path: Path) -> list[int]:
    return json.loads(path.read_text(encoding="utf-8"))["heldBack"]
