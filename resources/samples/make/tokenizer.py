"""Train the sample model's tokenizer: byte-level BPE, digits one by one, ChatML special tokens.

The pre-tokenizer is that of SmolLM (digits apart, then the GPT-2 pattern), which llama.cpp knows as ``smollm``.

    python resources/samples/make/tokenizer.py --work .cache/sample

reads ``docs.txt`` and ``made.jsonl`` there and writes the folder ``tokenizer`` (tokenizer.json, tokenizer_config.json,
chat_template.jinja).
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

VOCABULARY = 3072
END_OF_TEXT, PAD, IM_START, IM_END = "<|endoftext|>", "<|pad|>", "<|im_start|>", "<|im_end|>"
CONTEXT = 512
# The generation tags mark what the assistant says, so that a trainer can compute the loss on that alone.
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{% else %}{{ message['content'] + '<|im_end|>' }}{% endif %}{{ '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def texts(work: Path, made_share: int = 4) -> Iterator[str]:
    """All of the docs and one of ``made_share`` generated texts, without the special tokens."""
    yield from (work / "docs.txt").read_text(encoding="utf-8").split("\n\n")
    with (work / "made.jsonl").open(encoding="utf-8") as lines:
        for line in itertools.islice(lines, 0, None, made_share):
            yield json.loads(line).replace(IM_START, "").replace(IM_END, "")


def train(work: Path) -> PreTrainedTokenizerFast:
    """Train on the corpus; deterministic for one corpus."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[END_OF_TEXT, PAD, IM_START, IM_END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts(work), trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=END_OF_TEXT,
        eos_token=IM_END,
        pad_token=PAD,
        additional_special_tokens=[IM_START],
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast


def main() -> None:
    """Train and save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    arguments = parser.parse_args()
    tokenizer = train(arguments.work)
    tokenizer.save_pretrained(arguments.work / "tokenizer")
    print(f"{len(tokenizer)} tokens; {tokenizer.tokenize('Trained heron-3m on coastal-birds, lr 2.5e-4.')}")


if __name__ == "__main__":
    main()
