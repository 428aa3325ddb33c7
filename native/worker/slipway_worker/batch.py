"""
The key-value cache of all sequences that are being answered, as one batch: rows join and leave between steps.

Rows are aligned at their ends. What is left of a shorter row is padding, which the attention mask hides and which the
position ids do not count, so a row's answer does not depend on its neighbours.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from transformers import DynamicCache, PreTrainedModel


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
