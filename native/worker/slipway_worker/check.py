"""
Show how a dataset will look to a model: rendered rows, token counts, what is learned, and which rows cannot be used.

python -m slipway_worker.check CONFIG.json
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway_worker.config import load_config, within
from slipway_worker.render import LossOn, Rendered
from slipway_worker.rows import Method, Problems, Renderer, check_columns, require_teaching
from slipway_worker.runtime import resident_bytes, run, use_threads
from slipway_worker.template import choose_template
from slipway_worker.wire import Heartbeat, Stop, Wire, WorkerError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

BINS = 24
BATCH_ROWS = 500


@dataclass(frozen=True, kw_only=True)
class CheckConfig:
    method: Method
    model_dir: Path
    files: tuple[Path, ...]  # Parquet with canonical rows
    max_sequence_length: int = 2048
    loss_on: LossOn = "assistant"
    chat_template: str = "auto"
    samples: int = 5  # rows shown in full
    problems: int = 100  # problems named; all are counted
    max_rows: int = 0  # 0: all

    def __post_init__(self) -> None:
        within("maxSequenceLength", self.max_sequence_length, 8, 1_048_576)
        within("samples", self.samples, 0, 1000)
        within("problems", self.problems, 0, 100_000)


def work(config_path: str, wire: Wire) -> None:
    try:
        config = load_config(CheckConfig, config_path)
    except (OSError, ValueError) as error:
        raise WorkerError("invalid_input", f"The configuration of the check is not valid: {error}") from error
    use_threads(1)
    stopped: list[Stop] = []
    wire.listen(stopped.append)
    with Heartbeat(wire, lambda: {"memoryBytes": resident_bytes()}):
        check(config, wire, stopped)


def check(config: CheckConfig, wire: Wire, stopped: list[Stop]) -> None:
    """Render every row as training would. The last event is finished, with the report, or stopped."""
    total = check_columns(config.files, config.method)
    if config.max_rows:
        total = min(total, config.max_rows)
    if not config.model_dir.is_dir():
        raise WorkerError("not_found", f"There is no model folder {config.model_dir}.")
    wire.emit("phase", phase="importing")
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(config.model_dir, trust_remote_code=False)
    renderer = Renderer(
        tokenizer=tokenizer,
        template=choose_template(tokenizer, config.chat_template),
        method=config.method,
        loss_on=config.loss_on,
        max_tokens=config.max_sequence_length,
    )
    wire.emit("phase", phase="rendering")
    lengths: list[int] = []
    learned = truncated_tokens = truncated_rows = samples = done = 0
    problems = Problems()
    for number, row in enumerate(read_rows(config.files, total), start=1):
        try:
            sides = renderer.render(row)
            truncated = sum(side.truncated_tokens for side in sides)
            lengths.append(max(len(side.input_ids) + side.truncated_tokens for side in sides))
            truncated_tokens += truncated
            truncated_rows += truncated > 0
            learned += sum(sum(side.learned) for side in sides)
            if samples < config.samples:
                samples += 1
                emit_samples(wire, number, sides, tokenizer)
            require_teaching(sides)
        except WorkerError as error:
            if error.code == "missing_requirement":
                raise
            problems.add(number, error.code, error.message)
            if problems.rows <= config.problems:
                wire.emit("problem", row=number, code=error.code, message=error.message)
        done = number
        if number % BATCH_ROWS == 0:
            wire.emit("progress", done=number, total=total)
            if stopped:
                wire.emit("stopped", step=number, checkpoint=None)
                return
    report = {
        "rows": done,
        "usableRows": done - problems.rows,
        "problemRows": problems.rows,
        "truncatedRows": truncated_rows,
        "tokens": {
            "total": sum(lengths),
            "learned": learned,
            "truncated": truncated_tokens,
            "longest": max(lengths, default=0),
            "mean": sum(lengths) / len(lengths) if lengths else 0.0,
        },
        "maxSequenceLength": config.max_sequence_length,
        "histogram": histogram(lengths),
    }
    if done and problems.rows == done:
        raise WorkerError(
            "invalid_input",
            f"Nothing would be learned: none of the {done} rows can be used. The first: {problems.first[0]['message']}",
            details={"report": report, "problems": problems.first},
        )
    wire.emit("finished", report=report, metrics={})


def read_rows(files: tuple[Path, ...], limit: int) -> Iterator[Mapping[str, Any]]:
    """Rows of Parquet files one after the other, a batch in memory at a time."""
    from pyarrow import parquet

    left = limit
    for file in files:
        for batch in parquet.ParquetFile(file).iter_batches(batch_size=BATCH_ROWS):
            yield from batch.to_pylist()[:left]
            left -= min(left, batch.num_rows)
            if left == 0:
                return


def emit_samples(wire: Wire, row: int, sides: list[Rendered], tokenizer: "PreTrainedTokenizerBase") -> None:
    """Send a row as the model sees it, in parts that teach and parts that do not."""
    names = ("chosen", "rejected") if len(sides) == 2 else (None,)
    for name, side in zip(names, sides, strict=True):
        wire.emit(
            "sample",
            row=row,
            **({"side": name} if name else {}),
            tokens=len(side.input_ids),
            learnedTokens=sum(side.learned),
            truncatedTokens=side.truncated_tokens,
            parts=parts(side, tokenizer),
        )


def parts(rendered: Rendered, tokenizer: "PreTrainedTokenizerBase") -> list[dict[str, object]]:
    """Consecutive tokens of one kind as text."""
    tokens = zip(rendered.input_ids, rendered.learned, strict=True)
    return [
        {"text": tokenizer.decode([token for token, _ in group], clean_up_tokenization_spaces=False), "learned": on}
        for on, group in groupby(tokens, key=lambda token: token[1])
    ]


def histogram(lengths: list[int]) -> list[dict[str, int]]:
    """Rows by token count, in equal steps from 0 to the longest; `toTokens` is not included in its bin."""
    if not lengths:
        return []
    step = -(-(max(lengths) + 1) // BINS)
    counts = [0] * (max(lengths) // step + 1)
    for length in lengths:
        counts[length // step] += 1
    return [{"fromTokens": i * step, "toTokens": (i + 1) * step, "rows": rows} for i, rows in enumerate(counts)]


def main(argv: list[str], wire: Wire | None = None) -> int:
    return run(work, argv, wire)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
