"""The worker is written in one style, as everything in TypeScript is: ruff's, with the settings of pyproject.toml."""

import subprocess
import sys
from pathlib import Path

import pytest

root = Path(__file__).parents[2]
settings = root / "native" / "worker" / "pyproject.toml"
sources = [root / "native" / "worker", root / "tests" / "worker", root / "native" / "environments" / "probe.py"]


@pytest.mark.parametrize("check", [["check"], ["format", "--check"]], ids=["lint", "format"])
def test_every_file_is_as_ruff_would_have_it(check: list[str]) -> None:
    command = [sys.executable, "-m", "ruff", *check, "--no-cache", "--config", str(settings), *map(str, sources)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
