"""
From a canonical row to token ids and labels: the one place that decides what a model is shown and what it learns.

Training uses it, and `datasets check` shows it. The text is tokenised once and as a whole, exactly as the template
rendered it, so the ids are the ones the model meets when it is served. Which tokens teach is decided on characters
first (where does this turn's answer lie in the text?) and carried over to tokens by their offsets.
"""

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from slipway_worker.template import ChatTemplate, Message
from slipway_worker.wire import WorkerError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

IGNORED = -100  # torch's cross entropy leaves such labels out
LossOn = Literal["assistant", "last", "all"]
Span = tuple[int, int]

# Private-use characters: no template tests for them, none trims them, and no text should hold them.
_SENTINEL = "\ue0f1slipway\ue0f2"


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """One row, ready to train on. `learned` has one entry per token."""

    text: str
    input_ids: list[int]
    learned: list[bool]
    truncated_tokens: int = 0

    @property
    def labels(self) -> list[int]:
        return [token if on else IGNORED for token, on in zip(self.input_ids, self.learned, strict=True)]

    @property
    def teaches(self) -> bool:
        """Whether any token has a label once the model shifts them: the first token of a row is never predicted."""
        return any(self.learned[1:])

    def truncate(self, max_tokens: int) -> "Rendered":
        """Cut the end off, as trl's keep_start does."""
        over = len(self.input_ids) - max_tokens
        if over <= 0:
            return self
        return Rendered(
            text=self.text,
            input_ids=self.input_ids[:max_tokens],
            learned=self.learned[:max_tokens],
            truncated_tokens=over,
        )


def render_chat(
    tokenizer: "PreTrainedTokenizerBase",
    template: ChatTemplate,
    messages: Sequence[Message],
    *,
    loss_on: LossOn = "assistant",
    tools: Sequence[Any] | None = None,
) -> Rendered:
    """Render a conversation; its assistant turns teach, but for those with `weight: 0`."""
    messages, weights = _check_messages(messages)
    text, tracked = template.render_tracked(messages, tools)
    turns = [index for index, message in enumerate(messages) if message["role"] == "assistant"]
    if loss_on == "last":
        turns = turns[-1:]
    silent = [turn for turn in turns if weights[turn] == 0]
    spans = _turn_spans(template, messages, tools, text, tracked)
    if loss_on == "all":
        learned_spans = _subtract((0, len(text)), [spans(turn) for turn in silent])
    else:
        learned_spans = [spans(turn) for turn in turns if weights[turn] != 0]
    ids, starts = tokenize_with_starts(tokenizer, text)
    return Rendered(text=text, input_ids=ids, learned=_mark(starts, learned_spans))


def render_text(tokenizer: "PreTrainedTokenizerBase", text: str) -> Rendered:
    """Plain text for continued pre-training: every token teaches, and the end of the document is one of them."""
    ids = list(tokenizer(text, add_special_tokens=True, verbose=False)["input_ids"])
    if tokenizer.eos_token_id is not None and (not ids or ids[-1] != tokenizer.eos_token_id):
        ids.append(tokenizer.eos_token_id)
    return Rendered(text=text, input_ids=ids, learned=[True] * len(ids))


def render_completions(
    tokenizer: "PreTrainedTokenizerBase",
    template: ChatTemplate,
    messages: Sequence[Message],
    completions: Sequence[Sequence[Message]],
    *,
    tools: Sequence[Any] | None = None,
) -> list[Rendered]:
    """
    A shared prompt with each of its completions, for DPO (two) and KTO (one), split where trl splits them: at the
    first token in which prompt and prompt-with-completion differ.
    """
    prompt_messages, _ = _check_messages(messages)
    prompt = _ids(tokenizer, template.render(prompt_messages, add_generation_prompt=True, tools=tools))
    texts = [template.render([*prompt_messages, *_check_messages(c)[0]], tools=tools) for c in completions]
    wholes = [_ids(tokenizer, text) for text in texts]
    split = min(common_prefix_length(prompt, whole) for whole in wholes)
    return [
        Rendered(text=text, input_ids=whole, learned=[index >= split for index in range(len(whole))])
        for text, whole in zip(texts, wholes, strict=True)
    ]


def tokenize_with_starts(tokenizer: "PreTrainedTokenizerBase", text: str) -> tuple[list[int], list[int]]:
    """Token ids of a text that holds its special tokens already, and the character at which each token starts."""
    if tokenizer.is_fast:
        encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return list(encoded["input_ids"]), [start for start, _ in encoded["offset_mapping"]]
    # Without offsets: a token starts at the longest prefix of the text that it takes no part in. Rare and slow.
    ids = _ids(tokenizer, text)
    starts = [0] * len(ids)
    position = 0
    for end in range(len(text) + 1):
        shared = common_prefix_length(_ids(tokenizer, text[:end]), ids)
        while position < shared:
            position += 1
            if position < len(ids):
                starts[position] = end
    return ids, starts


