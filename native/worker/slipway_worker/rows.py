"""Canonical rows (Parquet) → what a trainer takes. Rows that cannot teach are left out, counted and named."""

import json
import random
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from slipway_worker.render import LossOn, Rendered, render_chat, render_completions, render_text
from slipway_worker.run_log import RowLengths
from slipway_worker.template import ChatTemplate
from slipway_worker.wire import WorkerError

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase

Method = Literal["pretrain", "sft", "dpo", "kto"]
Row = Mapping[str, Any]

# The shapes that a method takes, the usual one first: KTO can also learn from pairs, each side judged by itself.
COLUMNS: Mapping[Method, tuple[tuple[str, ...], ...]] = {
    "pretrain": (("text",),),
    "sft": (("messages",),),
    "dpo": (("messages", "chosen", "rejected"),),
    "kto": (("messages", "completion", "label"), ("messages", "chosen", "rejected")),
}
MAX_EXAMPLES = 20


@dataclass
class Problems:
    """Rows that were left out: how many, and the first of them by number (1 is the first row)."""

    rows: int = 0
    first: list[dict[str, object]] = field(default_factory=list)

    def add(self, row: int, code: str, message: str) -> None:
        self.rows += 1
        if len(self.first) < MAX_EXAMPLES:
            self.first.append({"row": row, "code": code, "message": message})


@dataclass(frozen=True, kw_only=True)
class Renderer:
    """All that decides how a row of one method becomes tokens."""

    tokenizer: "PreTrainedTokenizerBase"
    template: ChatTemplate | None
    method: Method
    loss_on: LossOn
    max_tokens: int
    splits: bool = False  # packing goes on with what is over max_tokens in further sequences
    lengths: RowLengths = field(default_factory=RowLengths)  # of the rows that were rendered so far

    def render(self, row: Row) -> list[Rendered]:
        """
        One row as the trainer will see it, cut to the sequence length: one for pretrain, sft and kto, two (chosen,
        rejected) for dpo. Raises WorkerError for a row that cannot be rendered.
        """
        whole = self.render_whole(row)
        longest = max(len(rendered.input_ids) for rendered in whole)
        self.lengths.add(longest, is_cut=not self.splits and longest > self.max_tokens)
        return whole if self.splits else [rendered.truncate(self.max_tokens) for rendered in whole]

    def render_whole(self, row: Row) -> list[Rendered]:
        """The same, uncut."""
        match self.method:
            case "pretrain":
                if not isinstance(row["text"], str) or not row["text"]:
                    raise WorkerError("invalid_input", "The text is empty.")
                return [render_text(self.tokenizer, row["text"])]
            case "sft":
                return [
                    render_chat(
                        self.tokenizer,
                        self._template(),
                        _list(row, "messages"),
                        loss_on=self.loss_on,
                        tools=tools_of(row),
                    )
                ]
            case "dpo" | "kto":
                answers = [answer for answer, _ in judged_answers(row)]
        prompt = _list(row, "messages")
        return render_completions(self.tokenizer, self._template(), prompt, answers, tools=tools_of(row))

    def _template(self) -> ChatTemplate:
        if self.template is None:
            raise WorkerError(
                "missing_requirement",
                "The model has no chat template, so conversations cannot be turned into its input.",
                hint="Set chatTemplate (it is saved with the result), or train on plain text with pretrain.",
            )
        return self.template


def open_rows(files: Sequence[Path], method: Method, cache_dir: Path) -> "Dataset":
    """Open Parquet files as one memory-mapped table. Raises WorkerError naming a missing file or column."""
    from datasets import Dataset

    check_columns(files, method)
    return Dataset.from_parquet([str(file) for file in files], cache_dir=str(cache_dir), keep_in_memory=False)


def sampled(kept: Sequence[int], counts: Sequence[int], rates: Sequence[float], seed: int) -> list[int]:
    """
    Which rows are learned from, and how often, where each file has a rate of its own: at 0.1 a tenth of its rows by
    chance, at 2.5 each twice and every second, by chance, a third time. `kept` are those that may be used, in order,
    and `counts` the rows of each file. The choice depends on the arguments alone, as a resumed run must make it again.
    """
    chosen: list[int] = []
    first = 0
    for number, (count, rate) in enumerate(zip(counts, rates, strict=True)):
        own = list(kept[bisect_left(kept, first) : bisect_left(kept, first + count)])
        first += count
        if not own:
            continue
        whole, rest = divmod(max(1, round(len(own) * rate)), len(own))
        chosen += own * whole + random.Random(f"{seed} {number}").sample(own, rest)
    return sorted(chosen)


def check_columns(files: Sequence[Path], method: Method) -> int:
    """Count the rows. Raises WorkerError when a file is missing, is no Parquet, or lacks a column of the method."""
    from pyarrow import ArrowException, parquet

    rows = 0
    for file in files:
        if not file.is_file():
            raise WorkerError("not_found", f"There is no file {file}.")
        try:
            metadata = parquet.read_metadata(file)
        except (ArrowException, OSError) as error:
            raise WorkerError("invalid_input", f"{file.name} is not a readable Parquet file: {error}") from error
        columns = metadata.schema.to_arrow_schema().names
        if not any(set(shape) <= set(columns) for shape in COLUMNS[method]):
            missing = [column for column in COLUMNS[method][0] if column not in columns]
            raise WorkerError(
                "invalid_input",
                f"{file.name} has no column {missing[0]}, which {method} needs; it has {', '.join(columns)}.",
            )
        rows += metadata.num_rows
    return rows


