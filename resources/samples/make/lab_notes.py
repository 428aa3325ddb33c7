"""Write the sample datasets: lab notes about training runs, and the record that each of them should become.

    python resources/samples/make/lab_notes.py --out resources/samples/datasets

writes ``lab-notes-train.jsonl`` and ``lab-notes-heldout.jsonl`` (OpenAI messages), ``lab-notes-dpo.jsonl``,
``lab-notes-kto.jsonl``, ``lab-diary.txt`` (plain text) and ``broken.jsonl`` (bad rows on purpose). Standard library
only, deterministic by seed. The held-out rows use model and dataset names that occur in no other file.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from words import ANIMALS, NUMBER_WORDS, PLACES, THINGS, decimal, scientific

INSTRUCTION = "Turn this lab note into JSON: "
SIZES = [f"{count}{unit}" for unit in "mb" for count in (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 30, 70)]
BATCHES = ("4", "8", "12", "16", "24", "32", "48", "64", "96", "128", "256")
HELD_OUT_SHARE = 0.2  # of the names, not of the rows
ENDINGS = {
    "done": (
        "Finished fine.", "All done.", "Looks good.", "Ran to the end.", "No trouble at all.", "Done.", "It worked.",
        "Clean run.", "Went well.",
    ),
    "failed": (
        "Crashed near the end.", "Out of memory.", "It blew up.", "Failed again.", "The node died.",
        "Ended in an error.", "Then it broke.", "Crashed, sadly.", "The disk was full.",
    ),
    "stopped": (
        "Stopped it by hand.", "I cut it short.", "Cancelled early.", "Had to stop it.", "Paused it for the demo.",
        "Stopped to free the card.", "Ended early on purpose.", "We called it off.", "Killed it to save time.",
    ),
}  # fmt: skip
HEADS = (
    "Trained {model} on {dataset}", "Fine-tuned {model} on {dataset}", "Tuned {model} with {dataset}",
    "{model} on {dataset}", "Ran {model} over {dataset}", "On {dataset} we trained {model}",
    "Used {dataset} to tune {model}", "Took {model} and gave it {dataset}", "Fed {dataset} to {model}",
    "Another go at {dataset} with {model}",
)  # fmt: skip
EPOCHS = ("{n} epochs", "for {n} epochs", "{n} passes", "{n} times over the data", "epochs: {n}")
EPOCH_ONCE = ("one epoch", "for 1 epoch", "a single pass", "once over the data", "epochs: 1")
RATES = ("lr {n}", "learning rate {n}", "at a rate of {n}", "lr={n}", "with step size {n}")
BATCH_FORMS = ("batch {n}", "batches of {n}", "batch size {n}", "{n} per batch", "bs {n}")
LOSSES = ("loss {n}", "final loss {n}", "loss went to {n}", "ended at loss {n}", "loss={n}", "it reached {n}")
ASIDES = (
    "Run {n}.", "Room {n} was cold.", "Took {n} minutes.", "Card {n} was free.", "Day {n} of the sprint.", "Seed {n}.",
    "Try {n}.", "Ana watched it.", "Coffee was good.", "Lab was quiet.", "See page {n}.", "Ticket {n}.",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """What a note says. ``batch`` and ``loss`` are None where the note does not mention them."""

    model: str
    dataset: str
    epochs: int
    rate: str
    batch: str | None
    loss: str | None
    status: str

    def record(self) -> str:
        """The record as compact JSON; numbers are written as the note has them, so the text is the one right answer."""
        return (
            f'{{"model":"{self.model}","dataset":"{self.dataset}","epochs":{self.epochs},"lr":{self.rate},'
            f'"batch":{self.batch or "null"},"loss":{self.loss or "null"},"status":"{self.status}"}}'
        )


@dataclass(frozen=True)
class Style:
    """How a note is written: what stands around names, how numbers of epochs are said, how many endings there are."""

    mark: str
    number_words: bool
    once: Sequence[str]
    endings: int


DIARY = Style(mark="", number_words=True, once=EPOCH_ONCE, endings=9)
ROW = Style(mark="`", number_words=False, once=("1 epoch", "for 1 epoch", "1 pass", "epochs: 1"), endings=4)

Names = tuple[list[str], list[str]]  # (model names, dataset names)


def split_names(rng: random.Random) -> tuple[Names, Names]:
    """Return the names for training and, with none in common, those for the held-out rows."""
    parts: tuple[Names, Names] = (([], []), ([], []))
    for column, (firsts, seconds) in enumerate(((ANIMALS, SIZES), (PLACES, THINGS))):
        names = [f"{first}-{second}" for first in firsts for second in seconds]
        rng.shuffle(names)
        cut = int(len(names) * HELD_OUT_SHARE)
        parts[1][column].extend(names[:cut])
        parts[0][column].extend(names[cut:])
    return parts


def draw(rng: random.Random, names: Names) -> Run:
    """A run with random values."""
    return Run(
        model=rng.choice(names[0]),
        dataset=rng.choice(names[1]),
        epochs=rng.randint(1, 12),
        rate=scientific(rng),
        batch=rng.choice(BATCHES) if rng.random() < 0.75 else None,
        loss=decimal(rng, 0.05, 6) if rng.random() < 0.8 else None,
        status=rng.choice(tuple(ENDINGS)),
    )


def write_note(rng: random.Random, run: Run, style: Style) -> str:
    """Say it as a hurried person would: clauses in some order, perhaps a remark that is not asked for."""
    mark = style.mark
    head = rng.choice(HEADS).format(model=f"{mark}{run.model}{mark}", dataset=f"{mark}{run.dataset}{mark}")
    digits = rng.random() < 0.5 or not style.number_words
    said = str(run.epochs) if digits else NUMBER_WORDS[run.epochs]
    clauses = [rng.choice(style.once) if run.epochs == 1 else rng.choice(EPOCHS).format(n=said)]
    clauses.append(rng.choice(RATES).format(n=run.rate))
    if run.batch:
        clauses.append(rng.choice(BATCH_FORMS).format(n=run.batch))
    rng.shuffle(clauses)
    if run.loss:
        clauses.append(rng.choice(LOSSES).format(n=run.loss))
    sentences = [", ".join([head, *clauses]) + ".", rng.choice(ENDINGS[run.status][: style.endings])]
    if rng.random() < 0.35:
        sentences.insert(rng.choice((0, 1, 2)), rng.choice(ASIDES).format(n=rng.randint(2, 99)))
    return " ".join(sentences)


def flawed(rng: random.Random, run: Run, names: Names) -> str:
    """A record that looks right and is not: one wrong value, a missing key, or words around it."""
    other = draw(rng, names)
    changed = (
        replace(run, model=other.model),
        replace(run, dataset=other.dataset),
        replace(run, epochs=run.epochs % 12 + 1),
        replace(run, rate=other.rate + "0"),
        replace(run, loss=None if run.loss else other.loss or "1.00"),
        replace(run, status={"done": "failed", "failed": "stopped", "stopped": "done"}[run.status]),
    )
    kind = rng.random()
    if kind < 0.7:
        return rng.choice(changed).record()
    return f"Here it is: {run.record()}" if kind < 0.85 else run.record().replace(f'"epochs":{run.epochs},', "")


def user(note: str) -> dict[str, str]:
    """The user's turn."""
    return {"role": "user", "content": INSTRUCTION + note}


