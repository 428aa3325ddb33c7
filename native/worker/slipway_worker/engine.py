"""
Answers many requests with one model: a loop in a thread of its own that prefills new sequences in slices and decodes
all running ones together.
"""

import inspect
import math
import queue
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar

from slipway_worker.batch import Batch, Prefixes
from slipway_worker.runtime import as_worker_error
from slipway_worker.sampling import Sampler, Sampling, ranked
from slipway_worker.wire import WorkerError, finite

if TYPE_CHECKING:
    import torch
    from transformers import DynamicCache, PreTrainedModel

PREFILL_TOKENS = 512  # per round: the longest that running answers wait for a new prompt

T = TypeVar("T")
Top = list[tuple[int, float]]
Reason = Literal["stop", "length", "cancelled"]
Ending = Reason | Literal["failed"]  # failed: the request has been told why


@dataclass(frozen=True)
class Token:
    """A token, and what the model thought at its place before any knob was applied."""

    id: int
    logprob: float | None = None
    top: Top | None = None


@dataclass(frozen=True)
class PromptDone:
    """The prompt has been read. `tokens` comes with `echo`; its first has no probability."""

    count: int
    cached: int
    tokens: list[Token] | None


@dataclass(frozen=True)
class Done:
    """The last of a sequence's news."""

    reason: Reason
    prompt_tokens: int
    completion_tokens: int


News = PromptDone | Token | Done | WorkerError


@dataclass(kw_only=True, eq=False)
class Request:
    """One request on its way. `tell` is called in the engine's thread and must not block."""

    prompt: list[int]
    max_tokens: int
    sampling: Sampling
    stop_tokens: frozenset[int]
    tell: Callable[[News], None]
    logprobs: int | None = None  # None: none; 0: of the chosen token only
    echo: bool = False
    cancelled: threading.Event = field(default_factory=threading.Event)
    # Set by the engine:
    sampler: Sampler | None = None
    cache: "DynamicCache | None" = None
    read: int = 0
    known: int = 0  # tokens of the prompt that did not have to be computed
    fed: list[int] = field(default_factory=list)  # tokens whose keys and values are in the batch
    echoed: list[Token] = field(default_factory=list)
    produced: int = 0
    last: int = 0


