"""
Renders chats with a model's own template.

A template is a program that came with the model: transformers runs it in Jinja's immutable sandbox, and here it also
gets a time limit and a size limit.
"""

import re
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from slipway_worker.wire import WorkerError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Message = Mapping[str, Any]

MAX_TEMPLATE_CHARS = 1_000_000
MAX_RENDERED_CHARS = 4_000_000
MAX_RENDER_SECONDS = 5.0  # a real one takes a thousandth of that, but the machine may be busy


class ChatTemplate:
    """One template with the special tokens that it may name."""

    def __init__(self, source: str, special_tokens: Mapping[str, Any]) -> None:
        if len(source) > MAX_TEMPLATE_CHARS:
            raise WorkerError("too_large", f"The chat template has {len(source)} characters.")
        self.source = source
        self.special_tokens = dict(special_tokens)
        self.marks_assistant = re.search(r"\{%-?\s*generation\s*-?%\}", source) is not None

    def render(
        self, messages: Sequence[Message], *, add_generation_prompt: bool = False, tools: Sequence[Any] | None = None
    ) -> str:
        """The chat as the model reads it. Raises WorkerError when the template fails or takes too much."""
        return self._run(messages, tools, add_generation_prompt, track=False)[0]

    def render_tracked(
        self, messages: Sequence[Message], tools: Sequence[Any] | None = None
    ) -> tuple[str, list[tuple[int, int]]]:
        """The text, and where its `{% generation %}` blocks came to lie in it (empty without such blocks)."""
        return self._run(messages, tools, add_generation_prompt=False, track=self.marks_assistant)

    def _run(
        self, messages: Sequence[Message], tools: Sequence[Any] | None, add_generation_prompt: bool, track: bool
    ) -> tuple[str, list[tuple[int, int]]]:
        from jinja2 import TemplateError
        from transformers.utils.chat_template_utils import render_jinja_template

        chat = [{k: v for k, v in message.items() if v is not None} for message in messages]
        try:
            with time_limit(MAX_RENDER_SECONDS):
                rendered, tracked = render_jinja_template(
                    [chat],
                    tools=list(tools) if tools else None,
                    chat_template=self.source,
                    add_generation_prompt=add_generation_prompt,
                    return_assistant_tokens_mask=track,
                    **self.special_tokens,
                )
        except TimeoutError as error:
            raise WorkerError(
                "invalid_input", f"The chat template ran for more than {MAX_RENDER_SECONDS:g} s."
            ) from error
        except (TemplateError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
            raise WorkerError("invalid_input", f"The chat template refused this conversation: {error}") from error
        except (RecursionError, MemoryError, OverflowError) as error:
            raise WorkerError("invalid_input", f"The chat template takes too much: {type(error).__name__}.") from error
        if len(rendered[0]) > MAX_RENDERED_CHARS:
            raise WorkerError("too_large", f"The rendered chat has {len(rendered[0])} characters.")
        return rendered[0], [(int(a), int(b)) for a, b in tracked[0]] if tracked else []


# For base models. The end of a turn is `<|im_end|>` where that is one token, else the end-of-text token: a model that
# learns to write the letters of a marker learns neither quickly nor surely to stop.
# Without `{% generation %}` marks: the result travels to engines whose Jinja does not know them.
_CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + END + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
_PLAIN = (
    "{% for message in messages %}{% if message['role'] == 'assistant' %}{{ message['content'] + eos_token }}"
    "{% else %}{{ message['content'] + '\n' }}{% endif %}{% endfor %}"
)


def choose_template(tokenizer: "PreTrainedTokenizerBase", choice: str) -> ChatTemplate | None:
    """
    The template for `auto` (the model's own, else ChatML), `model` (its own or none), `chatml`, `plain`, or Jinja text.
    """
    own = template_of(tokenizer)
    if choice == "model" or (choice == "auto" and own is not None):
        return own
    if choice in ("auto", "chatml"):
        ends_turn = "'<|im_end|>'" if "<|im_end|>" in tokenizer.get_vocab() else "eos_token"
        source = _CHATML.replace("END", ends_turn)
    else:
        source = _PLAIN if choice == "plain" else choice
    return template_of(tokenizer, source)


def template_of(tokenizer: "PreTrainedTokenizerBase", override: str | None = None) -> ChatTemplate | None:
    """The given template, else the model's; None for a base model that has none."""
    source = override if override is not None else tokenizer.chat_template
    if isinstance(source, dict):  # several named ones: transformers itself takes "default" without tools
        source = source.get("default")
    if source is None:
        return None
    if not isinstance(source, str):
        raise WorkerError("invalid_input", f"The model's chat template is not text but {type(source).__name__}.")
    special = {k: v for k, v in tokenizer.special_tokens_map.items() if isinstance(v, str | list)}
    return ChatTemplate(source, special)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError in the body when it takes too long. In the main thread only; elsewhere it has no effect."""

    def expire(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
