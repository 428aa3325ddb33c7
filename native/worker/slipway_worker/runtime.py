"""What every worker does around its work: no network, a fixed number of threads, failures told as events."""

import errno
import logging
import os
import resource
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from slipway_worker.config import load_config
from slipway_worker.network import refuse_outside
from slipway_worker.wire import Wire, WorkerError, open_wire

# Set before anything of Hugging Face is imported: these are read at import.
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",  # it forks badly, and threads are counted out by the backend
    "BITSANDBYTES_NOWELCOME": "1",
}

Work = Callable[[str, Wire], None]
T = TypeVar("T")


def run(work: Work, argv: list[str], wire: Wire | None = None) -> int:
    """Run one worker to its end. Exit codes: 0 done or stopped, 2 invalid input, 1 failed."""
    wire = wire or open_wire()
    refuse_outside()
    os.environ.update(OFFLINE)
    quiet_libraries()
    if len(argv) != 2:
        wire.emit("failed", code="invalid_input", message="usage: python -m slipway_worker.<module> CONFIG.json")
        return 2
    try:
        work(argv[1], wire)
    except Exception as error:  # noqa: BLE001 - the last resort of the process: whatever it was becomes an event
        failure = as_worker_error(error)
        if failure is not error:
            traceback.print_exception(error, file=sys.stderr)
        logging.getLogger("slipway_worker").error("%s", failure.message)
        wire.emit("failed", **failure.body())
        return 2 if failure.code == "invalid_input" else 1
    return 0


def quiet_libraries() -> None:
    """
    Keep out of the log what libraries tell their developers. It reads like a failure of the run: a kernel that
    bitsandbytes would fetch from the network for a use that we never make of it, and names that the next major version
    takes away. Errors and all other warnings stay.
    """
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=FutureWarning)


def read_config(cls: type[T], path: str, of: str) -> T:
    """Load a worker's configuration; `of` names the work, such as "the merge". Raises WorkerError `invalid_input`."""
    try:
        return load_config(cls, path)
    except (OSError, ValueError) as error:
        raise WorkerError("invalid_input", f"The configuration of {of} is not valid: {error}") from error


def as_worker_error(error: BaseException) -> WorkerError:
    """Say what a failure means to the caller; an unforeseen one becomes `worker_failed` with its own words."""
    if isinstance(error, WorkerError):
        return error
    text = str(error)
    if is_out_of_memory(error):
        return WorkerError(
            "missing_requirement",
            f"Memory ran out: {text.splitlines()[0][:300] if text else type(error).__name__}",
            hint="Lower microBatchSize or maxSequenceLength, turn on gradientCheckpointing, or use lora or qlora.",
        )
    if (isinstance(error, OSError) and error.errno == errno.ENOSPC) or "No space left on device" in text:
        return WorkerError(
            "storage_full", "The disk is full.", hint="Free some space; the last complete checkpoint is intact."
        )
    return WorkerError("worker_failed", f"{type(error).__name__}: {text[:2000]}")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether host or device memory was refused. torch has a class for CUDA only; on the CPU its text says it."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and ("can't allocate memory" in text or "out of memory" in text)


def processors_at_hand() -> int:
    """How many processors this process may use. Only Linux tells; elsewhere it is all of the machine's."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def own_threads() -> int:
    """As many threads as OMP_NUM_THREADS says, as everywhere in the field; else one for each processor at hand."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    return int(said) if said.isdecimal() and int(said) > 0 else processors_at_hand()


def use_threads(count: int) -> None:
    """Fix the size of the numeric libraries' thread pools. To be called before torch is imported."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(count)
    # Threads that wait for each other soon sleep instead of spinning on: where another program holds a core, spinning
    # threads starve the one that they wait for. Alone, this costs nothing that could be measured (ADR 16).
    os.environ.setdefault("GOMP_SPINCOUNT", "2000")


def leave_out_bitsandbytes(model_dir: Path) -> None:
    """
    Let peft and transformers find no bitsandbytes, for work that does not ask for it itself: where it is installed they
    import it whether it is used or not, and torch's compiler with it, which is a fifth of what a worker takes to start.
    A model that was saved quantised keeps it. To be called before either library is imported.
    """
    try:
        facts = (model_dir / "config.json").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return  # what the folder lacks is told when the model is loaded
    if '"quantization_config"' not in facts:
        leave_out("bitsandbytes")


def leave_out(library: str) -> None:
    """Let a library look as if it were not installed, unless it has been imported. Those that use it find that out."""
    sys.modules.setdefault(library, None)  # type: ignore[arg-type] - None: it is not found


def end_when_told(wire: Wire) -> None:
    """End this process as soon as it is asked to stop or its runner is gone: for work that has nothing worth saving."""
    wire.listen(lambda _: os._exit(1))


def resident_bytes() -> int:
    """Resident memory of this process now (its highest so far where the system does not tell)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")


def folder_bytes(folder: Path) -> int:
    """The size of all files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
