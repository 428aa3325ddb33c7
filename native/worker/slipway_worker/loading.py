"""Loads a causal language model for conversion: whole, from safetensors, on the CPU, without code from its folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway_worker.wire import WorkerError

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel


def load_causal(model_dir: Path, *, dtype: "torch.dtype | str", **options: Any) -> "PreTrainedModel":  # noqa: ANN401
    """
    Raise `unsupported` for what is no causal language model. transformers fills what a folder lacks with random
    numbers, as a head on top of an encoder: that would be converted as if it had been learned.
    """
    from transformers import AutoModelForCausalLM

    try:
        model, told = AutoModelForCausalLM.from_pretrained(
            model_dir,
            dtype=dtype,
            trust_remote_code=False,
            use_safetensors=True,
            output_loading_info=True,
            **options,
        )
    except ValueError as error:
        raise WorkerError(
            "unsupported",
            f"transformers cannot load this as a causal language model: {str(error).splitlines()[0][:500]}",
            hint="Text generation models whose architecture transformers has can be converted.",
        ) from error
    if missing := sorted(told["missing_keys"]):
        raise WorkerError(
            "unsupported",
            f"As a causal language model this lacks {len(missing)} tensors, such as {missing[0]}.",
            hint="Text generation models can be converted; an encoder has no part that writes text.",
            details={"missing": missing[:50]},
        )
    return model
