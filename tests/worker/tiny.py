"""Builds, offline and in a second, the smallest things that are real: a Llama with a byte-level tokenizer, and rows."""

from pathlib import Path
from typing import Any

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' + '\n' }}"
    "{% endgeneration %}{% else %}{{ message['content'] + '<|im_end|>' + '\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def build_tokenizer(template: str | None = CHATML) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import PreTrainedTokenizerFast

    vocab = {character: index for index, character in enumerate(sorted(ByteLevel.alphabet()))}
    vocab["Ġt"] = 256
    bpe = Tokenizer(models.BPE(vocab=vocab, merges=[("Ġ", "t")]))
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token="<|endoftext|>",
        eos_token="<|im_end|>",
        pad_token="<|pad|>",
        additional_special_tokens=["<|im_start|>"],
    )
    tokenizer.chat_template = template
    return tokenizer


def build_model(
    folder: Path, *, template: str | None = CHATML, hidden: int = 32, layers: int = 2, context: int = 256
) -> Path:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = build_tokenizer(template)
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=hidden,
            intermediate_size=2 * hidden,
            num_hidden_layers=layers,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=context,
            tie_word_embeddings=False,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            initializer_range=0.08,
        )
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def chat(question: str, answer: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def rows_of(method: str, count: int = 32) -> list[dict[str, Any]]:
    def question(n: int) -> list[dict[str, str]]:
        return [{"role": "user", "content": f"{n}+1?"}]

    def answer(n: int) -> list[dict[str, str]]:
        return [{"role": "assistant", "content": str(n)}]

    match method:
        case "pretrain":
            return [{"text": f"one two three {n % 3} " * (2 + n % 5)} for n in range(count)]
        case "sft":
            return [{"messages": chat(f"{n}+1?", str(n + 1))} for n in range(count)]
        case "dpo":
            return [{"messages": question(n), "chosen": answer(n + 1), "rejected": answer(n)} for n in range(count)]
        case "kto":
            return [
                {"messages": question(n), "completion": answer(n + n % 2), "label": bool(n % 2)} for n in range(count)
            ]
    raise ValueError(method)


def write_parquet(path: Path, rows: list[dict[str, Any]]) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows), path)
    return path
