"""One offer at other prices, as the question at which price it would enter the best plan asks for it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from quoting.domain.allocation.problem import AllocationProblem
from quoting.domain.answer import NearestChange
from quoting.domain.candidates import Candidate, landed_ladder
from quoting.domain.explain.answer_text import money_text
from quoting.domain.money import Money, minor_digits
from quoting.domain.offers import Offer, PriceBreak
from quoting.domain.plan_problem import Ask, ProblemBuilder
from quoting.domain.request import QuoteRequest
from quoting.domain.snapshot import Snapshot


class RepricedOffer:
    """One offer at other prices: all its breaks lowered in proportion to the first, in minor units of its currency."""

    def __init__(
        self,
        request: QuoteRequest,
        snapshot: Snapshot,
        ask: Ask,
        builder: ProblemBuilder,
        candidates: Sequence[Candidate],
    ) -> None:
        self._request, self._snapshot, self._ask, self._builder = request, snapshot, ask, builder
        self._candidates, self._offer = candidates, candidates[0].offer
        self._scale = 10 ** minor_digits(self._offer.currency)
        self._first = Fraction(self._offer.price_breaks[0].unit_price) * self._scale
        self.offered = math.ceil(self._first)
        self._made: dict[int, list[Candidate]] = {}

    def problem(self, problem: AllocationProblem, price: int) -> AllocationProblem:
        """The problem with the offer at a price of its first break."""
        fresh = {c.pair: self._builder.use(c, self._ask) for c in self._at(price)}
        return replace(problem, uses=tuple(fresh.get(use.pair, use) for use in problem.uses))

    def factor(self, discounts: Mapping[int, float]) -> Fraction:
        """The part of the price that is left after the least of the discounts (minor units landed, by break)."""
        half = self._at(max(self.offered // 2, 1))
        parts = []
        for before, after in zip((c for c in self._candidates if c.landed and not c.obstacles), half, strict=True):
            assert before.landed is not None and after.landed is not None
            for at, discount in discounts.items():
                slope = 2 * (before.landed[at].unit_minor - after.landed[at].unit_minor)
                if slope > 0:
                    parts.append(1 - Fraction(discount) / slope)
        return max(parts, default=Fraction(1))

    def change(self, price: int, proof: str, words: str) -> NearestChange:
        offer, at = self._offer, self._priced(price)
        before = Money(offer.price_breaks[0].unit_price, offer.currency)
        after = Money(at.price_breaks[0].unit_price, offer.currency)
        below = (1 - after.exact / before.exact) * 100
        percent = Decimal(below.numerator) / Decimal(below.denominator)
        month = " and month" if offer.mode == "lease" else ""
        said = f"at {money_text(after)} a piece{month}, {percent:.2f} % below the offered price"
        return NearestChange(
            kind="price",
            id=offer.id,
            field="unit_price",
            before=before,
            after=after,
            because=f"{said}, {words}",
            proof=proof,
            below_percent=percent.quantize(Decimal("0.01")),
            price_breaks=tuple((b.min_qty, Money(b.unit_price, offer.currency)) for b in at.price_breaks),
        )

    def _at(self, price: int) -> list[Candidate]:
        if price not in self._made:
            self._made[price] = [
                self._repriced(c, self._priced(price)) for c in self._candidates if c.landed and not c.obstacles
            ]
        return self._made[price]

    def _priced(self, price: int) -> Offer:
        factor = Fraction(price) / self._first
        breaks = []
        for one in self._offer.price_breaks:
            minor = math.floor(Fraction(one.unit_price) * self._scale * factor)
            breaks.append(PriceBreak(one.min_qty, Money.of_minor(minor, self._offer.currency).amount))
        return replace(self._offer, price_breaks=tuple(breaks))

    def _repriced(self, candidate: Candidate, offer: Offer) -> Candidate:
        landed = landed_ladder(
            self._request,
            self._snapshot,
            offer,
            candidate.site,
            candidate.chip,
            candidate.months,
            candidate.delivery,
        )
        return replace(candidate, offer=offer, landed=tuple(landed))
