"""Word pools that the corpus and the dataset generators share, and the small helpers that draw from them."""

from __future__ import annotations

import random
from collections.abc import Sequence

ANIMALS = (
    "heron otter badger falcon lynx marten osprey plover raven robin salmon seal shrew stork swift tern trout turtle "
    "viper walrus weasel whale wolf wren bison camel condor crane dolphin eagle ferret finch gecko hare ibis jackal "
    "kestrel lemur magpie newt"
).split()
PLACES = (
    "alpine amber arctic autumn basin canyon cedar city cliff cloud coastal copper coral desert eastern evening forest "
    "frozen garden glacier golden harbor hidden highland inland island lake lunar marsh meadow morning mountain night "
    "north ocean open orchard polar quiet rain river rural sandy silver southern spring stone summer tidal urban "
    "valley velvet western wild winter wooden yellow"
).split()
THINGS = (
    "answers birds books bridges bugs cards cells chats claims clips codes crops dialogs drugs emails essays events "
    "faces farms flowers forms games genes hotels images insects jobs jokes labels laws leaves letters logs maps meals "
    "menus movies news notes orders papers plants poems proofs quotes recipes reports reviews roads rocks scenes signs "
    "songs spikes stories tables tales tickets titles tools traffic trees trips tweets voices waves words"
).split()
NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve".split()  # index = value
)


def compound(rng: random.Random, *pools: Sequence[str]) -> str:
    """Join one word of each pool by hyphens, such as ``coastal-birds``."""
    return "-".join(rng.choice(pool) for pool in pools)


def decimal(rng: random.Random, low: float, high: float, places: int = 2) -> str:
    """A decimal as people write it: fixed places, no exponent."""
    return f"{rng.uniform(low, high):.{places}f}"


def scientific(rng: random.Random) -> str:
    """A small number in scientific notation, such as ``3e-4`` or ``2.5e-5``; a valid JSON number too."""
    fraction = rng.random() >= 0.7
    mantissa = f"{rng.randint(1, 9)}.{rng.choice('24568')}" if fraction else str(rng.randint(1, 9))
    return f"{mantissa}e-{rng.randint(2, 6)}"