class Engine:
    """Owns the model: nothing else may call it while the loop runs."""

    def __init__(self, model: "PreTrainedModel", *, max_active: int, max_queued: int, kept_prefixes: int = 4) -> None:
        self._model = model
        self._narrows = "logits_to_keep" in inspect.signature(model.forward).parameters
        self._batch = Batch(model)
        self._prefixes = Prefixes(kept_prefixes)
        self._running: list[Request] = []  # row n of the batch belongs to entry n
        self._waiting: deque[Request] = deque()
        self._reading: Request | None = None
        self._inbox: queue.SimpleQueue[Request | Callable[[], None] | None] = queue.SimpleQueue()
        self._max_active, self._max_queued = max_active, max_queued
        self._lock = threading.Lock()
        self._open = 0  # accepted and not done
        self._tokens = 0
        self._thread = threading.Thread(target=self._loop, name="engine", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Cancel everything and end the loop after the step in progress."""
        self._inbox.put(None)
        self._thread.join()

    def submit(self, sequence: Request) -> None:
        """Queue a request. Raises WorkerError (busy) when the queue is full."""
        with self._lock:
            if self._open >= self._max_active + self._max_queued:
                raise WorkerError("busy", f"{self._open} requests are under way.", hint="Try again in a moment.")
            self._open += 1
        self._inbox.put(sequence)

    def call(self, work: Callable[[], T]) -> "Future[T]":
        """Run something with the model between two steps."""
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(work())
            except Exception as error:  # noqa: BLE001 - whatever it is belongs to the caller
                future.set_exception(error)

        self._inbox.put(run)
        return future

    @property
    def load(self) -> tuple[int, int]:
        """Requests being answered, and requests that wait."""
        active = min(self._open, self._max_active)
        return active, self._open - active

    @property
    def tokens_produced(self) -> int:
        return self._tokens

    def _loop(self) -> None:
        import torch

        with torch.inference_mode():
            while self._take_in():
                try:
                    self._round()
                except Exception as error:  # noqa: BLE001 - one bad step must not end the engine
                    self._fail_all(as_worker_error(error), error)
        for sequence in [*self._running, *self._waiting, *([self._reading] if self._reading else [])]:
            self._finish(sequence, "cancelled")

    def _take_in(self) -> bool:
        """Accept what has come in; waits when there is nothing else to do. False: the engine is to end."""
        while True:
            idle = not (self._running or self._waiting or self._reading)
            try:
                item = self._inbox.get(block=idle)
            except queue.Empty:
                return True
            if item is None:
                return False
            if isinstance(item, Request):
                self._waiting.append(item)
            else:
                item()
                return True  # one at a time, so that running answers go on in between

    def _round(self) -> None:
        if not (self._running or self._waiting or self._reading):
            return
        self._drop_cancelled()
        if self._reading is None and self._waiting and len(self._running) < self._max_active:
            self._reading = self._waiting.popleft()
        if self._reading is not None:
            self._read_on(self._reading)
        if self._running:
            self._decode()

    def _drop_cancelled(self) -> None:
        for sequence in [s for s in self._waiting if s.cancelled.is_set()]:
            self._waiting.remove(sequence)
            self._finish(sequence, "cancelled")
        if self._reading is not None and self._reading.cancelled.is_set():
            self._finish(self._reading, "cancelled")
            self._reading = None
        gone = [row for row, sequence in enumerate(self._running) if sequence.cancelled.is_set()]
        self._retire(dict.fromkeys(gone, "cancelled"))

    def _read_on(self, sequence: Request) -> None:
        """Compute the next slice of a prompt; after the last one the sequence has its first token."""
        import torch

        if sequence.cache is None:
            # An echo tells about every token of the prompt, so every one is computed.
            beginning = [] if sequence.echo else sequence.prompt
            sequence.cache, sequence.known = self._prefixes.start(beginning)
            sequence.read = sequence.known
        begin, end = sequence.read, min(sequence.read + PREFILL_TOKENS, len(sequence.prompt))
        piece = sequence.prompt[begin:end]
        output = self._model(
            input_ids=torch.tensor([piece], device=self._model.device),
            position_ids=torch.arange(begin, end, device=self._model.device)[None],
            past_key_values=sequence.cache,
            use_cache=True,
            **({"logits_to_keep": 1} if self._narrows and not sequence.echo else {}),
        )
        logits = output.logits[0].float().cpu()
        sequence.read = end
        if sequence.echo:
            self._echo(sequence, logits, begin, end)
        if end < len(sequence.prompt):
            return
        self._reading = None
        sequence.tell(PromptDone(len(sequence.prompt), sequence.known, sequence.echoed if sequence.echo else None))
        if sequence.max_tokens == 0:
            self._finish(sequence, "length")
            return
        sequence.sampler = Sampler(sequence.sampling, sequence.prompt)
        reason = self._advance(sequence, logits[-1])
        if reason:
            self._finish(sequence, reason)
            return
        self._batch.join(sequence.cache, len(sequence.prompt))
        sequence.cache = None
        sequence.fed = [*sequence.prompt]
        self._running.append(sequence)

    def _echo(self, sequence: Request, logits: "torch.Tensor", begin: int, end: int) -> None:
        """Log probabilities of prompt tokens: row n of the logits speaks about token n + 1."""
        if begin == 0:
            sequence.echoed.append(Token(sequence.prompt[0]))
        if sequence.logprobs is None:
            sequence.echoed += [Token(token) for token in sequence.prompt[begin + 1 : end + 1]]
            return
        for row, token in zip(logits.log_softmax(-1), sequence.prompt[begin + 1 : end + 1], strict=False):
            sequence.echoed.append(Token(token, finite(float(row[token])), ranked(row, sequence.logprobs)))

    def _decode(self) -> None:
        logits = self._batch.step([sequence.last for sequence in self._running])
        ended: dict[int, Ending] = {}
        for row, sequence in enumerate(self._running):
            sequence.fed.append(sequence.last)
            reason = self._advance(sequence, logits[row])
            if reason:
                ended[row] = reason
        self._retire(ended)

    def _advance(self, sequence: Request, logits: "torch.Tensor") -> Ending | None:
        """Choose and tell one token; answers why the sequence ends with it, if it does."""
        if not math.isfinite(float(logits.max())):
            sequence.tell(WorkerError("worker_failed", "The model's output is not a number: its weights are broken."))
            return "failed"
        assert sequence.sampler
        token = sequence.sampler.choose(logits)
        sequence.last = token
        sequence.produced += 1
        self._tokens += 1
        if token in sequence.stop_tokens:
            return "stop"
        if sequence.logprobs is None:
            sequence.tell(Token(token))
        else:
            row = logits.log_softmax(-1)
            sequence.tell(Token(token, finite(float(row[token])), ranked(row, sequence.logprobs)))
        return "length" if sequence.produced >= sequence.max_tokens else None

    def _retire(self, ended: Mapping[int, Ending]) -> None:
        if not ended:
            return
        for row, reason in ended.items():
            if reason != "failed":
                self._prefixes.keep(self._running[row].fed, self._batch.take(row))
        self._batch.leave(list(ended))
        for row, reason in ended.items():
            self._finish(self._running[row], reason)
        self._running = [sequence for row, sequence in enumerate(self._running) if row not in ended]

    def _finish(self, sequence: Request, reason: Ending) -> None:
        with self._lock:
            self._open -= 1
        sequence.cache = None
        if reason != "failed":
            sequence.tell(Done(reason, len(sequence.prompt), sequence.produced))

    def _fail_all(self, failure: WorkerError, error: Exception) -> None:
        """A step that failed, such as for lack of memory, costs the sequences it worked on; the queue lives on."""
        traceback.print_exception(error, file=sys.stderr)
        lost = [*self._running, *([self._reading] if self._reading else [])]
        self._running, self._reading = [], None
        self._batch.drop_all()
        self._prefixes.clear()
        with self._lock:
            self._open -= len(lost)
        for sequence in lost:
            sequence.cache = None
            sequence.tell(failure)


class Meter:
    """Tokens per second since it was last asked."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._tokens, self._at = engine, 0, time.monotonic()

    def read(self) -> float:
        tokens, now = self._engine.tokens_produced, time.monotonic()
        rate = (tokens - self._tokens) / max(now - self._at, 1e-9)
        self._tokens, self._at = tokens, now
        return rate


def model_context_length(model: "PreTrainedModel", tokenizer_limit: int | None, asked: int | None) -> int:
    """Tokens that prompt and answer may have together: the model's, or fewer where that was asked."""
    text = model.config.get_text_config()
    known: Sequence[int | None] = [getattr(text, name, None) for name in ("max_position_embeddings", "n_positions")]
    limits = [limit for limit in [*known, asked] if limit]
    if not limits and tokenizer_limit and tokenizer_limit < 10**9:
        limits = [tokenizer_limit]
    return min(limits, default=2048)
