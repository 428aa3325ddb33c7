"""Real training of a real, tiny model: what a run does, how it ends, and how it goes on."""

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
import tiny
from conftest import Commands, Run
from engine_client import Child
from slipway_worker import checkpoints, merge, train
from slipway_worker.held_back import read_held_back
from slipway_worker.rows import sampled
from slipway_worker.train_rows import hold_back


@pytest.mark.parametrize("tuning", ["lora", "full"])
@pytest.mark.parametrize("method", ["pretrain", "sft", "dpo", "kto"])
def test_every_method_learns(run: Run, train_config, method: str, tuning: str) -> None:
    rate = {"lora": 2e-2, "full": 3e-3}[tuning]
    record = run(train.main, train_config(method, tuning=tuning, learningRate=rate, loraDropout=0, maxSteps=12))
    losses = [loss for loss in record.losses.values() if loss is not None]
    assert len(losses) == 12
    assert sum(losses[-3:]) < sum(losses[:3]), losses
    assert record.last["event"] == "finished"
    started = record.of("started")[0]
    assert started["totalSteps"] == 12
    assert (started["trainableParameters"] == started["totalParameters"]) is (tuning == "full")
    if method in ("dpo", "kto"):
        assert "rewards/margins" in record.of("step")[-1]["metrics"]


def test_the_same_seed_gives_the_same_curve_and_another_seed_another(run: Run, train_config) -> None:
    first = run(train.main, train_config(out="a"))
    again = run(train.main, train_config(out="b"))
    other = run(train.main, train_config(out="c", seed=7))
    assert first.losses == again.losses
    assert first.losses != other.losses


@pytest.mark.parametrize("tuning", ["lora", "full"])
def test_a_stopped_and_resumed_run_continues_the_curve_bit_for_bit(run: Run, train_config, tuning: str) -> None:
    keys: dict[str, Any] = {"tuning": tuning, "loraDropout": 0.1, "maxSteps": 10, "lrSchedulerType": "cosine"}
    whole = run(train.main, train_config(out="whole", **keys))
    commands = Commands()

    def stop_at_three(event: dict[str, Any]) -> None:
        if event["event"] == "step" and event["step"] == 3:
            commands.send(command="stop", save=True)

    halved = run(train.main, train_config(out="halved", **keys), on_event=stop_at_three, commands=commands)
    commands.close()
    stopped = halved.last
    assert (stopped["event"], stopped["step"]) in (("stopped", 3), ("stopped", 4))
    assert halved.of("checkpoint")[-1]["path"] == stopped["checkpoint"]

    resumed = run(train.main, train_config(out="halved", resumeFrom=stopped["checkpoint"], **keys))
    assert resumed.of("started")[0]["resumedAtStep"] == stopped["step"]
    assert halved.losses | resumed.losses == whole.losses
    assert _weights(Path(resumed.last["artifact"]["path"])) == _weights(Path(whole.last["artifact"]["path"]))


def test_a_stop_in_the_middle_of_a_validation_costs_no_step(run: Run, train_config, tmp_path: Path) -> None:
    validation = tiny.write_parquet(tmp_path / "v.parquet", tiny.rows_of("sft", 40))
    keys: dict[str, Any] = {"validationSteps": 3, "validationFiles": [str(validation)], "maxSteps": 6, "saveSteps": 50}
    whole = run(train.main, train_config(out="whole", **keys))
    commands = Commands()

    def stop_before_validation(event: dict[str, Any]) -> None:
        if event["event"] == "step" and event["step"] == 3:
            commands.send(command="stop", save=True)  # after the step's end, so only the validation can notice

    halved = run(train.main, train_config(out="halved", **keys), on_event=stop_before_validation, commands=commands)
    commands.close()
    assert halved.last["step"] == 3 and not halved.of("evaluation")
    resumed = run(train.main, train_config(out="halved", resumeFrom=halved.last["checkpoint"], **keys))
    assert halved.losses | resumed.losses == whole.losses
    assert resumed.of("evaluation")[-1]["loss"] == whole.of("evaluation")[-1]["loss"]


