"""
Turns texts into vectors: the way a sentence-transformers folder says, else by the mean of an encoder's last states, or
by the last token's state of a decoder.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from slipway_worker.wire import WorkerError

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

BATCH_INPUTS = 32
Pooling = Literal["mean", "cls", "lasttoken", "max"]

# sentence-transformers' flags in 1_Pooling/config.json; newer folders name the mode instead.
_FLAGS: dict[str, Pooling] = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_lasttoken": "lasttoken",
}


@dataclass(frozen=True)
class Dense:
    """A linear layer after pooling."""

    weight: "torch.Tensor"
    bias: "torch.Tensor | None"
    tanh: bool


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What happens to the last hidden states."""

    pooling: Pooling
    dense: tuple[Dense, ...] = ()
    normalize: bool = True


def read_recipe(folder: Path, is_decoder: bool) -> Recipe:
    """The folder's modules.json, or the default. Raises WorkerError for a module that would change the vectors."""
    modules_file = folder / "modules.json"
    if not modules_file.is_file():
        return Recipe(pooling="lasttoken" if is_decoder else "mean")
    pooling: Pooling = "mean"
    dense: list[Dense] = []
    normalize = False
    for module in json.loads(modules_file.read_text(encoding="utf-8")):
        kind = str(module["type"]).rsplit(".", 1)[-1]
        # `path` comes with the model: only its last part counts, so that it cannot point elsewhere.
        place = folder / Path(str(module["path"])).name
        match kind:
            case "Transformer":
                pass
            case "Pooling":
                pooling = _pooling(json.loads((place / "config.json").read_text(encoding="utf-8")))
            case "Dense":
                dense.append(_dense(place))
            case "Normalize":
                normalize = True
            case _:
                raise WorkerError("unsupported", f"The embedding model has a module {kind}, which is not known here.")
    return Recipe(pooling=pooling, dense=tuple(dense), normalize=normalize)


def embed(
    model: "PreTrainedModel", pad_token: int, recipe: Recipe, inputs: Sequence[Sequence[int]]
) -> list[list[float]]:
    """One vector per input, in their order. Longer inputs go together, so that little padding is computed."""
    import torch

    order = sorted(range(len(inputs)), key=lambda index: -len(inputs[index]))
    vectors: list[list[float]] = [[]] * len(inputs)
    for at in range(0, len(order), BATCH_INPUTS):
        group = order[at : at + BATCH_INPUTS]
        width = len(inputs[group[0]])
        ids = torch.full((len(group), width), pad_token)
        mask = torch.zeros((len(group), width), dtype=torch.long)
        for row, index in enumerate(group):
            ids[row, : len(inputs[index])] = torch.tensor(inputs[index])
            mask[row, : len(inputs[index])] = 1
        ids, mask = ids.to(model.device), mask.to(model.device)
        states = model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        for index, vector in zip(group, _pool(states, mask, recipe).tolist(), strict=True):
            vectors[index] = vector
    return vectors


def _pool(states: "torch.Tensor", mask: "torch.Tensor", recipe: Recipe) -> "torch.Tensor":
    import torch

    rows = torch.arange(len(states), device=states.device)
    match recipe.pooling:
        case "mean":
            weights = mask[:, :, None].float()
            pooled = (states * weights).sum(1) / weights.sum(1)
        case "cls":
            pooled = states[:, 0]
        case "lasttoken":
            pooled = states[rows, mask.sum(1) - 1]
        case "max":
            pooled = states.masked_fill(mask[:, :, None] == 0, float("-inf")).amax(1)
    for layer in recipe.dense:
        weight, bias = layer.weight.to(pooled), layer.bias.to(pooled) if layer.bias is not None else None
        pooled = torch.nn.functional.linear(pooled, weight, bias)
        pooled = pooled.tanh() if layer.tanh else pooled
    return torch.nn.functional.normalize(pooled, dim=1) if recipe.normalize else pooled


def _pooling(config: dict[str, Any]) -> Pooling:
    named = config.get("pooling_mode")
    modes = [mode for flag, mode in _FLAGS.items() if config.get(flag)] or ([named] if named else [])
    if len(modes) != 1 or modes[0] not in _FLAGS.values():
        raise WorkerError("unsupported", f"The embedding model pools in a way that is not known here: {modes}.")
    return modes[0]


def _dense(folder: Path) -> Dense:
    from safetensors.torch import load_file

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    activation = str(config.get("activation_function", "torch.nn.modules.activation.Tanh")).rsplit(".", 1)[-1]
    if activation not in ("Identity", "Tanh"):
        raise WorkerError("unsupported", f"The embedding model's dense layer has an activation {activation}.")
    weights = load_file(folder / "model.safetensors")
    return Dense(weights["linear.weight"], weights.get("linear.bias"), activation == "Tanh")
