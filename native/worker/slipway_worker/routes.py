"""
The routes of the engine protocol, which is small, and which the llama.cpp engine speaks as well:
  POST /generate  tokens | prompt | messages and the knobs → JSON lines: {"prompt"}, {"tokens"}…, {"done"}
  POST /embed     inputs → {"vectors", "tokens"}
  POST /tokenize  text | messages → {"tokens"}
  POST /detokenize tokens → {"text"}
  GET  /health
An error is {"error": {code, message, hint, details}} with the status of its code, or the last line of a stream.
"""

import asyncio
import base64
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from slipway_worker.config import parse_config, within
from slipway_worker.embed import Recipe, embed
from slipway_worker.engine import Done, Engine, News, PromptDone, Request, Token
from slipway_worker.http1 import Answer, Call
from slipway_worker.runtime import as_worker_error
from slipway_worker.sampling import Sampling
from slipway_worker.template import ChatTemplate
from slipway_worker.token_bytes import TokenBytes
from slipway_worker.wire import WorkerError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

T = TypeVar("T")
MAX_EMBED_INPUTS = 2048


@dataclass(frozen=True, kw_only=True)
class GenerateBody:
    """One of tokens, prompt and messages, and the knobs."""

    tokens: tuple[int, ...] | None = None
    prompt: str | None = None
    messages: tuple[Any, ...] | None = None
    tools: tuple[Any, ...] | None = None  # with messages
    max_tokens: int | None = None  # None: to the end of the context
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    logit_bias: Any = None  # {"id": number}: added to the logit of a token
    json_schema: Any = None  # of the protocol; this engine has no constrained decoding
    grammar: str | None = None
    seed: int | None = None
    logprobs: int | None = None  # how many alternatives; 0: the chosen token's alone
    echo: bool = False  # the prompt's tokens too
    stop_token_ids: tuple[int, ...] = ()
    ignore_eos: bool = False

    def __post_init__(self) -> None:
        within("maxTokens", self.max_tokens or 0, 0, 100_000_000)
        within("logprobs", self.logprobs or 0, 0, 100)


@dataclass(frozen=True, kw_only=True)
class EmbedBody:
    inputs: tuple[str | tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True)
class TokenizeBody:
    text: str | None = None
    messages: tuple[Any, ...] | None = None
    tools: tuple[Any, ...] | None = None
    add_special_tokens: bool = True


