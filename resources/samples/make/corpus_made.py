"""Write the generated half of the pretraining corpus: records, repetitions, facts and questions, chats, lab diaries.

A model of a few million parameters learns little of the world, but it can learn to look things up in its context and
to copy them. Most of these texts are made of that: they say something twice. The diaries give it the words of the
sample dataset. None of the texts is the dataset's task: no diary entry comes with a record, nobody asks for JSON, and
none of the names that the dataset uses occurs. The words are the same, but the pairs
that the dataset is made of (a place with a thing, an animal with a size) are never written here.

    python resources/samples/make/corpus_made.py --work .cache/sample

reads ``.cache/sample/docs.txt`` (for its words) and writes ``.cache/sample/made.jsonl``: one JSON string a line.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import re
from collections.abc import Callable
from pathlib import Path

from lab_notes import diary
from words import ANIMALS, NUMBER_WORDS, PLACES, THINGS, compound, decimal, scientific

Pools = tuple[list[str], list[str]]  # (words of our pools, words of the docs)
KEYS = "model dataset epochs batch loss status lr rate seed steps tokens name size kind".split()
IM_START, IM_END = "<|im_start|>", "<|im_end|>"


def frequent_words(docs: str, count: int) -> list[str]:
    """The most frequent lower-case words of 4 to 9 letters in the docs, for the keys and names not of our pools."""
    tally = collections.Counter(re.findall(r"(?<= )[a-z]{4,9}(?=[ ,.])", docs))
    return [word for word, _ in tally.most_common(count)]


def name(rng: random.Random, pools: Pools) -> str:
    """A word, a compound of two words, or a word with a number and a letter; never a name as the dataset has them."""
    ours, others = pools
    kind = rng.random()
    if kind < 0.3:
        return compound(rng, THINGS, ours)
    if kind < 0.4:
        return compound(rng, PLACES, PLACES + ANIMALS)
    if kind < 0.6:
        return compound(rng, ours if rng.random() < 0.5 else others, others)
    if kind < 0.8:
        return f"{rng.choice(PLACES + THINGS)}-{rng.randint(1, 999)}{rng.choice('abcdkmxz')}"
    return rng.choice(ours if rng.random() < 0.7 else others)


def value(rng: random.Random, pools: Pools) -> str | int | float:
    """A name or a number. Numbers are returned as their text wrapped in ``_Number`` so that 2e-4 stays 2e-4."""
    kind = rng.random()
    if kind < 0.5:
        return name(rng, pools)
    if kind < 0.7:
        return _Number(str(rng.randint(1, rng.choice((9, 12, 99, 999, 9999)))))
    if kind < 0.85:
        return _Number(decimal(rng, 0, rng.choice((1, 10, 100))))
    return _Number(scientific(rng))


class _Number(str):
    """Text that is a number: written without quotes in JSON."""

    __slots__ = ()


Record = dict[str, str | int | float]


def record(rng: random.Random, pools: Pools) -> Record:
    """Two to six keys with values."""
    keys = [rng.choice(pools[0] if rng.random() < 0.3 else pools[1]) for _ in range(rng.randint(2, 6))]
    return {key: value(rng, pools) for key in keys}


def as_json(rows: Record) -> str:
    """Compact JSON; numbers verbatim."""
    return "{" + ",".join(f'"{k}":{v if isinstance(v, _Number) else json.dumps(v)}' for k, v in rows.items()) + "}"


def spoken(rng: random.Random, item: str | int | float) -> str:
    """Small whole numbers are sometimes written as words in prose."""
    if isinstance(item, _Number) and item.isdigit() and int(item) < len(NUMBER_WORDS) and rng.random() < 0.5:
        return NUMBER_WORDS[int(item)]
    return str(item)


def as_prose(rng: random.Random, rows: Record) -> str:
    """Sentences that name each key and its value."""
    forms = (
        "The {k} is {v}.", "{v} is the {k}.", "It has a {k} of {v}.", "With {v} as {k}.", "For {k} we took {v}.",
        "{k}: {v}.", "The {k} was set to {v}.", "We found {v} for the {k}.", "Use {v} ({k}).",
    )  # fmt: skip
    if rng.random() < 0.4:
        joint = rng.choice((", ", " and ", "; "))
        return "We have " + joint.join(f"{k} {spoken(rng, v)}" for k, v in rows.items()) + "."
    sentences = [rng.choice(forms).format(k=k, v=spoken(rng, v)) for k, v in rows.items()]
    return " ".join(sentence[0].upper() + sentence[1:] if sentence[0].islower() and rng.random() < 0.5 else sentence
                    for sentence in sentences)  # fmt: skip


def two_forms(rng: random.Random, pools: Pools) -> str:
    """One record in two notations, the second often in another order or with only some of the keys."""
    rows = record(rng, pools)
    writers: list[Callable[[Record], str]] = [
        as_json,
        lambda r: "\n".join(f"{k}: {v}" for k, v in r.items()),
        lambda r: " ".join(f"{k}={v}" for k, v in r.items()),
        lambda r: ",".join(r) + "\n" + ",".join(str(v) for v in r.values()),
        lambda r: "\n".join(f"- {k} {v}" for k, v in r.items()),
        lambda r: as_prose(rng, r),
        lambda r: as_prose(rng, r),
    ]
    first, second = rng.sample(writers, 2)
    keys = list(rows)
    if rng.random() < 0.6:
        rng.shuffle(keys)
    if rng.random() < 0.3:
        keys = keys[: rng.randint(1, len(keys))]
    link = rng.choice(("\n", "\n\n", "\n=\n", "\nor\n", "\nThe same again:\n", "\nIn another form:\n"))
    return first(rows) + link + second({key: rows[key] for key in keys})


def repetition(rng: random.Random, pools: Pools) -> str:
    """A list said twice, straight or quoted."""
    items = [spoken(rng, value(rng, pools)) for _ in range(rng.randint(3, 12))]
    again = list(items)
    if rng.random() < 0.5:
        again = [f'"{item}"' for item in items]
    glue, glue2 = rng.choice((" ", ", ", "\n")), rng.choice((" ", ", ", "\n", ","))
    return glue.join(items) + rng.choice(("\n", "\nagain: ", "\n\n", " / ", "\n[")) + glue2.join(again)


def facts(rng: random.Random, pools: Pools) -> tuple[str, str, str]:
    """A few facts of one kind, a question about one of them, and its answer."""
    subjects = [name(rng, pools) for _ in range(rng.randint(2, 4))]
    values = [value(rng, pools) for _ in subjects]
    key = rng.choice(pools[1])
    form, question = rng.choice(
        (
            ("The {k} of {s} is {v}.", "What is the {k} of {s}?"),
            ("{s} has {k} {v}.", "Which {k} has {s}?"),
            ("For {s} the {k} was {v}.", "What was the {k} for {s}?"),
            ("We used {v} as the {k} of {s}.", "What did we use as the {k} of {s}?"),
        )
    )
    text = " ".join(form.format(k=key, s=s, v=spoken(rng, v)) for s, v in zip(subjects, values, strict=True))
    index = rng.randrange(len(subjects))
    return text, question.format(k=key, s=subjects[index]), str(values[index])


def question(rng: random.Random, pools: Pools) -> str:
    """Facts, a question and the answer as plain text."""
    text, asked, answer = facts(rng, pools)
    return f"{text}\nQuestion: {asked}\nAnswer: {answer}"


def chat(rng: random.Random, pools: Pools) -> str:
    """One or two turns in the ChatML form: saying again, choosing from a list, answering from given facts."""
    turns: list[tuple[str, str]] = []
    for _ in range(rng.randint(1, 2)):
        kind = rng.random()
        if kind < 0.35:
            phrase = " ".join(name(rng, pools) for _ in range(rng.randint(1, 5)))
            ask = rng.choice(("Say again: {}", "Repeat this. {}", "Please write {} once more.", "Copy: {}"))
            turns.append((ask.format(phrase), phrase))
        elif kind < 0.75:
            text, asked, answer = facts(rng, pools)
            turns.append((f"{text} {asked}", answer))
        else:
            items = [name(rng, pools) for _ in range(rng.randint(2, 6))]
            place = rng.randrange(len(items))
            label = ("first", "second", "third", "fourth", "fifth", "sixth")[place]
            turns.append((f"Which is the {label} of these? {', '.join(items)}", items[place]))
    return "".join(
        f"{IM_START}user\n{user}{IM_END}\n{IM_START}assistant\n{assistant}{IM_END}\n" for user, assistant in turns
    )


def main() -> None:
    """Generate until the asked number of characters is reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--characters", type=int, default=14_000_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    others = frequent_words((arguments.work / "docs.txt").read_text(encoding="utf-8"), 700)
    pools: Pools = (sorted({*ANIMALS, *PLACES, *THINGS}), others + KEYS * 4)
    subjects = [name(rng, pools) for _ in range(4000)]

    def lab_diary(rng: random.Random, _: Pools) -> str:
        return diary(rng, (subjects, subjects), 1).strip()

    kinds = (two_forms, repetition, question, chat, lab_diary)
    weights = (0.48, 0.12, 0.14, 0.2, 0.06)
    written = count = 0
    with (arguments.work / "made.jsonl").open("w", encoding="utf-8") as out:
        while written < arguments.characters:
            text = rng.choices(kinds, weights)[0](rng, pools)
            written += len(text)
            count += 1
            out.write(json.dumps(text) + "\n")
    print(f"made.jsonl: {count:,} texts, {written:,} characters")


if __name__ == "__main__":
    main()
