"""Extract plain English prose from the docstrings of BSD-licensed scientific Python packages.

The wheels are fetched by pip from whatever index it is configured with; versions and SHA-256 are pinned in
``docs-wheels.txt``, so everybody gets the same bytes (Linux x86-64, CPython 3.11 wheels whatever the running Python).
No code of the wheels runs: the sources are only parsed.

    python resources/samples/make/corpus_docs.py --work .cache/sample

writes ``.cache/sample/docs.txt``: one paragraph a line, blank line between docstrings.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import re
import subprocess
import sys
import textwrap
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

WHEEL_LIST = Path(__file__).with_name("docs-wheels.txt")
SECTION_UNDERLINE = re.compile(r"^\s*[-=~^*]{3,}\s*$")
# Roles, literals and links of reStructuredText: keep what a reader would see.
ROLE = re.compile(r":[a-zA-Z:+-]+:`~?([^`<]*)(?:<[^`]*>)?`")
LITERAL = re.compile(r"`{1,2}([^`]*)`{1,2}_{0,2}")
CITATION = re.compile(r"\s*\[[\w#*-]+\]_")
SENTENCE_END = re.compile(r"[.!?:]['\")]*$")


def fetch_wheels(folder: Path) -> list[Path]:
    """Download the pinned wheels with pip (skips files already there); pip checks the hashes."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--python-version=3.11", "--implementation=cp", "--abi=cp311", "--abi=none"]
    command += [f"--platform=manylinux_2_{glibc}_x86_64" for glibc in (17, 24, 27, 28)]
    command += ["--require-hashes", "-r", str(WHEEL_LIST), "-d", str(folder)]
    subprocess.run(command, check=True)
    return sorted(folder.glob("*.whl"))


def docstrings(source: str) -> Iterator[str]:
    """Yield every docstring of a Python source, in order; a source that does not parse yields none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield text


def prose(docstring: str) -> list[str]:
    """Return the paragraphs of a docstring that read as English: no doctest, table, signature, maths or markup."""
    paragraphs: list[str] = []
    for block in re.split(r"\n\s*\n", docstring):
        lines = [line for line in block.splitlines() if not SECTION_UNDERLINE.match(line)]
        text = " ".join(textwrap.dedent("\n".join(lines)).split())
        if any(mark in text for mark in (">>>", "::", ".. ", " : ", "\\", "|", "{", "$", "http")):
            continue
        text = CITATION.sub("", LITERAL.sub(r"\1", ROLE.sub(r"\1", text)))
        words = text.split()
        if len(words) < 6 or not text[0].isupper() or not SENTENCE_END.search(text) or not text.isascii():
            continue
        plain = sum(1 for word in words if re.fullmatch(r"[\"'(]?[A-Za-z][a-z'-]*[.,;:!?)\"']*", word))
        if plain / len(words) >= 0.85:
            paragraphs.append(text)
    return paragraphs


def build(wheels: list[Path]) -> str:
    """Join the prose of all wheels; a paragraph seen before (numpydoc repeats many) is left out."""
    seen: set[bytes] = set()
    pieces: list[str] = []
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for name in sorted(archive.namelist()):
                if not name.endswith(".py") or "/tests/" in name or "/_vendor/" in name:
                    continue
                for docstring in docstrings(archive.read(name).decode("utf-8", "replace")):
                    kept = []
                    for paragraph in prose(docstring):
                        digest = hashlib.sha256(paragraph.lower().encode()).digest()
                        if digest not in seen:
                            seen.add(digest)
                            kept.append(paragraph)
                    if kept:
                        pieces.append("\n".join(kept))
    return "\n\n".join(pieces) + "\n"


def main() -> None:
    """Fetch, extract, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for downloads and results")
    arguments = parser.parse_args()
    text = build(fetch_wheels(arguments.work / "wheels"))
    target = arguments.work / "docs.txt"
    target.write_text(text, encoding="utf-8")
    print(f"{target}: {len(text):,} characters, {len(text.split()):,} words")


if __name__ == "__main__":
    main()
