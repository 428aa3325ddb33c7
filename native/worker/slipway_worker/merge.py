"""
Merge an adapter into its base model, as safetensors: what export and conversion to GGUF start from.

python -m slipway_worker.merge CONFIG.json
"""

import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from slipway_worker.config import within
from slipway_worker.loading import load_causal
from slipway_worker.runtime import (
    end_when_told,
    folder_bytes,
    leave_out_bitsandbytes,
    read_config,
    resident_bytes,
    run,
    use_threads,
)
from slipway_worker.wire import Heartbeat, Wire, WorkerError


@dataclass(frozen=True, kw_only=True)
class MergeConfig:
    model_dir: Path
    adapter_dir: Path
    output_dir: Path  # must not exist: it appears whole or not at all
    threads: int = 1

    def __post_init__(self) -> None:
        within("threads", self.threads, 1, 1024)


def work(config_path: str, wire: Wire) -> None:
    config = read_config(MergeConfig, config_path, "the merge")
    use_threads(config.threads)
    leave_out_bitsandbytes(config.model_dir)
    end_when_told(wire)
    with Heartbeat(wire, lambda: {"memoryBytes": resident_bytes()}):
        merge(config, wire)


def merge(config: MergeConfig, wire: Wire) -> None:
    """Load both on the CPU in the base's own number format, merge, and save with tokenizer and chat template."""
    if config.output_dir.exists():
        raise WorkerError("conflict", f"{config.output_dir} exists already.", hint="Choose a new folder.")
    wire.emit("phase", phase="importing")
    from peft import PeftModel
    from transformers import AutoTokenizer

    began = time.monotonic()
    wire.emit("phase", phase="loading model")
    base = load_causal(config.model_dir, dtype="auto")
    merged = PeftModel.from_pretrained(base, config.adapter_dir).merge_and_unload()
    wire.emit("phase", phase="saving result")
    partial = config.output_dir.with_name(config.output_dir.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    merged.save_pretrained(partial)
    # The adapter was taught with its own tokenizer files, chat template included, where it brought some.
    has_tokenizer = (config.adapter_dir / "tokenizer_config.json").is_file()
    source = config.adapter_dir if has_tokenizer else config.model_dir
    AutoTokenizer.from_pretrained(source, trust_remote_code=False).save_pretrained(partial)
    partial.rename(config.output_dir)
    wire.emit(
        "finished",
        artifact={"path": str(config.output_dir), "kind": "model", "sizeBytes": folder_bytes(config.output_dir)},
        metrics={"seconds": time.monotonic() - began},
    )


def main(argv: list[str], wire: Wire | None = None) -> int:
    return run(work, argv, wire)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
