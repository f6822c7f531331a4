"""Whether a likeness may be cleared: only one that screening finds, of one entry, and never an exact hit."""

from __future__ import annotations

from quoting.domain.controls.clearances import entry_digest, reference_to
from quoting.domain.controls.groups import place
from quoting.domain.controls.index import index
from quoting.domain.controls.rulebook import EntryRef, ListedParty, RuleBook
from quoting.domain.errors import FieldFault, RequestInvalid


def entry_to_clear(
    book: RuleBook,
    names: tuple[str, ...],
    country: str | None,
    source: str,
    entry: str,
    digest: str | None = None,
) -> EntryRef:
    """The entry that a party may be judged not to be, as it stands now.

    Args:
        names: name and aliases of the party.
        source: the list; `entry`: the entry's name on it; `digest`: which of several of that name.

    Raises:
        RequestInvalid: the party is no likeness of such an entry, is it by name, or several entries bear the name.
    """
    screened = index(book).roll.screen(names, (place(country),))
    if any((e.list, e.name) == (source, entry) for e in screened.exact):
        raise _refused("exact_match", "the party bears the entry's name: an exact hit is never cleared")
    found: dict[str, ListedParty] = {
        entry_digest(near.entry): near.entry
        for near in screened.near
        if (near.entry.list, near.entry.name) == (source, entry)
    }
    if digest is not None:
        found = {key: each for key, each in found.items() if key == digest}
    if not found:
        raise _refused("no_match", "the screening of this party finds no likeness to such an entry")
    if len(found) > 1:
        raise _refused("ambiguous", f"several entries bear that name: add the digest, one of {', '.join(found)}")
    return reference_to(next(iter(found.values())))


def _refused(code: str, detail: str) -> RequestInvalid:
    return RequestInvalid([FieldFault("/entry", code, detail)])
