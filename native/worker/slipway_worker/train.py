"""
Train a local model on local data: continued pre-training, SFT, DPO or KTO, with LoRA, QLoRA or all weights.

python -m slipway_worker.train CONFIG.json
"""

import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway_worker import checkpoints
from slipway_worker.config import load_config
from slipway_worker.devices import resolve_device, resolve_precision, see_one_gpu
from slipway_worker.held_back import FILE as HELD_BACK
from slipway_worker.held_back import read_held_back, record_held_back
from slipway_worker.rows import Problems, Renderer, check_columns, open_rows, prepare_rows, sampled
from slipway_worker.run_log import RunLog, Totals, open_log, take_over_transformers
from slipway_worker.runtime import folder_bytes, resident_bytes, run, use_threads
from slipway_worker.template import choose_template, template_of
from slipway_worker.train_config import TrainConfig, drift_keys
from slipway_worker.wire import Heartbeat, Wire, WorkerError, finite

if TYPE_CHECKING:
    import torch
    from datasets import Dataset
    from transformers import PreTrainedModel, PreTrainedTokenizerBase, Trainer

    from slipway_worker.progress import Progress, StopRequest


def work(config_path: str, wire: Wire) -> None:
    try:
        config = load_config(TrainConfig, config_path)
        world_size = int(os.environ.get("WORLD_SIZE", "1"))
        config.batches(world_size)
    except (OSError, ValueError) as error:
        raise WorkerError("invalid_input", f"The training configuration is not valid: {error}") from error
    use_threads(config.threads)
    see_one_gpu(config.device)
    open_log()
    with Heartbeat(wire, lambda: {"memoryBytes": resident_bytes()}):
        train(config, wire, world_size)


def train(config: TrainConfig, wire: Wire, world_size: int) -> None:
    """One run, from reading the rows to the saved result. The last event is finished or stopped, or it raises."""
    origin = drift_keys(config) | fingerprints(config)
    if config.resume_from:
        check_resume(config, origin, wire)

    wire.emit("phase", phase="importing")
    import datasets
    import torch
    import transformers

    from slipway_worker.progress import Progress, StoppedInValidation, StopRequest

    take_over_transformers()
    log = RunLog(config)
    stop = StopRequest(log)
    wire.listen(stop)
    torch.set_num_threads(config.threads)
    device = resolve_device(config.device)
    log.begins(device)
    datasets.disable_progress_bars()
    transformers.utils.logging.disable_progress_bar()
    # Before the model exists, as an adapter's first weights are drawn then. trl 1.16 seeds there as well; older ones
    # did not, and two runs with one seed differed.
    transformers.set_seed(config.seed)

    wire.emit("phase", phase="reading rows")
    config.output_dir.mkdir(parents=True, exist_ok=True)
    if world_size == 1:
        for left in config.output_dir.glob("rows-*"):  # by a run that was killed
            shutil.rmtree(left)
    tokenizer = load_tokenizer(config)
    with tempfile.TemporaryDirectory(prefix="rows-", dir=config.output_dir) as cache:
        rows, validation = read_rows(config, tokenizer, Path(cache), wire, log)
        if stop.asked:
            log.stopped(0, None)
            wire.emit("stopped", step=0, checkpoint=None)
            return

        wire.emit("phase", phase="loading model")
        model, reference, saved_dtype = load_model(config, device)
        trainer = build_trainer(config, model, reference, tokenizer, rows, validation, world_size, device)
        totals = describe(config, trainer, rows, validation)
        log.model(model.config.model_type, totals)
        progress = Progress(wire, config, stop, origin, totals, world_size=world_size, device=device, log=log)
        name_base(config, trainer)
        trainer.remove_callback(transformers.PrinterCallback)
        trainer.add_callback(progress)
        if trainer.is_world_process_zero():
            checkpoints.discard_incomplete(config.output_dir / "checkpoints")
        began = time.monotonic()
        training_loss: float | None = None
        try:
            resume_from = str(config.resume_from) if config.resume_from else None
            training_loss = trainer.train(resume_from_checkpoint=resume_from).training_loss
        except StoppedInValidation:
            if stop.save:
                trainer._save_checkpoint(trainer.model, trial=None)
                progress.on_save(trainer.args, trainer.state, trainer.control, model=trainer.model)
        seconds = time.monotonic() - began
    conclude(config, wire, trainer, tokenizer, stop, progress, saved_dtype, training_loss, seconds, log)