def test_a_stop_without_save_leaves_no_new_checkpoint(run: Run, train_config) -> None:
    commands = Commands()

    def stop_at_two(event: dict[str, Any]) -> None:
        if event["event"] == "step" and event["step"] == 2:
            commands.send(command="stop", save=False)

    record = run(train.main, train_config(maxSteps=400, saveSteps=1000), on_event=stop_at_two, commands=commands)
    assert record.last["event"] == "stopped" and record.last["checkpoint"] is None
    assert not record.of("checkpoint")
    commands.close()


def test_the_end_of_the_commands_stops_and_saves(run: Run, train_config) -> None:
    commands = Commands()

    def leave_at_two(event: dict[str, Any]) -> None:
        if event["event"] == "step" and event["step"] == 2:
            commands.close()

    record = run(train.main, train_config(maxSteps=400, saveSteps=1000), on_event=leave_at_two, commands=commands)
    assert record.last["event"] == "stopped"
    assert checkpoints.is_complete(Path(record.last["checkpoint"]))


def test_a_changed_configuration_is_refused_until_it_is_accepted(run: Run, train_config) -> None:
    first = run(train.main, train_config(maxSteps=4, saveSteps=2, checkpointCount=2))
    checkpoint = first.of("checkpoint")[0]["path"]
    changed = train_config(maxSteps=4, learningRate=5e-3, resumeFrom=checkpoint)
    refused = run(train.main, changed, expect=1).last
    assert refused["code"] == "conflict"
    assert refused["details"]["changed"]["learningRate"] == {"checkpoint": 1e-2, "now": 5e-3}
    accepted = run(train.main, changed | {"acceptDrift": True})
    assert [w["code"] for w in accepted.of("warning")] == ["drift"]
    assert accepted.last["event"] == "finished"


def test_changed_rows_are_drift_but_moved_rows_are_not(run: Run, train_config, tmp_path: Path) -> None:
    config = train_config(maxSteps=4, saveSteps=2, checkpointCount=2)
    checkpoint = run(train.main, config).of("checkpoint")[0]["path"]
    moved = tmp_path / "moved.parquet"
    moved.write_bytes(Path(config["trainFiles"][0]).read_bytes())
    config |= {"resumeFrom": checkpoint, "trainFiles": [str(moved)]}
    assert run(train.main, config).last["event"] == "finished"
    tiny.write_parquet(moved, tiny.rows_of("sft", 33))
    refused = run(train.main, config, expect=1).last
    assert refused["code"] == "conflict" and list(refused["details"]["changed"]) == ["trainRows"]


def test_a_half_written_checkpoint_is_never_resumed_from(run: Run, train_config) -> None:
    config = train_config(maxSteps=4, saveSteps=2, checkpointCount=2)
    older, newest = (Path(event["path"]) for event in run(train.main, config).of("checkpoint"))
    (newest / checkpoints.MARKER).unlink()
    refused = run(train.main, config | {"resumeFrom": str(newest)}, expect=1).last
    assert refused["code"] == "conflict" and refused["details"] == {"complete": [str(older)]}
    with (older / "optimizer.pt").open("r+b") as file:
        file.truncate(10)
    assert run(train.main, config | {"resumeFrom": str(older)}, expect=1).last["code"] == "conflict"


def test_only_as_many_checkpoints_are_kept_as_asked(run: Run, train_config, tmp_path: Path) -> None:
    record = run(train.main, train_config(maxSteps=5, saveSteps=1, checkpointCount=2))
    assert [k["step"] for k in record.of("checkpoint")[-1]["kept"]] == [4, 5]
    assert [checkpoints.step_of(p) for p in checkpoints.list_complete(tmp_path / "out" / "checkpoints")] == [4, 5]


def test_no_file_of_a_checkpoint_needs_code_to_be_loaded(run: Run, train_config) -> None:
    import numpy as np
    import torch
    from numpy._core.multiarray import _reconstruct

    # numpy's random state is an array: the four names that transformers itself allows for it, none of which runs code
    arrays = torch.serialization.safe_globals([_reconstruct, np.ndarray, np.dtype, type(np.dtype(np.uint32))])
    folder = Path(run(train.main, train_config(maxSteps=2, saveSteps=2)).of("checkpoint")[0]["path"])
    pickles = [f for f in folder.rglob("*") if f.suffix in (".pt", ".pth", ".bin")]
    assert pickles
    with arrays:
        for file in pickles:
            torch.load(file, weights_only=True)


