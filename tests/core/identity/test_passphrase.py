"""Pass phrases: enough words, all typeable, all reachable, and the entropy that is told is true."""

from math import log2

from core.identity.names import MIN_PASSWORD
from core.identity.passphrase import LENGTH, entropy_bits, make_passphrase, word_list


def test_the_list_is_long_plain_and_without_doubles() -> None:
    words = word_list()
    assert len(words) >= 2000
    assert len(set(words)) == len(words)
    assert all(word.isascii() and word.isalpha() and word.islower() and 3 <= len(word) <= 9 for word in words)


def test_a_phrase_has_words_of_the_list_and_is_long_enough_for_a_password() -> None:
    for _ in range(200):
        phrase = make_passphrase().split(" ")
        assert len(phrase) == LENGTH
        assert set(phrase) <= set(word_list())
    assert 3 * LENGTH + LENGTH - 1 >= MIN_PASSWORD


def test_phrases_differ_and_reach_the_whole_list() -> None:
    drawn = [make_passphrase(20) for _ in range(1000)]
    assert len(set(drawn)) == 1000
    assert len(set(" ".join(drawn).split())) > 0.99 * len(word_list())


def test_the_entropy_told_is_that_of_the_draw() -> None:
    assert entropy_bits() == log2(len(word_list()) ** LENGTH)
    assert entropy_bits() > 44
