"""Names against lists: which entries a name is, and which it only resembles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from quoting.domain.controls.groups import READ_AS
from quoting.domain.controls.rulebook import ListedParty
from quoting.domain.parameters import Clock

_MOST_REMEMBERED = 20_000
_CLOSING_BRACKETS = re.compile(r"(.*)\(([^()]*)\)\s*$")
_SCRIPT_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_APOSTROPHES = re.compile(r"['’ʼ`´.]")


@dataclass(frozen=True, slots=True)
class Near:
    """An entry that a name resembles: a person has to look. `score` in percent, `features`: what is alike.

    `spelling`: the whole names are close, it may be the same firm; else the name holds the entry's distinctive words.
    """

    entry: ListedParty
    score: float
    spelling: bool
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Screened:
    """What the lists say of one name. `reasons`: for each hit, which of its names it was and what was set aside."""

    exact: tuple[ListedParty, ...] = ()
    near: tuple[Near, ...] = ()
    reasons: tuple[tuple[str, ...], ...] = ()

    def reason(self, entry: ListedParty) -> str:
        return "; ".join(self.reasons[self.exact.index(entry)]) if self.reasons else ""


NOTHING = Screened()


@dataclass(frozen=True, slots=True)
class Spelling:
    """How names are compared: words of legal form, words read as others, words that many names share, and the limits.

    Units: `near_score` (whole names) and `word_score` (their distinctive words) in percent, lengths in characters.
    """

    legal_forms: frozenset[str]
    legal_endings: tuple[str, ...]
    spellings: Mapping[str, str]
    generic: frozenset[str]
    near_score: float
    word_score: float
    short_alias: int
    brand_length: int


def listed(entry: ListedParty, clock: Clock) -> bool:
    """Whether an entry stands on the day, as far as it was public; an unknown day of listing counts as listed."""
    began = entry.listed_on is None or (entry.listed_on <= clock.day and entry.listed_on <= clock.known_on)
    gone = entry.removed_on is not None and entry.removed_on <= clock.day and entry.removed_on <= clock.known_on
    return began and not gone


@lru_cache(maxsize=_MOST_REMEMBERED)
def words(name: str) -> tuple[str, ...]:
    """The words of a name: width, case, accents and punctuation taken out."""
    wide = unicodedata.normalize("NFKC", name).casefold()
    plain = "".join(c for c in unicodedata.normalize("NFKD", wide) if not unicodedata.combining(c))
    plain = _APOSTROPHES.sub("", plain).replace("&", " and ")
    return tuple("".join(c if c.isalnum() else " " for c in plain).split())


def _joined(found: Iterable[Screened]) -> Screened:
    """One of several: each entry once, as a hit where it is one, else by its best likeness."""
    exact: dict[ListedParty, tuple[str, ...]] = {}
    near: dict[int, Near] = {}
    for screened in found:
        for entry, reasons in zip(screened.exact, screened.reasons, strict=True):
            exact.setdefault(entry, reasons)
        for other in screened.near:
            kept = near.get(id(other.entry))
            if kept is None or (kept.spelling, kept.score) < (other.spelling, other.score):
                near[id(other.entry)] = other
    held = {id(e) for e in exact}
    return Screened(tuple(exact), tuple(n for n in near.values() if id(n.entry) not in held), tuple(exact.values()))


def _in_order(form: str) -> str:
    return " ".join(sorted(form.split()))


class Roll:
    """The entries of all lists, found by name."""

    def __init__(self, entries: Iterable[ListedParty], spelling: Spelling) -> None:
        self._spelling = spelling
        self._exact: dict[str, list[ListedParty]] = {}
        self._bare: dict[str, list[ListedParty]] = {}
        self._brands: dict[str, list[tuple[frozenset[str], str, ListedParty]]] = {}
        self._cleared: set[str] = set()
        self._written: dict[tuple[str, int], str] = {}
        self._scripts: list[tuple[str, ListedParty]] = []
        self._seen: dict[tuple[str, tuple[str | None, ...]], Screened] = {}
        for entry in entries:
            for name in (entry.name, *entry.aliases):
                for form in self._forms(name):
                    self._written.setdefault((form, id(entry)), name)
                    self._enter(form, entry)
        self._choices = {form: _in_order(form) for form in self._exact}

    def _enter(self, form: str, entry: ListedParty) -> None:
        if entry.list == "NOT-LISTED":
            self._cleared.add(form)
            return
        if _SCRIPT_WITHOUT_SPACES.search(form):
            self._scripts.append((form, entry))
        holders = self._exact.setdefault(form, [])
        if entry not in holders:
            holders.append(entry)
        brand = self._brand(form)
        if brand:
            self._brands.setdefault(min(brand), []).append((brand, form, entry))
            self._bare.setdefault(" ".join(w for w in form.split() if w in brand), []).append(entry)

    def _brand(self, form: str) -> frozenset[str]:
        """The words that make a name distinctive; none where they are too short to tell it from others."""
        brand = frozenset(form.split()) - self._spelling.generic
        return brand if sum(map(len, brand)) >= self._spelling.brand_length else frozenset()

    def screen(self, names: Iterable[str], places: Iterable[str | None] = ()) -> Screened:
        """The entries that any of the names is or resembles. `places`: where the party is and has its homes."""
        where = tuple(places)
        found = [self._one(name, where) for name in names]
        return found[0] if len(found) == 1 else _joined(found)

    def _one(self, name: str, places: tuple[str | None, ...]) -> Screened:
        key = (name, places)
        if key not in self._seen:
            if len(self._seen) >= _MOST_REMEMBERED:
                self._seen.clear()
            self._seen[key] = self._look(name, frozenset(READ_AS.get(p, p) for p in places if p is not None))
        return self._seen[key]

    def _look(self, name: str, homes: frozenset[str]) -> Screened:
        exact: dict[ListedParty, tuple[str, ...]] = {}
        near: list[Near] = []
        for form in self._forms(name):
            script = bool(_SCRIPT_WITHOUT_SPACES.search(form))
            weak = not script and (len(form) <= self._spelling.short_alias or not self._brand(form))
            for entry in self._exact.get(form, ()):
                self._take(entry, self._features(name, form, entry), weak, homes, exact, near)
            if form not in self._cleared:
                for entry in self._bare.get(form, ()):  # nothing but the words that make an entry distinctive
                    self._take(entry, (f"only the distinctive words of {entry.name}",), True, homes, exact, near)
                near += self._resembling(form)
                if script:
                    near += [
                        Near(e, round(fuzz.ratio(form, held), 1), False, (f"holds {held}",))
                        for held, e in self._scripts
                        if held in form
                    ]
        return _joined([Screened(tuple(exact), tuple(near), tuple(exact.values()))])

    def _features(self, name: str, form: str, entry: ListedParty) -> tuple[str, ...]:
        """Which of an entry's names it is, and what was set aside to see it."""
        written = self._written.get((form, id(entry)), entry.name)
        found = ["the entry's name" if written == entry.name else f"its alias {written}"]
        if _SCRIPT_WITHOUT_SPACES.search(form) or not form.isascii():
            found.append("in another script")
        if " ".join(words(name)) != form:
            found.append("legal form, spelling or brackets set aside")
        return tuple(found)

    @staticmethod
    def _take(
        entry: ListedParty,
        reasons: tuple[str, ...],
        weak: bool,
        homes: frozenset[str],
        exact: dict[ListedParty, tuple[str, ...]],
        near: list[Near],
    ) -> None:
        """A short, general or bare name of a firm elsewhere may be another firm: near, not exact."""
        if weak and homes and READ_AS.get(entry.country, entry.country) not in homes:
            near.append(Near(entry, 100.0, False, (*reasons, "but short or general, and the party is elsewhere")))
        else:
            exact.setdefault(entry, reasons)

    def _resembling(self, form: str) -> list[Near]:
        scored = process.extract(  # the words are in order on both sides: a ratio of them is the token-sorted one
            _in_order(form), self._choices, scorer=fuzz.ratio, score_cutoff=self._spelling.near_score, limit=None
        )
        own = frozenset(form.split())
        near = [
            Near(e, round(score, 1), True, (f"its words, put in order, are {score:.0f} percent those of {choice}",))
            for _, score, choice in scored
            if self._distinctive_words_alike(own, choice)
            for e in self._exact[choice]
        ]
        for word in own:
            near += [
                Near(
                    entry,
                    round(fuzz.token_sort_ratio(form, other), 1),
                    False,
                    (f"holds the distinctive words {' '.join(sorted(brand))}",),
                )
                for brand, other, entry in self._brands.get(word, ())
                if brand <= own
            ]
        return near

    def _without_ending(self, word: str) -> str:
        """A word of a script without spaces, without the legal form that is written onto it."""
        if _SCRIPT_WITHOUT_SPACES.search(word):
            for ending in self._spelling.legal_endings:
                if word.endswith(ending) and word != ending:
                    return word[: -len(ending)]
        return word

    def _distinctive_words_alike(self, own: frozenset[str], listed_form: str) -> bool:
        """Whether each distinctive word of an entry has a like one in the name: general words alone make none near."""
        return all(
            any(fuzz.ratio(word, other) >= self._spelling.word_score for other in own)
            for word in self._brand(listed_form)
        )

    def _forms(self, name: str) -> list[str]:
        """The forms in which a name is compared: whole, and where brackets close it, without and within them.

        Only brackets after a legal form close a name: "Example Co., Ltd. (Example)". A place in brackets is part of it.
        """
        texts = [name]
        closing = _CLOSING_BRACKETS.match(unicodedata.normalize("NFKC", name))
        if closing and words(closing.group(1))[-1:] and words(closing.group(1))[-1] in self._spelling.legal_forms:
            texts.append(closing.group(1))
            if len(words(closing.group(2))) == 1 and words(closing.group(2))[0] not in self._spelling.generic:
                texts.append(closing.group(2))
        forms = []
        for text in texts:
            spelt = tuple(self._spelling.spellings.get(w, w) for w in map(self._without_ending, words(text)))
            form = " ".join(w for w in spelt if w not in self._spelling.legal_forms) or " ".join(spelt)
            if form and form not in forms:
                forms.append(form)
        return forms