def test_a_diverged_run_stops_with_the_reason_and_keeps_no_broken_weights(run: Run, train_config) -> None:
    broken = train_config(tuning="full", learningRate=0.1, maxGradNorm=1000, weightDecay=1, maxSteps=60, saveSteps=3)
    record = run(
        train.main, broken | {"modelDir": str(_scaled(run.folder, broken["modelDir"], head=math.inf))}, expect=1
    )
    assert record.last["code"] == "worker_failed"
    assert record.last["details"]["reason"] == "non_finite_loss"
    assert [w["code"] for w in record.of("warning")] == ["non_finite_loss"]
    assert record.of("step")[-1]["loss"] is None
    assert not record.of("checkpoint")


@pytest.mark.parametrize("save_steps", [1, 100])
def test_weights_that_the_last_step_broke_become_neither_checkpoint_nor_result(
    run: Run, train_config, tmp_path: Path, save_steps: int
) -> None:
    # The loss of a step is measured before its update. On the way back through the first norm the gradient overflows.
    config = train_config(tuning="full", learningRate=0.1, lrSchedulerType="constant", maxSteps=1, saveSteps=save_steps)
    config |= {"modelDir": str(_scaled(run.folder, config["modelDir"], head=1e37, embedding=1e-6, epsilon=1e-20))}
    record = run(train.main, config, expect=1)
    assert record.losses[1] is not None and math.isfinite(record.losses[1])
    assert record.last["code"] == "worker_failed"
    assert record.last["details"]["reason"] == "non_finite_weights"
    assert not record.of("checkpoint") and not record.of("finished")
    assert not (tmp_path / "out" / "result").exists()
    assert not list((tmp_path / "out" / "checkpoints").glob("checkpoint-*"))


def test_each_file_is_sampled_at_its_rate_and_what_measures_is_not_learned_from(
    run: Run, train_config, tmp_path: Path
) -> None:
    files = [tiny.write_parquet(tmp_path / f"{name}.parquet", tiny.rows_of("sft", 40)) for name in ("a", "b")]
    keys: dict[str, Any] = {"trainFiles": [str(file) for file in files], "maxSteps": 2, "validationSplit": 0.1}
    started = run(train.main, train_config(**keys, trainRates=[0.25, 2.5])).of("started")[0]
    # 8 of 80 rows measure; how many of each file that is follows from the seed.
    assert started["validationRows"] == 8
    held = hold_back(80, 0.1, 42)
    left = [40 - sum(row < 40 for row in held), 40 - sum(row >= 40 for row in held)]
    assert started["rows"] == round(left[0] * 0.25) + round(left[1] * 2.5)
    kept = sorted(set(range(80)) - set(held))
    rows = sampled(kept, [40, 40], [0.25, 2.5], 42)
    assert not set(rows) & set(held)
    assert rows == sampled(kept, [40, 40], [0.25, 2.5], 42) != sampled(kept, [40, 40], [0.25, 2.5], 7)
    assert {rows.count(row) for row in kept if row >= 40} == {2, 3}
    refused = run(train.main, train_config(**keys, trainRates=[1]), expect=2).last
    assert refused["code"] == "invalid_input" and "trainRates" in refused["message"]


def test_validation_early_stopping_and_the_best_weights(run: Run, train_config, tmp_path: Path) -> None:
    validation = tiny.write_parquet(tmp_path / "v.parquet", [{"messages": tiny.chat("x", "zzzz")}] * 4)
    keys = {
        "earlyStopping": True,
        "earlyStoppingPatience": 2,
        "validationSteps": 2,
        "validationFiles": [str(validation)],
    }
    record = run(train.main, train_config(maxSteps=60, learningRate=5e-2, saveSteps=50, loraDropout=0, **keys))
    measured = {event["step"]: event["loss"] for event in record.of("evaluation")}
    best = min(measured, key=lambda step: measured[step])
    metrics = record.last["metrics"]
    assert metrics["stoppedEarly"] == 1 and metrics["steps"] < 60
    assert metrics["resultStep"] == best
    assert best in [kept["step"] for kept in record.of("checkpoint")[-1]["kept"]]


