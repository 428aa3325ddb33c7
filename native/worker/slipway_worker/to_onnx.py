"""
Export a causal language model to ONNX, laid out as transformers.js and ONNX Runtime users expect it, and compare what
it computes with the original before anybody gets it.

python -m slipway_worker.to_onnx CONFIG.json
"""

import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway_worker.config import within
from slipway_worker.loading import load_causal
from slipway_worker.runtime import end_when_told, folder_bytes, read_config, resident_bytes, run, use_threads
from slipway_worker.wire import Heartbeat, Wire, WorkerError

if TYPE_CHECKING:
    import torch
    from onnxruntime import InferenceSession
    from transformers import PreTrainedModel

OPERATOR_SET = 18
# A protobuf file ends at 2 GiB: larger weights go into a file beside it.
LARGEST_SINGLE_FILE_BYTES = 1_800_000_000
# Far more than float32 loses on another order of the same sums, far less than what changes an answer.
TOLERANCE = 1e-3


@dataclass(frozen=True, kw_only=True)
class ToOnnxConfig:
    model_dir: Path
    output_dir: Path  # must not exist: it appears whole or not at all
    threads: int = 1

    def __post_init__(self) -> None:
        within("threads", self.threads, 1, 1024)


def work(config_path: str, wire: Wire) -> None:
    config = read_config(ToOnnxConfig, config_path, "the export")
    use_threads(config.threads)
    end_when_told(wire)
    with Heartbeat(wire, lambda: {"memoryBytes": resident_bytes()}):
        export(config, wire)


def export(config: ToOnnxConfig, wire: Wire) -> None:
    """Export in float32 with keys and values as inputs and outputs: a runtime can go on from what it has read."""
    if config.output_dir.exists():
        raise WorkerError("conflict", f"{config.output_dir} exists already.", hint="Choose a new folder.")
    began = time.monotonic()
    wire.emit("phase", phase="importing")
    import torch
    from transformers import AutoTokenizer

    wire.emit("phase", phase="loading model")
    model = load_causal(config.model_dir, dtype=torch.float32, attn_implementation="eager").eval()
    wire.emit("phase", phase="exporting")
    partial = config.output_dir.with_name(config.output_dir.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "onnx").mkdir(parents=True)
    file = partial / "onnx" / "model.onnx"
    with torch.inference_mode():
        save(trace(model), file, sum(p.numel() * p.element_size() for p in model.parameters()))
        wire.emit("phase", phase="comparing with the original")
        difference, scale = compare(model, file, config.threads)
    if not difference <= TOLERANCE * max(1.0, scale):
        raise WorkerError(
            "unsupported",
            f"The exported model does not compute what the original does: logits differ by {difference:.2g}.",
            hint="Convert it to GGUF instead, or serve the safetensors model itself.",
            details={"maxLogitDifference": difference, "maxLogit": scale},
        )
    model.config.save_pretrained(partial)
    if model.generation_config is not None:
        model.generation_config.save_pretrained(partial)
    # In tokenizer_config.json, where every reader of this layout looks for the chat template.
    AutoTokenizer.from_pretrained(config.model_dir, trust_remote_code=False).save_pretrained(
        partial, save_jinja_files=False
    )
    partial.rename(config.output_dir)
    wire.emit(
        "finished",
        artifact={"path": str(config.output_dir), "kind": "model", "sizeBytes": folder_bytes(config.output_dir)},
        metrics={"seconds": time.monotonic() - began, "maxLogitDifference": difference, "maxLogit": scale},
    )


