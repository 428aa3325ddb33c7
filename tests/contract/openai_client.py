"""
The official Python client against a whole workstation: key, gateway, surface, engine. openai-python.test.ts starts one
that serves "tiny" (with a chat template) and "base" (without), and runs this file with pytest.
"""

import asyncio
import json
import os
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest

URL = os.environ["SLIPWAY_URL"]
KEY = os.environ["SLIPWAY_KEY"]
MODEL = "tiny"
MESSAGES = [{"role": "user", "content": "Hi"}]
# An extra that other servers have, too: without it a random model may end at any token.
ENDLESS = {"ignore_eos": True}
FIXED = {"temperature": 0, "extra_body": ENDLESS}


@pytest.fixture
def client():
    with openai.OpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0) as client:
        yield client


def test_models_are_the_deployments_by_name(client) -> None:
    assert {model.id for model in client.models.list()} == {"tiny", "base"}
    assert client.models.retrieve("tiny").owned_by == "slipway"


def test_a_chat_is_answered_whole_with_usage(client) -> None:
    answer = client.chat.completions.create(model=MODEL, messages=MESSAGES, max_tokens=6, **FIXED)
    (choice,) = answer.choices
    assert (answer.object, choice.message.role, choice.finish_reason) == ("chat.completion", "assistant", "length")
    assert choice.message.content
    assert answer.usage.completion_tokens == 6
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 6


def test_a_streamed_chat_is_the_same_answer_and_ends_with_its_usage(client) -> None:
    request = {"model": MODEL, "messages": MESSAGES, "max_completion_tokens": 24, **FIXED}
    whole = client.chat.completions.create(**request)
    *chunks, usage = client.chat.completions.create(**request, stream=True, stream_options={"include_usage": True})
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == whole.choices[0].message.content
    assert chunks[-1].choices[0].finish_reason == "length"
    assert (usage.choices, usage.usage.completion_tokens) == ([], 24)


def test_the_stream_helper_of_the_client_takes_a_structured_answer_with_log_probabilities(client) -> None:
    schema = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
    with client.chat.completions.stream(
        model=MODEL,
        messages=MESSAGES,
        max_tokens=60,
        logprobs=True,
        top_logprobs=2,
        response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": True}},
    ) as stream:
        (choice,) = stream.get_final_completion().choices
    assert isinstance(json.loads(choice.message.content)["ok"], bool)
    assert choice.finish_reason == "stop"
    assert all(len(token.top_logprobs) == 2 and token.logprob <= 0 for token in choice.logprobs.content)


def test_a_completion_echoes_its_prompt_with_the_log_probability_of_every_token(client) -> None:
    plain = client.completions.create(model=MODEL, prompt="one two", max_tokens=4, **FIXED)
    echoed = client.completions.create(model=MODEL, prompt="one two", max_tokens=4, echo=True, logprobs=2, **FIXED)
    (choice,) = echoed.choices
    assert choice.text == "one two" + plain.choices[0].text
    told = choice.logprobs
    assert "".join(told.tokens[: echoed.usage.prompt_tokens]) == "one two"
    # The first token follows nothing: there is nothing that it could be likely after.
    assert told.token_logprobs[0] is None
    assert all(value <= 0 for value in told.token_logprobs[1:])
    assert len(told.token_logprobs) == echoed.usage.prompt_tokens + 4
    assert told.text_offset[0] == 0 and told.text_offset == sorted(told.text_offset)


def test_prompts_of_token_ids_are_scored_without_a_new_token_as_lm_eval_asks(client) -> None:
    request = {"model": MODEL, "max_tokens": 0, "echo": True, "logprobs": 1, **FIXED}
    answer = client.completions.create(prompt=[[72, 105, 33], [72, 105, 34]], **request)
    scores = [choice.logprobs.token_logprobs for choice in answer.choices]
    assert [len(score) for score in scores] == [3, 3]
    assert scores[0][1] == pytest.approx(scores[1][1], abs=1e-3) and scores[0][2] != scores[1][2]


def test_embeddings_come_as_the_client_asks_for_them(client) -> None:
    packed = client.embeddings.create(model=MODEL, input=["hello", "other"])
    plain = client.embeddings.create(model=MODEL, input="hello", encoding_format="float")
    assert len(packed.data) == 2
    assert packed.data[0].embedding == pytest.approx(plain.data[0].embedding, abs=1e-5)
    assert plain.usage.prompt_tokens > 0


def test_failures_are_the_exceptions_of_the_client(client) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        client.chat.completions.create(model="gone", messages=MESSAGES)
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError) as wrong:
        client.chat.completions.create(model=MODEL, messages=MESSAGES, temperature=-1)
    assert wrong.value.param == "temperature"
    with pytest.raises(openai.BadRequestError, match="tokens"):
        client.completions.create(model=MODEL, prompt="x" * 20_000, stream=True)
    with pytest.raises(openai.APIStatusError) as base:
        client.chat.completions.create(model="base", messages=MESSAGES)
    assert base.value.code == "missing_requirement"


def test_a_wrong_key_and_one_without_the_scope_are_told_apart() -> None:
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(base_url=f"{URL}/v1", api_key="slp_none", max_retries=0).models.list()
    with pytest.raises(openai.PermissionDeniedError):
        openai.OpenAI(base_url=f"{URL}/v1", api_key=os.environ["SLIPWAY_READ_KEY"], max_retries=0).models.list()


def test_several_threads_get_the_answers_of_one_after_another(client) -> None:
    def ask(prompt: str) -> str:
        return client.completions.create(model=MODEL, prompt=prompt, max_tokens=16, **FIXED).choices[0].text

    prompts = [f"prompt number {number}" for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, prompts)) == [ask(prompt) for prompt in prompts]


def counted() -> tuple[int, int]:
    """Requests that have ended and tokens that were written, as /metrics tells them."""
    key = os.environ["SLIPWAY_READ_KEY"]
    request = urllib.request.Request(f"{URL}/metrics", headers={"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request) as answer:
        series = dict(line.rsplit(" ", 1) for line in answer.read().decode().splitlines() if line[0] != "#")
    names = ("requests", "completion_tokens")
    requests, tokens = (int(series[f'slipway_inference_{name}_total{{deployment="{MODEL}"}}']) for name in names)
    return requests, tokens


@pytest.mark.parametrize("leave", ["close", "cancel"])
def test_a_client_that_leaves_ends_the_work_of_the_engine(client, leave: str) -> None:
    requests, tokens = counted()
    many = {"model": MODEL, "messages": MESSAGES, "max_tokens": 4_000, "stream": True, "extra_body": ENDLESS}
    if leave == "close":
        stream = client.chat.completions.create(**many)
        next(stream)
        stream.close()
    else:
        asyncio.run(cancelled(many))
    deadline = time.monotonic() + 30
    while (now := counted())[0] == requests:
        assert time.monotonic() < deadline, "the request goes on"
    assert now[1] - tokens < 4_000


async def cancelled(request: dict) -> None:
    async with openai.AsyncOpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0) as client:
        began = asyncio.Event()

        async def read() -> None:
            async for _ in await client.chat.completions.create(**request):
                began.set()

        reading = asyncio.create_task(read())
        await began.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
