"""Pass phrases of random Dutch words: easy to read out and type over, hard to guess."""

from functools import cache
from math import log2
from pathlib import Path

from core.crypto import choose

WORDS = Path(__file__).with_name("words_nl.txt")
LENGTH = 4


@cache
def word_list() -> tuple[str, ...]:
    """The words to choose from: short, decent, different; a list of our own."""
    return tuple(WORDS.read_text("utf-8").split())


def make_passphrase(length: int = LENGTH) -> str:
    """A new pass phrase of so many words, each drawn anew: "kievit molen zomer lade"."""
    return " ".join(choose(word_list()) for _ in range(length))


def entropy_bits(length: int = LENGTH) -> float:
    """How hard such a pass phrase is to guess: the binary logarithm of the number of all phrases."""
    return length * log2(len(word_list()))
