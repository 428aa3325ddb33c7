"""Loads a worker's configuration: camelCase JSON into a frozen dataclass, strictly, before torch is imported."""

import dataclasses
import json
import math
import types
import typing
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

T = TypeVar("T")


def camel(name: str) -> str:
    """`global_batch_size` → `globalBatchSize`: the name under which users know a field."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def snake(name: str) -> str:
    """The inverse of camel."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def load_config(cls: type[T], path: str | Path) -> T:
    """
    Read a configuration file. Raises ValueError (which includes bad JSON) that names the key, and OSError when the
    file cannot be read. Relative paths inside are taken from the working directory, which is the job's folder.
    """
    return parse_config(cls, json.loads(Path(path).read_text(encoding="utf-8")))


def parse_config(cls: type[T], raw: object, where: str = "") -> T:
    """Build one dataclass from parsed JSON; unknown and missing keys are errors, and so is a wrong type."""
    if not isinstance(raw, dict):
        raise ValueError(f"{where or 'the configuration'} must be an object, not {_name(raw)}")
    hints = typing.get_type_hints(cls)
    fields = {camel(field.name): field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    if unknown := sorted(raw.keys() - fields.keys()):
        raise ValueError(f"unknown key {where}{unknown[0]!s}; known are {', '.join(sorted(fields))}")
    values = {}
    for key, field in fields.items():
        if key in raw:
            values[field.name] = _parse(hints[field.name], raw[key], f"{where}{key}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ValueError(f"{where}{key} is missing")
    return cls(**values)


def dump_config(config: object) -> dict[str, Any]:
    """The inverse of parse_config: plain JSON values under their camelCase keys."""

    def plain(value: object) -> object:
        if isinstance(value, Path):
            return str(value)
        if isinstance(value, tuple | list):
            return [plain(item) for item in value]
        return dump_config(value) if dataclasses.is_dataclass(value) else value

    return {camel(f.name): plain(getattr(config, f.name)) for f in dataclasses.fields(config)}  # type: ignore[arg-type]


def within(key: str, value: float, low: float, high: float) -> None:
    """Check a range, both ends included. Raises ValueError that names key, value and range."""
    if not low <= value <= high:
        raise ValueError(f"{key} must be between {low:g} and {high:g}, got {value:g}")


def _parse(hint: Any, value: object, key: str) -> Any:  # noqa: ANN401 - it returns what the annotation asks for
    if hint is Any:
        return value
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _parse_union(args, value, key)
    if origin is Literal:
        if value not in args or isinstance(value, bool) != any(isinstance(arg, bool) for arg in args):
            raise ValueError(f"{key} must be one of {', '.join(map(str, args))}, got {value!r}")
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise ValueError(f"{key} must be a list, not {_name(value)}")
        return tuple(_parse(args[0], item, f"{key}[{index}]") for index, item in enumerate(value))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return parse_config(hint, value, f"{key}.")
    return _parse_scalar(hint, value, key)


def _parse_union(args: tuple[Any, ...], value: object, key: str) -> Any:  # noqa: ANN401
    if value is None and type(None) in args:
        return None
    reasons = []
    for arg in args:
        if arg is not type(None):
            try:
                return _parse(arg, value, key)
            except ValueError as error:
                reasons.append(str(error))
    raise ValueError(reasons[0] if len(reasons) == 1 else "; or ".join(reasons))


def _parse_scalar(hint: Any, value: object, key: str) -> Any:  # noqa: ANN401
    if hint is Path and isinstance(value, str) and value and "\0" not in value:
        return Path(value)
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    if hint in (int, bool, str) and type(value) is hint:
        return value
    wanted = {Path: "a path", float: "a number", int: "a whole number", bool: "true or false", str: "text"}[hint]
    raise ValueError(f"{key} must be {wanted}, got {value!r}")


def _name(value: object) -> str:
    return {dict: "an object", list: "a list", str: "text", type(None): "null"}.get(type(value), repr(value))
