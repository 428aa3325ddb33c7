"""The one callback of a training run: turns what the trainer does into events, and stops it when it must."""

import math
import shutil
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transformers import TrainerCallback

from slipway_worker import checkpoints
from slipway_worker.run_log import RunLog, Totals
from slipway_worker.runtime import resident_bytes
from slipway_worker.train_config import TrainConfig
from slipway_worker.wire import Stop, Wire, WorkerError, finite

if TYPE_CHECKING:
    import torch
    from transformers import TrainerControl, TrainerState, TrainingArguments

# trl's own names for what the step event carries under its own keys, and for what says nothing about learning.
_OWN_KEYS = frozenset(("loss", "grad_norm", "learning_rate", "epoch", "num_tokens", "total_flos"))


class StopRequest:
    """Set by the thread that reads commands, read by the training loop. The first request wins, but for its save."""

    def __init__(self, log: RunLog) -> None:
        self._log = log
        self._asked = threading.Event()
        self._save = False

    def __call__(self, stop: Stop) -> None:
        if not self.asked or (stop.save and not self._save):
            self._log.asked_to_stop(save=stop.save, is_asked=stop.reason == "asked")
        self._save = self._save or stop.save
        self._asked.set()

    @property
    def asked(self) -> bool:
        return self._asked.is_set()

    @property
    def save(self) -> bool:
        return self._save


class StoppedInValidation(Exception):  # noqa: N818 - it is not an error
    """Leaves the trainer's loop in the middle of a validation."""


