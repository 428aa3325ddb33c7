"""
What a training run says to the person who reads its log: plain lines on stderr, dated by whoever keeps the log.

The events on stdout are for the product; these lines are for people, and nothing reads them back. They are bounded: a
run of a million steps leaves a few hundred.
"""

import logging
import os
import warnings
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from slipway_worker.runtime import processors_at_hand

if TYPE_CHECKING:
    from slipway_worker.train_config import TrainConfig


class Totals(TypedDict):
    """What a run is of, as its started event says it."""

    rows: int
    sequences: int
    validationRows: int
    tokensPerEpoch: int
    trainableParameters: int
    totalParameters: int
    microBatchSize: int
    gradientAccumulationSteps: int
    device: str
    precision: str
    threads: int
    heldBackRows: int


# Of one kind (steps, validations, checkpoints) the first are all said, and of the others so many in a whole run.
FIRST_LINES = 30
LATER_LINES = 70
MOST_REPEATS = 3  # of one warning of a library, whatever its figures

_log = logging.getLogger("slipway_worker.train")


def open_log() -> None:
    """
    Send what the trainer and its libraries say to stderr, one line each: all that we say, and warnings of others, each
    a few times only. Call it before torch and transformers are imported, which would set up handlers of their own.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_Lines())
    handler.addFilter(_FewRepeats())
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    # Under torchrun the first process speaks for all; of another one its warnings are heard.
    _log.setLevel(logging.INFO if os.environ.get("RANK", "0") == "0" else logging.WARNING)
    warnings.formatwarning = _warning_line
    logging.captureWarnings(True)


def take_over_transformers() -> None:
    """transformers writes by itself what it warns of: let it speak like everybody else, so that it is said once."""
    from transformers.utils import logging as own

    own.disable_default_handler()
    own.enable_propagation()


@dataclass
class RowLengths:
    """How long the rows are before they are cut, counted while they are rendered."""

    longest: int = 0
    cut: int = 0

    def add(self, tokens: int, *, is_cut: bool) -> None:
        self.longest = max(self.longest, tokens)
        self.cut += is_cut


class RunLog:
    """The lines of one run. Every method says one thing, or nothing where enough of its kind was said."""

    def __init__(self, config: "TrainConfig") -> None:
        self._config = config
        self._lines: Counter[str] = Counter()
        self._last: dict[str, int] = {}

    def begins(self, device: str) -> None:
        import torch

        processors = count(processors_at_hand(), "processor")
        cpu = f"cpu, {count(torch.get_num_threads(), 'thread')} on {processors}"
        name = torch.cuda.get_device_name() if device == "cuda" else cpu
        self._say(f"{self._config.method}, {self._config.tuning}, seed {self._config.seed}")
        versions = ", ".join(f"{library} {version(library)}" for library in ("torch", "transformers", "trl"))
        self._say(f"device: {name}; {versions}")

    def data(self, what: str, rows: int, prepared: int, lengths: RowLengths) -> None:
        parts = f" in {count(prepared, 'part')}" if prepared != rows else ""
        cut = f"; {count(lengths.cut, 'row')} cut to {self._config.max_sequence_length:,}" if lengths.cut else ""
        self._say(f"{what} data: {count(rows, 'row')}{parts}, the longest {count(lengths.longest, 'token')}{cut}")

    def model(self, kind: str, totals: Totals) -> None:
        trainable, total = totals["trainableParameters"], totals["totalParameters"]
        self._say(
            f"model {kind}: {count(total, 'parameter')}, {trainable:,} trainable ({trainable / max(1, total):.2%}); "
            f"computed in {totals['precision']}"
        )
        packed = f", packed into {count(totals['sequences'], 'sequence')}" if self._config.packing else ""
        self._say(f"one pass: {count(totals['tokensPerEpoch'], 'token')}{packed}")

    def starts(self, steps: int, resumed_at: int, totals: Totals) -> None:
        what = "sequence" if self._config.packing else "row"
        epochs = "maxSteps" if self._config.max_steps else count(self._config.epochs, "epoch")
        self._say(
            f"plan: {count(steps, 'step')} ({epochs}), {count(self._config.global_batch_size, what)} a step "
            f"(micro batch {totals['microBatchSize']} × {totals['gradientAccumulationSteps']})"
        )
        if resumed_at:
            self._say(f"resumed at step {resumed_at:,}")
        if (every := _every(steps)) > self._config.logging_steps:
            self._say(f"after {FIRST_LINES} lines one about every {every:,} steps; the curve holds them all")

    def step(self, step: int, of: int, loss: float | None, rate: float | None, tokens_per_second: float) -> None:
        if self._is_due("step", step, of):
            at = "" if rate is None else f", learning rate {rate:.3g}"
            self._say(f"step {step:,}/{of:,}: loss {figure(loss)}{at}, {tokens_per_second:,.0f} tokens/s")

    def evaluated(self, step: int, of: int, loss: float | None) -> None:
        if self._is_due("evaluation", step, of):
            self._say(f"validation at step {step:,}: loss {figure(loss)}")

    def checkpoint(self, path: Path, step: int, of: int, size_bytes: int, seconds: float) -> None:
        if self._is_due("checkpoint", step, of):
            self._say(f"checkpoint {self.relative(path)}: {size(size_bytes)}, {seconds:.1f} s")

    def stops_early(self, step: int, best: int | None) -> None:
        at = f"; the lowest was at step {best:,}" if best is not None else ""
        times = count(self._config.early_stopping_patience, "validation")
        self._say(
            f"stopping early at step {step:,}: the validation loss has not fallen by more than "
            f"{self._config.early_stopping_threshold:g} in {times}{at}"
        )

    def asked_to_stop(self, *, save: bool, is_asked: bool) -> None:
        then = "a checkpoint is written first" if save else "no checkpoint is written"
        self._say(f"{'asked to stop' if is_asked else 'the one who asked for this run is gone: it stops'}; {then}")

    def stopped(self, step: int, checkpoint: Path | None) -> None:
        kept = f"resumes from {self.relative(checkpoint)}" if checkpoint else "no checkpoint of this step"
        self._say(f"stopped at step {step:,}; {kept}")

    def finished(self, result: Path, kind: str, size_bytes: int, step: int, seconds: float) -> None:
        self._say(f"saved the {kind} of step {step:,} as {self.relative(result)}: {size(size_bytes)}")
        self._say(f"done in {seconds:.0f} s; the {kind} is to be registered as a model")

    def relative(self, path: Path) -> str:
        """A path as it lies in the folder of the run."""
        folder = self._config.output_dir
        return str(path.relative_to(folder)) if path.is_relative_to(folder) else path.name

    def _is_due(self, kind: str, step: int, of: int) -> bool:
        if self._lines[kind] >= FIRST_LINES and step - self._last[kind] < _every(of) and step < of:
            return False
        self._lines[kind] += 1
        self._last[kind] = step
        return True

    def _say(self, line: str) -> None:
        _log.info(line)


def _every(steps: int) -> int:
    """So many steps after its last line another one of a kind is due."""
    return max(1, -(-steps // LATER_LINES))


def _warning_line(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    """Without the source text, which says nothing to who did not write it."""
    return f"{category.__name__}: {message} ({Path(filename).name}:{lineno})"


class _Lines(logging.Formatter):
    """What we say as it is; what others say with its gravity and its source."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record).rstrip()
        if record.name.split(".")[0] == "slipway_worker":
            return text if record.levelno < logging.WARNING else f"{record.levelname.lower()}: {text}"
        source = "python" if record.name == "py.warnings" else record.name.split(".")[0]
        return f"{record.levelname.lower()} ({source}): {text}"


class _FewRepeats(logging.Filter):
    """A library that warns at every step would bury the rest."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: Counter[tuple[str, int, str]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING or record.name.split(".")[0] == "slipway_worker":
            return True
        # By where it is said, not by its words, which may hold figures; all of `warnings` comes from one place.
        words = str(record.args)[:200] if record.name == "py.warnings" else ""
        place = (record.pathname, record.lineno, words)
        self._seen[place] += 1
        return self._seen[place] <= MOST_REPEATS


def count(number: float, what: str) -> str:
    """A number with its thing: 1 row, 1,200 rows."""
    return f"{number:,.12g} {what}" if number == 1 else f"{number:,.12g} {what}s"


def figure(value: float | None) -> str:
    """A loss in four decimals; None stands for what is no number."""
    return "not a number" if value is None else f"{value:.4f}"


def size(count_bytes: int) -> str:
    """Bytes as the screens show files: in units of 1000."""
    value = float(count_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"
