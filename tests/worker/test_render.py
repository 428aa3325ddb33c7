"""What is learned: exact to the token, for templates with and without marks, and the same as what trl trains on."""

from pathlib import Path
from typing import Any

import pytest
import tiny
from conftest import Run
from slipway_worker import check, render
from slipway_worker.rows import Renderer
from slipway_worker.template import ChatTemplate, choose_template, template_of
from slipway_worker.wire import WorkerError

# Like Llama 2: no mark for the assistant, and the answer is joined to the prompt with a space.
LLAMA2 = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] + ' [/INST]' }}"
    "{% else %}{{ ' ' + m['content'] | trim + ' ' + eos_token }}{% endif %}{% endfor %}"
)
# Like Qwen 3: reasoning of past turns is dropped, so a longer chat does not start with the shorter one.
REASONING = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' }}"
    "{% if m['role'] == 'assistant' and not loop.last %}{{ m['content'].split('</think>')[-1] }}"
    "{% else %}{{ m['content'] }}{% endif %}{{ '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def learned_text(template: str, messages: list[dict[str, Any]], **options: Any) -> list[str]:
    tokenizer = tiny.build_tokenizer(template)
    chosen = template_of(tokenizer)
    assert chosen
    rendered = render.render_chat(tokenizer, chosen, messages, **options)
    assert rendered.input_ids == tokenizer.apply_chat_template(_unweighted(messages), return_dict=False)
    parts = check.parts(rendered, tokenizer)
    assert "".join(str(part["text"]) for part in parts) == rendered.text
    return [str(part["text"]) for part in parts if part["learned"]]


TWO_TURNS = [*tiny.chat("one?", "first 答"), *tiny.chat("two?", "second")]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (tiny.CHATML, ["first 答<|im_end|>\n", "second<|im_end|>\n"]),
        (tiny.CHATML.replace("{% generation %}", "").replace("{% endgeneration %}", ""), None),
        (LLAMA2, [" first 答 <|im_end|>", " second <|im_end|>"]),
        (REASONING, ["first 答<|im_end|>\n", "second<|im_end|>\n"]),
    ],
    ids=["generation marks", "chatml", "llama2", "reasoning"],
)
def test_exactly_the_answers_are_learned(template: str, expected: list[str] | None) -> None:
    assert learned_text(template, TWO_TURNS) == (expected or ["first 答<|im_end|>\n", "second<|im_end|>\n"])


def test_tool_calls_reach_the_template_as_objects_and_broken_ones_are_named() -> None:
    name = "message['tool_calls'][0]['function']['name']"
    tokenizer = tiny.build_tokenizer(tiny.CHATML.replace("message['content']", f"(message['content'] or {name})"))
    chosen = template_of(tokenizer)
    assert chosen
    asked = {"role": "user", "content": "where?"}
    calls = '[{"type": "function", "function": {"name": "look_up", "arguments": {}}}]'
    answer = {"role": "assistant", "content": None, "tool_calls": calls}
    assert "look_up" in render.render_chat(tokenizer, chosen, [asked, answer]).text
    with pytest.raises(WorkerError, match="tool calls of message 2"):
        render.render_chat(tokenizer, chosen, [asked, answer | {"tool_calls": "[{"}])


def test_the_sentinel_finds_an_answer_that_the_template_shortens() -> None:
    messages = [*tiny.chat("one?", "<think>hm</think>first"), *tiny.chat("two?", "<think>so</think>second")]
    assert learned_text(REASONING, messages) == ["first<|im_end|>\n", "<think>so</think>second<|im_end|>\n"]


@pytest.mark.parametrize("template", [tiny.CHATML, LLAMA2, REASONING])
def test_a_turn_with_weight_0_teaches_nothing(template: str) -> None:
    messages = [dict(message) for message in TWO_TURNS]
    messages[1]["weight"] = 0
    messages[3]["weight"] = 1
    assert [text.strip() for text in learned_text(template, messages)] in (
        ["second<|im_end|>"],
        ["second <|im_end|>"],
    )