def test_a_share_of_the_rows_is_held_back_and_the_same_ones_after_a_resume(run: Run, train_config) -> None:
    keys: dict[str, Any] = {"validationSplit": 0.25, "validationSteps": 1, "maxSteps": 4, "saveSteps": 2}
    keys |= {"checkpointCount": 10, "earlyStopping": True, "earlyStoppingPatience": 50}
    record = run(train.main, train_config(**keys))
    started = record.of("started")[0]
    assert (started["rows"], started["validationRows"]) == (24, 8)
    assert [event["step"] for event in record.of("evaluation")] == [1, 2, 3, 4]

    checkpoint = next(event["path"] for event in record.of("checkpoint") if event["step"] == 2)
    resumed = run(train.main, train_config(resumeFrom=checkpoint, **keys))
    assert [e["loss"] for e in resumed.of("evaluation")] == [e["loss"] for e in record.of("evaluation")][2:]

    changed = run(train.main, train_config(resumeFrom=checkpoint, **(keys | {"validationSplit": 0.1})), expect=1)
    assert list(changed.last["details"]["changed"]) == ["validationSplit"]


def test_the_rows_held_back_are_written_down_as_they_measure(run: Run, train_config, tmp_path: Path) -> None:
    rows = [
        {"messages": [{"role": "user", "content": f"number {n}"}, {"role": "assistant", "content": f"it is {n}"}]}
        for n in range(50)
    ]
    seen: dict[str, Any] = {}

    def listen(config: Any, trainer: Any, rows_learned: Any, validation: Any) -> Any:
        decode = trainer.processing_class.decode
        for name, data in (("learned", rows_learned), ("measured", validation)):
            seen[name] = [int(re.findall(r"number (\d+)", decode(ids))[0]) for ids in data["input_ids"]]
        return describe(config, trainer, rows_learned, validation)

    describe = train.describe
    keys: dict[str, Any] = {"validationSplit": 0.2, "maxSteps": 4, "saveSteps": 2, "checkpointCount": 9}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "describe", listen)
        record = run(train.main, train_config(rows=rows, **keys))
    file = tmp_path / "out" / "held-back.json"
    held = read_held_back(file)
    assert len(held) == record.of("started")[0]["heldBackRows"] == 10
    assert seen["measured"] == held
    assert seen["learned"] == sorted(set(range(50)) - set(held))
    assert json.loads(file.read_text())["rows"] == 50

    # With another share the run learns from rows that were held back, or has learned from some that are now.
    checkpoint = next(event["path"] for event in record.of("checkpoint") if event["step"] == 2)
    again = {"resumeFrom": checkpoint, "acceptDrift": True}
    run(train.main, train_config(rows=rows, **(keys | {"seed": 1, "validationSplit": 0.4} | again)))
    assert read_held_back(file) == sorted(set(held) & set(hold_back(50, 0.4, 1)))
    run(train.main, train_config(rows=rows, **(keys | {"validationSplit": 0} | again)))
    assert read_held_back(file) == []


@pytest.mark.parametrize("method", ["pretrain", "kto"])
def test_no_part_of_a_row_that_measures_is_learned_from(run: Run, train_config, method: str) -> None:
    rows = [{"text": "one two " * 30}] * 30 if method == "pretrain" else tiny.rows_of("dpo", 30)
    started = run(train.main, train_config(method, rows=rows, maxSteps=1, validationSplit=0.1)).of("started")[0]
    per_row = started["validationRows"] // 3
    assert per_row > 1
    assert (started["rows"], started["validationRows"]) == (27 * per_row, 3 * per_row)


def test_which_rows_are_held_back_depends_on_count_share_and_seed_alone() -> None:
    assert hold_back(19, 0.5, 1) == []
    assert hold_back(1000, 0, 1) == []
    assert len(hold_back(20, 0.001, 1)) == 1
    assert len(hold_back(1000, 0.05, 1)) == 50
    assert hold_back(1000, 0.05, 1) == hold_back(1000, 0.05, 1) != hold_back(1000, 0.05, 2)