@dataclass(frozen=True, kw_only=True)
class DetokenizeBody:
    tokens: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A model that is ready, and all that turns requests into its numbers and back."""

    model: "PreTrainedModel"
    tokenizer: "PreTrainedTokenizerBase"
    token_bytes: TokenBytes
    template: ChatTemplate | None
    recipe: Recipe | None  # None: it has no use for embeddings
    generates: bool
    end_tokens: frozenset[int]
    context_length: int
    vocabulary: int


class Service:
    """The four routes."""

    def __init__(self, loaded: Loaded, engine: Engine) -> None:
        self._loaded, self._engine = loaded, engine
        tokenizer = loaded.tokenizer
        self._special = dict(zip(tokenizer.all_special_ids, tokenizer.all_special_tokens, strict=False))

    @property
    def abilities(self) -> list[Literal["generate", "embed"]]:
        return ["generate"] if self._loaded.generates else ["embed"]

    async def handle(self, call: Call) -> Answer:
        try:
            match (call.method, call.path):
                case ("POST", "/generate"):
                    return self._generate(parse(GenerateBody, call), call.gone)
                case ("POST", "/embed"):
                    return await self._embed(parse(EmbedBody, call))
                case ("POST", "/tokenize"):
                    return self._tokenize(parse(TokenizeBody, call))
                case ("POST", "/detokenize"):
                    return self._detokenize(parse(DetokenizeBody, call))
                case ("GET", "/health"):
                    return self._health()
        except WorkerError:
            raise
        except Exception as error:
            raise as_worker_error(error) from error
        raise WorkerError("not_found", f"There is no {call.method} {call.path}.")

    def _generate(self, body: GenerateBody, gone: asyncio.Event) -> AsyncGenerator[dict[str, object]]:
        """Check and queue the request now, so that a refusal has a status; then stream."""
        if not self._loaded.generates:
            raise WorkerError("unsupported", "This model makes embeddings: it does not generate text.")
        if body.json_schema is not None or body.grammar is not None:
            raise WorkerError(
                "unsupported",
                "The transformers engine cannot hold an answer to a schema or grammar.",
                hint="Convert the model to GGUF (slipway models convert --to gguf): the llama.cpp engine can.",
            )
        prompt = self._prompt_tokens(body)
        limit = self._loaded.context_length
        room = limit - len(prompt)
        # With nothing to generate, a prompt may fill the context: that is how evaluations score whole texts.
        if room < 0 or (room == 0 and body.max_tokens != 0):
            raise WorkerError(
                "invalid_input",
                f"The prompt has {len(prompt)} tokens, and the model reads at most {limit}.",
                details={"promptTokens": len(prompt), "contextLength": limit},
            )
        try:
            sampling = Sampling(
                temperature=body.temperature,
                top_p=body.top_p,
                top_k=body.top_k,
                min_p=body.min_p,
                repetition_penalty=body.repetition_penalty,
                presence_penalty=body.presence_penalty,
                frequency_penalty=body.frequency_penalty,
                seed=body.seed,
                logit_bias=self._bias(body.logit_bias),
            )
        except ValueError as error:
            raise WorkerError("invalid_input", str(error)) from error
        loop = asyncio.get_running_loop()
        news: asyncio.Queue[News] = asyncio.Queue()
        request = Request(
            prompt=prompt,
            max_tokens=min(room, body.max_tokens if body.max_tokens is not None else room),
            sampling=sampling,
            stop_tokens=frozenset(body.stop_token_ids) | (frozenset() if body.ignore_eos else self._loaded.end_tokens),
            logprobs=body.logprobs,
            echo=body.echo,
            tell=lambda item: loop.call_soon_threadsafe(news.put_nowait, item),
        )
        self._engine.submit(request)
        return self._stream(request, news, gone)

    async def _stream(
        self, request: Request, news: "asyncio.Queue[News]", gone: asyncio.Event
    ) -> AsyncGenerator[dict[str, object]]:
        watch = asyncio.create_task(gone.wait())
        watch.add_done_callback(lambda _: request.cancelled.set() if gone.is_set() else None)
        try:
            while True:
                item = await news.get()
                match item:
                    case WorkerError():
                        raise item
                    case PromptDone(count, cached, tokens):
                        told = {"tokens": [self._told(token) for token in tokens]} if tokens is not None else {}
                        yield {"prompt": {"count": count, "cached": cached} | told}
                    case Token():
                        yield {"tokens": [self._told(item)]}
                    case Done(reason, prompt_tokens, completion_tokens):
                        counts = {"promptTokens": prompt_tokens, "completionTokens": completion_tokens}
                        yield {"done": {"reason": reason} | counts}
                        return
        finally:
            request.cancelled.set()  # also when the connection broke while a line was written
            watch.cancel()

    async def _embed(self, body: EmbedBody) -> dict[str, object]:
        loaded = self._loaded
        recipe = loaded.recipe
        if recipe is None:
            raise WorkerError(
                "unsupported", "This model generates text.", hint="Deploy an embedding model for embeddings."
            )
        if not 1 <= len(body.inputs) <= MAX_EMBED_INPUTS:
            raise WorkerError("invalid_input", f"inputs must hold 1 to {MAX_EMBED_INPUTS} texts.")
        inputs = [
            self._checked(list(value)) if isinstance(value, tuple) else encode(loaded.tokenizer, value, special=True)
            for value in body.inputs
        ]
        for number, tokens in enumerate(inputs, start=1):
            if not 1 <= len(tokens) <= loaded.context_length:
                raise WorkerError(
                    "invalid_input",
                    f"Input {number} has {len(tokens)} tokens; 1 to {loaded.context_length} are possible.",
                )
        pad = loaded.tokenizer.pad_token_id or 0
        vectors = await asyncio.wrap_future(self._engine.call(lambda: embed(loaded.model, pad, recipe, inputs)))
        return {"vectors": vectors, "tokens": [len(tokens) for tokens in inputs]}

    def _tokenize(self, body: TokenizeBody) -> dict[str, object]:
        if (body.text is None) == (body.messages is None):
            raise WorkerError("invalid_input", "Give text or messages.")
        if body.text is not None:
            return {"tokens": encode(self._loaded.tokenizer, body.text, special=body.add_special_tokens)}
        return {"tokens": self._chat_tokens(body.messages, body.tools)}

    def _detokenize(self, body: DetokenizeBody) -> dict[str, object]:
        tokens = self._checked(list(body.tokens))
        return {"text": self._loaded.tokenizer.decode(tokens, skip_special_tokens=False)}

    def _bias(self, given: object) -> tuple[tuple[int, float], ...]:
        if given is None:
            return ()
        if not isinstance(given, dict):
            raise WorkerError("invalid_input", "logitBias must be an object of token ids and numbers.")
        for key, value in given.items():
            if not key.isdigit() or isinstance(value, bool) or not isinstance(value, int | float):
                raise WorkerError("invalid_input", f"logitBias must map token ids to numbers, not {key!r}: {value!r}.")
        self._checked([int(key) for key in given])
        return tuple((int(key), float(value)) for key, value in given.items())

    def _health(self) -> dict[str, object]:
        active, queued = self._engine.load
        return {
            "status": "ok",
            "active": active,
            "queued": queued,
            "contextLength": self._loaded.context_length,
            "hasChatTemplate": self._loaded.template is not None,
            "can": self.abilities,
        }

    def _prompt_tokens(self, body: GenerateBody) -> list[int]:
        given = [value for value in (body.tokens, body.prompt, body.messages) if value is not None]
        if len(given) != 1:
            raise WorkerError("invalid_input", "Give exactly one of tokens, prompt and messages.")
        if body.tokens is not None:
            tokens = self._checked(list(body.tokens))
        elif body.prompt is not None:
            tokens = encode(self._loaded.tokenizer, body.prompt, special=True)
        else:
            tokens = self._chat_tokens(body.messages, body.tools)
        if not tokens:
            # Nothing to go on from: a model starts a text after its start token.
            start = self._loaded.tokenizer.bos_token_id
            tokens = [start] if start is not None else []
        if not tokens:
            raise WorkerError("invalid_input", "The prompt is empty.")
        return tokens

    def _chat_tokens(self, messages: tuple[Any, ...] | None, tools: tuple[Any, ...] | None) -> list[int]:
        if self._loaded.template is None:
            raise WorkerError(
                "missing_requirement",
                "The model has no chat template, so it cannot take part in a chat.",
                hint="Use /v1/completions, or deploy it with a chat template.",
            )
        if not messages or not all(isinstance(message, dict) for message in messages):
            raise WorkerError("invalid_input", "messages must hold at least one message, each an object.")
        text = self._loaded.template.render(messages, add_generation_prompt=True, tools=tools)
        return encode(self._loaded.tokenizer, text, special=False)

    def _checked(self, tokens: list[int]) -> list[int]:
        if wrong := [token for token in tokens if not 0 <= token < self._loaded.vocabulary]:
            raise WorkerError("invalid_input", f"{wrong[0]} is no token: the vocabulary has {self._loaded.vocabulary}.")
        return tokens

    def _told(self, token: Token) -> dict[str, object]:
        told = self._named(token.id)
        if token.logprob is not None:
            told["logprob"] = token.logprob
        if token.top is not None:
            told["top"] = [self._named(other) | {"logprob": logprob} for other, logprob in token.top]
        return told

    def _named(self, token: int) -> dict[str, object]:
        """A token with its bytes; a control token has a name instead, and adds nothing to the text."""
        named: dict[str, object] = {"id": token, "bytes": self._base64(token)}
        if token in self._special:
            named["special"] = self._special[token]
        return named

    def _base64(self, token: int) -> str:
        return base64.b64encode(self._loaded.token_bytes[token]).decode("ascii")


def parse(cls: type[T], call: Call) -> T:
    """A request's body as a dataclass; unknown keys are errors, as a knob without effect would deceive."""
    try:
        return parse_config(cls, call.json())
    except ValueError as error:
        raise WorkerError("invalid_input", str(error)) from error


def encode(tokenizer: "PreTrainedTokenizerBase", text: str, *, special: bool) -> list[int]:
    """Text to token ids; `special` adds what the tokenizer puts around a text, such as its start token."""
    return list(tokenizer(text, add_special_tokens=special, verbose=False)["input_ids"])