def test_the_last_turn_alone_or_all_tokens_can_be_learned() -> None:
    assert learned_text(tiny.CHATML, TWO_TURNS, loss_on="last") == ["second<|im_end|>\n"]
    (everything,) = learned_text(tiny.CHATML, TWO_TURNS, loss_on="all")
    assert everything.startswith("<|im_start|>user\none?") and everything.endswith("second<|im_end|>\n")


def test_marks_and_prefixes_agree_on_the_same_template() -> None:
    marked, bare = (
        render.render_chat(tokenizer, ChatTemplate(source, tokenizer.special_tokens_map), TWO_TURNS)
        for tokenizer in [tiny.build_tokenizer()]
        for source in (tiny.CHATML, tiny.CHATML.replace("{% generation %}", "").replace("{% endgeneration %}", ""))
    )
    assert marked == bare


def test_a_template_that_hides_the_answer_is_named_as_the_reason() -> None:
    with pytest.raises(WorkerError, match="where the answer of message 2 lies"):
        learned_text("{{ messages | length }}{% for m in messages %} {{ m['content'] | upper }}{% endfor %}", TWO_TURNS)


def test_a_template_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slipway_worker.template.MAX_RENDER_SECONDS", 0.2)
    endless = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
    with pytest.raises(WorkerError, match="ran for more than"):
        ChatTemplate(endless, {}).render(TWO_TURNS)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{{ 'x' * 5000000 }}", "characters"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "refused"),
        ("{{ raise_exception('no system turn') }}", "no system turn"),
        ("{% if %}", "refused"),
    ],
)
def test_a_hostile_or_broken_template_ends_in_a_reason(source: str, reason: str) -> None:
    with pytest.raises(WorkerError, match=reason):
        ChatTemplate(source, {}).render(TWO_TURNS)


def test_the_fallback_ends_a_turn_with_a_token_the_model_has() -> None:
    tokenizer = tiny.build_tokenizer(None)
    assert choose_template(tokenizer, "model") is None
    assert choose_template(tokenizer, "auto").source == choose_template(tokenizer, "chatml").source
    plain = choose_template(tokenizer, "plain")
    assert plain.render(TWO_TURNS) == "one?\nfirst 答<|im_end|>two?\nsecond<|im_end|>"
    tokenizer.eos_token = "<|endoftext|>"
    tokenizer.get_vocab = lambda: {}
    assert "im_end" not in choose_template(tokenizer, "chatml").source


@pytest.mark.parametrize("method", ["dpo", "kto"])
def test_preferences_are_shown_as_trl_trains_them(method: str, model_dir: Path, tmp_path: Path) -> None:
    """The trainer tokenises these rows by itself: the check must not show something else."""
    from datasets import Dataset
    from slipway_worker.rows import Problems, prepare_rows
    from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer

    tokenizer = tiny.build_tokenizer(REASONING)
    renderer = Renderer(
        tokenizer=tokenizer, template=template_of(tokenizer), method=method, loss_on="assistant", max_tokens=64
    )
    rows = tiny.rows_of(method, 6)
    prepared = prepare_rows(Dataset.from_list(rows), renderer, Problems())
    build, configure = {"dpo": (DPOTrainer, DPOConfig), "kto": (KTOTrainer, KTOConfig)}[method]
    arguments = configure(output_dir=str(tmp_path), use_cpu=True, bf16=False, report_to="none", max_length=64)
    trainer = build(model=str(model_dir), args=arguments, train_dataset=prepared, processing_class=tokenizer)
    for row, trained in zip(rows, trainer.train_dataset, strict=True):
        for rendered, side in zip(renderer.render(row), ("chosen", "rejected"), strict=False):
            answer = trained["completion_ids" if method == "kto" else f"{side}_ids"]
            assert rendered.input_ids == trained["prompt_ids"] + answer
            assert sum(rendered.learned) == len(answer)