def conclude(
    config: TrainConfig,
    wire: Wire,
    trainer: "Trainer",
    tokenizer: "PreTrainedTokenizerBase",
    stop: "StopRequest",
    progress: "Progress",
    saved_dtype: "torch.dtype",
    training_loss: float | None,
    seconds: float,
    log: RunLog,
) -> None:
    """Say how the run ended, and save the result where it ended well."""
    from slipway_worker.progress import best_step, broken_weight

    if progress.failure:
        raise progress.failure
    finished = training_loss is not None and (progress.step >= trainer.state.max_steps or progress.stopped_early)
    if stop.asked and not finished:
        # An older checkpoint is not where the run stopped: only one of this very step is reported.
        here = (
            progress.checkpoint
            if progress.checkpoint and checkpoints.step_of(progress.checkpoint) == progress.step
            else None
        )
        log.stopped(progress.step, here)
        wire.emit("stopped", step=progress.step, checkpoint=str(here) if here else None)
        return
    wire.emit("phase", phase="saving result")
    best = best_step(trainer.state) if config.early_stopping else None
    if best is not None and best != progress.step:
        load_weights(config, trainer, config.output_dir / "checkpoints" / f"{checkpoints.FOLDER_PREFIX}{best}")
    if broken := broken_weight(trainer.model):
        raise progress.diverged_weights(broken)
    result = save_result(config, trainer, tokenizer, saved_dtype)
    if trainer.is_world_process_zero():
        kind, size_bytes = "model" if config.tuning == "full" else "adapter", folder_bytes(result)
        log.finished(result, kind, size_bytes, best or progress.step, seconds)
        wire.emit(
            "finished",
            artifact={"path": str(result), "kind": kind, "sizeBytes": size_bytes},
            metrics={
                "steps": progress.step,
                "resultStep": best or progress.step,
                "trainLoss": finite(training_loss),
                "validationLoss": progress.validation_loss,
                "seconds": seconds,
                "stoppedEarly": int(progress.stopped_early),
            },
        )


def fingerprints(config: TrainConfig) -> dict[str, object]:
    """What model and data hold, wherever they lie. Raises WorkerError when one is missing."""
    for folder in (config.model_dir, *([config.adapter_dir] if config.adapter_dir else [])):
        if not folder.is_dir():
            raise WorkerError("not_found", f"There is no model folder {folder}.")
    for file in (*config.train_files, *config.validation_files):
        if not file.is_file():
            raise WorkerError("not_found", f"There is no file {file}.")
    return {
        "model": checkpoints.fingerprint_model(config.model_dir),
        "adapter": checkpoints.fingerprint_model(config.adapter_dir) if config.adapter_dir else None,
        "trainRows": checkpoints.fingerprint_files(config.train_files),
        "validationRows": checkpoints.fingerprint_files(config.validation_files),
    }


def check_resume(config: TrainConfig, origin: dict[str, Any], wire: Wire) -> None:
    """Refuse to resume from an incomplete checkpoint or another run's; tell what drifted where that is accepted."""
    assert config.resume_from
    changed = checkpoints.check_resumable(config.resume_from, origin, config.accept_drift)
    if changed:
        wire.emit("warning", code="drift", message=f"Resuming in spite of changes in {', '.join(changed)}.")


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


def read_rows(
    config: TrainConfig, tokenizer: "PreTrainedTokenizerBase", cache: Path, wire: Wire, log: RunLog
) -> tuple["Dataset", "Dataset | None"]:
    """What trains and what only measures, rendered: rows of files of their own, or a share that is held back."""
    rows = open_rows(config.train_files, config.method, cache)

    def learned(kept: Sequence[int] | None = None) -> "Dataset":
        if config.train_rates is not None:
            counts = [check_columns([file], config.method) for file in config.train_files]
            kept = sampled(range(len(rows)) if kept is None else kept, counts, config.train_rates, config.seed)
        return prepare(config, rows if kept is None else rows.select(kept), tokenizer, wire, log, "training", kept)

    held = hold_back(len(rows), config.split, config.seed)
    record_held_back(config, len(rows), held)
    if config.validation_files:
        measured = open_rows(config.validation_files, config.method, cache)
        return learned(), prepare(config, measured, tokenizer, wire, log, "validation")
    if not config.split:
        return learned(), None
    if not held:
        no_validation(wire, f"{len(rows)} rows are too few to hold some back")
        return learned(), None
    # Rows are held back before some are taken twice: what measures is never learned from.
    training = learned(sorted(set(range(len(rows))) - set(held)))
    try:
        return training, prepare(config, rows.select(held), tokenizer, wire, log, "validation", held)
    except WorkerError as error:
        # The rows were not chosen by anybody, so that they cannot be used is no reason to end what can train.
        if error.code != "invalid_input":
            raise
        no_validation(wire, "none of the rows that were held back can be used")
        return training, None


