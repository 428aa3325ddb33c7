"""
Convert a model folder to one GGUF file with llama.cpp's own converter: the one of the release that will load it.

python -m slipway_worker.to_gguf CONFIG.json
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from slipway_worker.config import within
from slipway_worker.runtime import end_when_told, read_config, resident_bytes, run, use_threads
from slipway_worker.wire import Heartbeat, Wire, WorkerError

# llama.cpp's names for ways of splitting text before byte-pair encoding, as tokenizer.json writes them. Its converter
# knows tokenizers by a hash over what they make of one text, so it cannot know one that was trained or extended here;
# the way of splitting alone decides which name is right (llama.cpp: src/llama-vocab.cpp, regex_exprs).
GPT_2 = ("ByteLevel", True)
QWEN_2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA_3 = QWEN_2.replace(r"|\p{N}| ", r"|\p{N}{1,3}| ")
# The steps, and whether whole words of the vocabulary come before merges.
PRE_TOKENIZERS: dict[tuple[tuple[tuple[object, ...], ...], bool], str] = {
    ((GPT_2,), False): "gpt-2",
    ((("Digits", True), GPT_2), False): "smollm",
    ((("Split", QWEN_2, "Isolated", False), ("ByteLevel", False)), False): "qwen2",
    ((("Split", LLAMA_3, "Isolated", False), ("ByteLevel", False)), True): "llama-bpe",
}

# Where tokenizers differ: digits, contractions, capitals, spaces and line breaks, other scripts, joined emoji, code.
TEXTS = (
    "The quick brown fox jumps over the lazy dog.",
    "It's what we've said; I'LL SAY IT'S SO.",
    "In 2026: 7 + 38 = 45, 1234567 and 3.14159",
    "Two  spaces,   three,\ttabs\n\nand\n breaks \n",
    "Straße, café, naïve, Ærøskøbing, Łódź",
    "Привет, мир! Γειά σου Κόσμε",
    "我想在北京工作，你好世界。日本語のテキスト",
    "مرحبا بالعالم שלום עולם नमस्ते",
    "🚀 👩‍💻 🏳️‍🌈 ✅",
    "def f(x: int) -> int:\n    return x ** 2  # square\n",
    '{"key": [1, 2.5, null], "path": "C:\\\\tmp"}',
    "https://example.org/a?b=c&d=%20 <tag attr='1'/>",
)


@dataclass(frozen=True, kw_only=True)
class ToGgufConfig:
    model_dir: Path
    output_file: Path  # must not exist
    output_type: Literal["f32", "f16", "bf16"]
    model_name: str
    llama_cpp_dir: Path  # conversion/ and gguf-py/ of one release
    tokens_file: Path | None = None  # gets some texts with the original's tokens, to compare the file's with
    threads: int = 1

    def __post_init__(self) -> None:
        within("threads", self.threads, 1, 1024)


def work(config_path: str, wire: Wire) -> None:
    config = read_config(ToGgufConfig, config_path, "the conversion")
    use_threads(config.threads)
    end_when_told(wire)
    with Heartbeat(wire, lambda: {"memoryBytes": resident_bytes()}):
        convert(config, wire)


def convert(config: ToGgufConfig, wire: Wire) -> None:
    """Run the converter in this process, offline, with nothing loaded that could run code of the model's author."""
    if config.output_file.exists():
        raise WorkerError("conflict", f"{config.output_file} exists already.", hint="Choose a new file.")
    began = time.monotonic()
    wire.emit("phase", phase="importing")
    # The release's own gguf package must come before one that is installed.
    sys.path[:0] = [str(config.llama_cpp_dir / "gguf-py"), str(config.llama_cpp_dir)]
    refuse_code()
    import torch
    from conversion import ModelBase, ModelType, base, get_model_architecture, get_model_class
    from gguf import LlamaFileType

    find_pre_tokenizer = base.TextModel.get_vocab_base_pre
    base.TextModel.get_vocab_base_pre = lambda model, tokenizer: known_pre_tokenizer(
        lambda: find_pre_tokenizer(model, tokenizer), config.model_dir
    )
    file_types = {
        "f32": LlamaFileType.ALL_F32,
        "f16": LlamaFileType.MOSTLY_F16,
        "bf16": LlamaFileType.MOSTLY_BF16,
    }
    wire.emit("phase", phase="converting")
    try:
        with torch.inference_mode():
            values = ModelBase.load_hparams(config.model_dir, False)
            model_class = get_model_class(get_model_architecture(values, ModelType.TEXT))
            file_type = file_types[config.output_type]
            model_class(config.model_dir, file_type, config.output_file, model_name=config.model_name).write()
    except (NotImplementedError, ValueError) as error:
        raise unsupported(config.model_dir, str(error)[:1000]) from error
    if config.tokens_file is not None:
        config.tokens_file.write_text(json.dumps(tokens_of(config.model_dir)), encoding="utf-8")
    size = config.output_file.stat().st_size
    wire.emit(
        "finished",
        artifact={"path": str(config.output_file), "kind": "model", "sizeBytes": size},
        metrics={"seconds": time.monotonic() - began},
    )


