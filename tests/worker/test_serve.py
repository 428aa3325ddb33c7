"""The inference engine as its clients meet it: a child process, a socket, numbers compared with a forward pass."""

import base64
import json
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import tiny
from engine_client import Child, Client

CONTEXT = 60_000
PROMPTS = ["a", "one two three", "many words go in here, " * 5, "zz", "to be", "0123456789" * 3]


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With room for answers that would take minutes: only being cancelled can end them."""
    return tiny.build_model(tmp_path_factory.mktemp("model"), context=CONTEXT)


@pytest.fixture(scope="module")
def child(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    config = {"modelDir": str(model_dir), "socket": "engine.sock", "device": "cpu", "maxActive": 4, "maxQueued": 3}
    child = Child("serve", tmp_path_factory.mktemp("engine"), config)
    yield child
    child.send(command="stop")
    assert child.end() == 0
    assert child.events[-2]["event"] == "stopped"
    assert not (child.folder / "engine.sock").exists()


@pytest.fixture
def client(child: Child) -> Client:
    child.wait_for("ready")
    return Client(child.folder / "engine.sock")


@pytest.fixture(scope="module")
def model(model_dir: Path) -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(model_dir).eval()


@pytest.fixture(scope="module")
def tokenizer(model_dir: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(model_dir)


def test_it_says_what_it_can_once_it_listens(child: Child, client: Client) -> None:
    ready = child.wait_for("ready")
    assert ready["contextLength"] == CONTEXT and ready["hasChatTemplate"] is True and ready["can"] == ["generate"]
    assert stat.S_IMODE((child.folder / "engine.sock").stat().st_mode) == 0o600
    assert client.request("GET", "/health")[1]["active"] == 0


def test_greedy_answers_are_those_of_transformers(client: Client, model: Any, tokenizer: Any) -> None:
    import torch

    for prompt in PROMPTS[:3]:
        ids = tokenizer(prompt)["input_ids"]
        expected = model.generate(torch.tensor([ids]), max_new_tokens=20, do_sample=False)[0, len(ids) :].tolist()
        answer = client.generate(prompt=prompt, maxTokens=20, temperature=0)
        assert answer.ids == [token for token in expected if token != tokenizer.eos_token_id]
        assert answer.prompt == {"count": len(ids), "cached": 0}
        assert answer.done["promptTokens"] == len(ids)


@pytest.mark.parametrize("knobs", [{"temperature": 0}, {"temperature": 1.5, "seed": 7, "topP": 0.95}])
def test_answers_in_a_batch_are_those_given_alone(client: Client, knobs: dict[str, Any]) -> None:
    def ask(prompt: str) -> tuple[list[int], dict[str, Any]]:
        answer = client.generate(prompt=prompt, maxTokens=30 + len(prompt) % 7, ignoreEos=True, **knobs)
        return answer.ids, answer.done

    alone = [ask(prompt) for prompt in PROMPTS]
    with ThreadPoolExecutor(len(PROMPTS)) as pool:
        assert list(pool.map(ask, PROMPTS)) == alone


def test_a_seed_repeats_an_answer_and_no_seed_does_not(client: Client) -> None:
    def ask(**seed: int) -> list[int]:
        return client.generate(prompt="a", maxTokens=24, ignoreEos=True, temperature=1, **seed).ids

    assert ask(seed=5) == ask(seed=5)
    assert ask(seed=5) != ask(seed=6)
    assert ask() != ask()


def test_echoed_log_probabilities_are_those_of_a_forward_pass(client: Client, model: Any, tokenizer: Any) -> None:
    import torch

    ids = tokenizer("the quick brown fox 狐")["input_ids"]
    answer = client.generate(tokens=ids, maxTokens=0, echo=True, logprobs=3)
    told = answer.prompt["tokens"]
    assert [token["id"] for token in told] == ids
    assert "logprob" not in told[0]
    with torch.no_grad():
        rows = model(torch.tensor([ids])).logits[0].log_softmax(-1)
    for token, row, following in zip(told[1:], rows, ids[1:], strict=False):
        assert token["logprob"] == pytest.approx(float(row[following]), abs=1e-5)
        assert [entry["id"] for entry in token["top"]] == row.topk(3).indices.tolist()
        assert [entry["logprob"] for entry in token["top"]] == pytest.approx(row.topk(3).values.tolist(), abs=1e-5)
    assert answer.done == {"reason": "length", "promptTokens": len(ids), "completionTokens": 0}


def test_generated_log_probabilities_are_those_before_the_knobs(client: Client, model: Any, tokenizer: Any) -> None:
    import torch

    ids = tokenizer("one")["input_ids"]
    answer = client.generate(tokens=ids, maxTokens=4, temperature=0.2, seed=1, logprobs=1, ignoreEos=True)
    with torch.no_grad():
        rows = model(torch.tensor([ids + answer.ids])).logits[0].log_softmax(-1)
    for at, token in enumerate(answer.tokens, start=len(ids) - 1):
        assert token["logprob"] == pytest.approx(float(rows[at, token["id"]]), abs=1e-4)


def test_a_long_prompt_is_read_in_slices_to_the_same_end(
    model_dir: Path, tmp_path: Path, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from slipway_worker import engine

    monkeypatch.setattr(engine, "PREFILL_TOKENS", 7)
    told: list[Any] = []
    ended = threading.Event()

    def tell(item: Any) -> None:
        told.append(item)
        if isinstance(item, engine.Done):
            ended.set()

    whole = list(range(60, 90))
    request = engine.Request(
        prompt=whole, max_tokens=1, sampling=engine.Sampling(temperature=0), stop_tokens=frozenset(), tell=tell,
        logprobs=0, echo=True,
    )  # fmt: skip
    worker = engine.Engine(model, max_active=1, max_queued=0)
    worker.start()
    worker.submit(request)
    assert ended.wait(30)
    worker.stop()
    import torch

    with torch.no_grad():
        rows = model(torch.tensor([whole])).logits[0].log_softmax(-1)
    assert [t.id for t in told[0].tokens] == whole
    expected = [float(row[token]) for row, token in zip(rows, whole[1:], strict=False)]
    assert [t.logprob for t in told[0].tokens[1:]] == pytest.approx(expected, abs=1e-5)
    assert told[1].id == int(rows[-1].argmax())


def test_the_next_turn_of_a_chat_reads_only_what_is_new(client: Client, model: Any, tokenizer: Any) -> None:
    import torch

    first = client.generate(prompt="tell me something that is long enough", maxTokens=20, temperature=0, ignoreEos=True)
    ids = tokenizer("tell me something that is long enough")["input_ids"] + first.ids + tokenizer(" more")["input_ids"]
    second = client.generate(tokens=ids, maxTokens=10, temperature=0, ignoreEos=True, logprobs=0)
    # The last token of an answer was never fed to the model.
    assert second.prompt == {"count": len(ids), "cached": first.prompt["count"] + 19}
    with torch.no_grad():
        rows = model(torch.tensor([ids + second.ids])).logits[0].log_softmax(-1)[len(ids) - 1 : -1]
    assert second.ids == rows.argmax(-1).tolist()
    expected = [float(row[token]) for row, token in zip(rows, second.ids, strict=True)]
    assert [token["logprob"] for token in second.tokens] == pytest.approx(expected, abs=1e-4)
    assert client.generate(tokens=ids, maxTokens=0, echo=True).prompt["cached"] == 0


def test_a_character_split_over_tokens_comes_in_its_bytes(client: Client, tokenizer: Any) -> None:
    text = "狐🦊 ta"
    ids = tokenizer(text)["input_ids"]
    told = client.generate(tokens=ids, maxTokens=0, echo=True).prompt["tokens"]
    pieces = [base64.b64decode(token["bytes"]) for token in told]
    assert b"".join(pieces).decode() == text
    assert len(pieces) > len(text)
    assert pieces[0] == text.encode()[:1]


def test_an_answer_ends_at_a_stop_token_that_is_not_told(client: Client) -> None:
    free = client.generate(prompt="a", maxTokens=8, temperature=0, ignoreEos=True)
    at = free.ids.index(free.ids[3])
    stopped = client.generate(prompt="a", maxTokens=8, temperature=0, ignoreEos=True, stopTokenIds=[free.ids[3]])
    assert stopped.ids == free.ids[:at]
    assert stopped.done["reason"] == "stop" and stopped.done["completionTokens"] == at + 1


def test_penalties_keep_a_model_from_repeating_itself(client: Client) -> None:
    def distinct(**knobs: float) -> int:
        return len(set(client.generate(prompt="a", maxTokens=40, temperature=0, ignoreEos=True, **knobs).ids))

    assert distinct(presencePenalty=100) == 40
    assert distinct(frequencyPenalty=100) == 40
    assert distinct(repetitionPenalty=50) > distinct()


def test_top_k_of_one_is_greedy_at_any_temperature(client: Client) -> None:
    greedy = client.generate(prompt="b", maxTokens=12, temperature=0, ignoreEos=True).ids
    for knob in ({"topK": 1}, {"topP": 0.0}, {"minP": 1.0}):
        assert client.generate(prompt="b", maxTokens=12, temperature=5, ignoreEos=True, **knob).ids == greedy


def test_a_client_that_hangs_up_frees_its_place(client: Client) -> None:
    streams = [client.open(prompt="a", ignoreEos=True) for _ in range(4)]
    for stream in streams:
        stream.next()
    for stream in streams:
        stream.hang_up()
    # All four places were taken: this one is answered only because they are free again.
    assert client.generate(prompt="a", maxTokens=2, ignoreEos=True).done["completionTokens"] == 2
    _wait_until_idle(client)


def test_more_than_the_queue_holds_is_refused_as_busy(client: Client) -> None:
    _wait_until_idle(client)
    streams = [client.open(prompt="a", ignoreEos=True) for _ in range(4)]
    for stream in streams:
        stream.next()
    with ThreadPoolExecutor(3) as pool:
        queued = [pool.submit(client.generate, prompt="a", maxTokens=1) for _ in range(3)]
        while client.request("GET", "/health")[1]["queued"] < 3:
            pass
        status, answer = client.request("POST", "/generate", {"prompt": "a", "maxTokens": 1})
        assert (status, answer["error"]["code"]) == (429, "busy")
        for stream in streams:
            stream.hang_up()
        assert all(future.result(60).done["reason"] in ("length", "stop") for future in queued)
    _wait_until_idle(client)


def test_the_queue_has_an_end(model: Any) -> None:
    from slipway_worker import engine
    from slipway_worker.wire import WorkerError

    worker = engine.Engine(model, max_active=1, max_queued=1)  # not started: nothing is answered
    for _ in range(2):
        worker.submit(_request(engine))
    assert worker.load == (1, 1)
    with pytest.raises(WorkerError, match="under way") as caught:
        worker.submit(_request(engine))
    assert caught.value.code == "busy"


def test_a_step_without_memory_fails_its_requests_and_no_others(model: Any) -> None:
    from slipway_worker import engine

    class Refusing:
        device, forward = model.device, model.forward
        calls = 0

        def __call__(self, **inputs: Any) -> Any:
            self.calls += 1
            if self.calls == 2:
                raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
            return model(**inputs)

    told: list[list[Any]] = [[], []]
    ended = [threading.Event(), threading.Event()]

    def teller(number: int) -> Any:
        def tell(item: Any) -> None:
            told[number].append(item)
            if isinstance(item, engine.Done | engine.WorkerError):
                ended[number].set()

        return tell

    worker = engine.Engine(Refusing(), max_active=1, max_queued=1)  # type: ignore[arg-type]
    for number in range(2):
        worker.submit(_request(engine, tell=teller(number), max_tokens=3))
    worker.start()
    assert all(event.wait(30) for event in ended)
    worker.stop()
    assert told[0][-1].code == "missing_requirement"
    assert told[1][-1] == engine.Done("length", 2, 3)
    assert worker.load == (0, 0)


def test_a_chat_is_rendered_with_the_models_template(client: Client, tokenizer: Any) -> None:
    messages = [{"role": "user", "content": "hi"}]
    expected = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)
    assert client.request("POST", "/tokenize", {"messages": messages}) == (200, {"tokens": expected})
    assert client.generate(messages=messages, maxTokens=1).prompt["count"] == len(expected)
    assert client.request("POST", "/tokenize", {"text": "hi"})[1]["tokens"] == tokenizer("hi")["input_ids"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"prompt": "a", "maxToken": 1}, 400, "invalid_input"),
        ({"prompt": "a", "tokens": [1]}, 400, "invalid_input"),
        ({}, 400, "invalid_input"),
        ({"tokens": [10**6]}, 400, "invalid_input"),
        ({"prompt": "a", "temperature": -1}, 400, "invalid_input"),
        ({"prompt": "long " * 13000}, 400, "invalid_input"),
        ({"messages": [{"role": "user"}], "maxTokens": 1}, 400, "invalid_input"),
        ({"messages": []}, 400, "invalid_input"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_reason(client: Client, body: dict, status: int, code: str) -> None:
    got, answer = client.request("POST", "/generate", body)
    assert (got, answer["error"]["code"]) == (status, code)
    assert answer["error"]["message"]


def test_other_routes_and_abilities_are_refused(client: Client) -> None:
    assert client.request("GET", "/nothing")[0] == 404
    assert client.request("POST", "/embed", {"inputs": ["a"]})[1]["error"]["code"] == "unsupported"
    assert client.request("POST", "/generate", "text")[0] == 400


def test_a_model_without_template_completes_but_cannot_chat(tmp_path: Path) -> None:
    model_dir = tiny.build_model(tmp_path / "base", template=None)
    child = Child("serve", tmp_path / "job", {"modelDir": str(model_dir), "socket": "s", "device": "cpu"})
    assert child.wait_for("ready")["hasChatTemplate"] is False
    client = Client(tmp_path / "job" / "s")
    assert client.generate(prompt="a", maxTokens=2, ignoreEos=True).done["completionTokens"] == 2
    status, answer = client.request("POST", "/generate", {"messages": [{"role": "user", "content": "hi"}]})
    assert (status, answer["error"]["code"]) == (424, "missing_requirement")
    assert "chat template" in answer["error"]["message"] and "/v1/completions" in answer["error"]["hint"]
    child.close_stdin()  # the runner is gone
    assert child.end() == 0


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    child = Child("serve", tmp_path, {"modelDir": "nowhere", "socket": "s", "device": "cpu"})
    assert child.wait_for("failed")["code"] == "not_found"
    assert child.end() == 1


@pytest.mark.parametrize("pooling", ["mean", "cls", "lasttoken"])
def test_embeddings_are_those_of_the_folders_own_recipe(pooling: str, tmp_path: Path) -> None:
    import torch
    from slipway_worker import embed
    from transformers import AutoModel

    folder = build_embedder(tmp_path / "embedder", pooling)
    model = AutoModel.from_pretrained(folder).eval()
    recipe = embed.read_recipe(folder, is_decoder=False)
    inputs = [[5, 6, 7], [8, 9, 10, 11, 12, 13], [14]]
    with torch.no_grad():
        vectors = embed.embed(model, 0, recipe, inputs)
        for tokens, vector in zip(inputs, vectors, strict=True):
            states = model(torch.tensor([tokens])).last_hidden_state[0]
            pooled = {"mean": states.mean(0), "cls": states[0], "lasttoken": states[-1]}[pooling]
            expected = torch.nn.functional.normalize(pooled, dim=0)
            assert vector == pytest.approx(expected.tolist(), abs=1e-5)


def test_an_embedding_model_is_served(tmp_path: Path) -> None:
    folder = build_embedder(tmp_path / "embedder", "mean")
    child = Child("serve", tmp_path / "job", {"modelDir": str(folder), "socket": "s", "device": "cpu"})
    assert child.wait_for("ready")["can"] == ["embed"]
    client = Client(tmp_path / "job" / "s")
    status, answer = client.request("POST", "/embed", {"inputs": ["one", "two words", [5, 6]]})
    assert status == 200 and len(answer["vectors"]) == 3
    for vector in answer["vectors"]:
        assert sum(x * x for x in vector) == pytest.approx(1, abs=1e-5)
    assert client.request("POST", "/embed", {"inputs": [""]})[0] in (200, 400)
    assert client.request("POST", "/generate", {"prompt": "a"})[1]["error"]["code"] == "unsupported"
    child.send(command="stop")
    assert child.end() == 0


def build_embedder(folder: Path, pooling: str) -> Path:
    import torch
    from transformers import BertConfig, BertModel

    tokenizer = tiny.build_tokenizer(None)
    torch.manual_seed(0)
    BertModel(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            max_position_embeddings=64,
            initializer_range=0.2,
        )
    ).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    flag = {"mean": "mean_tokens", "cls": "cls_token", "lasttoken": "lasttoken"}[pooling]
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({f"pooling_mode_{flag}": True}))
    return folder


def _request(engine: Any, **changes: Any) -> Any:
    return engine.Request(
        **{
            "prompt": [60, 61],
            "max_tokens": 1,
            "sampling": engine.Sampling(temperature=0),
            "stop_tokens": frozenset(),
            "tell": lambda _: None,
        }
        | changes
    )


def _wait_until_idle(client: Client) -> None:
    for _ in range(500):
        if client.request("GET", "/health")[1]["active"] == 0:
            return
    raise AssertionError("the engine still works for clients that have gone")
