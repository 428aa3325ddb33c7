"""How a worker starts: with no library that its work has no use of."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest
from slipway_worker.runtime import leave_out_bitsandbytes

KINDS = {"plain": {}, "quantised": {"quantization_config": {"quant_method": "bitsandbytes"}}, "nothing": None}


@pytest.mark.parametrize(("kind", "is_found"), [("plain", False), ("quantised", True), ("nothing", True)])
def test_bitsandbytes_is_found_only_by_what_may_need_it(
    kind: str, is_found: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As in a process that has just started, whatever other tests imported.
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    monkeypatch.delitem(sys.modules, "bitsandbytes")
    if (facts := KINDS[kind]) is not None:
        (tmp_path / "config.json").write_text(json.dumps(facts), encoding="utf-8")
    leave_out_bitsandbytes(tmp_path)
    assert (importlib.util.find_spec("bitsandbytes") is not None) is is_found
