"""Tune the sample model with nothing but trl: the reference for what Slipway's own training does with the same values.

    python resources/samples/make/tune_bare.py --model resources/samples/model \
        --data resources/samples/datasets/lab-notes-train.jsonl --out .cache/sample/tuned [--tuning lora]

The options carry the names and the meaning of Slipway's parameters. Weights and optimizer are float32.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # and trl reports nothing

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed
from trl import SFTConfig, SFTTrainer


def main() -> None:
    """Train and save; print seconds, tokens per second and the last loss."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tuning", choices=("lora", "full"), default="lora")
    parser.add_argument("--epochs", type=float, default=2)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--global-batch-size", type=int, default=16)
    parser.add_argument("--max-sequence-length", type=int, default=160)
    parser.add_argument("--lora-rank", type=int, default=32)
    parser.add_argument("--lora-alpha", type=int, help="twice the rank where not given")
    parser.add_argument("--lora-dropout", type=float, default=0.0)
    parser.add_argument("--warmup-ratio", type=float, default=0.1)
    parser.add_argument("--weight-decay", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--rows", type=int, help="train on the first rows only")
    parser.add_argument("--random-weights", action="store_true", help="control: start from untrained weights")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    set_seed(a.seed)
    tokenizer = AutoTokenizer.from_pretrained(a.model)
    model = AutoModelForCausalLM.from_pretrained(a.model, dtype=torch.float32)
    if a.random_weights:
        model = AutoModelForCausalLM.from_config(model.config, dtype=torch.float32)
    lines = a.data.read_text(encoding="utf-8").splitlines()[: a.rows]
    lora = LoraConfig(
        r=a.lora_rank,
        lora_alpha=a.lora_alpha or 2 * a.lora_rank,
        lora_dropout=a.lora_dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    trainer = SFTTrainer(
        model=model,
        processing_class=tokenizer,
        train_dataset=Dataset.from_list([json.loads(line) for line in lines]),
        peft_config=lora if a.tuning == "lora" else None,
        args=SFTConfig(
            output_dir=str(a.out),
            assistant_only_loss=True,
            num_train_epochs=a.epochs,
            learning_rate=a.learning_rate,
            lr_scheduler_type="linear",
            warmup_steps=a.warmup_ratio,
            weight_decay=a.weight_decay,
            per_device_train_batch_size=a.global_batch_size,
            max_length=a.max_sequence_length,
            gradient_checkpointing=False,
            bf16=False,
            use_cpu=True,
            save_strategy="no",
            logging_steps=20,
            report_to="none",
            disable_tqdm=True,
            seed=a.seed,
        ),
    )
    started = time.monotonic()
    trainer.train()
    seconds = time.monotonic() - started
    trainer.save_model(str(a.out))
    logs = [entry for entry in trainer.state.log_history if "num_tokens" in entry and "loss" in entry]
    tokens = logs[-1]["num_tokens"]
    figures = {"seconds": round(seconds, 1), "steps": trainer.state.global_step, "tokens/s": round(tokens / seconds)}
    print(json.dumps({**figures, "loss": round(float(logs[-1]["loss"]), 4)}))


if __name__ == "__main__":
    main()
