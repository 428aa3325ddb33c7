"""The model of a run: loaded in the number format that it trains in, and saved as the result, whole or not at all."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway_worker.devices import require_bitsandbytes, resolve_precision
from slipway_worker.template import choose_template
from slipway_worker.train_config import TrainConfig
from slipway_worker.wire import WorkerError

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase, Trainer


def load_tokenizer(config: TrainConfig) -> "PreTrainedTokenizerBase":
    """The model's tokenizer with the chat template that the run uses, and with a pad token."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(config.model_dir, trust_remote_code=False)
    template = choose_template(tokenizer, config.chat_template)
    tokenizer.chat_template = template.source if template else None
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if tokenizer.pad_token is None:
        raise WorkerError("unsupported", "The tokenizer has neither a pad nor an end-of-text token.")
    return tokenizer


def load_model(config: TrainConfig, device: str) -> tuple["PreTrainedModel", "PreTrainedModel | None", "torch.dtype"]:
    """
    The model to train, the reference where trl cannot find it by itself (all weights after a merged adapter, compared
    with where they started), and the number format in which the weights came and a full result is saved.
    """
    import torch
    from transformers import AutoConfig

    saved_dtype = AutoConfig.from_pretrained(config.model_dir, trust_remote_code=False).dtype or torch.float32
    model = load_base(config, device)
    if config.adapter_dir is None:
        return model, None, saved_dtype
    from peft import PeftModel

    if config.tuning != "full":
        return PeftModel.from_pretrained(model, config.adapter_dir, is_trainable=True), None, saved_dtype
    model = PeftModel.from_pretrained(model, config.adapter_dir).merge_and_unload()
    reference = None
    if config.method in ("dpo", "kto"):
        reference = PeftModel.from_pretrained(load_base(config, device), config.adapter_dir).merge_and_unload()
    return model, reference, saved_dtype


def load_base(config: TrainConfig, device: str) -> "PreTrainedModel":
    """The base model. Weights that are trained stay in 32 bits; frozen ones take the format of the computation."""
    import torch
    from transformers import AutoModelForCausalLM

    compute = resolve_precision(config.precision, device)
    options: dict[str, Any] = {"dtype": torch.float32 if config.tuning == "full" else compute}
    if config.tuning == "qlora":
        options |= {
            "quantization_config": four_bits(compute, device),
            "device_map": {"": int(os.environ.get("LOCAL_RANK", "0"))},
        }
    try:
        return AutoModelForCausalLM.from_pretrained(
            config.model_dir, trust_remote_code=False, use_safetensors=True, **options
        )
    except (OSError, ValueError) as error:
        raise WorkerError("invalid_input", f"The model cannot be loaded: {str(error)[:1000]}") from error


def four_bits(compute: "torch.dtype", device: str) -> object:
    """QLoRA's format (Dettmers et al. 2023): NF4 with double quantisation."""
    from transformers import BitsAndBytesConfig

    require_bitsandbytes("qlora", device, hint="Choose lora, or build an environment for this machine's GPU.")
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=compute,
    )


def name_base(config: TrainConfig, trainer: "Trainer") -> None:
    """Let the adapter name its base by a name: a path of this machine would travel with every published copy."""
    if config.tuning != "full":
        trainer.model.peft_config["default"].base_model_name_or_path = config.base_model_name or config.model_dir.name


def load_weights(config: TrainConfig, trainer: "Trainer", checkpoint: Path) -> None:
    """Put the weights of a checkpoint back into the model: the best ones, when later ones are worse."""
    from safetensors.torch import load_file

    model = trainer.accelerator.unwrap_model(trainer.model)
    if config.tuning == "full":
        for file in sorted(checkpoint.glob("*.safetensors")):
            model.load_state_dict(load_file(file), strict=False)  # a shard, and tied weights lie in the file once
    else:
        from peft import set_peft_model_state_dict

        set_peft_model_state_dict(model, load_file(checkpoint / "adapter_model.safetensors"))


def save_result(
    config: TrainConfig, trainer: "Trainer", tokenizer: "PreTrainedTokenizerBase", saved_dtype: "torch.dtype"
) -> Path:
    """Write adapter or model with its tokenizer beside the goal, then move it into place: it is there whole or not."""
    result = config.output_dir / "result"
    partial = config.output_dir / "result.partial"
    if trainer.is_world_process_zero():
        for old in (partial, result):
            shutil.rmtree(old, ignore_errors=True)
    model = trainer.accelerator.unwrap_model(trainer.model)
    if config.tuning == "full":
        model.to(saved_dtype)  # a base that came in 16 bits does not double in size by being trained in 32
        trainer.save_model(str(partial))
    elif trainer.is_world_process_zero():
        # Only the trained one: for preferences, trl keeps a second adapter as the reference.
        model.save_pretrained(partial, selected_adapters=["default"], safe_serialization=True)
    if trainer.is_world_process_zero():
        for name in ("training_args.bin", "README.md"):  # a pickle, and a card of empty headings
            (partial / name).unlink(missing_ok=True)
        tokenizer.save_pretrained(partial)
        partial.rename(result)
    return result
