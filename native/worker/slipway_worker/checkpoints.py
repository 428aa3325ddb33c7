"""
Checkpoints that can be trusted: complete or not at all, with what they were made from.

A checkpoint counts only once `slipway_checkpoint.json` lies in it, which is written last and names every other file
with its size. So a folder that a kill or a full disk left half-written is never resumed from.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from slipway_worker.runtime import folder_bytes
from slipway_worker.wire import WorkerError

MARKER = "slipway_checkpoint.json"
CONFIG = "slipway_config.json"
FOLDER_PREFIX = "checkpoint-"


def complete(checkpoint: Path, step: int, origin: Mapping[str, object]) -> int:
    """Seal a checkpoint that has just been written; answers its size in bytes."""
    # A pickle that nothing reads: without it a published checkpoint holds no code. And trl's card of empty headings.
    for name in ("training_args.bin", "README.md"):
        (checkpoint / name).unlink(missing_ok=True)
    _write_json(checkpoint / CONFIG, origin)
    files = {str(f.relative_to(checkpoint)): f.stat().st_size for f in sorted(checkpoint.rglob("*")) if f.is_file()}
    for name in files:
        _sync(checkpoint / name)
    _write_json(checkpoint / MARKER, {"step": step, "files": files})
    return folder_bytes(checkpoint)


def is_complete(checkpoint: Path) -> bool:
    """Whether the marker is there and every file has the size that it says."""
    try:
        files = json.loads((checkpoint / MARKER).read_text(encoding="utf-8"))["files"]
        return all((checkpoint / name).stat().st_size == size for name, size in files.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def step_of(checkpoint: Path) -> int:
    """The optimizer step in a checkpoint folder's name; -1 for another folder."""
    number = checkpoint.name.removeprefix(FOLDER_PREFIX)
    return int(number) if checkpoint.name.startswith(FOLDER_PREFIX) and number.isdecimal() else -1


def list_complete(folder: Path) -> list[Path]:
    """The complete checkpoints of a run, oldest first."""
    found = [path for path in folder.glob(FOLDER_PREFIX + "*") if step_of(path) >= 0 and is_complete(path)]
    return sorted(found, key=step_of)


def retain(folder: Path, count: int, best_step: int | None = None) -> list[Path]:
    """Keep the newest `count` complete checkpoints, the best one among or beside them; answers what is kept."""
    found = list_complete(folder)
    best = [path for path in found[:-count] if step_of(path) == best_step]
    kept = best + found[-count:]
    for path in folder.glob(FOLDER_PREFIX + "*"):
        if step_of(path) >= 0 and path not in kept:
            # First the marker: a removal that is interrupted must not leave something that looks whole.
            (path / MARKER).unlink(missing_ok=True)
            shutil.rmtree(path)
    return kept


def discard_incomplete(folder: Path) -> None:
    """Remove what a kill left half-written, before new files mix with it."""
    for path in folder.glob(FOLDER_PREFIX + "*"):
        if step_of(path) >= 0 and not is_complete(path):
            shutil.rmtree(path)


def check_resumable(checkpoint: Path, origin: Mapping[str, object], accept_drift: bool) -> Mapping[str, object]:
    """
    Refuse a checkpoint that is incomplete, or that was made from something else unless that is accepted.
    Answers what differs, as `{key: {"checkpoint": …, "now": …}}`.
    """
    if not checkpoint.is_dir():
        raise WorkerError("not_found", f"There is no checkpoint {checkpoint}.")
    if not is_complete(checkpoint):
        raise WorkerError(
            "conflict",
            f"{checkpoint.name} is incomplete: the run ended while it was being written.",
            hint="Resume from an earlier checkpoint.",
            details={"complete": [str(path) for path in list_complete(checkpoint.parent)]},
        )
    stored = json.loads((checkpoint / CONFIG).read_text(encoding="utf-8"))
    now = json.loads(json.dumps(origin))
    changed = {
        key: {"checkpoint": stored.get(key), "now": now.get(key)}
        for key in sorted(stored.keys() | now.keys())
        if stored.get(key) != now.get(key)
    }
    if changed and not accept_drift:
        raise WorkerError(
            "conflict",
            f"The run differs from its checkpoint in {', '.join(changed)}: the curve would not continue.",
            hint="Leave these as they were, or go on from the weights all the same with --accept-drift.",
            details={"changed": changed},
        )
    return changed


def fingerprint_files(files: Sequence[Path]) -> list[str]:
    """What is in the files, wherever they lie."""
    return [_sha256(file) for file in files]


def fingerprint_model(folder: Path) -> str:
    """Identity of a model folder: its configuration, and names and sizes of its weights (not their content)."""
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        if file.suffix in (".safetensors", ".bin"):
            digest.update(f"{file.name} {file.stat().st_size}\n".encode())
        elif file.name in ("config.json", "adapter_config.json"):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_json(path: Path, value: Mapping[str, object]) -> None:
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="utf-8") as stream:
        json.dump(value, stream, ensure_ascii=False, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
