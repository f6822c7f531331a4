"""For every offer that is not used: the strongest reason, in a word and in a sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from quoting.domain.allocation.problem import Pair
from quoting.domain.answer import Code, NearestChange, WhyNot
from quoting.domain.candidates import Candidate, Obstacle, below_spec, demanded_rate
from quoting.domain.controls.determination import Determination, Outcome, Standing
from quoting.domain.explain.answer_text import money_text, number_text
from quoting.domain.explain.changes import least_pieces, nearest_change
from quoting.domain.explain.gains import decimal
from quoting.domain.explain.insight import Reason
from quoting.domain.money import Money
from quoting.domain.offers import Mode
from quoting.domain.plan_problem import Ask, counts_for, limit_minor, matches
from quoting.domain.request import Demand, Explain, QuoteRequest, RuleKind
from quoting.domain.screen import Screener
from quoting.domain.snapshot import Snapshot

_STRENGTH = {code: n for n, code in enumerate(Code)}


class WhyNots:
    """Gives the reasons of one request."""

    def __init__(
        self,
        request: QuoteRequest,
        snapshot: Snapshot,
        ask: Ask,
        screener: Screener,
        reasons: Mapping[str, Reason] = MappingProxyType({}),
        blockers: Mapping[str, Reason] = MappingProxyType({}),
        given_up: Collection[str] = (),
    ) -> None:
        """What is known beside the request.

        Args:
            reasons: what solving told of an offer.
            blockers: of a demand that the leading plan leaves out.
            given_up: rules that the leading plan does not keep, and that are no reason then.
        """
        self._given_up = given_up
        self._request, self._snapshot, self._ask, self._screener = request, snapshot, ask, screener
        self._reasons, self._blockers = reasons, blockers
        self._limits = {b.id: limit_minor(b.max, snapshot.fx, request.report_currency) for b in ask.budgets}

    def rows(self, candidates: Sequence[Candidate], first: frozenset[Pair], any_plan: frozenset[Pair]) -> list[WhyNot]:
        """The rows for what is not used in `first`, the plan that leads, and in no other plan unless law is the reason.

        At `summary` one row for each offer that no plan uses; at `full` one for each pair; at `none` nothing.
        """
        if self._request.explain is Explain.NONE:
            return []
        full = self._request.explain is Explain.FULL
        busy, leading = {offer for offer, _ in any_plan}, {offer for offer, _ in first}
        rows: list[WhyNot] = []
        for c in candidates:
            if c.pair in first or (c.pair in any_plan and c.usable("safe")):
                continue
            if full or c.offer.id not in busy:
                rows.append(self._row(c, leading))
        if not full:
            rows = _strongest(rows)
        return rows + list(self._unpriced(candidates))

    def _row(self, candidate: Candidate, leading: Collection[str]) -> WhyNot:
        reason, change = self._reason(candidate, leading)
        determination = candidate.determination
        cited = reason.citations or (determination.citations if reason.code is Code.BLOCKED_LAW else ())
        return WhyNot(
            candidate.offer.id,
            candidate.demand.id,
            candidate.chip.id,
            reason.code,
            reason.because,
            tuple(cited),
            determination.id,
            change,
        )

    def _reason(self, c: Candidate, leading: Collection[str]) -> tuple[Obstacle, NearestChange | None]:
        reasons = list(c.obstacles)
        if c.determination.standing is not Standing.SAFE and c.licence is None:
            reasons.append(by_law(c.determination))
        alone = None
        if not reasons:
            alone = self._alone(c)
            reasons += [] if alone is None else [alone[0]]
        if reasons:
            strongest = min(reasons, key=lambda reason: _STRENGTH[reason.code])
            if alone is not None:
                return alone
            return strongest, nearest_change(c, strongest.code, self._request)
        if c.offer.id in leading:
            because = "the plan uses the offer elsewhere; to take it for this demand too would be no better"
            return Obstacle(Code.DOMINATED, because), None
        found = self._blockers.get(c.demand.id) or self._reasons.get(c.offer.id)
        if found is not None:
            return Obstacle(found.code, found.because), found.change
        return Obstacle(Code.DOMINATED, self._dominated(c)), None

    def _alone(self, c: Candidate) -> tuple[Obstacle, NearestChange | None] | None:
        """What stands against even the least that can be taken of the offer, whatever else is chosen."""
        for rule in self._ask.rules:
            if rule.id in self._given_up:
                continue
            if rule.kind is RuleKind.EXCLUDE and matches(rule.select, c) and matches(rule.within, c):
                code = Code.RULE if rule.priority else Code.EXCLUDED
                change = NearestChange("rule", rule.id, None, None, None, f"without rule {rule.id} it might be used")
                return Obstacle(code, f"rule {rule.id} excludes it"), change
        pieces = least_pieces(c)
        if c.offer.available_qty is not None and c.offer.available_qty < pieces:
            because = f"{c.offer.available_qty} are to be had, at least {pieces} have to be taken"
            return Obstacle(Code.NO_STOCK, because), nearest_change(c, Code.NO_STOCK, self._request)
        assert c.landed is not None
        cost = pieces * min(cost.unit_minor for cost in c.landed)
        for budget in self._ask.budgets:
            if counts_for(budget, c) and cost > self._limits[budget.id]:
                because = f"the least quantity of {pieces} alone goes beyond budget {budget.id}"
                needed = Money.of_minor(cost, self._request.report_currency)
                words = f"that quantity takes {money_text(needed)} of budget {budget.id}"
                return Obstacle(Code.BUDGET, because), NearestChange(
                    "budget", budget.id, "max", budget.max, needed, words
                )
        if c.offer.mode is Mode.BUY and c.site.power_kw is not None and c.chip.tdp_w is not None:
            watts = pieces * Fraction(c.chip.tdp_w) * Fraction(c.site.power_usage_effectiveness)
            if watts > Fraction(c.site.power_kw) * 1000:
                because = f"the least quantity of {pieces} alone goes beyond the power of {c.site.id}"
                words = f"that quantity draws {number_text(watts / 1000)} kW"
                return Obstacle(Code.POWER, because), NearestChange(
                    "power", c.site.id, "power_kw", c.site.power_kw, decimal(watts / 1000), words
                )
        return None

    def _dominated(self, c: Candidate) -> str:
        if c.demand.maximise:
            return "a plan without it reaches at least as much within the same limits"
        return "a plan without it is no worse in the objectives asked for"

    def _unpriced(self, candidates: Iterable[Candidate]) -> Iterable[WhyNot]:
        """Catalogue chips that could serve a demand and have no purchase price on the day: law without goods."""
        if self._request.catalogue.use == "private_only":
            return
        bought = (c for c in candidates if not c.offer.private and c.offer.mode is Mode.BUY)
        priced = {(c.chip.id, c.demand.id) for c in bought}
        as_of = self._snapshot.as_of
        sites = {site.id: site for site in self._request.sites}
        for demand in self._request.demand:
            for chip in self._snapshot.catalogue.chips.values():
                launched = chip.launched is None or chip.launched <= as_of
                if not launched or (chip.id, demand.id) in priced or not self._could_serve(chip.id, demand):
                    continue
                determination = self._screener.screen_chip(chip.id, sites[demand.site])
                because = f"the catalogue has no purchase price for it on {as_of}; by law: {in_words(determination)}"
                yield WhyNot(
                    None, demand.id, chip.id, Code.NO_PRICE, because, determination.citations, determination.id
                )

    def _could_serve(self, chip_id: str, demand: Demand) -> bool:
        chip = self._snapshot.catalogue.chips[chip_id]
        if chip.form_factor.startswith("lease only") or Mode.BUY not in demand.acquisition:
            return False  # no purchase to form a transaction of; a lease needs a data centre, which no price names
        if demand.metric is None:
            if demanded_rate(demand, chip_id) is None:
                return False
        elif chip.figure(demand.metric) is None:
            return False
        return below_spec(demand, chip) is None


def by_law(determination: Determination) -> Obstacle:
    """Why a determination keeps an offer out of the safe plan."""
    code = Code.UNKNOWN_FACT if determination.outcome is Outcome.CANNOT_DETERMINE else Code.BLOCKED_LAW
    return Obstacle(code, in_words(determination), determination.citations)


def in_words(determination: Determination) -> str:
    """Outcome, review and the winning finding in one sentence."""
    winner = next((f for f in determination.findings if f.outcome is determination.outcome), None)
    words = str(determination.outcome).replace("_", " ")
    if determination.exception is not None:
        words += f" {determination.exception}"
    if determination.review_policy is not None:
        words += f" ({str(determination.review_policy).replace('_', ' ')})"
    return f"{words}: {winner.because}" if winner is not None else words


def _strongest(rows: Iterable[WhyNot]) -> list[WhyNot]:
    best: dict[str | None, WhyNot] = {}
    for row in rows:
        held = best.get(row.offer)
        if held is None or _STRENGTH[row.code] < _STRENGTH[held.code]:
            best[row.offer] = row
    return list(best.values())
