"""Exact match of a model, with or without a LoRA adapter, on held-out rows: greedy decoding, whole answer compared.

    python resources/samples/make/evaluate.py --model resources/samples/model \
        --data resources/samples/datasets/lab-notes-heldout.jsonl [--adapter DIR] [--limit 60]

Prints a JSON object with exact match, the share of right values per field, and the time.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

Row = tuple[list[dict[str, str]], str]  # (messages up to the answer, the answer)


def read_rows(path: Path, limit: int | None) -> list[Row]:
    """Rows in the OpenAI messages form; the last message is the expected answer."""
    lines = path.read_text(encoding="utf-8").splitlines()[:limit]
    messages = [json.loads(line)["messages"] for line in lines]
    return [(turns[:-1], turns[-1]["content"]) for turns in messages]


@torch.inference_mode()
def answer(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: list[Row], batch: int, max_new_tokens: int = 80
) -> list[str]:
    """Greedy answers, in the order of the rows."""
    tokenizer.padding_side = "left"
    answers: list[str] = []
    for start in range(0, len(rows), batch):
        prompts = [
            tokenizer.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
            for turns, _ in rows[start : start + batch]
        ]
        inputs = tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=False)
        output = model.generate(**inputs, do_sample=False, max_new_tokens=max_new_tokens)
        answers += tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    return answers


def fields_right(expected: str, given: str) -> dict[str, bool] | None:
    """Which fields of a JSON answer are right; None where the answer is no JSON object."""
    try:
        record = json.loads(given)
    except json.JSONDecodeError:
        return None
    if not isinstance(record, dict):
        return None
    return {key: record.get(key, ...) == value for key, value in json.loads(expected).items()}


def score(rows: list[Row], answers: list[str]) -> dict[str, object]:
    """Exact match (whole text, outer white space aside), share of valid JSON, and the share right by field."""
    right = sum(given.strip() == expected for (_, expected), given in zip(rows, answers, strict=True))
    fields = [fields_right(expected, given) for (_, expected), given in zip(rows, answers, strict=True)]
    parsed = [found for found in fields if found is not None]
    by_field = {key: round(sum(f[key] for f in parsed) / len(rows), 4) for key in (parsed[0] if parsed else {})}
    return {
        "rows": len(rows),
        "exact_match": round(right / len(rows), 4),
        "valid_json": round(len(parsed) / len(rows), 4),
        "fields": by_field,
    }


def main() -> None:
    """Load, answer, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--adapter", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--show", type=int, default=0, help="print this many answers to standard error")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    tokenizer = AutoTokenizer.from_pretrained(a.model, local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(a.model, dtype=torch.float32, local_files_only=True)
    if a.adapter:
        from peft import PeftModel  # optional: only an adapter needs it

        model = PeftModel.from_pretrained(model, a.adapter)
    model.eval()
    rows = read_rows(a.data, a.limit)
    started = time.monotonic()
    answers = answer(model, tokenizer, rows, a.batch)
    seconds = time.monotonic() - started
    for (turns, expected), given in list(zip(rows, answers, strict=True))[: a.show]:
        print(f"{turns[-1]['content']}\n  want {expected}\n  got  {given!r}", file=sys.stderr)
    print(json.dumps({**score(rows, answers), "seconds": round(seconds, 1)}))


if __name__ == "__main__":
    main()