def trace(model: "PreTrainedModel") -> "torch.onnx.ONNXProgram":
    """The ONNX graph of one forward pass over new tokens, given the keys and values of earlier ones."""
    import torch
    from transformers.cache_utils import DynamicCache

    shapes = cache_shapes(model)

    class Step(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(
            self,
            input_ids: "torch.Tensor",
            attention_mask: "torch.Tensor",
            position_ids: "torch.Tensor",
            *past: "torch.Tensor",
        ) -> tuple["torch.Tensor", ...]:
            # Without the model's config every layer keeps all it is given: windows are the mask's matter.
            cache = DynamicCache()
            for layer in range(len(shapes)):
                cache.update(past[2 * layer], past[2 * layer + 1], layer)
            out = self.model(
                input_ids=input_ids,
                attention_mask=attention_mask,
                position_ids=position_ids,
                past_key_values=cache,
                use_cache=True,
            )
            present = [half for layer in out.past_key_values.layers for half in (layer.keys, layer.values)]
            return (out.logits, *present)

    # Sizes of 0 and 1 would be taken for constants.
    batch, new, old = 2, 3, 5
    example = (
        torch.zeros(batch, new, dtype=torch.long),
        torch.ones(batch, old + new, dtype=torch.long),
        torch.arange(old, old + new)[None].repeat(batch, 1),
        *(torch.zeros(batch, heads, old, size) for pair in shapes for heads, size in pair),
    )
    rows, old_tokens = "batch_size", "past_sequence_length"
    dynamic = (
        {0: rows, 1: "sequence_length"},
        {0: rows, 1: "total_sequence_length"},
        {0: rows, 1: "sequence_length"},
        tuple({0: rows, 2: old_tokens} for _ in range(2 * len(shapes))),
    )
    try:
        program = torch.onnx.export(
            Step().eval(),
            example,
            input_names=["input_ids", "attention_mask", "position_ids", *names("past_key_values", len(shapes))],
            output_names=["logits", *names("present", len(shapes))],
            dynamo=True,
            dynamic_shapes=dynamic,
            opset_version=OPERATOR_SET,
            verbose=False,
        )
    except torch.onnx.OnnxExporterError as error:
        cause = error.__cause__ or error  # its own text is advice about the exporter, in colours
        why = str(cause).strip() or type(cause).__name__
        raise unsupported(model, f"torch's exporter cannot trace it ({why.splitlines()[0][:500]}).") from error
    if program is None:
        raise unsupported(model, "torch's exporter gave nothing back.")
    return program


def cache_shapes(model: "PreTrainedModel") -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Heads and head size of each layer's keys and values. Raises `unsupported` for layers that keep something else."""
    import torch
    from transformers.cache_utils import DynamicCache

    cache = DynamicCache()
    try:
        model(input_ids=torch.zeros(1, 2, dtype=torch.long), past_key_values=cache, use_cache=True)
        return [
            ((layer.keys.shape[1], layer.keys.shape[3]), (layer.values.shape[1], layer.values.shape[3]))
            for layer in cache.layers
        ]
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        why = "Only models whose layers all keep keys and values (plain attention) can be exported."
        raise unsupported(model, why) from error


def names(prefix: str, layers: int) -> list[str]:
    """The names that ONNX Runtime's and transformers.js' generation loops look for."""
    return [f"{prefix}.{layer}.{half}" for layer in range(layers) for half in ("key", "value")]


def save(program: "torch.onnx.ONNXProgram", file: Path, weight_bytes: int) -> None:
    import onnx_ir

    beside = None if weight_bytes < LARGEST_SINGLE_FILE_BYTES else "model.onnx_data"
    onnx_ir.save(program.model, file, external_data=beside)


def compare(model: "PreTrainedModel", file: Path, threads: int) -> tuple[float, float]:
    """
    The largest difference of a logit between the ONNX file in ONNX Runtime and the model in torch, and the largest
    logit: prompts of several lengths, alone and two at once with padding, each read at once and then continued from
    its keys.
    """
    import torch
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads
    session = InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    tokens = model.config.get_text_config().vocab_size
    random = torch.Generator().manual_seed(0)
    worst, scale = 0.0, 0.0
    for length, padding in ((1, 0), (7, 0), (32, 0), (9, 4)):
        rows = 2 if padding else 1
        ids = torch.randint(0, tokens, (rows, length + 1), generator=random)
        mask = torch.ones_like(ids)
        mask[1:, :padding] = 0
        positions = (mask.cumsum(-1) - 1).clamp(min=0)
        expected = model(input_ids=ids, attention_mask=mask, position_ids=positions, use_cache=False).logits
        first, present = step(session, ids[:, :length], mask[:, :length], positions[:, :length], None)
        last, _ = step(session, ids[:, length:], mask, positions[:, length:], present)
        found = torch.cat([first, last], dim=1)
        seen = mask.bool()  # what a padded place answers means nothing
        worst = max(worst, (found - expected)[seen].abs().max().item())
        scale = max(scale, expected[seen].abs().max().item())
    return worst, scale


def step(
    session: "InferenceSession",
    ids: "torch.Tensor",
    mask: "torch.Tensor",
    positions: "torch.Tensor",
    past: Sequence[Any] | None,
) -> tuple["torch.Tensor", Sequence[Any]]:
    """One run of the exported model; `past` is what the last run gave, None at the beginning."""
    import numpy as np
    import torch

    feed = {"input_ids": ids.numpy(), "attention_mask": mask.numpy(), "position_ids": positions.numpy()}
    kept = [entry for entry in session.get_inputs() if entry.name.startswith("past_key_values.")]
    for index, entry in enumerate(kept):
        empty = np.zeros((ids.shape[0], entry.shape[1], 0, entry.shape[3]), np.float32)
        feed[entry.name] = empty if past is None else past[index]
    wanted = {entry.name for entry in session.get_inputs()}
    logits, *present = session.run(None, {name: value for name, value in feed.items() if name in wanted})
    return torch.from_numpy(logits), present


def unsupported(model: "PreTrainedModel", why: str) -> WorkerError:
    return WorkerError(
        "unsupported",
        f"{type(model).__name__} cannot be exported to ONNX: {why}",
        hint="Convert it to GGUF instead, or serve the safetensors model itself.",
    )


def main(argv: list[str], wire: Wire | None = None) -> int:
    return run(work, argv, wire)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
