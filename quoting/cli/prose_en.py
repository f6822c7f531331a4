"""The sentences of `chipquote explain` in English, and nowhere else. Another language is another such table."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "what": "{id}: on {as_of} the {kind} of {item} from {start} to {goal} was examined "
    "under the rules public by {known_on}.",
    "delivery": "It is delivered on {deliver_on}, and that day was examined too; the stricter answer stands.",
    "outcome": "The answer is: {outcome}.",
    "outcome_review": "The answer is: {outcome}; an application is reviewed under a {review}.",
    "outcome_exception": "The answer is: {outcome}, namely {exception}.",
    "class": "The item was classified as {classification}.",
    "decides": "What decides is {rule} ({citation}, evidence {grade}, in force {since}): {because}.",
    "read": "It compared: {values}.",
    "unconfirmed": "What could not be confirmed of it: {what}.",
    "also": "Found beside it, and no stricter: {rule} ({citation}) says {outcome}: {because}.",
    "considered": "The exception {exception} was considered and is not open: {because}.",
    "conditions": "Conditions: {items}.",
    "exception_conditions": "The exception works only under these conditions: {items}.",
    "question": "Open: {question} Who can answer: {who}. It would settle: {unlocks}.",
    "advisory": "To note: {text}",
    "flip": "On {on} the answer changes from {before} to {after}, by {rule}: {because}.",
    "no_flip": "No published rule changes this answer on a later day.",
    "lists": "Names were looked up in {lists}.",
    "end": "Facts as seen up to {data_as_of}. This informs; it is not legal advice.",
    "since": "since {start}",
    "until": "from {start} to {end}",
    "always": "without a first day on record",
    "unknown": "an unknown place",
    "list": "{list} as seen on {as_of}, {age_days} days before",
}

WORDS: Mapping[str, str] = {
    "allowed": "allowed, no licence requirement was found",
    "allowed_with_advisory": "allowed with an advisory",
    "licence_exception": "a licence is required and a licence exception is open",
    "cannot_determine": "it cannot be determined, and must not be read as allowed",
    "licence_required": "a licence is required",
    "prohibited": "prohibited",
    "presumption_of_approval": "presumption of approval",
    "case_by_case": "case-by-case review",
    "presumption_of_denial": "presumption of denial",
    "policy_of_denial": "policy of denial",
}