def test_rows_that_cannot_measure_are_told_and_the_others_train(run: Run, train_config) -> None:
    few = run(train.main, train_config(rows=tiny.rows_of("sft", 19), maxSteps=1, validationSplit=0.1))
    assert [warning["code"] for warning in few.of("warning")] == ["no_validation"]
    assert few.of("started")[0]["validationRows"] == 0

    rows = tiny.rows_of("sft", 40)
    (held,) = hold_back(40, 0.03, 42)
    rows[held] = {"messages": [{"role": "user", "content": "only a question"}]}
    unusable = run(train.main, train_config(rows=rows, maxSteps=1, validationSplit=0.03))
    assert [warning["code"] for warning in unusable.of("warning")] == ["no_validation"]
    assert unusable.of("started")[0]["rows"] == 39

    last = tiny.rows_of("sft", 40)
    last[39] = rows[held]
    named = run(train.main, train_config(rows=last, maxSteps=1, validationSplit=0.3)).of("warning")[0]
    assert named["details"]["problems"][0]["row"] == 40


def test_packing_joins_rows_and_loses_none_of_their_tokens(run: Run, train_config) -> None:
    rows = tiny.rows_of("pretrain", 40)
    apart = run(train.main, train_config("pretrain", rows=rows, maxSteps=2, out="a"))
    for strategy in ("bfd_split", "wrapped"):
        packed = run(
            train.main, train_config("pretrain", maxSteps=2, packing=True, packingStrategy=strategy, out=strategy)
        )
        plain, joined = apart.of("started")[0], packed.of("started")[0]
        assert joined["sequences"] < plain["sequences"]
        assert joined["tokensPerEpoch"] == plain["tokensPerEpoch"]
        assert math.isfinite(packed.of("step")[-1]["loss"])


def test_an_adapter_is_trained_further(run: Run, train_config) -> None:
    first = run(train.main, train_config(out="first", loraDropout=0, maxSteps=10, warmupRatio=0))
    again = run(
        train.main,
        train_config(
            out="second", loraDropout=0, maxSteps=2, learningRate=1e-6, adapterDir=first.last["artifact"]["path"]
        ),
    )
    assert again.losses[1] < first.losses[1] * 0.9
    assert again.last["artifact"]["kind"] == "adapter"
    preference = run(
        train.main, train_config("dpo", out="third", maxSteps=2, adapterDir=first.last["artifact"]["path"])
    )
    files = sorted(p.name for p in Path(preference.last["artifact"]["path"]).iterdir())
    assert "adapter_model.safetensors" in files and "ref" not in files


def test_nothing_that_is_published_names_a_path_of_this_machine(run: Run, train_config, tmp_path: Path) -> None:
    for tuning in ("lora", "full"):
        record = run(train.main, train_config(tuning=tuning, out=tuning, maxSteps=1, baseModelName="tiny-llama"))
        for folder in (record.last["artifact"]["path"], record.of("checkpoint")[0]["path"]):
            for file in Path(folder).glob("*"):
                private = file.suffix == ".json" or file.suffix == ".md"
                assert not private or str(tmp_path.parent) not in file.read_text(), file
        if tuning == "lora":
            adapter = json.loads((Path(record.last["artifact"]["path"]) / "adapter_config.json").read_text())
            assert adapter["base_model_name_or_path"] == "tiny-llama"


def test_the_result_loads_offline_with_the_chat_template_that_taught_it(run: Run, train_config, tmp_path: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    base = tiny.build_model(tmp_path / "base", template=None)
    for tuning in ("lora", "full"):
        keys = {"modelDir": str(base), "tuning": tuning, "maxSteps": 2, "chatTemplate": "chatml", "out": tuning}
        result = run(train.main, train_config(**keys)).last["artifact"]["path"]
        tokenizer = AutoTokenizer.from_pretrained(result)
        assert tokenizer.apply_chat_template(tiny.chat("q", "a"), tokenize=False).endswith("a<|im_end|>\n")
        if tuning == "full":
            AutoModelForCausalLM.from_pretrained(result)
        else:
            PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), result)


def test_a_base_model_without_template_says_what_is_missing(run: Run, train_config, tmp_path: Path) -> None:
    base = tiny.build_model(tmp_path / "base", template=None)
    failed = run(train.main, train_config(modelDir=str(base), chatTemplate="model"), expect=1).last
    assert failed["code"] == "missing_requirement" and "chat template" in failed["message"]
    assert "chatTemplate" in failed["hint"]


