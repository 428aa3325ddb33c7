"""Pretrain the sample base model: a Llama of 4.3 million parameters, about half an hour on two cores.

    python resources/samples/make/pretrain.py --work .cache/sample --out resources/samples/model

reads ``docs.txt``, ``made.jsonl`` and ``tokenizer/`` of the work folder. It saves a checkpoint every 100 steps and goes
on from it when it is started again. The hidden matrices are trained by Muon, the rest by AdamW; the learning rate warms
up, stays, and falls to zero over the last third. Figures go to ``pretrain-log.jsonl`` in the work folder.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import time
from pathlib import Path

import torch
from torch import Tensor
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, set_seed

VALIDATION_DOCS = 200  # docstrings kept out of training, for the perplexity
WARMUP_STEPS = 40
DECAY_SHARE = 0.35


def load_texts(work: Path, seed: int) -> tuple[list[str], list[str]]:
    """Return (training texts in a seeded order, validation docs)."""
    rng = random.Random(seed)
    docs = (work / "docs.txt").read_text(encoding="utf-8").strip().split("\n\n")
    rng.shuffle(docs)
    validation, docs = docs[:VALIDATION_DOCS], docs[VALIDATION_DOCS:]
    made = [json.loads(line) for line in (work / "made.jsonl").read_text(encoding="utf-8").splitlines()]
    training = docs + made
    rng.shuffle(training)
    return training, validation


def to_blocks(texts: list[str], tokenizer: PreTrainedTokenizerFast, length: int) -> Tensor:
    """Concatenate the texts, each ended by <|endoftext|>, and cut the stream into blocks of one length."""
    stream: list[int] = []
    for start in range(0, len(texts), 2000):
        encoded = tokenizer(texts[start : start + 2000], add_special_tokens=False)["input_ids"]
        for ids in encoded:
            stream.extend(ids)
            stream.append(tokenizer.bos_token_id)
    blocks = len(stream) // length
    return torch.tensor(stream[: blocks * length], dtype=torch.int32).view(blocks, length)


def build_model(tokenizer: PreTrainedTokenizerFast, context: int) -> LlamaForCausalLM:
    """The architecture: six narrow layers, since looking up and copying needs depth more than width."""
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=256,
        intermediate_size=512,
        num_hidden_layers=6,
        num_attention_heads=8,
        num_key_value_heads=4,
        max_position_embeddings=context,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config)


def rate(step: int, steps: int) -> float:
    """The share of the peak learning rate at a step."""
    decay_from = int(steps * (1 - DECAY_SHARE))
    if step < WARMUP_STEPS:
        return (step + 1) / WARMUP_STEPS
    return 1.0 if step < decay_from else max(0.0, (steps - step) / (steps - decay_from))


def optimizers(model: LlamaForCausalLM, muon_rate: float, adam_rate: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the layers, AdamW for the embedding and the norms."""
    hidden = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n and "lm_head" not in n]
    chosen = {id(p) for p in hidden}
    rest = [p for p in model.parameters() if id(p) not in chosen]
    return [
        torch.optim.Muon(hidden, lr=muon_rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(rest, lr=adam_rate, betas=(0.9, 0.95), weight_decay=0.0),
    ]


@torch.no_grad()
def perplexity(model: LlamaForCausalLM, blocks: Tensor) -> float:
    """Perplexity per token over blocks."""
    model.eval()
    losses = [model(input_ids=part.long(), labels=part.long()).loss.item() for part in blocks.split(16)]
    model.train()
    return math.exp(sum(losses) / len(losses))


def save_checkpoint(path: Path, state: dict[str, object]) -> None:
    """Write beside and rename, so that a killed run leaves the old checkpoint whole."""
    torch.save(state, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").replace(path)


def main() -> None:
    """Train, evaluate, save as bfloat16."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--batch", type=int, default=16, help="blocks a step")
    parser.add_argument("--block", type=int, default=256, help="tokens a block")
    parser.add_argument("--muon-rate", type=float, default=6e-3)
    parser.add_argument("--adam-rate", type=float, default=4e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--float32", action="store_true", help="no bfloat16 autocast (for processors without it)")
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    set_seed(a.seed)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(a.work / "tokenizer")
    training, validation = load_texts(a.work, a.seed)
    blocks, held = to_blocks(training, tokenizer, a.block), to_blocks(validation, tokenizer, a.block)
    model = build_model(tokenizer, tokenizer.model_max_length)
    opts = optimizers(model, a.muon_rate, a.adam_rate)
    peaks = [group["lr"] for opt in opts for group in opt.param_groups]
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters, {blocks.numel():,} training tokens", flush=True)
    order = torch.randperm(
        len(blocks) * (1 + a.steps * a.batch // len(blocks)), generator=torch.Generator().manual_seed(a.seed)
    ) % len(blocks)
    first = 0
    checkpoint = a.work / "pretrain.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        for opt, state in zip(opts, saved["optimizers"], strict=True):
            opt.load_state_dict(state)
        first = saved["step"]
        print(f"going on at step {first}", flush=True)
    log = (a.work / "pretrain-log.jsonl").open("a", encoding="utf-8")
    started, recent = time.monotonic(), 0.0
    for step in range(first, a.steps):
        groups = [group for opt in opts for group in opt.param_groups]
        for group, peak in zip(groups, peaks, strict=True):
            group["lr"] = peak * rate(step, a.steps)
        batch = blocks[order[step * a.batch : (step + 1) * a.batch]].long()
        with torch.autocast("cpu", torch.bfloat16, enabled=not a.float32):
            loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for opt in opts:
            opt.step()
            opt.zero_grad(set_to_none=True)
        recent += loss.item()
        if (step + 1) % 20 == 0:
            seconds = time.monotonic() - started
            speed = (step + 1 - first) * batch.numel() / seconds
            entry = {
                "step": step + 1,
                "loss": round(recent / 20, 4),
                "seconds": round(seconds),
                "tokens/s": round(speed),
            }
            print(entry, flush=True)
            log.write(json.dumps(entry) + "\n")
            log.flush()
            recent = 0.0
        if (step + 1) % 100 == 0:
            states = [opt.state_dict() for opt in opts]
            save_checkpoint(checkpoint, {"model": model.state_dict(), "optimizers": states, "step": step + 1})
    final = {"perplexity_docs": round(perplexity(model, held), 2), "tokens_seen": a.steps * a.batch * a.block}
    print(final, flush=True)
    log.write(json.dumps(final) + "\n")
    model.generation_config = GenerationConfig(
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=[tokenizer.eos_token_id, tokenizer.bos_token_id],
        pad_token_id=tokenizer.pad_token_id,
    )
    model.to(torch.bfloat16).save_pretrained(a.out)
    tokenizer.save_pretrained(a.out)


if __name__ == "__main__":
    main()