LEAST_ROWS_TO_SPLIT = 20


def hold_back(rows: int, share: float, seed: int) -> list[int]:
    """
    Which rows only measure, in their order; none of fewer than 20. The choice depends on the arguments alone, so a
    resumed run and every worker of a run hold the same rows back. It is made among the dataset's own rows, before one
    becomes several (a long document, a pair for KTO): no part of a row that measures is learned from.
    """
    if rows < LEAST_ROWS_TO_SPLIT or share <= 0:
        return []
    return sorted(random.Random(seed).sample(range(rows), max(1, int(rows * share))))


def no_validation(wire: Wire, why: str) -> None:
    wire.emit(
        "warning",
        code="no_validation",
        message=f"No validation loss is measured, and early stopping cannot act: {why}.",
    )


def prepare(
    config: TrainConfig,
    rows: "Dataset",
    tokenizer: "PreTrainedTokenizerBase",
    wire: Wire,
    log: RunLog,
    what: str,
    numbers: Sequence[int] | None = None,
) -> "Dataset":
    """Render rows; those that cannot teach are left out with a warning, by their numbers in the dataset."""
    renderer = Renderer(
        tokenizer=tokenizer,
        template=template_of(tokenizer),
        method=config.method,
        loss_on=config.loss_on,
        max_tokens=config.max_sequence_length,
        splits=config.splits_rows,
    )
    problems = Problems()
    prepared = prepare_rows(rows, renderer, problems, numbers)
    log.data(what, len(rows) - problems.rows, len(prepared), renderer.lengths)
    if problems.rows:
        first = problems.first[0]
        wire.emit(
            "warning",
            code="rows_left_out",
            message=f"{problems.rows} {what} rows are left out; the first, row {first['row']}: {first['message']}",
            details={"rows": problems.rows, "problems": problems.first},
        )
    return prepared


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


def name_base(config: TrainConfig, trainer: "Trainer") -> None:
    """Let the adapter name its base by a name: a path of this machine would travel with every published copy."""
    if config.tuning != "full":
        trainer.model.peft_config["default"].base_model_name_or_path = config.base_model_name or config.model_dir.name


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


def require_bitsandbytes(what: str, device: str, hint: str) -> None:
    """Raises WorkerError where bitsandbytes cannot work."""
    import importlib.util

    if device != "cuda" or importlib.util.find_spec("bitsandbytes") is None:
        raise WorkerError("missing_requirement", f"{what} needs an NVIDIA GPU and bitsandbytes.", hint=hint)


def describe(config: TrainConfig, trainer: "Trainer", rows: "Dataset", validation: "Dataset | None") -> Totals:
    """The totals of the started event."""
    import torch

    parameters = list(trainer.model.parameters())
    return {
        "rows": len(rows),
        "sequences": len(trainer.train_dataset),
        "validationRows": len(validation) if validation is not None else 0,
        "tokensPerEpoch": count_tokens(trainer.train_dataset),
        "trainableParameters": sum(p.numel() for p in parameters if p.requires_grad),
        "totalParameters": sum(p.numel() for p in parameters),
        "microBatchSize": trainer.args.per_device_train_batch_size,
        "gradientAccumulationSteps": trainer.args.gradient_accumulation_steps,
        "device": str(trainer.args.device),
        "heldBackRows": len(read_held_back(config.output_dir / HELD_BACK)),
        "threads": torch.get_num_threads(),
        "precision": "bf16" if trainer.args.bf16 else "fp16" if trainer.args.fp16 else "fp32",
    }


def count_tokens(rows: "Dataset") -> int:
    """Tokens of one pass over the rows; a shared prompt counts for each of its completions, as it is computed twice."""
    import pyarrow.compute as pc

    lengths = {
        name: pc.sum(pc.list_value_length(rows.data.column(name))).as_py() or 0
        for name in ("input_ids", "prompt_ids", "chosen_ids", "rejected_ids", "completion_ids")
        if name in rows.column_names
    }
    prompts = 2 if "chosen_ids" in lengths else 1
    return sum(count * (prompts if name == "prompt_ids" else 1) for name, count in lengths.items())


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


def main(argv: list[str], wire: Wire | None = None) -> int:
    return run(work, argv, wire)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
