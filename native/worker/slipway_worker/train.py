"""
Train a local model on local data: continued pre-training, SFT, DPO or KTO, with LoRA, QLoRA or all weights.

python -m slipway_worker.train CONFIG.json
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway_worker import checkpoints
from slipway_worker.config import load_config
from slipway_worker.devices import resolve_device, see_one_gpu
from slipway_worker.held_back import FILE as HELD_BACK
from slipway_worker.held_back import read_held_back
from slipway_worker.run_log import RunLog, Totals, open_log, take_over_transformers
from slipway_worker.runtime import folder_bytes, leave_out_bitsandbytes, resident_bytes, run, use_threads
from slipway_worker.train_config import TrainConfig, drift_keys
from slipway_worker.train_model import load_model, load_tokenizer, load_weights, name_base, save_result
from slipway_worker.train_rows import read_rows
from slipway_worker.trainer import build_trainer
from slipway_worker.wire import Heartbeat, Wire, WorkerError, finite

if TYPE_CHECKING:
    import torch
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase, Trainer

    from slipway_worker.progress import Progress, StopRequest


def work(config_path: str, wire: Wire) -> None:
    try:
        config = load_config(TrainConfig, config_path)
        world_size = int(os.environ.get("WORLD_SIZE", "1"))
        config.batches(world_size)
    except (OSError, ValueError) as error:
        raise WorkerError("invalid_input", f"The training configuration is not valid: {error}") from error
    use_threads(config.threads)
    if not config.uses_bitsandbytes:
        leave_out_bitsandbytes(config.model_dir)
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


def main(argv: list[str], wire: Wire | None = None) -> int:
    return run(work, argv, wire)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
