"""What a training run is told: Slipway's own names, as users see them, within the contract's ranges."""

import functools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from slipway_worker.config import camel, dump_config, snake, within
from slipway_worker.runtime import own_threads

Method = Literal["pretrain", "sft", "dpo", "kto"]
Tuning = Literal["lora", "qlora", "full"]

TEMPLATE_NAMES = ("auto", "model", "chatml", "plain")


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    method: Method
    model_dir: Path
    train_files: tuple[Path, ...]  # Parquet with canonical rows, see rows.py
    output_dir: Path  # gets checkpoints/ and, in the end, result/
    tuning: Tuning = "lora"
    adapter_dir: Path | None = None  # train this adapter further; with `full` it is merged into the weights first
    train_rates: tuple[float, ...] | None = None  # how often a row of each training file is used: 0.1 … 2; None: once
    validation_files: tuple[Path, ...] = ()
    validation_split: float = 0.0  # share of the rows that is held back and only measured; unused with validation_files
    base_model_name: str | None = None  # what the adapter names as its base; None: the model folder's name
    resume_from: Path | None = None  # a complete checkpoint of this run
    accept_drift: bool = False  # resume although the configuration or the data differ from the checkpoint's

    epochs: float = 3.0
    max_steps: int | None = None  # optimizer steps; None: as many as `epochs` needs
    learning_rate: float | None = None  # None: the method's usual
    lr_scheduler_type: Literal["linear", "cosine", "polynomial", "constant", "constant_with_warmup"] = "linear"
    lr_end: float = 1e-7  # polynomial: the last learning rate
    power: float = 1.0  # polynomial
    num_cycles: float = 0.5  # cosine: 0.5 falls once from the peak to zero
    warmup_ratio: float = 0.1
    weight_decay: float = 0.01
    max_grad_norm: float = 1.0
    global_batch_size: int = 16  # rows per optimizer step over all devices
    micro_batch_size: int | None = None  # rows per device and pass; None: the largest that divides, up to 8
    max_sequence_length: int = 1024  # tokens
    packing: bool = False  # pretrain and sft
    packing_strategy: Literal["bfd", "bfd_split", "wrapped"] = "bfd_split"
    loss_on: Literal["assistant", "last", "all"] = "assistant"  # sft: which turns teach
    beta: float = 0.1  # dpo and kto: how close to stay to the reference
    desirable_weight: float = 1.0  # kto
    undesirable_weight: float = 1.0  # kto
    chat_template: str = "auto"  # auto, model, chatml, plain, or Jinja; what was used is saved with the result

    lora_rank: int = 8
    lora_alpha: int = 16
    lora_dropout: float = 0.05
    lora_target_modules: Literal["all-linear"] | tuple[str, ...] = "all-linear"  # or ["all-linear"]

    seed: int = 42
    logging_steps: int = 1
    save_strategy: Literal["steps", "epoch", "end"] = "steps"  # end: the result only
    save_steps: int = 64
    checkpoint_count: int = 1  # how many are kept
    validation_steps: int = 16
    # Stop when the validation loss has not fallen by more than the threshold in so many validations in a row, and
    # take the best weights as the result.
    early_stopping: bool = False
    early_stopping_threshold: float = 0.01
    early_stopping_patience: int = 3
    on_non_finite_loss: Literal["stop", "continue"] = "stop"

    gradient_checkpointing: bool = False  # less memory, about a fifth slower
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"  # auto: bf16 on a GPU that has it, else fp32
    optimizer: Literal["adamw_torch", "adamw_8bit", "adafactor"] = "adamw_torch"
    device: str = "auto"  # auto, cpu, cuda, cuda:1
    threads: int = field(default_factory=own_threads)

    def __post_init__(self) -> None:
        for key, ends in ranges().items():
            value = getattr(self, key)
            if value is not None:
                within(camel(key), value, *ends.get(self.method, ends[None]))
        if not self.train_files:
            raise ValueError("trainFiles must name at least one file")
        if self.train_rates is not None:
            if len(self.train_rates) != len(self.train_files):
                raise ValueError("trainRates must hold one rate for each of trainFiles")
            for rate in self.train_rates:
                within("trainRates", rate, 0.01, 10)
        if self.early_stopping and not self.validation_files and not self.split:
            raise ValueError("earlyStopping needs validationFiles or validationSplit to measure the validation loss on")
        if self.method in ("dpo", "kto") and self.packing:
            raise ValueError(f"packing is for pretrain and sft; {self.method} compares whole rows")
        if isinstance(self.lora_target_modules, tuple) and not self.lora_target_modules:
            raise ValueError("loraTargetModules must be all-linear or name at least one module")
        if self.chat_template not in TEMPLATE_NAMES and "{" not in self.chat_template:
            raise ValueError(f"chatTemplate must be {', '.join(TEMPLATE_NAMES)} or Jinja text")
        if self.device != "auto" and self.device.split(":")[0] not in ("cpu", "cuda"):
            raise ValueError(f"device must be auto, cpu, cuda or cuda:N, got {self.device!r}")

    @property
    def lora_targets(self) -> str | list[str]:
        """The target modules as PEFT takes them: "all-linear" is a word, not a list of one."""
        names = self.lora_target_modules
        return "all-linear" if names in ("all-linear", ("all-linear",)) else list(names)

    @property
    def split(self) -> float:
        """The share of the rows that is held back: none where other rows measure."""
        return 0.0 if self.validation_files else self.validation_split

    @property
    def splits_rows(self) -> bool:
        """Whether packing goes on with what is over the sequence length, instead of cutting it off."""
        return self.packing and self.packing_strategy != "bfd"

    @property
    def uses_bitsandbytes(self) -> bool:
        """Whether the run asks for 4-bit weights or an 8-bit optimizer."""
        return self.tuning == "qlora" or self.optimizer == "adamw_8bit"

    @property
    def rate(self) -> float:
        """The learning rate, or the usual one of method and tuning where none was given."""
        if self.learning_rate is not None:
            return self.learning_rate
        full = {"pretrain": 3e-5, "sft": 3e-5, "dpo": 1e-6, "kto": 1e-6}[self.method]
        return full if self.tuning == "full" else full * 10

    def batches(self, world_size: int) -> tuple[int, int]:
        """Micro batch size and gradient accumulation. Raises ValueError unless they make up the global batch."""
        per_device, rest = divmod(self.global_batch_size, world_size)
        if rest or not per_device:
            raise ValueError(
                f"globalBatchSize {self.global_batch_size} cannot be divided among {world_size} devices evenly"
            )
        micro = self.micro_batch_size or max(n for n in range(1, min(8, per_device) + 1) if per_device % n == 0)
        if per_device % micro:
            raise ValueError(
                f"globalBatchSize {self.global_batch_size} is not a multiple of microBatchSize {micro}"
                f" times {world_size} device(s)"
            )
        if self.method == "kto" and micro < 2:
            raise ValueError("kto needs at least 2 rows per device and pass: choose an even globalBatchSize")
        return micro, per_device // micro


