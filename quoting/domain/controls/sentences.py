"""What is said, from a table of sentences: each keeps key and values, so that it can be said in another language."""

from __future__ import annotations

from collections.abc import Mapping

from quoting.domain.controls.sentences_en import SENTENCES


class Said(str):
    """A sentence in English. `key`: which of the table; `values`: what stands in its gaps, sentences among them."""

    __slots__ = ("key", "values")
    key: str
    values: Mapping[str, object]

    def __new__(cls, text: str, key: str = "", values: Mapping[str, object] | None = None) -> Said:
        said = super().__new__(cls, text)
        said.key, said.values = key, values or {}
        return said


_PLAIN = {key: Said(text, key) for key, text in SENTENCES.items()}  # what has no gaps is said once


def say(key: str, **values: object) -> Said:
    """The sentence of a key with its gaps filled.

    Raises:
        KeyError: the table has no such sentence, or a gap is not filled.
    """
    return Said(SENTENCES[key].format_map(values), key, values) if values else _PLAIN[key]


def retold(text: str, sentences: Mapping[str, str]) -> str:
    """A sentence from another table with the same keys and gaps; what is no sentence of ours stays as it is."""
    if not isinstance(text, Said) or not text.key:
        return text
    told = {name: retold(value, sentences) if isinstance(value, str) else value for name, value in text.values.items()}
    return sentences[text.key].format_map(told)
