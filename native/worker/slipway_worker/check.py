"""
Show how a dataset will look to a model: rendered rows, token counts, what is learned, and which rows cannot be used.

python -m slipway_worker.check CONFIG.json
"""

import codecs
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway_worker.config import within
from slipway_worker.render import LossOn, Rendered
from slipway_worker.rows import Method, Problems, Renderer, check_columns, require_teaching
from slipway_worker.runtime import leave_out, read_config, resident_bytes, run, use_threads
from slipway_worker.template import choose_template
from slipway_worker.token_bytes import TokenBytes
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
    first_row: int = 0  # rows before it are passed over
    max_rows: int = 0  # 0: all
    pieces: bool = False  # samples come with their tokens, one by one

    def __post_init__(self) -> None:
        within("maxSequenceLength", self.max_sequence_length, 8, 1_048_576)
        within("samples", self.samples, 0, 1000)
        within("problems", self.problems, 0, 100_000)
        within("firstRow", self.first_row, 0, 2**53)


def work(config_path: str, wire: Wire) -> None:
    config = read_config(CheckConfig, config_path, "the check")
    use_threads(1)
    stopped: list[Stop] = []
    wire.listen(stopped.append)
    with Heartbeat(wire, lambda: {"memoryBytes": resident_bytes()}):
        check(config, wire, stopped)


def check(config: CheckConfig, wire: Wire, stopped: list[Stop]) -> None:
    """Render every row as training would. The last event is finished, with the report, or stopped."""
    total = max(0, check_columns(config.files, config.method) - config.first_row)
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
    spelling = Spelling(tokenizer) if config.pieces else None
    for done, row in enumerate(read_rows(config.files, total, config.first_row), start=1):
        number = config.first_row + done
        try:
            sides = renderer.render(row)
            truncated = sum(side.truncated_tokens for side in sides)
            lengths.append(max(len(side.input_ids) + side.truncated_tokens for side in sides))
            truncated_tokens += truncated
            truncated_rows += truncated > 0
            learned += sum(sum(side.learned) for side in sides)
            if samples < config.samples:
                samples += 1
                emit_samples(wire, number, sides, tokenizer, spelling)
            require_teaching(sides)
        except WorkerError as error:
            if error.code == "missing_requirement":
                raise
            problems.add(number, error.code, error.message)
            if problems.rows <= config.problems:
                wire.emit("problem", row=number, code=error.code, message=error.message)
        if done % BATCH_ROWS == 0:
            wire.emit("progress", done=done, total=total)
            if stopped:
                wire.emit("stopped", step=done, checkpoint=None)
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
    # Of some rows only, all may be bad without the set being so.
    if done and problems.rows == done and not config.max_rows:
        raise WorkerError(
            "invalid_input",
            f"Nothing would be learned: none of the {done} rows can be used. The first: {problems.first[0]['message']}",
            details={"report": report, "problems": problems.first},
        )
    wire.emit("finished", report=report, metrics={})


def read_rows(files: tuple[Path, ...], limit: int, skip: int = 0) -> Iterator[Mapping[str, Any]]:
    """Rows of Parquet files one after the other, a batch in memory at a time. Skipped row groups are not read."""
    from pyarrow import parquet

    left = limit
    for path in files:
        file = parquet.ParquetFile(path)
        for group in range(file.num_row_groups):
            if left == 0:
                return
            rows = file.metadata.row_group(group).num_rows
            if skip >= rows:
                skip -= rows
                continue
            for batch in file.iter_batches(batch_size=BATCH_ROWS, row_groups=[group]):
                start = min(skip, batch.num_rows)
                skip -= start
                wanted = batch.slice(start, left)
                yield from wanted.to_pylist()
                left -= wanted.num_rows


def emit_samples(
    wire: Wire, row: int, sides: list[Rendered], tokenizer: "PreTrainedTokenizerBase", spelling: "Spelling | None"
) -> None:
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
            **({"pieces": spelling.pieces(side)} if spelling else {}),
        )


def parts(rendered: Rendered, tokenizer: "PreTrainedTokenizerBase") -> list[dict[str, object]]:
    """Consecutive tokens of one kind as text."""
    tokens = zip(rendered.input_ids, rendered.learned, strict=True)
    return [
        {"text": tokenizer.decode([token for token, _ in group], clean_up_tokenization_spaces=False), "learned": on}
        for on, group in groupby(tokens, key=lambda token: token[1])
    ]


class Spelling:
    """Tokens one by one, as text."""

    def __init__(self, tokenizer: "PreTrainedTokenizerBase") -> None:
        self._bytes = TokenBytes(tokenizer)
        self._tokenizer = tokenizer
        self._special = frozenset(tokenizer.all_special_ids) | frozenset(tokenizer.added_tokens_decoder)

    def pieces(self, rendered: Rendered) -> list[dict[str, object]]:
        """
        What each token spells. A character that several tokens share is told by the last of them; those before it say
        nothing. `special`: not text, but a mark that steers the model.
        """
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        found = []
        for token, learned in zip(rendered.input_ids, rendered.learned, strict=True):
            special = token in self._special
            if special:
                decoder.reset()
                text = str(self._tokenizer.convert_ids_to_tokens(token))
            else:
                text = decoder.decode(self._bytes[token])
            found.append({"text": text, "learned": learned, "special": special})
        return found


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
    # Tokenizers need no PyTorch, which takes three quarters of a start. transformers would advise to install it.
    leave_out("torch")
    os.environ["TRANSFORMERS_NO_ADVISORY_WARNINGS"] = "1"
    sys.exit(main(sys.argv))
