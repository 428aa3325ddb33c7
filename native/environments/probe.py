"""Imports what an environment must offer and says what it found, as one JSON line.

    python probe.py '{"imports": ["torch", "trl"]}'

Runs in capsules, in environments that a user made, and in a broken one: it needs nothing but the standard library.
"""

import importlib
import json
import os
import platform
import shutil
import sys
import sysconfig
from importlib import metadata
from pathlib import Path
from typing import Any


def imported(names: list[str]) -> dict[str, str | None]:
    """Imports each module; the value says why one failed."""
    results: dict[str, str | None] = {}
    for name in names:
        try:
            importlib.import_module(name)
            results[name] = None
        except BaseException as error:  # noqa: BLE001 - a broken extension may raise anything, SystemExit included
            results[name] = f"{type(error).__name__}: {error}"[:500]
    return results


def distributions() -> dict[str, str]:
    """Names and versions of what is installed; the first on the path wins, as it does for an import."""
    found: dict[str, str] = {}
    for item in metadata.distributions():
        name = item.metadata["Name"]
        if name and name not in found:
            found[name] = item.version
    return found


def torch_facts() -> dict[str, Any] | None:
    """What torch was built for and which devices it sees, or None without torch."""
    try:
        import torch
    except BaseException:  # noqa: BLE001 - as above
        return None
    facts: dict[str, Any] = {
        "version": torch.__version__,
        "cuda": torch.version.cuda,
        "hip": torch.version.hip,
        "threads": torch.get_num_threads(),
        "devices": [],
        "unavailable": None,
    }
    if torch.cuda.is_available():
        built_for = set(torch.cuda.get_arch_list())
        for index in range(torch.cuda.device_count()):
            properties = torch.cuda.get_device_properties(index)
            capability = f"{properties.major}.{properties.minor}"
            facts["devices"].append(
                {
                    "name": properties.name,
                    "capability": capability,
                    "memoryBytes": properties.total_memory,
                    "supported": torch.version.hip is not None
                    or runs_on(properties.major, properties.minor, built_for),
                }
            )
    elif torch.version.cuda or torch.version.hip:
        try:
            torch.cuda.init()
        except Exception as error:  # noqa: BLE001 - told as the reason
            facts["unavailable"] = str(error).splitlines()[0][:300]
    return facts


def runs_on(major: int, minor: int, built_for: set[str]) -> bool:
    """CUDA's rule: machine code runs on the same major and a later minor version; PTX on anything later."""
    for arch in built_for:
        kind, _, digits = arch.partition("_")
        digits = digits.rstrip("af")
        if not digits.isdigit():
            continue
        built_major, built_minor = int(digits[:-1]), int(digits[-1])
        if kind == "compute" and (built_major, built_minor) <= (major, minor):
            return True
        if kind == "sm" and built_major == major and built_minor <= minor:
            return True
    return False


def main() -> int:
    wire = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # libraries print on import; that belongs to the log
    config = json.loads(sys.argv[1])
    report = {
        "python": platform.python_version(),
        "implementation": sys.implementation.name,
        "executable": sys.executable,
        "baseExecutable": getattr(sys, "_base_executable", sys.executable),
        "prefix": sys.prefix,
        "imports": imported(config["imports"]),
        "versions": distributions(),
        "torch": torch_facts() if "torch" in config["imports"] else None,
        # triton compiles small launchers at run time: it needs a compiler and Python's headers.
        "compiler": shutil.which(os.environ.get("CC", ""))
        or shutil.which("cc")
        or shutil.which("gcc")
        or shutil.which("clang"),
        "headers": (Path(sysconfig.get_paths()["include"]) / "Python.h").exists(),
    }
    wire.write(json.dumps(report) + "\n")
    wire.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
