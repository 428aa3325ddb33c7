"""Chooses device and number format, before and after torch is there."""

import os
from typing import TYPE_CHECKING, Literal

from slipway_worker.wire import WorkerError

if TYPE_CHECKING:
    import torch

Precision = Literal["auto", "fp32", "bf16", "fp16"]


def see_one_gpu(device: str) -> None:
    """
    Let torch see one GPU only, unless a launcher runs one process per GPU: with several, transformers would wrap the
    model in DataParallel, which trl refuses. To be called before torch is imported.
    """
    if device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    elif "WORLD_SIZE" not in os.environ:
        visible = [name for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name]
        index = int(device.split(":")[1]) if ":" in device else 0
        if visible and index >= len(visible):
            raise WorkerError("missing_requirement", f"There is no GPU {device}: {len(visible)} are visible.")
        os.environ["CUDA_VISIBLE_DEVICES"] = visible[index] if visible else str(index)


def resolve_device(device: str) -> Literal["cpu", "cuda"]:
    """The device that is really there. Raises WorkerError when a GPU was asked for and torch finds none."""
    import torch

    if device == "cpu":
        return "cpu"
    if torch.cuda.is_available():
        return "cuda"
    if device == "auto":
        return "cpu"
    raise WorkerError(
        "missing_requirement",
        "A GPU was asked for, but torch finds none.",
        hint="Check the driver with `slipway doctor`, build the CUDA environment, or set device to cpu.",
    )


def resolve_precision(precision: Precision, device: str) -> "torch.dtype":
    """The number format to compute in."""
    import torch

    if precision == "auto":
        return torch.bfloat16 if device == "cuda" and torch.cuda.is_bf16_supported() else torch.float32
    if precision == "fp16" and device == "cpu":
        raise WorkerError("unsupported", "fp16 needs a GPU.", hint="Set precision to auto, bf16 or fp32.")
    return {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]


def require_bitsandbytes(what: str, device: str, hint: str) -> None:
    """Raises WorkerError where bitsandbytes cannot work."""
    import importlib.util

    if device != "cuda" or importlib.util.find_spec("bitsandbytes") is None:
        raise WorkerError("missing_requirement", f"{what} needs an NVIDIA GPU and bitsandbytes.", hint=hint)