class Progress(TrainerCallback):
    """Emits started, step, evaluation and checkpoint events. Adds no work to a step that logs nothing."""

    def __init__(
        self,
        wire: Wire,
        config: TrainConfig,
        stop: StopRequest,
        origin: Mapping[str, object],
        totals: Totals,
        world_size: int,
        device: str,
        log: RunLog,
    ) -> None:
        self._wire, self._config, self._stop, self._log = wire, config, stop, log
        self._origin, self._totals, self._world_size, self._device = origin, totals, world_size, device
        self._mark = 0.0  # when the work since the last step event began
        self._before_save = 0.0  # when the last thing ended that comes before a checkpoint
        self._step = 0
        self._tokens = 0
        self._seconds_per_step: float | None = None
        self._is_warm = False
        self.checkpoint: Path | None = None
        self.step = 0
        self.validation_loss: float | None = None
        self.failure: WorkerError | None = None
        self.stopped_early = False

    def on_train_begin(
        self, args: "TrainingArguments", state: "TrainerState", control: "TrainerControl", **_: object
    ) -> None:
        self.step = self._step = state.global_step
        self._mark = time.perf_counter()
        if state.is_world_process_zero:
            self._wire.emit(
                "started",
                totalSteps=state.max_steps,
                epochs=float(args.num_train_epochs),
                resumedAtStep=state.global_step,
                **self._totals,
            )
            self._log.starts(state.max_steps, state.global_step, self._totals)

    def on_step_end(
        self, args: "TrainingArguments", state: "TrainerState", control: "TrainerControl", **_: object
    ) -> None:
        self.step = state.global_step
        if self._must_stop(args):
            control.should_training_stop = True
            control.should_save = self._stop.save
            control.should_evaluate = False
        if control.should_save:
            control.should_log = True  # so that on_log sees the loss before its weights are kept
        self._before_save = time.perf_counter()

    def on_epoch_end(
        self, args: "TrainingArguments", state: "TrainerState", control: "TrainerControl", **_: object
    ) -> None:
        if control.should_training_stop and (self._stop.asked or self.failure):
            control.should_save = False  # a stopped run has saved at its last step, or was asked not to
        self._before_save = time.perf_counter()

    def on_log(
        self,
        args: "TrainingArguments",
        state: "TrainerState",
        control: "TrainerControl",
        logs: Mapping[str, Any] | None = None,
        **_: object,
    ) -> None:
        if logs is None or "loss" not in logs:
            return
        now = time.perf_counter()
        steps = max(1, state.global_step - self._step)
        seconds = max(now - self._mark, 1e-9)
        per_step = seconds / steps
        # Smoothed, so that one slow step does not make the time left jump. The first steps also warm caches and kernels
        # up: what they took says little of the others and is forgotten with the next.
        old = self._seconds_per_step if self._is_warm else None
        self._is_warm = self._seconds_per_step is not None
        self._seconds_per_step = per_step if old is None else 0.9 * old + 0.1 * per_step
        tokens = int(logs.get("num_tokens", 0))
        # After a resume trl counts from zero again, so only a difference means something.
        new_tokens = tokens - self._tokens if tokens >= self._tokens else tokens
        loss = finite(logs["loss"])
        if state.is_world_process_zero:
            self._wire.emit(
                "step",
                step=state.global_step,
                epoch=round(float(state.epoch or 0), 6),
                loss=loss,
                learningRate=finite(logs.get("learning_rate")),
                gradNorm=finite(logs.get("grad_norm")),
                tokensPerSecond=new_tokens / seconds,
                samplesPerSecond=self._config.global_batch_size * steps / seconds,
                memoryBytes=self._memory_bytes(),
                secondsLeft=max(0, state.max_steps - state.global_step) * self._seconds_per_step,
                metrics={k: finite(v) for k, v in logs.items() if k not in _OWN_KEYS and isinstance(v, int | float)},
            )
            self._log.step(
                state.global_step, state.max_steps, loss, finite(logs.get("learning_rate")), new_tokens / seconds
            )
        self._step, self._tokens, self._mark = state.global_step, tokens, now
        self._before_save = time.perf_counter()
        if loss is None:
            self._meet_non_finite_loss(state, control)

    def on_prediction_step(
        self, args: "TrainingArguments", state: "TrainerState", control: "TrainerControl", **_: object
    ) -> None:
        # A validation can take an hour. All weights are at rest, so the run can end here as well as after a step.
        if self._stop.asked and self._world_size == 1:
            self._before_save = time.perf_counter()
            raise StoppedInValidation

    def on_evaluate(
        self,
        args: "TrainingArguments",
        state: "TrainerState",
        control: "TrainerControl",
        metrics: Mapping[str, Any] | None = None,
        **_: object,
    ) -> None:
        metrics = metrics or {}
        self.validation_loss = finite(metrics.get("eval_loss"))
        if state.is_world_process_zero:
            self._wire.emit(
                "evaluation",
                step=state.global_step,
                epoch=round(float(state.epoch or 0), 6),
                loss=self.validation_loss,
                metrics={
                    k.removeprefix("eval_"): finite(v)
                    for k, v in metrics.items()
                    if k.startswith("eval_")
                    and k not in ("eval_loss", "eval_num_tokens")
                    and isinstance(v, int | float)
                },
            )
            self._log.evaluated(state.global_step, state.max_steps, self.validation_loss)
        if self._config.early_stopping:
            if best_step(state) == state.global_step:
                control.should_save = True  # the trainer looks at this after the evaluation: these are the best weights
            if self._has_stalled(state):
                self.stopped_early = True
                control.should_training_stop = True
                self._log.stops_early(state.global_step, best_step(state))
        self._mark = self._before_save = time.perf_counter()

    def on_save(
        self,
        args: "TrainingArguments",
        state: "TrainerState",
        control: "TrainerControl",
        model: "torch.nn.Module | None" = None,
        **_: object,
    ) -> None:
        if state.is_world_process_zero and args.output_dir:
            folder = Path(args.output_dir)
            path = folder / f"{checkpoints.FOLDER_PREFIX}{state.global_step}"
            # The loss was measured before the step's update: it may be a number where the weights are none any more.
            if model is not None and (broken := broken_weight(model)):
                shutil.rmtree(path)
                control.should_training_stop = True
                self.failure = self.diverged_weights(broken)
                return
            size_bytes = checkpoints.complete(path, state.global_step, self._origin)
            best = best_step(state) if self._config.early_stopping else None
            kept = checkpoints.retain(folder, self._config.checkpoint_count, best)
            self.checkpoint = path
            seconds = time.perf_counter() - self._before_save
            self._log.checkpoint(path, state.global_step, state.max_steps, size_bytes, seconds)
            self._wire.emit(
                "checkpoint",
                step=state.global_step,
                path=str(path),
                sizeBytes=size_bytes,
                kept=[{"step": checkpoints.step_of(p), "path": str(p)} for p in kept],
            )
        self._mark = time.perf_counter()

    def _must_stop(self, args: "TrainingArguments") -> bool:
        if self._world_size == 1:
            return self._stop.asked
        # Only the first process hears commands; all must stop at the same step.
        import torch
        import torch.distributed as dist

        asked = torch.tensor([self._stop.asked, self._stop.save], dtype=torch.int32, device=args.device)
        dist.all_reduce(asked, op=dist.ReduceOp.MAX)
        if asked[0] and not self._stop.asked:
            self._stop(Stop(save=bool(asked[1])))
        return bool(asked[0])

    def _has_stalled(self, state: "TrainerState") -> bool:
        """Early stopping, decided from the whole history so that a resumed run decides the same."""
        best, waited = math.inf, 0
        for loss, _ in validation_losses(state):
            waited = 0 if loss < best - self._config.early_stopping_threshold else waited + 1
            best = min(best, loss)
        return waited >= self._config.early_stopping_patience

    def _meet_non_finite_loss(self, state: "TrainerState", control: "TrainerControl") -> None:
        last = self.checkpoint.name if self.checkpoint else None
        self._wire.emit(
            "warning", code="non_finite_loss", message=f"The loss is not a number at step {state.global_step}."
        )
        if self._config.on_non_finite_loss == "continue":
            return
        control.should_training_stop = True
        control.should_save = False  # these weights are of no use to anybody
        control.should_evaluate = False
        self.failure = WorkerError(
            "worker_failed",
            f"The loss is not a number at step {state.global_step}: training has diverged.",
            hint="Lower learningRate, raise warmupRatio, or check the data with `slipway datasets check`.",
            details={"reason": "non_finite_loss", "step": state.global_step, "lastCheckpoint": last},
        )

    def diverged_weights(self, name: str) -> WorkerError:
        """What is said of weights that are no numbers: they are of no use to anybody, and must not become a result."""
        last = self.checkpoint.name if self.checkpoint else None
        return WorkerError(
            "worker_failed",
            f"The weights are not numbers any more at step {self.step}: training has diverged.",
            hint="Lower learningRate, raise warmupRatio, or check the data with `slipway datasets check`.",
            details={"reason": "non_finite_weights", "step": self.step, "weight": name, "lastCheckpoint": last},
        )

    def _memory_bytes(self) -> int:
        if self._device != "cuda":
            return resident_bytes()
        import torch

        return torch.cuda.max_memory_reserved()


def broken_weight(model: "torch.nn.Module") -> str | None:
    """The name of a weight that was trained and is not a finite number everywhere; None where all are sound."""
    import torch

    for name, weight in model.named_parameters():
        if weight.requires_grad and not bool(torch.isfinite(weight).all()):
            return name
    return None


def best_step(state: "TrainerState") -> int | None:
    """The step with the lowest validation loss so far; the earliest of equals, None before the first validation."""
    measured = validation_losses(state)
    return min(measured)[1] if measured else None


def validation_losses(state: "TrainerState") -> list[tuple[float, int]]:
    """Every validation loss so far with its step; one that is not a number counts as the worst."""
    return [
        (entry["eval_loss"] if math.isfinite(entry["eval_loss"]) else math.inf, entry["step"])
        for entry in state.log_history
        if "eval_loss" in entry
    ]
