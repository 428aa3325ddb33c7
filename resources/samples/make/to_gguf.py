"""Convert a tuned or base sample model to GGUF with llama.cpp's own converter, telling it the pre-tokenizer.

The converter knows pre-tokenizers by a hash over a vocabulary, so it cannot know one that was trained here. What
decides is the kind of splitting, and that can be read from ``tokenizer.json``.

    git clone node_modules/node-llama-cpp/llama/gitRelease.bundle .cache/llama.cpp
    python resources/samples/make/to_gguf.py --llama-cpp .cache/llama.cpp --model DIR --out FILE.gguf [--type bf16]
"""

from __future__ import annotations

import argparse
import importlib
import json
import runpy
import sys
from pathlib import Path


def pre_tokenizer(model: Path) -> str:
    """llama.cpp's name for the splitting of a byte-level BPE tokenizer. Raises ValueError for one it does not cover."""
    found = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))["pre_tokenizer"]
    parts = found["pretokenizers"] if found["type"] == "Sequence" else [found]
    kinds = [(part["type"], part.get("individual_digits", part.get("use_regex"))) for part in parts]
    if kinds == [("ByteLevel", True)]:
        return "gpt-2"
    if kinds == [("Digits", True), ("ByteLevel", True)]:
        return "smollm"
    raise ValueError(f"no name of llama.cpp is known here for the pre-tokenizer {kinds}")


def main() -> None:
    """Patch the one look-up and run the converter in this process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llama-cpp", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--type", default="bf16", help="f32, f16, bf16, q8_0")
    a = parser.parse_args()
    name = pre_tokenizer(a.model)
    sys.path[:0] = [str(a.llama_cpp / "gguf-py"), str(a.llama_cpp)]
    base = importlib.import_module("conversion.base")
    base.TextModel.get_vocab_base_pre = lambda _self, _tokenizer: name
    sys.argv = ["convert_hf_to_gguf.py", str(a.model), "--outfile", str(a.out), "--outtype", a.type]
    runpy.run_path(str(a.llama_cpp / "convert_hf_to_gguf.py"), run_name="__main__")


if __name__ == "__main__":
    main()