def test_rows_that_cannot_teach_are_left_out_and_named(run: Run, train_config) -> None:
    rows = tiny.rows_of("sft", 8)
    rows[2] = {"messages": [{"role": "user", "content": "only a question"}]}
    warning = run(train.main, train_config(rows=rows, maxSteps=1)).of("warning")[0]
    assert warning["code"] == "rows_left_out"
    assert warning["details"]["rows"] == 1 and warning["details"]["problems"][0]["row"] == 3


def test_a_set_from_which_nothing_would_be_learned_is_refused(run: Run, train_config) -> None:
    rows = [{"messages": [{"role": "user", "content": "a question"}]}] * 4
    failed = run(train.main, train_config(rows=rows), expect=2).last
    assert failed["code"] == "invalid_input" and "very label is masked" in failed["message"]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"learningrate": 1}, "learningrate"),
        ({"learningRate": "1e-3"}, "learningRate"),
        ({"epochs": 0}, "epochs"),
        ({"tuning": "prompt"}, "tuning"),
        ({"globalBatchSize": 4, "microBatchSize": 3}, "microBatchSize"),
        ({"trainFiles": []}, "trainFiles"),
        ({"chatTemplate": "nonesuch"}, "chatTemplate"),
    ],
)
def test_a_wrong_configuration_is_named_before_anything_starts(run: Run, train_config, change: dict, part: str) -> None:
    record = run(train.main, train_config() | change, expect=2)
    assert [event["event"] for event in record.events] == ["failed"]
    assert part in record.last["message"]


def test_a_missing_column_is_named(run: Run, train_config) -> None:
    failed = run(train.main, train_config(rows=[{"text": "a"}]), expect=2).last
    assert "no column messages" in failed["message"]