def common_prefix_length(a: Sequence[int], b: Sequence[int]) -> int:
    """How many leading items two sequences share."""
    for index, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return index
    return min(len(a), len(b))


def _ids(tokenizer: "PreTrainedTokenizerBase", text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])


def _mark(starts: Sequence[int], spans: Sequence[Span]) -> list[bool]:
    """A token teaches when it starts inside a span: one that straddles the start belongs to the prompt."""
    begins = [begin for begin, _ in spans]
    marks = []
    for start in starts:
        index = bisect_right(begins, start) - 1
        marks.append(index >= 0 and start < spans[index][1])
    return marks


def _subtract(whole: Span, holes: Sequence[Span]) -> list[Span]:
    spans, at = [], whole[0]
    for begin, end in sorted(holes):
        spans.append((at, begin))
        at = end
    return [*spans, (at, whole[1])]


def _check_messages(messages: Sequence[Message]) -> tuple[list[dict[str, Any]], list[float]]:
    """Plain dictionaries without `weight`, and the weights beside them."""
    if not messages:
        raise WorkerError("invalid_input", "The conversation is empty.")
    weights = []
    plain = []
    for index, message in enumerate(messages):
        if not isinstance(message, Mapping) or not isinstance(message.get("role"), str):
            raise WorkerError("invalid_input", f"Message {index + 1} has no role.")
        if message.get("content") is None and not message.get("tool_calls"):
            raise WorkerError("invalid_input", f"Message {index + 1} ({message['role']}) has no content.")
        weight = message.get("weight")
        weights.append(1.0 if weight is None else float(weight))
        kept = {key: value for key, value in message.items() if key != "weight" and value is not None}
        if isinstance(kept.get("tool_calls"), str):
            kept["tool_calls"] = _parse_tool_calls(kept["tool_calls"], index + 1)
        plain.append(kept)
    return plain, weights


def _parse_tool_calls(text: str, number: int) -> object:
    """Rows keep tool calls as JSON text, because every tool has arguments of its own; templates want the objects."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise WorkerError("invalid_input", f"The tool calls of message {number} are not JSON: {error}") from error


class _turn_spans:  # noqa: N801 - used like a function: spans(turn) says where that turn's answer lies
    """
    Finds the characters that the model itself would have written for one assistant turn, end-of-turn token included.

    Three ways, from the most to the least direct: the template's own `{% generation %}` marks; the difference between
    the chat up to the turn (with the prompt for an answer) and the chat with it; and, for templates that render the
    past differently from the present (such as those that drop old reasoning), a sentinel put in the answer's place.
    """

    def __init__(
        self,
        template: ChatTemplate,
        messages: list[dict[str, Any]],
        tools: Sequence[Any] | None,
        text: str,
        tracked: list[Span],
    ) -> None:
        self._template, self._messages, self._tools, self._text = template, messages, tools, text
        turns = [index for index, message in enumerate(messages) if message["role"] == "assistant"]
        self._tracked = dict(zip(turns, tracked, strict=True)) if len(tracked) == len(turns) else {}

    def __call__(self, turn: int) -> Span:
        found = self._tracked.get(turn) or self._by_prefix(turn) or self._by_sentinel(turn)
        if found is None:
            raise WorkerError(
                "unsupported",
                f"The chat template does not show where the answer of message {turn + 1} lies.",
                hint="Train on all tokens (lossOn=all), or give a chatTemplate with {% generation %} blocks.",
            )
        return found

    def _by_prefix(self, turn: int) -> Span | None:
        try:
            before = self._template.render(self._messages[:turn], add_generation_prompt=True, tools=self._tools)
            after = self._template.render(self._messages[: turn + 1], tools=self._tools)
        except WorkerError:
            return None  # many templates refuse a chat without a user turn; the sentinel does not need one
        if len(before) < len(after) and self._text.startswith(before) and self._text.startswith(after):
            return len(before), len(after)
        return None

    def _by_sentinel(self, turn: int) -> Span | None:
        marked = [*self._messages]
        marked[turn] = {"role": "assistant", "content": _SENTINEL}
        whole = self._template.render(marked, tools=self._tools)
        before, found, after = whole.partition(_SENTINEL)
        if not found or not self._text.startswith(before) or not self._text.endswith(after):
            return None
        end = len(self._text) - len(after)
        if end < len(before):
            return None
        closing = self._template.render(marked[: turn + 1], tools=self._tools).partition(_SENTINEL)[2]
        return len(before), end + common_prefix_length_text(closing, after)


def common_prefix_length_text(a: str, b: str) -> int:
    """How many leading characters two texts share."""
    return common_prefix_length([*map(ord, a)], [*map(ord, b)])