@functools.cache
def ranges() -> dict[str, dict[Method | None, tuple[float, float]]]:
    """Ranges by field, both ends included; None is every method that has none of its own. The contract owns them."""
    table = json.loads(Path(__file__).with_name("training_parameters.json").read_text(encoding="utf-8"))
    return {
        snake(key): {None: (row["min"], row["max"])}
        | {method: (own["min"], own["max"]) for method, own in row.get("byMethod", {}).items()}
        for key, row in table.items()
        if "min" in row
    }


# Keys that may differ between a checkpoint and the run that resumes it, because the curve does not depend on them.
NOT_DRIFT = frozenset(
    (
        *("outputDir", "resumeFrom", "acceptDrift", "loggingSteps", "saveStrategy", "saveSteps", "checkpointCount"),
        *(
            "earlyStopping",
            "earlyStoppingThreshold",
            "earlyStoppingPatience",
            "onNonFiniteLoss",
            "validationSteps",
            "threads",
            "device",
        ),
        # Where the files lie may change; what is in them may not: their fingerprints are compared.
        *("modelDir", "baseModelName", "adapterDir", "trainFiles", "validationFiles"),
    )
)


def drift_keys(config: TrainConfig) -> dict[str, object]:
    """The part of a configuration that decides the curve."""
    return {key: value for key, value in dump_config(config).items() if key not in NOT_DRIFT} | {
        "learningRate": config.rate,
        "validationSplit": config.split,
    }
