"""Prints what the Python worker's source can say, one JSON object per string: {file, line, template}."""

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

HOLE = "\ue000"


def variants(node: ast.AST) -> list[str] | None:
    """Every way in which an expression can read; None where it is no text of its own."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            texts = [""]
            for part in parts:
                inner = variants(part.value) if isinstance(part, ast.FormattedValue) else variants(part)
                texts = [left + right for left in texts for right in (inner or [HOLE])]
            return texts
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            first, second = variants(left), variants(right)
            if first or second:
                return [a + b for a in first or [HOLE] for b in second or [HOLE]]
        case ast.IfExp(body=body, orelse=orelse):
            yes, no = variants(body), variants(orelse)
            if yes or no:
                return [*(yes or [HOLE]), *(no or [HOLE])]
    return None


def numbered(text: str) -> str:
    pieces = text.split(HOLE)
    return "".join(piece + (f"{{{i}}}" if i < len(pieces) - 1 else "") for i, piece in enumerate(pieces))


def spoken(node: ast.AST) -> Iterator[tuple[int, str]]:
    """The texts at and below a node, but for docstrings and annotations."""
    if isinstance(node, ast.Compare):  # looked for in what others say
        return
    texts = variants(node)
    if texts is not None:
        for text in dict.fromkeys(texts):
            yield node.lineno, numbered(text)
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns"):
            continue
        # Parts of a text that was read whole; what fills its holes may say something of its own.
        if texts is not None and field in ("left", "right", "body", "orelse"):
            continue
        if isinstance(node, ast.JoinedStr) and field == "values":
            value = [part.value for part in node.values if isinstance(part, ast.FormattedValue) and not variants(part.value)]
        for child in value if isinstance(value, list) else [value]:
            is_docstring = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            if isinstance(child, ast.AST) and not is_docstring:
                yield from spoken(child)


for name in sys.argv[1:]:
    path = Path(name)
    for line, template in spoken(ast.parse(path.read_text(encoding="utf-8"))):
        print(json.dumps({"file": path.name, "line": line, "template": template}))
