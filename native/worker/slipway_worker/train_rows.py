"""Which rows a run learns from and which only measure, rendered. What cannot teach is left out with a warning."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from slipway_worker.held_back import record_held_back
from slipway_worker.rows import Problems, Renderer, check_columns, open_rows, prepare_rows, sampled
from slipway_worker.run_log import RunLog
from slipway_worker.template import template_of
from slipway_worker.train_config import TrainConfig
from slipway_worker.wire import Wire, WorkerError

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase


def read_rows(
    config: TrainConfig, tokenizer: "PreTrainedTokenizerBase", cache: Path, wire: Wire, log: RunLog
) -> tuple["Dataset", "Dataset | None"]:
    """What trains and what only measures, rendered: rows of files of their own, or a share that is held back."""
    rows = open_rows(config.train_files, config.method, cache)

    def learned(kept: Sequence[int] | None = None) -> "Dataset":
        if config.train_rates is not None:
            counts = [check_columns([file], config.method) for file in config.train_files]
            kept = sampled(range(len(rows)) if kept is None else kept, counts, config.train_rates, config.seed)
        return prepare(config, rows if kept is None else rows.select(kept), tokenizer, wire, log, "training", kept)

    held = hold_back(len(rows), config.split, config.seed)
    record_held_back(config, len(rows), held)
    if config.validation_files:
        measured = open_rows(config.validation_files, config.method, cache)
        return learned(), prepare(config, measured, tokenizer, wire, log, "validation")
    if not config.split:
        return learned(), None
    if not held:
        no_validation(wire, f"{len(rows)} rows are too few to hold some back")
        return learned(), None
    # Rows are held back before some are taken twice: what measures is never learned from.
    training = learned(sorted(set(range(len(rows))) - set(held)))
    try:
        return training, prepare(config, rows.select(held), tokenizer, wire, log, "validation", held)
    except WorkerError as error:
        # The rows were not chosen by anybody, so that they cannot be used is no reason to end what can train.
        if error.code != "invalid_input":
            raise
        no_validation(wire, "none of the rows that were held back can be used")
        return training, None


LEAST_ROWS_TO_SPLIT = 20


def hold_back(rows: int, share: float, seed: int) -> list[int]:
    """
    Which rows only measure, in their order; none of fewer than 20. The choice depends on the arguments alone, so a
    resumed run and every worker of a run hold the same rows back. It is made among the dataset's own rows, before one
    becomes several (a long document, a pair for KTO): no part of a row that measures is learned from.
    """
    if rows < LEAST_ROWS_TO_SPLIT or share <= 0:
        return []
    return sorted(random.Random(seed).sample(range(rows), max(1, int(rows * share))))


def no_validation(wire: Wire, why: str) -> None:
    wire.emit(
        "warning",
        code="no_validation",
        message=f"No validation loss is measured, and early stopping cannot act: {why}.",
    )


def prepare(
    config: TrainConfig,
    rows: "Dataset",
    tokenizer: "PreTrainedTokenizerBase",
    wire: Wire,
    log: RunLog,
    what: str,
    numbers: Sequence[int] | None = None,
) -> "Dataset":
    """Render rows; those that cannot teach are left out with a warning, by their numbers in the dataset."""
    renderer = Renderer(
        tokenizer=tokenizer,
        template=template_of(tokenizer),
        method=config.method,
        loss_on=config.loss_on,
        max_tokens=config.max_sequence_length,
        splits=config.splits_rows,
    )
    problems = Problems()
    prepared = prepare_rows(rows, renderer, problems, numbers)
    log.data(what, len(rows) - problems.rows, len(prepared), renderer.lengths)
    if problems.rows:
        first = problems.first[0]
        wire.emit(
            "warning",
            code="rows_left_out",
            message=f"{problems.rows} {what} rows are left out; the first, row {first['row']}: {first['message']}",
            details={"rows": problems.rows, "problems": problems.first},
        )
    return prepared
