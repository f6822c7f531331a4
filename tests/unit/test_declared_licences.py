"""Declared licences: their units add up where several cover one pair, and are shared where one covers many."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from quoting.domain.licences import Covering, drawn_units, said_of, unit_caps
from quoting.domain.request import Licence

A, B, C = (Licence(id=name, units=units) for name, units in (("a", 10), ("b", 5), ("c", 2)))
FREE = Licence(id="free")
P, Q = ("o1", "d1"), ("o2", "d1")


def caps(covered: Covering) -> dict[str, tuple[int, int]]:
    return {cap.id: (cap.units, len(cap.pairs)) for cap in unit_caps(covered)}


def test_units_of_two_licences_on_one_pair_add_up() -> None:
    assert caps({P: (A, B)}) == {"a+b": (15, 1)}


def test_licence_on_two_pairs_is_shared_by_them() -> None:
    assert caps({P: (A,), Q: (A,)}) == {"a": (10, 2)}


def test_pairs_that_share_a_licence_are_capped_alone_and_together() -> None:
    assert caps({P: (A, B), Q: (B, C)}) == {"a+b": (15, 1), "b+c": (7, 1), "a+b+c": (17, 2)}


def test_licences_of_pairs_that_share_none_stay_apart() -> None:
    assert caps({P: (A,), Q: (C,)}) == {"a": (10, 1), "c": (2, 1)}


def test_pair_with_a_licence_without_a_limit_is_not_capped() -> None:
    assert caps({P: (A, FREE)}) == {}


def test_units_move_to_another_licence_where_that_makes_room() -> None:
    drawn = drawn_units({P: 5, Q: 10}, {P: (A, B), Q: (A,)})

    assert sum(drawn["a"].values()) == 10
    assert drawn["b"] == {P: 5}


def test_rest_of_a_licence_is_told() -> None:
    assert "3 units draw on it, 7 of its 10 are left" in said_of(A, [1, 2])
    assert "not verified" in said_of(A, [1])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(st.integers(0, 4), min_size=3, max_size=3),
    st.lists(st.sets(st.integers(0, 2), min_size=1), min_size=3, max_size=3),
)
def test_caps_hold_exactly_where_units_can_be_spread(units: list[int], drawn: list[set[int]]) -> None:
    licences = [Licence(id=f"l{n}", units=u) for n, u in enumerate(units)]
    covered = {(f"o{n}", "d"): tuple(licences[i] for i in sorted(which)) for n, which in enumerate(drawn)}
    for taken in product(range(4), repeat=3):
        quantities = dict(zip(covered, taken, strict=True))
        held = all(sum(quantities[p] for p in cap.pairs) <= cap.units for cap in unit_caps(covered))
        spread = drawn_units(quantities, covered)
        fits = all(sum(spread.get(li.id, {}).values()) <= (li.units or 0) for li in licences)
        whole = all(sum(by.get(p, 0) for by in spread.values()) == n for p, n in quantities.items())

        assert held == (fits and whole)
