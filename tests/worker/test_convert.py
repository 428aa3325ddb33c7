"""Conversion as its results are used: an exported model in ONNX Runtime, a merged one in transformers; refusals."""

import json
from pathlib import Path
from typing import Any

import pytest
import tiny
from conftest import Run
from slipway_worker import merge, to_gguf, to_onnx

# The usual build with normed heads, one with windows of attention, and one of another build. Each takes 10 s.
FAMILIES = ["Qwen3ForCausalLM", "Gemma3ForCausalLM", "GPT2LMHeadModel"]


def build(architecture: str, folder: Path) -> Path:
    """A random model of an architecture with the byte-level tokenizer of the tests."""
    import torch
    import transformers

    tokenizer = tiny.build_tokenizer()
    model_class = getattr(transformers, architecture)
    sizes = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "max_position_embeddings": 128,
        "initializer_range": 0.2,
    }
    if architecture == "Gemma3ForCausalLM":
        sizes["sliding_window"] = 8  # shorter than what is compared
    if architecture == "GPT2LMHeadModel":
        sizes = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 128, "initializer_range": 0.2}
    torch.manual_seed(0)
    config = model_class.config_class(
        vocab_size=len(tokenizer),
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **sizes,
    )
    model_class(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def greedy_of_onnx(folder: Path, ids: list[int], count: int) -> list[int]:
    """Greedy decoding with nothing but ONNX Runtime, as a user of the exported folder would write it."""
    import numpy as np
    from onnxruntime import InferenceSession

    session = InferenceSession(folder / "onnx" / "model.onnx", providers=["CPUExecutionProvider"])
    inputs = {entry.name: entry for entry in session.get_inputs()}
    past = {
        name: np.zeros((1, entry.shape[1], 0, entry.shape[3]), np.float32)
        for name, entry in inputs.items()
        if name.startswith("past_key_values.")
    }
    outputs = [entry.name for entry in session.get_outputs()]
    new, seen, answer = ids, 0, []
    for _ in range(count):
        seen += len(new)
        feed = {
            "input_ids": np.array([new]),
            "attention_mask": np.ones((1, seen), np.int64),
            "position_ids": np.arange(seen - len(new), seen)[None],
        }
        told = session.run(None, {name: value for name, value in feed.items() if name in inputs} | past)
        by_name = dict(zip(outputs, told, strict=True))
        past = {name: by_name[name.replace("past_key_values", "present")] for name in past}
        new = [int(by_name["logits"][0, -1].argmax())]
        answer += new
    return answer


@pytest.mark.parametrize("architecture", FAMILIES)
def test_an_exported_model_answers_in_onnx_runtime_as_it_does_in_torch(
    run: Run, tmp_path: Path, architecture: str
) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    source = build(architecture, tmp_path / "source")
    record = run(to_onnx.main, {"modelDir": str(source), "outputDir": str(tmp_path / "onnx")})
    assert record.last["metrics"]["maxLogitDifference"] <= 1e-4
    assert record.last["metrics"]["maxLogit"] > 0.1
    model = AutoModelForCausalLM.from_pretrained(source).eval()
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "onnx")
    ids = tokenizer("one two 34")["input_ids"]
    expected: list[int] = []
    for _ in range(20):
        with torch.no_grad():
            expected.append(int(model(torch.tensor([ids + expected])).logits[0, -1].argmax()))
    assert greedy_of_onnx(tmp_path / "onnx", ids, 20) == expected
    assert "chat_template" in json.loads((tmp_path / "onnx" / "tokenizer_config.json").read_text())


