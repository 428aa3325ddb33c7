"""trl's trainer for each method, with Slipway's keys under the names that trl and transformers have for them."""

from typing import TYPE_CHECKING, Any

from slipway_worker.devices import require_bitsandbytes, resolve_precision
from slipway_worker.train_config import TrainConfig

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel, PreTrainedTokenizerBase, Trainer


def build_trainer(
    config: TrainConfig,
    model: "PreTrainedModel",
    reference: "PreTrainedModel | None",
    tokenizer: "PreTrainedTokenizerBase",
    rows: "Dataset",
    validation: "Dataset | None",
    world_size: int,
    device: str,
) -> "Trainer":
    """trl's trainer for the method, with Slipway's keys under trl's names."""
    from peft import LoraConfig
    from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, SFTConfig, SFTTrainer

    peft_config = None
    if config.tuning != "full" and config.adapter_dir is None:
        peft_config = LoraConfig(
            r=config.lora_rank,
            lora_alpha=config.lora_alpha,
            lora_dropout=config.lora_dropout,
            target_modules=config.lora_targets,
            task_type="CAUSAL_LM",
        )
    common: dict[str, Any] = {
        "model": model,
        "train_dataset": rows,
        "eval_dataset": validation,
        "processing_class": tokenizer,
        "peft_config": peft_config,
    }
    arguments = trainer_arguments(config, has_validation=validation is not None, world_size=world_size, device=device)
    match config.method:
        case "pretrain" | "sft":
            packing = {"packing": config.packing, "packing_strategy": config.packing_strategy}
            return SFTTrainer(**common, args=SFTConfig(**arguments, **packing, shuffle_dataset=config.packing))
        case "dpo":
            return DPOTrainer(**common, ref_model=reference, args=DPOConfig(**arguments, beta=config.beta))
        case "kto":
            weights = {"desirable_weight": config.desirable_weight, "undesirable_weight": config.undesirable_weight}
            return KTOTrainer(**common, ref_model=reference, args=KTOConfig(**arguments, beta=config.beta, **weights))


def trainer_arguments(config: TrainConfig, *, has_validation: bool, world_size: int, device: str) -> dict[str, Any]:
    """The arguments that all methods share."""
    import torch

    micro_batch_size, accumulation = config.batches(world_size)
    compute = resolve_precision(config.precision, device)
    schedule = {
        "cosine": {"num_cycles": config.num_cycles},
        "polynomial": {"lr_end": config.lr_end, "power": config.power},
    }
    return {
        "output_dir": str(config.output_dir / "checkpoints"),
        "num_train_epochs": config.epochs,
        "max_steps": config.max_steps or -1,
        "learning_rate": config.rate,
        "lr_scheduler_type": config.lr_scheduler_type,
        "lr_scheduler_kwargs": schedule.get(config.lr_scheduler_type, {}),
        "warmup_steps": config.warmup_ratio,  # transformers 5: below 1 it is a share of all steps
        "weight_decay": config.weight_decay,
        "max_grad_norm": config.max_grad_norm,
        "per_device_train_batch_size": micro_batch_size,
        "per_device_eval_batch_size": micro_batch_size,
        "gradient_accumulation_steps": accumulation,
        "max_length": config.max_sequence_length,
        "gradient_checkpointing": config.gradient_checkpointing,
        "seed": config.seed,
        "use_cpu": device == "cpu",
        "bf16": compute is torch.bfloat16,
        "fp16": compute is torch.float16,
        "optim": optimizer_name(config, device),
        "logging_steps": config.logging_steps,
        "logging_nan_inf_filter": False,  # it would hide a diverged run behind the average of better steps
        "save_strategy": "no" if config.save_strategy == "end" else config.save_strategy,
        "save_steps": config.save_steps,
        "save_total_limit": None,  # Progress keeps the count, after the new one is sealed
        "eval_strategy": "steps" if has_validation else "no",
        "eval_steps": config.validation_steps,
        "report_to": "none",
        "disable_tqdm": True,
        "dataset_num_proc": None,
        "dataloader_num_workers": 0,
    }


def optimizer_name(config: TrainConfig, device: str) -> str:
    """transformers' name. The 8-bit optimizer of bitsandbytes has kernels for CUDA only."""
    if config.optimizer == "adamw_8bit":
        require_bitsandbytes("adamw_8bit", device, hint="Choose adamw_torch or adafactor.")
    return {"adamw_torch": "adamw_torch", "adamw_8bit": "adamw_bnb_8bit", "adafactor": "adafactor"}[config.optimizer]
