"""One determination as prose, from a table of sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quoting.domain.controls.sentences import retold
from quoting.domain.transaction import Transaction

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Language:
    """`texts`: sentences with named gaps; `words`: outcomes and review policies; `rules`: the sentences of the rules.

    Every language has the same keys and gaps.
    """

    texts: Mapping[str, str]
    words: Mapping[str, str]
    rules: Mapping[str, str]

    def say(self, sentence: str, **gaps: object) -> str:
        """A sentence; what the rules have said is said again in this language."""
        return self.texts[sentence].format(**{name: self._retold(gap) for name, gap in gaps.items()})

    def _retold(self, gap: object) -> object:
        return retold(gap, self.rules) if isinstance(gap, str) else gap


def paragraphs(document: Document, transaction: Transaction, language: Language) -> Iterator[str]:
    """The determination document (contract, section 5, with `flips`) in paragraphs, the answer first."""
    say = language.say
    winner = decisive(document)
    yield " ".join((*_asked(transaction, language), _answer(document, language)))
    yield " ".join((say("class", classification=document["classification"]), *_finding(winner, language)))
    others = (f for f in document["findings"] if f is not winner)
    yield " ".join(
        say("also", rule=f["rule"], citation=f["citation"], outcome=_plain(f["outcome"]), because=f["because"])
        for f in others
    )
    yield " ".join(say("considered", **each) for each in document["exceptions_considered"])
    for name in ("exception_conditions", "conditions"):
        items = [retold(text, language.rules).rstrip(".") for text in document[name]]
        yield say(name, items="; ".join(items)) if items else ""
    yield " ".join(
        say("question", question=q["question"], who=q["who"], unlocks=q["unlocks"]) for q in document["open_questions"]
    )
    yield " ".join(say("advisory", text=text) for text in document["advisories"])
    yield " ".join(_flips(document, language))
    lists = ", ".join(say("list", **each) for each in document["lists"])
    yield " ".join((say("lists", lists=lists), say("end", data_as_of=document["data_as_of"])))


def decisive(document: Document) -> Document:
    """The finding that decides: the first with the answer's outcome and review."""
    winners = [f for f in document["findings"] if f["outcome"] == document["outcome"]]
    found: Document = next((f for f in winners if f["review_policy"] == document["review_policy"]), winners[0])
    return found


def _asked(transaction: Transaction, language: Language) -> Iterator[str]:
    movement, item = transaction.movement, transaction.item
    yield language.say(
        "what",
        id=transaction.id,
        as_of=transaction.as_of,
        known_on=transaction.known_on,
        kind=_plain(movement.kind),
        item=item.chip or item.name or item.kind,
        start=movement.from_country or language.texts["unknown"],
        goal=movement.to_country or language.texts["unknown"],
    )
    if transaction.deliver_on is not None:
        yield language.say("delivery", deliver_on=transaction.deliver_on)


def _answer(document: Document, language: Language) -> str:
    outcome, review = language.words[document["outcome"]], document["review_policy"]
    if review is not None:
        return language.say("outcome_review", outcome=outcome, review=language.words[review])
    if document["exception"] is not None:
        return language.say("outcome_exception", outcome=outcome, exception=document["exception"])
    return language.say("outcome", outcome=outcome)


def _finding(finding: Document, language: Language) -> Iterator[str]:
    start, end = finding["effective_from"], finding["effective_to"]
    since = language.say("until" if end else "since", start=start, end=end) if start else language.texts["always"]
    named = {name: finding[name] for name in ("rule", "citation", "grade", "because")}
    yield language.say("decides", **named, since=since)
    values = [f"{name} {value}" for name, value in finding["values_read"].items() if name != "row"]
    if values:
        yield language.say("read", values=", ".join(values))
    if finding.get("unconfirmed"):
        yield language.say("unconfirmed", what=finding["unconfirmed"])


def _flips(document: Document, language: Language) -> Iterator[str]:
    if not document["flips"]:
        yield language.texts["no_flip"]
    for flip in document["flips"]:
        after = " ".join(language.words[word] for word in (flip["to"], flip["review_policy"]) if word)
        yield language.say(
            "flip", on=flip["on"], before=_plain(flip["from"]), after=after, rule=flip["rule"], because=flip["because"]
        )


def _plain(word: str) -> str:
    return str(word).replace("_", " ")