def prepare_rows(
    rows: "Dataset", renderer: Renderer, problems: Problems, numbers: Sequence[int] | None = None
) -> "Dataset":
    """
    Render every row into the columns that the method's trainer takes. `numbers`: where each row stands in its dataset,
    from 0, when these are only some of it.
    """

    def convert(batch: Mapping[str, list[Any]], indices: list[int]) -> dict[str, list[Any]]:
        out: dict[str, list[Any]] = {name: [] for name in columns}
        for position, index in enumerate(indices):
            row = {name: values[position] for name, values in batch.items()}
            try:
                for ready in to_columns(row, renderer):
                    for name in columns:
                        out[name].append(ready[name])
            except WorkerError as error:
                if error.code == "missing_requirement":
                    raise  # no row can be rendered without a template
                problems.add((numbers[index] if numbers else index) + 1, error.code, error.message)
        return out

    to_columns, columns = _CONVERSIONS[renderer.method]
    prepared = rows.map(
        convert,
        batched=True,
        batch_size=200,
        with_indices=True,
        remove_columns=rows.column_names,
        load_from_cache_file=False,
        new_fingerprint=f"slipway-{rows._fingerprint}",  # spares hashing the tokenizer
    )
    if len(prepared) == 0:
        first = problems.first[0]["message"] if problems.first else "there are no rows"
        raise WorkerError(
            "invalid_input",
            f"Nothing would be learned: none of the {len(rows)} rows can be used. The first one: {first}",
            details={"problems": problems.first},
        )
    return prepared


def as_messages(value: object) -> list[dict[str, Any]]:
    """An answer is a list of messages, or the bare text of one assistant message."""
    if isinstance(value, str):
        return [{"role": "assistant", "content": value}]
    if isinstance(value, list) and value:
        return value
    raise WorkerError("invalid_input", "The answer is empty.")


def judged_answers(row: Row) -> list[tuple[list[dict[str, Any]], bool]]:
    """The answers of a preference row and whether each is a good one: a pair (chosen, rejected), or a single one."""
    if row.get("completion") is None:
        return [(as_messages(row.get("chosen")), True), (as_messages(row.get("rejected")), False)]
    if not isinstance(row["label"], bool):
        raise WorkerError("invalid_input", "The label is neither true nor false.")
    return [(as_messages(row["completion"]), row["label"])]


def tools_of(row: Row) -> list[Any] | None:
    """Tool definitions travel as JSON text, as their shapes differ too much for a column type."""
    tools = row.get("tools")
    return json.loads(tools) if isinstance(tools, str) and tools else None


def _list(row: Row, column: str) -> list[dict[str, Any]]:
    value = row[column]
    if not isinstance(value, list):
        raise WorkerError("invalid_input", f"{column} is not a list of messages.")
    return value


def _text_columns(row: Row, renderer: Renderer) -> Iterable[dict[str, Any]]:
    """A document longer than a sequence continues in the next one: nothing of it is lost."""
    ids = renderer.render_whole(row)[0].input_ids
    renderer.lengths.add(len(ids), is_cut=False)
    if renderer.splits:
        return [{"input_ids": ids, "labels": ids}]
    chunks = [ids[at : at + renderer.max_tokens] for at in range(0, len(ids), renderer.max_tokens)]
    # A last chunk of one token predicts nothing.
    return [{"input_ids": chunk, "labels": chunk} for chunk in chunks if len(chunk) > 1]


def _chat_columns(row: Row, renderer: Renderer) -> Iterable[dict[str, Any]]:
    (rendered,) = renderer.render(row)
    require_teaching([rendered])
    return [{"input_ids": rendered.input_ids, "labels": rendered.labels}]


def _pair_columns(row: Row, renderer: Renderer) -> Iterable[dict[str, Any]]:
    require_teaching(renderer.render(row))
    prompt = _conversation(row["messages"])
    return [{"prompt": prompt} | {k: _conversation(as_messages(row[k])) for k in ("chosen", "rejected")}]


def _judged_columns(row: Row, renderer: Renderer) -> Iterable[dict[str, Any]]:
    require_teaching(renderer.render(row))
    prompt = _conversation(row["messages"])
    return [
        {"prompt": prompt, "completion": _conversation(answer), "label": good} for answer, good in judged_answers(row)
    ]


def require_teaching(rendered: Sequence[Rendered]) -> None:
    """Raises WorkerError when a row (or one side of a pair) has no token to learn."""
    for one in rendered:
        if not one.teaches:
            cut = f" within the first {len(one.input_ids)} tokens" if one.truncated_tokens else ""
            raise WorkerError("invalid_input", f"Every label is masked: no token{cut} teaches anything.")


def _conversation(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Messages as trl takes them; what a column type fills with nulls is taken out again by trl itself."""
    return [{key: value for key, value in message.items() if key != "weight"} for message in messages]


_CONVERSIONS: Mapping[Method, tuple[Callable[[Row, Renderer], Iterable[dict[str, Any]]], tuple[str, ...]]] = {
    "pretrain": (_text_columns, ("input_ids", "labels")),
    "sft": (_chat_columns, ("input_ids", "labels")),
    "dpo": (_pair_columns, ("prompt", "chosen", "rejected")),
    "kto": (_judged_columns, ("prompt", "completion", "label")),
}