def test_the_check_reports_counts_samples_and_problems(run: Run, model_dir: Path, tmp_path: Path) -> None:
    rows = tiny.rows_of("sft", 12)
    rows[4] = {"messages": [{"role": "user", "content": "only a question"}]}
    rows[7] = {"messages": tiny.chat("q", "a very long answer " * 9)}
    file = tiny.write_parquet(tmp_path / "rows.parquet", rows)
    config = {"method": "sft", "modelDir": str(model_dir), "files": [str(file)], "maxSequenceLength": 48, "samples": 2}
    record = run(check.main, config)
    report = record.last["report"]
    assert (report["rows"], report["usableRows"], report["problemRows"], report["truncatedRows"]) == (12, 11, 1, 1)
    assert [(p["row"], p["code"]) for p in record.of("problem")] == [(5, "invalid_input")]
    assert sum(column["rows"] for column in report["histogram"]) == 12
    assert report["tokens"]["longest"] > 48 and report["tokens"]["truncated"] > 0
    first, _ = record.of("sample")
    assert [part for part in first["parts"] if part["learned"]] == [{"text": "1<|im_end|>\n", "learned": True}]
    assert first["learnedTokens"] == 3


def test_some_rows_are_shown_token_by_token_even_when_none_of_them_teaches(
    run: Run, model_dir: Path, tmp_path: Path
) -> None:
    rows = tiny.rows_of("sft", 8)
    rows[5] = {"messages": tiny.chat("问 q", "答 ok")}
    rows[6] = {"messages": [{"role": "user", "content": "only a question"}]}
    file = tiny.write_parquet(tmp_path / "rows.parquet", rows)
    config = {"method": "sft", "modelDir": str(model_dir), "files": [str(file)], "samples": 9, "pieces": True}
    record = run(check.main, {**config, "firstRow": 5, "maxRows": 2})
    assert [sample["row"] for sample in record.of("sample")] == [6, 7]
    chat = record.of("sample")[0]
    assert len(chat["pieces"]) == chat["tokens"]
    assert sum(piece["learned"] for piece in chat["pieces"]) == chat["learnedTokens"]
    spelled = "".join(piece["text"] for piece in chat["pieces"])
    assert spelled == "".join(part["text"] for part in chat["parts"]) and "问 q" in spelled and "答 ok" in spelled
    assert {piece["text"] for piece in chat["pieces"] if piece["special"]} == {"<|im_start|>", "<|im_end|>"}

    alone = run(check.main, {**config, "firstRow": 6, "maxRows": 1})
    assert alone.last["event"] == "finished" and alone.last["report"]["problemRows"] == 1
    assert [problem["row"] for problem in alone.of("problem")] == [7]


def test_rows_are_found_behind_many_row_groups(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    files = (tmp_path / "a.parquet", tmp_path / "b.parquet")
    for index, file in enumerate(files):
        table = pa.table({"n": list(range(index * 1000, index * 1000 + 1000))})
        parquet.write_table(table, file, row_group_size=300)
    assert [row["n"] for row in check.read_rows(files, 4, 298)] == [298, 299, 300, 301]
    assert [row["n"] for row in check.read_rows(files, 3, 999)] == [999, 1000, 1001]
    assert [row["n"] for row in check.read_rows(files, 5, 1998)] == [1998, 1999]
    assert list(check.read_rows(files, 5, 5000)) == []


def test_the_check_refuses_a_set_from_which_nothing_would_be_learned(run: Run, model_dir: Path, tmp_path: Path) -> None:
    file = tiny.write_parquet(tmp_path / "rows.parquet", [{"messages": [{"role": "user", "content": "q"}]}] * 3)
    config = {"method": "sft", "modelDir": str(model_dir), "files": [str(file)]}
    failed = run(check.main, config, expect=2).last
    assert failed["code"] == "invalid_input" and "Nothing would be learned" in failed["message"]


def _unweighted(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in message.items() if key != "weight"} for message in messages]