def test_an_export_that_computes_something_else_is_never_handed_out(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = build("LlamaForCausalLM", tmp_path / "source")
    honest = to_onnx.compare

    def of_another_model(model: Any, *rest: Any) -> Any:
        import torch

        with torch.no_grad():
            model.lm_head.weight.mul_(1.01)
        return honest(model, *rest)

    monkeypatch.setattr(to_onnx, "compare", of_another_model)
    record = run(to_onnx.main, {"modelDir": str(source), "outputDir": str(tmp_path / "onnx")}, expect=1)
    assert record.last["code"] == "unsupported"
    assert "does not compute what the original does" in record.last["message"]
    assert not (tmp_path / "onnx").exists()


def test_a_model_that_keeps_no_keys_and_values_cannot_be_exported_and_says_so(run: Run, tmp_path: Path) -> None:
    import transformers

    tokenizer = tiny.build_tokenizer()
    config = transformers.MambaConfig(vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, state_size=4)
    transformers.MambaForCausalLM(config).save_pretrained(tmp_path / "source")
    tokenizer.save_pretrained(tmp_path / "source")
    goal = {"modelDir": str(tmp_path / "source"), "outputDir": str(tmp_path / "onnx")}
    record = run(to_onnx.main, goal, expect=1)
    assert record.last["code"] == "unsupported"
    assert "MambaForCausalLM cannot be exported" in record.last["message"]
    assert record.last["hint"]


def test_an_encoder_is_refused_and_gets_no_random_head(run: Run, tmp_path: Path) -> None:
    import transformers

    tokenizer = tiny.build_tokenizer()
    config = transformers.BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    transformers.BertModel(config).save_pretrained(tmp_path / "source")
    tokenizer.save_pretrained(tmp_path / "source")
    goal = {"modelDir": str(tmp_path / "source"), "outputDir": str(tmp_path / "onnx")}
    record = run(to_onnx.main, goal, expect=1)
    assert record.last["code"] == "unsupported"
    assert "lacks" in record.last["message"]
    assert not (tmp_path / "onnx").exists()


@pytest.mark.parametrize("kind", ["lora", "dora", "with whole modules"])
def test_merged_logits_are_those_of_the_adapter_on_its_base(run: Run, tmp_path: Path, kind: str) -> None:
    import torch
    from peft import LoraConfig, PeftModel, get_peft_model
    from transformers import AutoModelForCausalLM

    source = build("LlamaForCausalLM", tmp_path / "source")
    lora = LoraConfig(
        r=4,
        lora_alpha=16,
        target_modules="all-linear",
        use_dora=kind == "dora",
        modules_to_save=["lm_head"] if kind == "with whole modules" else None,
        init_lora_weights=False,
    )
    torch.manual_seed(1)
    get_peft_model(AutoModelForCausalLM.from_pretrained(source), lora).save_pretrained(tmp_path / "adapter")
    goal = {
        "modelDir": str(source),
        "adapterDir": str(tmp_path / "adapter"),
        "outputDir": str(tmp_path / "merged"),
    }
    run(merge.main, goal)
    base = AutoModelForCausalLM.from_pretrained(source).eval()
    apart = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(source), tmp_path / "adapter").eval()
    whole = AutoModelForCausalLM.from_pretrained(tmp_path / "merged").eval()
    ids = torch.arange(60, 100)[None]
    with torch.no_grad():
        expected, found, plain = apart(ids).logits, whole(ids).logits, base(ids).logits
    assert (found - expected).abs().max() <= 1e-5 * max(1, expected.abs().max())
    assert (plain - expected).abs().max() > 0.1


def test_pickled_weights_are_refused_where_the_converter_would_load_them() -> None:
    from slipway_worker.wire import WorkerError

    with pytest.raises(WorkerError) as refused:
        to_gguf.refuse_pickle("pytorch_model.bin")
    assert refused.value.code == "unsupported"


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([{"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}], "gpt-2"),
        ([{"type": "Digits", "individual_digits": True}, {"type": "ByteLevel", "use_regex": True}], "smollm"),
        ([{"type": "Digits", "individual_digits": False}, {"type": "ByteLevel", "use_regex": True}], None),
        ([{"type": "ByteLevel", "add_prefix_space": True, "use_regex": True}], None),
        ([{"type": "Metaspace"}], None),
    ],
)
def test_a_way_of_splitting_is_named_only_when_it_is_exactly_one_that_llama_cpp_has(
    tmp_path: Path, steps: list[dict[str, Any]], expected: str | None
) -> None:
    stored = {"model": {"type": "BPE"}, "pre_tokenizer": {"type": "Sequence", "pretokenizers": steps}}
    (tmp_path / "tokenizer.json").write_text(json.dumps(stored))
    assert to_gguf.pre_tokenizer_of(tmp_path) == expected
