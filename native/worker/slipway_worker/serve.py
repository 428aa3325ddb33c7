"""
Serve a Hugging Face folder, with or without an adapter, over the engine protocol on a Unix socket.

python -m slipway_worker.serve CONFIG.json

The protocol is in routes.py.
"""

import asyncio
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway_worker.config import within
from slipway_worker.devices import Precision, resolve_device, resolve_precision, see_one_gpu
from slipway_worker.embed import read_recipe
from slipway_worker.engine import Engine, Meter, model_context_length
from slipway_worker.http1 import serve_connection
from slipway_worker.routes import Loaded, Service
from slipway_worker.runtime import leave_out_bitsandbytes, own_threads, read_config, resident_bytes, run, use_threads
from slipway_worker.template import template_of
from slipway_worker.token_bytes import TokenBytes
from slipway_worker.wire import Heartbeat, Wire, WorkerError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


@dataclass(frozen=True, kw_only=True)
class ServeConfig:
    model_dir: Path
    socket: Path
    adapter_dir: Path | None = None
    chat_template: str | None = None  # Jinja, instead of the model's own
    context_length: int | None = None  # tokens; None: the model's
    max_active: int = 8  # answered together
    max_queued: int = 64  # wait; more are refused as busy
    kept_prefixes: int = 4  # finished sequences whose beginnings need not be read again
    device: str = "auto"
    precision: Precision = "auto"
    threads: int = field(default_factory=own_threads)

    def __post_init__(self) -> None:
        within("contextLength", self.context_length or 1, 1, 100_000_000)
        within("maxActive", self.max_active, 1, 1024)
        within("maxQueued", self.max_queued, 0, 100_000)
        within("keptPrefixes", self.kept_prefixes, 0, 1000)
        within("threads", self.threads, 1, 1024)


def work(config_path: str, wire: Wire) -> None:
    config = read_config(ServeConfig, config_path, "the engine")
    use_threads(config.threads)
    leave_out_bitsandbytes(config.model_dir)
    see_one_gpu(config.device)
    asyncio.run(serve(config, wire))


async def serve(config: ServeConfig, wire: Wire) -> None:
    """Load, say ready, answer until told to stop. The last event is stopped, or it raises."""
    began = time.monotonic()
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    wire.listen(lambda _: loop.call_soon_threadsafe(stop.set))
    wire.emit("phase", phase="loading model")
    with Heartbeat(wire, lambda: {"memoryBytes": resident_bytes()}):
        loaded = load(config)
    engine = Engine(
        loaded.model,
        max_active=config.max_active,
        max_queued=config.max_queued,
        kept_prefixes=config.kept_prefixes,
    )
    service = Service(loaded, engine)
    engine.start()
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        connections.add(task)
        task.add_done_callback(connections.discard)
        await serve_connection(reader, writer, service.handle)

    mask = os.umask(0o177)  # the socket is its owner's alone from its first moment
    try:
        server = await asyncio.start_unix_server(connected, path=str(config.socket))
    finally:
        os.umask(mask)
    meter = Meter(engine)

    def load_now() -> dict[str, object]:
        active, queued = engine.load
        return {"memoryBytes": resident_bytes(), "active": active, "queued": queued, "tokensPerSecond": meter.read()}

    wire.emit(
        "ready",
        socket=str(config.socket),
        contextLength=loaded.context_length,
        device=str(loaded.model.device),
        dtype=str(loaded.model.dtype).removeprefix("torch."),
        hasChatTemplate=loaded.template is not None,
        can=service.abilities,
        loadSeconds=time.monotonic() - began,
    )
    with Heartbeat(wire, load_now):
        await stop.wait()
        server.close()
        await asyncio.to_thread(engine.stop)
        if connections:
            _, late = await asyncio.wait(connections, timeout=1)
            for task in late:  # idle connections that are kept open
                task.cancel()
    config.socket.unlink(missing_ok=True)
    wire.emit("stopped", step=0, checkpoint=None)


def load(config: ServeConfig) -> Loaded:
    """Load model, adapter and tokenizer. Raises WorkerError that names what is missing or wrong."""
    for folder in (config.model_dir, *([config.adapter_dir] if config.adapter_dir else [])):
        if not folder.is_dir():
            raise WorkerError("not_found", f"There is no model folder {folder}.")
    import torch
    from transformers import (
        MODEL_FOR_CAUSAL_LM_MAPPING,
        AutoConfig,
        AutoModel,
        AutoModelForCausalLM,
        AutoTokenizer,
    )

    torch.set_num_threads(config.threads)
    device = resolve_device(config.device)
    try:
        facts = AutoConfig.from_pretrained(config.model_dir, trust_remote_code=False)
        is_decoder = type(facts) in MODEL_FOR_CAUSAL_LM_MAPPING and any(
            name.endswith(("ForCausalLM", "LMHeadModel")) for name in facts.architectures or ["ForCausalLM"]
        )
        # A folder of sentence-transformers is for embeddings, whatever its architecture is called.
        generates = is_decoder and not (config.model_dir / "modules.json").is_file()
        model = (AutoModelForCausalLM if generates else AutoModel).from_pretrained(
            config.model_dir,
            dtype=serving_dtype(config.precision, device, facts.dtype),
            trust_remote_code=False,
            use_safetensors=True,
        )
        if config.adapter_dir:
            from peft import PeftModel

            model = PeftModel.from_pretrained(model, config.adapter_dir).merge_and_unload()
        # What the adapter was taught with comes first: it may hold a chat template that the base has not.
        source = config.adapter_dir or config.model_dir
        has_tokenizer = (source / "tokenizer_config.json").is_file()
        tokenizer = AutoTokenizer.from_pretrained(
            source if has_tokenizer else config.model_dir, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError) as error:
        raise WorkerError("invalid_input", f"The model cannot be loaded: {str(error)[:1000]}") from error
    model = model.to(device).eval()
    return Loaded(
        model=model,
        tokenizer=tokenizer,
        token_bytes=TokenBytes(tokenizer),
        template=template_of(tokenizer, config.chat_template),
        recipe=None if generates else read_recipe(config.model_dir, is_decoder),
        generates=generates,
        end_tokens=end_tokens(model, tokenizer) if generates else frozenset(),
        context_length=model_context_length(model, tokenizer.model_max_length, config.context_length),
        vocabulary=model.get_input_embeddings().num_embeddings,
    )


def serving_dtype(precision: Precision, device: str, stored: "object | None") -> Any:  # noqa: ANN401 - a torch.dtype
    """On a GPU the weights' own format; on a CPU 32 bits, as most CPUs compute 16 bits many times slower."""
    import torch

    if precision != "auto":
        return resolve_precision(precision, device)
    return stored if device == "cuda" and isinstance(stored, torch.dtype) else torch.float32


def end_tokens(model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase") -> frozenset[int]:
    """Every token after which the model has said all."""
    configured = model.generation_config.eos_token_id if model.generation_config else None
    ids = configured if isinstance(configured, list) else [configured]
    return frozenset(token for token in [*ids, tokenizer.eos_token_id] if token is not None)


def main(argv: list[str], wire: Wire | None = None) -> int:
    return run(work, argv, wire)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