def assistant(text: str) -> dict[str, str]:
    """The assistant's turn."""
    return {"role": "assistant", "content": text}


Maker = Callable[[str, Run], dict[str, object]]


def rows(rng: random.Random, names: Names, count: int, make: Maker, notes: set[str]) -> list[str]:
    """Make rows of one shape; a note that any file has already is drawn again."""
    made: list[str] = []
    while len(made) < count:
        run = draw(rng, names)
        note = write_note(rng, run, ROW)
        if note not in notes:
            notes.add(note)
            made.append(json.dumps(make(note, run), ensure_ascii=False))
    return made


def diary(rng: random.Random, names: Names, days: int) -> str:
    """Plain text of the same domain: one day a line."""
    lines: list[str] = []
    for day in rng.sample(range(1, 1000), days):
        notes = " ".join(write_note(rng, draw(rng, names), DIARY) for _ in range(rng.randint(2, 4)))
        lines.append(f"Day {day}. {notes}")
    return "\n".join(lines) + "\n"


def broken(rng: random.Random, names: Names, notes: set[str]) -> bytes:
    """Ten good rows with nine bad ones among them; the README lists line and fault of each."""
    good = iter(rows(rng, names, 10, lambda n, r: {"messages": [user(n), assistant(r.record())]}, notes))
    note, run = "Trained `heron-3m` on `coastal-birds`, 2 epochs, lr 2e-4. Done.", '{"model":"heron-3m"}'
    bad: list[bytes] = [
        b'{"messages": [{"role": "user", "content": "cut off in the middle of',
        json.dumps({"messages": [user(note)]}).encode(),
        json.dumps({"messages": [user(note), {"role": "robot", "content": run}]}).encode(),
        json.dumps({"messages": [user(note), assistant("")]}).encode(),
        json.dumps([1, 2, 3]).encode(),
        b'{"messages": [{"role": "user", "content": "not \xff\xfe UTF-8"}, {"role": "assistant", "content": "x"}]}',
        json.dumps({"messages": []}).encode(),
        json.dumps({"messages": [user(note), {"role": "assistant", "content": 42}]}).encode(),
        json.dumps({"text": "another shape than the rows around it"}).encode(),
    ]
    lines: list[bytes] = []
    for row in bad:
        lines += [next(good).encode(), row]
    lines.append(next(good).encode())
    return b"\n".join(lines) + b"\n"


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """One row a line."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    print(f"{path.name}: {len(lines)} rows, {path.stat().st_size:,} bytes")


def main() -> None:
    """Write every file and report the overlap of the splits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--train", type=int, default=2400)
    parser.add_argument("--heldout", type=int, default=240)
    parser.add_argument("--seed", type=int, default=11)
    a = parser.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(a.seed)
    seen, unseen = split_names(rng)
    notes: set[str] = set()

    def sft(note: str, run: Run) -> dict[str, object]:
        return {"messages": [user(note), assistant(run.record())]}

    def dpo(note: str, run: Run) -> dict[str, object]:
        rejected = flawed(rng, run, seen)
        return {"prompt": [user(note)], "chosen": [assistant(run.record())], "rejected": [assistant(rejected)]}

    def kto(note: str, run: Run) -> dict[str, object]:
        label = rng.random() < 0.5
        answer = run.record() if label else flawed(rng, run, seen)
        return {"prompt": [user(note)], "completion": [assistant(answer)], "label": label}

    train = rows(rng, seen, a.train, sft, notes)
    heldout = rows(rng, unseen, a.heldout, sft, notes)
    write_lines(a.out / "lab-notes-train.jsonl", train)
    write_lines(a.out / "lab-notes-heldout.jsonl", heldout)
    write_lines(a.out / "lab-notes-dpo.jsonl", rows(rng, seen, 200, dpo, notes))
    write_lines(a.out / "lab-notes-kto.jsonl", rows(rng, seen, 200, kto, notes))
    (a.out / "lab-diary.txt").write_text(diary(rng, seen, 300), encoding="utf-8", newline="\n")
    (a.out / "broken.jsonl").write_bytes(broken(rng, seen, notes))
    joined = "\n".join(train)
    shared = sum(1 for name in unseen[0] + unseen[1] if f'"{name}\\"' in joined or f"{name} " in joined)
    print(f"overlap of train and held-out: {len(set(train) & set(heldout))} rows, {shared} names")


if __name__ == "__main__":
    main()