def test_running_out_of_memory_says_what_to_lower(run: Run, train_config, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory: 9 bytes")

    monkeypatch.setattr("trl.SFTTrainer.training_step", refuse)
    failed = run(train.main, train_config(), expect=1).last
    assert failed["code"] == "missing_requirement"
    assert "microBatchSize" in failed["hint"] and "maxSequenceLength" in failed["hint"]


def _weights(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.safetensors"))}


def _scaled(folder: Path, model_dir: str, *, head: float, embedding: float = 1, epsilon: float = 1e-6) -> Path:
    """A copy of the model with larger logits, smaller embeddings and another epsilon of its norms: it overflows."""
    import shutil

    from safetensors.torch import load_file, save_file

    copy = folder / "scaled"
    shutil.copytree(model_dir, copy)
    weights = load_file(copy / "model.safetensors")
    weights["lm_head.weight"] = weights["lm_head.weight"] * head
    weights["model.embed_tokens.weight"] = weights["model.embed_tokens.weight"] * embedding
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((copy / "config.json").read_text())
    assert config["vocab_size"] == len(weights["lm_head.weight"])
    (copy / "config.json").write_text(json.dumps(config | {"rms_norm_eps": epsilon}))
    return copy


def test_kto_learns_from_pairs_too(run: Run, train_config) -> None:
    record = run(train.main, train_config("kto", rows=tiny.rows_of("dpo", 8), maxSteps=2))
    assert record.of("started")[0]["rows"] == 16


def test_a_merged_model_says_what_base_and_adapter_say(run: Run, train_config, tmp_path: Path) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    config = train_config(maxSteps=4, chatTemplate="plain")
    adapter = run(train.main, config).last["artifact"]["path"]
    goal = {"modelDir": config["modelDir"], "adapterDir": adapter, "outputDir": str(tmp_path / "merged")}
    assert run(merge.main, goal).last["artifact"]["kind"] == "model"
    apart = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(config["modelDir"]), adapter).eval()
    whole = AutoModelForCausalLM.from_pretrained(tmp_path / "merged").eval()
    ids = torch.arange(60, 80)[None]
    with torch.no_grad():
        assert torch.allclose(apart(ids).logits, whole(ids).logits, atol=1e-4)
    assert (tmp_path / "merged" / "chat_template.jinja").read_text().startswith("{% for message in messages %}")
    assert run(merge.main, goal, expect=1).last["code"] == "conflict"


def test_a_killed_run_goes_on_from_its_last_complete_checkpoint(run: Run, train_config, tmp_path: Path) -> None:
    keys = {"maxSteps": 400, "saveSteps": 5, "checkpointCount": 2, "learningRate": 1e-3}
    child = Child("train", tmp_path / "job", train_config(out="killed", **keys))
    child.wait_for("checkpoint")
    child.process.kill()
    child.end()
    folder = tmp_path / "killed" / "checkpoints"
    newest = checkpoints.list_complete(folder)[-1]
    seen = {event["step"]: event["loss"] for event in child.events if event["event"] == "step"}
    commands = Commands()
    after = checkpoints.step_of(newest) + 2

    def stop_soon(event: dict[str, Any]) -> None:
        if event["event"] == "step" and event["step"] >= after:
            commands.send(command="stop")

    # What the kill left half-written, as a full disk or a later kill would:
    half = folder / "checkpoint-399"
    half.mkdir()
    (half / "adapter_model.safetensors").write_bytes(b"half")
    config = train_config(out="killed", resumeFrom=str(newest), **keys)
    resumed = run(train.main, config, on_event=stop_soon, commands=commands)
    commands.close()
    assert resumed.of("started")[0]["resumedAtStep"] == checkpoints.step_of(newest)
    assert not half.exists()
    both = seen.keys() & resumed.losses.keys()
    assert {step: seen[step] for step in both} == {step: resumed.losses[step] for step in both}


def test_the_log_tells_a_person_what_the_run_is_of_what_it_did_and_how_it_ended(
    run: Run, train_config, caplog: pytest.LogCaptureFixture
) -> None:
    rows = tiny.rows_of("sft", 40)
    rows[0]["messages"][-1]["content"] = "word " * 400
    keys: dict[str, Any] = {"rows": rows, "validationSplit": 0.1, "validationSteps": 4, "maxSteps": 400, "saveSteps": 4}
    commands = Commands()

    def stop_at_five(event: dict[str, Any]) -> None:
        if event["event"] == "step" and event["step"] == 5:
            commands.send(command="stop", save=True)

    stopped = run(train.main, train_config(**keys), on_event=stop_at_five, commands=commands).last
    commands.close()
    started, step = stopped["checkpoint"], stopped["step"]
    said = "\n".join(caplog.messages)
    for line in (
        r"sft, lora, seed 42",
        r"device: cpu, 1 thread( on \d+ processors)?; torch \d.*, transformers \d.*, trl \d.*",
        r"training data: 36 rows, the longest [\d,]+ tokens.*",
        r"validation data: 4 rows, the longest [\d,]+ tokens.*",
        r"model llama: [\d,]+ parameters, [\d,]+ trainable \(\d+\.\d\d%\); computed in fp32",
        r"one pass: [\d,]+ tokens",
        r"plan: 400 steps \(maxSteps\), 4 rows a step \(micro batch 4 × 1\)",
        r"step 1/400: loss \d\.\d{4}, learning rate \S+, [\d,]+ tokens/s",
        r"validation at step 4: loss \d\.\d{4}",
        r"checkpoint checkpoints/checkpoint-4: [\d.]+ [kM]B, \d+\.\d s",
        r"asked to stop; a checkpoint is written first",
        rf"checkpoint checkpoints/checkpoint-{step}: [\d.]+ [kM]B, \d+\.\d s",
        rf"stopped at step {step}; resumes from checkpoints/checkpoint-{step}",
    ):
        assert re.search(f"^{line}$", said, re.MULTILINE), (line, said)
    assert re.search(r"^(training|validation) data: .*; 1 row cut to 64$", said, re.MULTILINE), said

    caplog.clear()
    keys |= {"maxSteps": 12, "resumeFrom": started, "acceptDrift": True}
    keys |= {"earlyStopping": True, "earlyStoppingThreshold": 5, "earlyStoppingPatience": 1}
    assert run(train.main, train_config(**keys)).last["event"] == "finished"
    said = "\n".join(caplog.messages)
    for line in (
        rf"resumed at step {step}",
        r"Resuming in spite of changes in .*maxSteps.*",
        r"stopping early at step 8: the validation loss has not fallen by more than 5 in 1 validation; "
        r"the lowest was at step \d",
        r"saved the adapter of step \d as result: [\d.]+ [kM]B",
        r"done in \d+ s; the adapter is to be registered as a model",
    ):
        assert re.search(f"^{line}$", said, re.MULTILINE), (line, said)
