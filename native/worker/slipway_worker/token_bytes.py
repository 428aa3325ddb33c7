"""The bytes that each token of a vocabulary stands for. One token may hold a part of a character only."""

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_BYTE_TOKEN = re.compile(r"<0x([0-9A-F]{2})>\Z")


class TokenBytes:
    """
    Looks a token's bytes up. Special tokens have none: they steer the model and are not part of its text. Ids beyond
    the vocabulary, which padded embeddings can produce, have none either.
    """

    def __init__(self, tokenizer: "PreTrainedTokenizerBase") -> None:
        self._tokenizer = tokenizer
        self._special = frozenset(tokenizer.all_special_ids)
        self._added = {index: token.content for index, token in tokenizer.added_tokens_decoder.items()}
        self._kind = _kind_of(tokenizer)
        self._byte_of = _byte_alphabet() if self._kind == "byte-level" else {}
        self._known: dict[int, bytes] = {}

    def __getitem__(self, token: int) -> bytes:
        found = self._known.get(token)
        if found is None:
            found = self._known[token] = self._look_up(token)
        return found

    def _look_up(self, token: int) -> bytes:
        if token in self._special:
            return b""
        if token in self._added:
            return self._added[token].encode()
        text = self._tokenizer.convert_ids_to_tokens(token)
        if not isinstance(text, str):
            return b""
        if self._kind == "byte-level":
            return bytes(self._byte_of[c] for c in text) if all(c in self._byte_of for c in text) else text.encode()
        if self._kind == "sentencepiece":
            byte = _BYTE_TOKEN.match(text)
            return bytes([int(byte[1], 16)]) if byte else text.replace("▁", " ").encode()
        return self._tokenizer.decode([token], clean_up_tokenization_spaces=False).encode()


def _kind_of(tokenizer: "PreTrainedTokenizerBase") -> str:
    """How the vocabulary writes bytes, told by the tokenizer's own decoder."""
    if not tokenizer.is_fast:
        return "sentencepiece" if any(t.startswith("▁") for t in tokenizer.get_vocab()) else "other"
    decoder = json.dumps(json.loads(tokenizer.backend_tokenizer.to_str())["decoder"])
    if '"ByteLevel"' in decoder:
        return "byte-level"
    return "sentencepiece" if '"ByteFallback"' in decoder or '"Metaspace"' in decoder else "other"


def _byte_alphabet() -> dict[str, int]:
    """GPT-2's printable stand-ins for the 256 bytes (openai/gpt-2, encoder.py: bytes_to_unicode)."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + n): byte for n, byte in enumerate(others)}
