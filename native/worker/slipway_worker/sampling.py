"""Chooses the next token of one sequence, with a random state of its own, so that its neighbours change nothing."""

import math
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway_worker.config import within

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """The knobs, under their usual names. Temperature 0 takes the likeliest token."""

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0  # 0: all
    min_p: float = 0.0
    repetition_penalty: float = 1.0  # over prompt and answer (Keskar et al. 2019)
    presence_penalty: float = 0.0  # over the answer, as OpenAI defines both
    frequency_penalty: float = 0.0
    seed: int | None = None  # None: a new one each time
    logit_bias: tuple[tuple[int, float], ...] = ()  # token, what is added to its logit; before the penalties

    def __post_init__(self) -> None:
        within("temperature", self.temperature, 0, 100)
        within("topP", self.top_p, 0, 1)
        within("topK", self.top_k, 0, 10_000_000)
        within("minP", self.min_p, 0, 1)
        within("repetitionPenalty", self.repetition_penalty, 0.01, 100)
        within("presencePenalty", self.presence_penalty, -100, 100)
        within("frequencyPenalty", self.frequency_penalty, -100, 100)
        within("seed", self.seed or 0, -(2**63), 2**64 - 1)
        for _, more in self.logit_bias:
            within("logitBias", more, -100, 100)


class Sampler:
    """Holds what sampling one sequence needs between its tokens."""

    def __init__(self, settings: Sampling, prompt: Sequence[int]) -> None:
        import torch

        self._settings = settings
        self._seen = set(prompt) if settings.repetition_penalty != 1 else set()
        self._counts: Counter[int] = Counter()
        self._random = torch.Generator(device="cpu")
        seed = settings.seed if settings.seed is not None else secrets.randbits(63)
        self._random.manual_seed(seed % 2**63)

    def choose(self, logits: "torch.Tensor") -> int:
        """Pick a token from one row of logits (float32, on the CPU); the row itself is not changed."""
        import torch

        settings = self._settings
        row = self._penalise(logits)
        if settings.temperature == 0:
            token = int(row.argmax())
        else:
            kept, indices = self._keep(row / settings.temperature)
            # By the inverse of the cumulative distribution: one draw per token whatever the vocabulary's size.
            draw = torch.rand((), generator=self._random, dtype=torch.float64)
            cumulative = kept.double().cumsum(0)
            at = int(torch.searchsorted(cumulative, draw * cumulative[-1], right=True))
            token = int(indices[min(at, len(indices) - 1)])
        self._counts[token] += 1
        if settings.repetition_penalty != 1:
            self._seen.add(token)
        return token

    def _penalise(self, logits: "torch.Tensor") -> "torch.Tensor":
        import torch

        settings = self._settings
        row = logits
        if settings.logit_bias:
            tokens, more = zip(*settings.logit_bias, strict=True)
            at = torch.tensor(tokens)
            row = row.index_put((at,), row[at] + torch.tensor(more, dtype=row.dtype))
        if self._seen:
            seen = torch.tensor(sorted(self._seen))
            values = row[seen]
            scaled = torch.where(values > 0, values / settings.repetition_penalty, values * settings.repetition_penalty)
            row = row.index_put((seen,), scaled)
        if self._counts and (settings.presence_penalty or settings.frequency_penalty):
            tokens = torch.tensor(list(self._counts))
            counts = torch.tensor(list(self._counts.values()), dtype=row.dtype)
            less = settings.presence_penalty + settings.frequency_penalty * counts
            row = row.index_put((tokens,), row[tokens] - less)
        return row

    def _keep(self, row: "torch.Tensor") -> tuple["torch.Tensor", "torch.Tensor"]:
        """Probabilities of the tokens that top-k, top-p and min-p leave, likeliest first, and their ids."""
        import torch

        settings = self._settings
        if settings.top_k and settings.top_k < len(row):
            values, indices = row.topk(settings.top_k)
        else:
            values, indices = row.sort(descending=True, stable=True)
        probabilities = torch.softmax(values, dim=0)
        keep = probabilities >= settings.min_p * probabilities[0]
        if settings.top_p < 1:
            before = probabilities.cumsum(0) - probabilities
            keep &= before < settings.top_p  # the token that crosses the threshold is still in
        keep[0] = True
        return probabilities[keep], indices[keep]


def ranked(log_probabilities: "torch.Tensor", count: int) -> list[tuple[int, float]]:
    """The likeliest tokens of one row, with their log probabilities; impossible ones are left out."""
    values, indices = log_probabilities.topk(min(count, len(log_probabilities)))
    pairs = zip(indices.tolist(), values.tolist(), strict=True)
    return [(token, value) for token, value in pairs if math.isfinite(value)]
