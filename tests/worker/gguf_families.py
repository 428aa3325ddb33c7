"""
Builds tiny random models of several families, converts each to GGUF, and writes down what transformers makes of some
prompts: the tests of the engine that loads the files compare with it.

python gguf_families.py FOLDER LLAMA_CPP_DIR
"""

import io
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import tiny
from slipway_worker.to_gguf import ToGgufConfig, convert
from slipway_worker.wire import Wire

# Letters, digits in runs, several spaces, a line break, an umlaut, Chinese, an emoji: where tokenizers differ.
PROMPTS = ["one two three", "in 2026: 12345 + 678 =", "spaced   out\nand  broken\n\n", "Straße 北京 🚀 it's"]
NEW_TOKENS = 16
SIZES = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "initializer_range": 0.15,
}


def sentencepiece_tokenizer(folder: Path, *, family: str) -> None:
    """A SentencePiece vocabulary with byte fallback, as the first Llamas and, without a space in front, Gemma have."""
    import sentencepiece
    from transformers import AutoTokenizer

    text = folder / "text.txt"
    text.write_text("\n".join([*PROMPTS, "the quick brown fox jumps over the lazy dog"] * 4), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(text),
        model_prefix=str(folder / "tokenizer"),
        vocab_size=340,
        model_type="bpe",
        byte_fallback=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        unk_id=0,
        bos_id=1,
        add_dummy_prefix=family == "Llama",
        eos_id=2,
        pad_id=-1,
        minloglevel=2,
    )
    (folder / "tokenizer.vocab").unlink()
    text.unlink()
    marks = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "legacy": False, "add_bos_token": True}
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": f"{family}Tokenizer"} | marks))
    AutoTokenizer.from_pretrained(folder).save_pretrained(folder)


def byte_level_tokenizer(folder: Path) -> None:
    tiny.build_tokenizer().save_pretrained(folder)


def families() -> dict[str, tuple[Any, Any, dict[str, Any], Callable[[Path], None]]]:
    """Name, configuration, model, what is particular, and tokenizer."""
    import transformers as t

    return {
        "llama": (t.LlamaConfig, t.LlamaForCausalLM, {"tie_word_embeddings": False}, byte_level_tokenizer),
        "llama-tied": (t.LlamaConfig, t.LlamaForCausalLM, {"tie_word_embeddings": True}, byte_level_tokenizer),
        "llama-sentencepiece": (
            t.LlamaConfig,
            t.LlamaForCausalLM,
            {},
            partial(sentencepiece_tokenizer, family="Llama"),
        ),
        "mistral": (t.MistralConfig, t.MistralForCausalLM, {"sliding_window": None}, byte_level_tokenizer),
        "qwen2": (t.Qwen2Config, t.Qwen2ForCausalLM, {}, byte_level_tokenizer),
        "qwen3": (t.Qwen3Config, t.Qwen3ForCausalLM, {"head_dim": 32}, byte_level_tokenizer),
        "gemma3": (
            t.Gemma3TextConfig,
            t.Gemma3ForCausalLM,
            {"head_dim": 32, "query_pre_attn_scalar": 32, "sliding_window": 64},
            partial(sentencepiece_tokenizer, family="Gemma"),
        ),
    }


def build(name: str, folder: Path) -> None:
    import torch
    from transformers import AutoTokenizer

    config_class, model_class, own, tokenizer_of = families()[name]
    folder.mkdir(parents=True)
    tokenizer_of(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    special = {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    torch.manual_seed(1)
    config = config_class(vocab_size=len(tokenizer), **(SIZES | own | special))
    model_class(config).float().save_pretrained(folder)


def expect(folder: Path, prompts: list[str]) -> list[dict[str, Any]]:
    """Each prompt's tokens, what comes next greedily, its log-probabilities, and their lead over the second best."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    rows = []
    for prompt in prompts:
        ids = tokenizer(prompt)["input_ids"]
        answer, logprobs, margins = [], [], []
        for _ in range(NEW_TOKENS):
            with torch.no_grad():
                scores = model(torch.tensor([ids + answer])).logits[0, -1].log_softmax(-1)
            best, second = scores.topk(2).values.tolist()
            answer.append(int(scores.argmax()))
            logprobs.append(best)
            margins.append(best - second)
        rows.append({"prompt": prompt, "ids": ids, "answer": answer, "logprobs": logprobs, "margins": margins})
    return rows


def main(out: Path, llama_cpp_dir: Path) -> None:
    expected = {}
    for name in families():
        build(name, out / name)
        goal = ToGgufConfig(
            model_dir=out / name,
            output_file=out / f"{name}.gguf",
            output_type="f32",
            model_name=name,
            llama_cpp_dir=llama_cpp_dir,
        )
        convert(goal, Wire(io.StringIO()))
        expected[name] = expect(out / name, PROMPTS)
    (out / "expected.json").write_text(json.dumps(expected), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