def tokens_of(model_dir: Path) -> list[dict[str, object]]:
    """What the original makes of texts on which ways of splitting disagree, without marks for beginning and end."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model_dir)
    return [{"text": text, "ids": tokenizer.encode(text, add_special_tokens=False)} for text in TEXTS]


def refuse_code() -> None:
    """
    The converter asks for `trust_remote_code`, and reads pickles where it finds no safetensors it knows by name; here a
    model's folder never runs code, whatever it brings.
    """
    import torch
    from transformers import AutoConfig, AutoTokenizer

    torch.load = refuse_pickle
    for loader in (AutoConfig, AutoTokenizer):
        loader.from_pretrained = without_remote_code(loader.from_pretrained)  # type: ignore[method-assign]


def refuse_pickle(*_: object, **__: object) -> object:
    raise WorkerError(
        "unsupported",
        "The weights that llama.cpp's converter found are pickled: loading them could run code.",
        hint="Name the safetensors files model.safetensors, or model-00001-of-0000N.safetensors with their index.",
    )


def without_remote_code(load: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(*args: object, **options: object) -> object:
        return load(*args, **(options | {"trust_remote_code": False}))

    return guarded


def known_pre_tokenizer(find: Callable[[], str], model_dir: Path) -> str:
    """llama.cpp's name for the tokenizer's way of splitting: by its hash, else by what tokenizer.json says."""
    try:
        return find()
    except NotImplementedError as error:
        name = pre_tokenizer_of(model_dir)
        if name is None:
            raise WorkerError(
                "unsupported",
                "llama.cpp does not know how this tokenizer splits text (its BPE pre-tokenizer).",
                hint="Tune from a base model whose tokenizer llama.cpp knows, or serve the safetensors model itself.",
            ) from error
        return name


def pre_tokenizer_of(model_dir: Path) -> str | None:
    """The same, read from tokenizer.json; None for one that is not exactly one of those that we know."""
    try:
        stored = json.loads((model_dir / "tokenizer.json").read_text(encoding="utf-8"))
        model, outer = stored["model"], stored["pre_tokenizer"]
        steps = outer["pretokenizers"] if outer["type"] == "Sequence" else [outer]
        if model["type"] != "BPE" or (stored.get("normalizer") or {}).get("type") not in (None, "NFC"):
            return None
        return PRE_TOKENIZERS.get((tuple(_step(step) for step in steps), bool(model.get("ignore_merges"))))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _step(step: dict[str, Any]) -> tuple[object, ...]:
    match step["type"]:
        case "ByteLevel" if not step.get("add_prefix_space"):
            return ("ByteLevel", step.get("use_regex", True))
        case "Digits":
            return ("Digits", step["individual_digits"])
        case "Split":
            return ("Split", step["pattern"]["Regex"], step["behavior"], step.get("invert", False))
        case other:
            return (other,)


def unsupported(model_dir: Path, why: str) -> WorkerError:
    try:
        stored = json.loads((model_dir / "config.json").read_text(encoding="utf-8"))
        name = ", ".join(stored["architectures"])
    except (OSError, ValueError, KeyError, TypeError):
        name = "of an unnamed architecture"
    return WorkerError(
        "unsupported",
        f"llama.cpp's converter cannot convert this model ({name}): {why}",
        hint="Serve the safetensors model itself.",
    )


def main(argv: list[str], wire: Wire | None = None) -> int:
    return run(work, argv, wire)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
