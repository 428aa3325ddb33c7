"""
The key-value cache of all sequences that are being answered, as one batch: rows join and leave between steps.

Rows are aligned at their ends. What is left of a shorter row is padding, which the attention mask hides and which the
position ids do not count, so a row's answer does not depend on its neighbours.
"""

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from slipway_worker.render import common_prefix_length

if TYPE_CHECKING:
    import torch
    from transformers import DynamicCache, PreTrainedModel


# Keys and values of one sequence, a pair for each layer.
States = list[tuple["torch.Tensor", "torch.Tensor"]]


class Batch:
    """Prefilled rows that are decoded together, one token each per step."""

    def __init__(self, model: "PreTrainedModel") -> None:
        self._model = model
        self._cache: DynamicCache | None = None
        self._lengths: list[int] = []

    def __len__(self) -> int:
        return len(self._lengths)

    def join(self, cache: "DynamicCache", length: int) -> None:
        """Add a row whose prompt has been computed alone."""
        import torch

        width = max(self._width, length)
        if self._cache is None:
            self._cache = cache
        else:
            for mine, new in zip(self._cache.layers, cache.layers, strict=True):
                mine.keys = torch.cat([_widen(mine.keys, width), _widen(new.keys, width)])
                mine.values = torch.cat([_widen(mine.values, width), _widen(new.values, width)])
        self._lengths.append(length)

    def leave(self, rows: Sequence[int]) -> None:
        """Drop rows, and the columns that only they needed."""
        stay = [row for row in range(len(self)) if row not in rows]
        if self._cache is None or len(stay) == len(self):
            return
        self._lengths = [self._lengths[row] for row in stay]
        if not stay:
            self._cache = None
            return
        width = max(self._lengths)
        for layer in self._cache.layers:
            layer.keys = layer.keys[stay, :, -width:]
            layer.values = layer.values[stay, :, -width:]

    def take(self, row: int) -> States:
        """A copy of one row's keys and values, layer by layer, without its padding."""
        assert self._cache is not None
        length = self._lengths[row]
        return [
            (layer.keys[row : row + 1, :, -length:].clone(), layer.values[row : row + 1, :, -length:].clone())
            for layer in self._cache.layers
        ]

    def step(self, tokens: Sequence[int]) -> "torch.Tensor":
        """Append one token to each row; answers the logits after it, one row each (float32, on the CPU)."""
        import torch

        device = self._model.device
        width = self._width
        lengths = torch.tensor(self._lengths, device=device)
        columns = torch.arange(width + 1, device=device)
        mask = (columns >= (width - lengths)[:, None]).long()
        output = self._model(
            input_ids=torch.tensor(tokens, device=device)[:, None],
            attention_mask=mask,
            position_ids=lengths[:, None],
            past_key_values=self._cache,
            use_cache=True,
        )
        self._lengths = [length + 1 for length in self._lengths]
        return output.logits[:, -1].float().cpu()

    def drop_all(self) -> None:
        """Forget everything, such as after memory ran out in the middle of a step."""
        self._cache, self._lengths = None, []

    @property
    def _width(self) -> int:
        return max(self._lengths, default=0)


def _widen(states: "torch.Tensor", width: int) -> "torch.Tensor":
    import torch

    return torch.nn.functional.pad(states, (0, 0, width - states.shape[-2], 0))


class Prefixes:
    """
    What the last few sequences have computed: the next turn of a chat starts with all of the turn before, and needs
    to read only what is new.
    """

    # Shorter ones are read faster than they are looked up.
    SHORTEST = 16

    def __init__(self, count: int) -> None:
        self._kept: deque[tuple[list[int], States]] = deque(maxlen=count)

    def keep(self, tokens: list[int], states: States) -> None:
        """Remember a sequence; what it begins with needs no place of its own any more."""
        for older in [kept for kept in self._kept if tokens[: len(kept[0])] == kept[0]]:
            self._kept.remove(older)
        self._kept.append((tokens, states))

    def start(self, prompt: Sequence[int]) -> tuple["DynamicCache", int]:
        """A cache with the longest known beginning of a prompt, and how many tokens that is; never all of them."""
        from transformers import DynamicCache

        # Without the configuration: all layers keep all positions, so rows of any length can share a batch.
        cache = DynamicCache()
        best, states = 0, None
        for tokens, known in self._kept:
            shared = min(common_prefix_length(tokens, prompt), len(prompt) - 1)
            if shared >= self.SHORTEST and shared > best:
                best, states = shared, known
        for index, (keys, values) in enumerate(states or []):
            cache.update(keys[:, :, :best], values[:, :, :best], index)
        return cache, best

    def clear(self) -> None:
        self._kept.clear()
