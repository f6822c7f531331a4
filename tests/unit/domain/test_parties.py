"""Headquarters and listed ownership, read from the graph of parties."""

from decimal import Decimal

import pytest

from quoting.domain.parties import listed_shares, ultimate_parent
from quoting.domain.request import Owner, Party


def a_party(name: str, owners=(), parent: str | None = "", hq: str | None = "SG") -> Party:
    shares = tuple(Owner(party, Decimal(percent)) for party, percent in owners)
    return Party(name, name, "SG", hq, name if parent == "" else parent, (), shares)


def graph(*parties: Party) -> dict[str, Party]:
    return {p.id: p for p in parties}


def share_in(name: str, parties):
    return listed_shares(parties, only_listed)[name]


def only_listed(name, aliases):
    return name if name.startswith("listed") else None


def test_shares_of_listed_owners_add_up():
    parties = graph(a_party("buyer", [("listed-a", 30), ("listed-b", 25)]), a_party("listed-a"), a_party("listed-b"))

    share = share_in("buyer", parties)

    assert (share.percent, share.owners) == (Decimal(55), ("listed-a", "listed-b"))


def test_a_subsidiary_owned_half_by_listed_parties_passes_its_whole_share_on():
    parties = graph(a_party("buyer", [("holding", 60)]), a_party("holding", [("listed-a", 50)]), a_party("listed-a"))

    assert share_in("buyer", parties).percent == Decimal(60)


def test_a_minority_counts_only_in_proportion():
    parties = graph(a_party("buyer", [("holding", 60)]), a_party("holding", [("listed-a", 40)]), a_party("listed-a"))

    assert share_in("buyer", parties).percent == Decimal(24)


def test_cross_holdings_end():
    parties = graph(a_party("one", [("two", 50)]), a_party("two", [("one", 50)]))

    assert share_in("one", parties).percent == Decimal(0)


def test_a_listed_parent_of_which_no_share_is_told_is_unknown_and_never_zero():
    parties = graph(a_party("buyer", parent="listed-a"), a_party("listed-a"))

    assert share_in("buyer", parties).percent is None


def test_the_ultimate_parent_is_the_end_of_the_chain():
    parties = graph(a_party("buyer", parent="middle"), a_party("middle", parent="top"), a_party("top"))

    assert ultimate_parent(parties["buyer"], parties) is parties["top"]


@pytest.mark.parametrize("break_in_chain", ["buyer", "middle"])
def test_an_unknown_parent_anywhere_in_the_chain_is_unknown(break_in_chain):
    parents = {"buyer": "middle", "middle": "top", "top": "top"} | {break_in_chain: None}
    parties = graph(*(a_party(name, parent=parent) for name, parent in parents.items()))

    assert ultimate_parent(parties["buyer"], parties) is None


def test_a_deep_lattice_of_owners_is_read_in_one_pass_over_each_layer():
    layers = 60
    parties = [a_party(f"{n}{side}", [(f"{n + 1}a", 30), (f"{n + 1}b", 30)]) for n in range(layers) for side in "ab"]
    top = [a_party(f"{layers}a", [("listed-a", 100)]), a_party(f"{layers}b"), a_party("listed-a")]

    assert 0 < share_in("0a", graph(*parties, *top)).percent < 50


def test_cross_holdings_pass_a_listed_share_round_and_end():
    parties = graph(a_party("one", [("two", 40), ("listed-a", 20)]), a_party("two", [("one", 40)]), a_party("listed-a"))

    assert Decimal(23) < share_in("one", parties).percent < Decimal(24)
