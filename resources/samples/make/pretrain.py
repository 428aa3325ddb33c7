"""Pretrain the sample base model: a Llama of 5.1 million parameters, some ten minutes on two idle cores.

    python resources/samples/make/pretrain.py --work .cache/sample --out resources/samples/model

reads ``docs.txt``, ``made.jsonl`` and ``tokenizer/`` of the work folder. It saves a checkpoint every 50 steps and goes
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
WARMUP_STEPS = 30
ECHO_SHARE = 8  # one block in so many is an echo
FIRST_ORDINARY = 4  # the special tokens come before it
DECAY_SHARE = 0.35
CHECKPOINT_STEPS = 50


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


def echoes(count: int, length: int, vocabulary: int, generator: torch.Generator) -> Tensor:
    """Blocks of random tokens that repeat after 8 to 48 of them: practice for looking back, and nothing else."""
    rows: list[Tensor] = []
    for _ in range(count):
        period = int(torch.randint(8, 48, (1,), generator=generator))
        once = torch.randint(FIRST_ORDINARY, vocabulary, (period,), generator=generator)
        rows.append(once.repeat(length // period + 1)[:length])
    return torch.stack(rows)


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
        tie_word_embeddings=False,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config)


@torch.no_grad()
def seed_lookup_circuit(model: LlamaForCausalLM, seed: int) -> None:
    """Start from weights that already look back: an induction circuit in two of the layers.

    "Where did the present token stand before, and what followed it?" needs two attention heads in sequence (Olsson et
    al. 2022, arXiv:2209.11895). By itself training finds them late: not within the few million tokens that two cores
    read in half an hour. So layer 0 begins with heads that attend to the previous token and note what it was, layer 2
    with heads that attend to where the noted token equals the present one and copy what they see. All that is random
    projections and one constant coordinate; every weight goes on to be trained. Output projections else begin at zero.
    """
    config = model.config
    width, per_head, groups = config.hidden_size, config.head_dim, config.num_key_value_heads
    queries = config.num_attention_heads // groups
    generator = torch.Generator().manual_seed(seed)
    scale, used_groups, pairs = 1.0, 2, per_head // 2
    constant, note_at, words_at = 0, 1, 1 + 2 * 18  # coordinates: a constant, two notes of 18, the token itself
    words = width - words_at

    def projection(rows: int) -> Tensor:
        return torch.linalg.qr(torch.randn(words, rows, generator=generator))[0].T * math.sqrt(words / rows)

    embedding = model.model.embed_tokens.weight
    embedding.normal_(0, 1, generator=generator)
    embedding[:, :words_at] = 0
    # Rows of one length: else the norm would make the constant coordinate differ from token to token.
    embedding *= scale * math.sqrt(width) / embedding.norm(dim=1, keepdim=True)
    embedding[:, constant] = 4 * scale
    model.lm_head.weight.copy_(embedding * 0.05)
    model.lm_head.weight[:, constant] = 0
    for layer in model.model.layers:
        layer.self_attn.o_proj.weight.zero_()
        layer.mlp.down_proj.weight.zero_()
    back, look = model.model.layers[0].self_attn, model.model.layers[2].self_attn
    angle = config.rope_parameters["rope_theta"] ** (-torch.arange(pairs) / pairs)
    fast = (torch.arange(pairs) < 4).float()
    # Low frequencies only: those turn little over the context, so that they compare content, not distance.
    slow = torch.cat([torch.arange(pairs - 9, pairs), torch.arange(per_head - 9, per_head)])
    for group in range(used_groups):
        keys = slice(group * per_head, (group + 1) * per_head)
        note = torch.arange(18) + note_at + 18 * group
        token = projection(18)
        copied = projection(per_head)
        # Rotated by one step, so that the score is highest at distance one: sum of cos(angle * (distance - 1)).
        back.k_proj.weight[keys] = 0
        back.k_proj.weight[keys, constant] = 2.2 * torch.cat([fast * angle.cos(), fast * angle.sin()])
        back.v_proj.weight[keys] = 0
        back.v_proj.weight[keys, words_at:][:18] = token / math.sqrt(words / 18)
        look.k_proj.weight[keys] = 0
        look.k_proj.weight[(keys.start + slow)[:, None], note[None, :]] = 2.4 * torch.eye(18)
        look.v_proj.weight[keys] = 0
        look.v_proj.weight[keys, words_at:] = copied / math.sqrt(words / per_head)
        for query in range(group * queries, (group + 1) * queries):
            own = slice(query * per_head, (query + 1) * per_head)
            back.q_proj.weight[own] = 0
            back.q_proj.weight[own, constant] = 2.2 * torch.cat([fast, torch.zeros(pairs)])
            back.o_proj.weight[note, own.start : own.start + 18] = torch.eye(18) * scale / queries
            look.q_proj.weight[own] = 0
            look.q_proj.weight[own.start + slow, words_at:] = 2.4 * token / math.sqrt(words / 18)
            look.o_proj.weight[words_at:, own] = (copied / math.sqrt(words / per_head)).T * 8 * scale / queries


def rate(step: int, steps: int) -> float:
    """The share of the peak learning rate at a step."""
    decay_from = int(steps * (1 - DECAY_SHARE))
    if step < WARMUP_STEPS:
        return (step + 1) / WARMUP_STEPS
    return 1.0 if step < decay_from else max(0.0, (steps - step) / (steps - decay_from))


def optimizers(model: LlamaForCausalLM, muon_rate: float, adam_rate: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the layers, AdamW for the rest."""
    hidden = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n and "lm_head" not in n]
    embedding = model.model.embed_tokens.weight
    chosen = {id(embedding), *(id(p) for p in hidden)}
    rest = [p for p in model.parameters() if id(p) not in chosen]
    groups = [{"params": rest}, {"params": [embedding], "lr": adam_rate * 2}]
    return [
        torch.optim.Muon(hidden, lr=muon_rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(groups, lr=adam_rate, betas=(0.9, 0.95), weight_decay=0.0),
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
    parser.add_argument("--steps", type=int, default=320)
    parser.add_argument("--batch", type=int, default=16, help="blocks a step")
    parser.add_argument("--block", type=int, default=256, help="tokens a block")
    parser.add_argument("--muon-rate", type=float, default=3e-3)
    parser.add_argument("--adam-rate", type=float, default=2e-3)
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
    seed_lookup_circuit(model, a.seed)
    # Higher rates, or a constant coordinate that moves, wreck the circuit before the texts have made use of it.
    model.model.embed_tokens.weight.register_hook(
        lambda grad: torch.cat([torch.zeros_like(grad[:, :1]), grad[:, 1:]], 1)
    )
    opts = optimizers(model, a.muon_rate, a.adam_rate)
    peaks = [group["lr"] for opt in opts for group in opt.param_groups]
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters, {blocks.numel():,} training tokens", flush=True)
    # One order after the other, so that the first steps are the same however many follow.
    generator = torch.Generator().manual_seed(a.seed)
    passes = 1 + a.steps * a.batch // len(blocks)
    order = torch.cat([torch.randperm(len(blocks), generator=generator) for _ in range(passes)])
    first, echo_count = 0, a.batch // ECHO_SHARE
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
        read = a.batch - echo_count
        batch = blocks[order[step * read : (step + 1) * read]].long()
        practice = torch.Generator().manual_seed(a.seed * 1_000_003 + step)
        batch = torch.cat([batch, echoes(echo_count, a.block, len(tokenizer), practice)])
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
        if (step + 1) % CHECKPOINT_STEPS == 0:
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
