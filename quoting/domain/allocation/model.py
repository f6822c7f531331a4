"""The allocation as a whole-number linear model: supply, demands and limits. `rules` and `objective` add theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from quoting.domain.allocation.linear import LinearModel, Number, Terms, added, scaled
from quoting.domain.allocation.problem import AllocationProblem, ModelSize, Pair
from quoting.domain.allocation.sources import Block, Source, Tier, read_sources, up_to_multiple
from quoting.domain.watch import Watch

BlockKey = tuple[int, int]  # index of the source, index of the block in it


class Quantity(NamedTuple):
    """A column that holds pieces of a block at a price break (`at`); one unit of it is `step` pieces."""

    column: int
    at: int
    step: int


class _Tiers(NamedTuple):
    """The price breaks of a source or a volume group; `taken` the 0-1 column of each, None where none is needed."""

    tiers: Sequence[Tier]
    taken: Sequence[int] | None


class PlanModel:
    """Columns and rows of one allocation problem.

    Sets        s in S  offers;  b in B(s)  blocks: uses alike in all but the demand d;  t in T(s)  price breaks (tiers)
    Parameters  least_st, most_st  quantities at which a tier holds;  c_bd  what a piece counts towards a demand;
                full_b  pieces of a block that cover all its demands alone;  n_d  amount asked for
    Variables   q_bt  pieces (or lots) at a tier;  z_st in {0, 1}  tier taken, one for all members of a volume group;
                a_bt  pieces that cover a demand, where the q do not tell;  a_bd  their split over demands;  met_d
    Subject to  least_st z_st <= sum_b q_bt <= most_st z_st;  sum_t z_st <= 1           [breaks, moq, stock]
                a_bt <= q_bt;  a_bt <= full_b z_st;  sum_d a_bd <= sum_t a_bt           [coverage]
                sum_b c_bd a_bd >= n_d  (n_d met_d in a partial plan)                   [demand]

    That a piece bought only to reach a break covers nothing is what makes the relaxation tight.
    """

    def __init__(self, problem: AllocationProblem, watch: Watch, *, partial: bool = False, room: int = 4) -> None:
        """Build the model.

        Args:
            partial: a demand may stay unmet.
            room: see `read_sources`.

        Raises:
            Cancelled: the watch said stop.
        """
        self.problem = problem
        self.linear = LinearModel(watch)
        read = read_sources(problem, room)
        self.sources = read.sources
        self.all_bounded = read.all_bounded
        self.met: dict[str, int] = {}  # in a partial plan, the 0-1 column of each demand
        self._quantities: dict[BlockKey, list[Quantity]] = {}
        self._tiers: list[_Tiers] = []
        self._used: dict[int, Terms] = {}
        self._any_used: dict[frozenset[BlockKey], int] = {}
        self._split: dict[BlockKey, dict[Pair, int]] = {}
        self._cover: dict[str, dict[int, Number]] = defaultdict(dict)
        self._block_of = {
            use.pair: (s, b)
            for s, source in enumerate(self.sources)
            for b, block in enumerate(source.blocks)
            for use in block.uses
        }
        self._add_supply()
        for need in sorted(problem.needs, key=lambda need: need.demand):
            self._add_demand(need.demand, need.amount, partial)
        self._add_limits()

    @property
    def size(self) -> ModelSize:
        columns = len(self.linear.lower)
        return ModelSize(columns, len(self.linear.row_lower), columns)

    # ---- what rules and objectives are written in

    def blocks(self, pairs: Iterable[Pair]) -> list[BlockKey]:
        """The blocks of a set of pairs that the problem names; a block is in it as a whole or not at all."""
        return sorted({self._block_of[pair] for pair in pairs if pair in self._block_of})

    def block(self, key: BlockKey) -> Block:
        return self.sources[key[0]].blocks[key[1]]

    def quantities(self, key: BlockKey) -> list[Quantity]:
        return self._quantities[key]

    def tiers(self, s: int) -> Sequence[Tier]:
        """The price breaks of a source, or of its volume group."""
        return self._tiers[s].tiers

    def taken(self, s: int) -> Sequence[int]:
        """The 0-1 columns of the price breaks of a source; none where it needs none."""
        return self._tiers[s].taken or ()

    def pieces(self, keys: Iterable[BlockKey]) -> dict[int, Number]:
        return {q.column: q.step for key in keys for q in self._quantities[key]}

    def measure(self, name: str, keys: Iterable[BlockKey]) -> dict[int, Number]:
        """Spend (minor units, without order charges), units or a capability."""
        terms: dict[int, Number] = {}
        for key in keys:
            use = self.block(key).use
            figure = 1 if name == "units" else use.figures.get(name, 0)
            for q in self._quantities[key]:
                if each := use.unit_minor[q.at] if name == "spend" else figure:
                    terms[q.column] = q.step * each
        return terms

    def used(self, s: int) -> Terms:
        """Terms that are 1 where anything is taken of a source, else 0."""
        if s not in self._used:
            source, taken = self.sources[s], self._tiers[s].taken
            if source.lot.group is None and taken is not None:
                self._used[s] = dict.fromkeys(taken, 1)
            else:
                y = self.linear.column(1)
                pieces = self.pieces((s, b) for b in range(len(source.blocks)))
                self.linear.row(added(pieces, {y: -source.most}), upper=0)
                self.linear.row(added(pieces, {y: -max(source.lot.moq, 1)}), lower=0)
                self._used[s] = {y: 1}
        return self._used[s]

    def any_used(self, keys: Iterable[BlockKey]) -> int:
        """The 0-1 column that is 1 just where anything is taken of any of the blocks, one for all who ask for it."""
        asked = frozenset(keys)
        if asked in self._any_used:
            return self._any_used[asked]
        u = self._any_used[asked] = self.linear.column(1)
        by_source: dict[int, list[BlockKey]] = defaultdict(list)
        for key in sorted(asked):
            by_source[key[0]].append(key)
        witnesses: list[Terms] = [{u: -1}]
        for s, mine in by_source.items():
            if len(mine) == len(self.sources[s].blocks):
                witnesses.append(self.used(s))
                self.linear.row(added(witnesses[-1], {u: -1}), upper=0)
            else:
                witnesses.append(self.pieces(mine))
                most = min(self.sources[s].most, sum(self.block(key).most for key in mine))
                self.linear.row(added(witnesses[-1], {u: -most}), upper=0)
        self.linear.row(added(*witnesses), lower=0)
        return u

    def plan(self, values: Sequence[int]) -> dict[Pair, int]:
        """The pieces of each pair in a solution. What no demand of a block claims goes to the block's first use."""
        plan: dict[Pair, int] = {}
        for key, quantities in self._quantities.items():
            left = sum(values[q.column] * q.step for q in quantities)
            first, *others = self.block(key).uses
            for use in others if left else ():
                column = self._split[key].get(use.pair)
                plan[use.pair] = 0 if column is None else min(values[column], left)
                left -= plan[use.pair]
            plan[first.pair] = left
        return {pair: n for pair, n in plan.items() if n}

    # ---- supply

    def _add_supply(self) -> None:
        members: dict[str, list[int]] = defaultdict(list)
        for s, source in enumerate(self.sources):
            if source.lot.group is not None:
                members[source.lot.group].append(s)
        groups = {name: self._group_tiers([self.sources[s] for s in mine]) for name, mine in members.items()}
        for s, source in enumerate(self.sources):
            if source.lot.group is None:
                self._add_ungrouped(s, source)
            else:
                self._add_grouped(s, source, groups[source.lot.group])
            for b, block in enumerate(source.blocks):
                self._add_coverage((s, b), source, block)
        for name, mine in members.items():
            tiers, taken = groups[name]
            assert taken is not None
            self._one_of(taken)
            for tier, z in zip(tiers, taken, strict=True):
                keys = [(s, b) for s in mine for b in range(len(self.sources[s].blocks))]
                pieces = {q.column: q.step for key in keys for q in self._quantities[key] if q.at == tier.index}
                self.linear.row(added(pieces, {z: -tier.least}), lower=0)
                self.linear.row(added(pieces, {z: -tier.most}), upper=0)

    def _group_tiers(self, members: Sequence[Source]) -> _Tiers:
        total = sum(source.most for source in members)
        thresholds = members[0].lot.thresholds
        ends = [*(threshold - 1 for threshold in thresholds[1:]), total]
        tiers = [
            Tier(index, start, min(end, total))
            for index, (start, end) in enumerate(zip(thresholds, ends, strict=True))
            if start <= min(end, total)
        ]
        return _Tiers(tiers, [self.linear.column(1) for _ in tiers])

    def _one_of(self, taken: Sequence[int]) -> None:
        if len(taken) > 1:
            self.linear.row(dict.fromkeys(taken, 1), upper=1)

    def _add_ungrouped(self, s: int, source: Source) -> None:
        lot, tiers = source.lot, source.tiers
        step = lot.multiple if source.single else 1
        plain = len(tiers) == 1 and tiers[0].least <= step and not lot.charge_minor
        taken = None if plain else [self.linear.column(1) for _ in tiers]
        self._tiers.append(_Tiers(tiers, taken))
        for b in range(len(source.blocks)):
            self._quantities[s, b] = []
        everything: dict[int, Number] = {}
        for t, tier in enumerate(tiers):
            if source.single and taken and tier.least == tier.most:
                self._quantities[s, 0].append(Quantity(taken[t], tier.index, tier.least))
                continue
            pieces: dict[int, Number] = {}
            for b, block in enumerate(source.blocks):
                q = Quantity(self.linear.column(min(tier.most, block.most) // step), tier.index, step)
                self._quantities[s, b].append(q)
                pieces[q.column] = step
            everything |= pieces
            if taken:
                self.linear.row(added(pieces, {taken[t]: -tier.most}), upper=0)
                self.linear.row(added(pieces, {taken[t]: -tier.least}), lower=0)
            elif not source.single:
                self.linear.row(pieces, upper=tier.most)
        if taken:
            self._one_of(taken)
        self._keep_multiple(source, everything)

    def _add_grouped(self, s: int, source: Source, group: _Tiers) -> None:
        lot = source.lot
        step = lot.multiple if source.single else 1
        self._tiers.append(group)
        for b in range(len(source.blocks)):
            self._quantities[s, b] = []
        everything: dict[int, Number] = {}
        assert group.taken is not None
        for tier, z in zip(group.tiers, group.taken, strict=True):
            most = min(source.most, tier.most)
            if source.wanted is not None:  # beyond need, a piece only helps to reach the threshold
                most = min(most, max(source.wanted, up_to_multiple(max(tier.least, lot.moq), lot.multiple)))
            pieces: dict[int, Number] = {}
            for b, block in enumerate(source.blocks):
                q = Quantity(self.linear.column(min(most, block.most) // step), tier.index, step)
                self._quantities[s, b].append(q)
                pieces[q.column] = step
            self.linear.row(added(pieces, {z: -(most // step * step)}), upper=0)
            everything |= pieces
        self._keep_multiple(source, everything)
        if lot.moq > step:
            self.used(s)

    def _keep_multiple(self, source: Source, pieces: Terms) -> None:
        if source.lot.multiple > 1 and not source.single:
            n = self.linear.column(source.most // source.lot.multiple)
            self.linear.row(added(pieces, {n: -source.lot.multiple}), lower=0, upper=0)

    # ---- demands

    def _add_coverage(self, key: BlockKey, source: Source, block: Block) -> None:
        if None in block.full:  # stands alone, and takes all it can get
            self._cover[block.use.demand] |= self.pieces([key])
            return
        claims = [(use, full) for use, full in zip(block.uses, block.full, strict=True) if full]
        if not claims:
            self._split[key] = {}
            return
        covering = self._covering(key, source, sum(full for _, full in claims))
        if len(block.uses) == 1:
            self._cover[block.use.demand] |= scaled(covering, block.use.counts)
            return
        # Pieces for a demand that is not asked for have a column too: an equation serves the solver better.
        split = {use.pair: self.linear.column(min(block.most, source.most)) for use in block.uses}
        self.linear.row(added(dict.fromkeys(split.values(), 1), scaled(covering, -1)), lower=0, upper=0)
        for use, _ in claims:
            self._cover[use.demand][split[use.pair]] = use.counts
        self._split[key] = split

    def _covering(self, key: BlockKey, source: Source, full: int) -> dict[int, Number]:
        """The pieces of a block that can cover its demands: not those beyond `full` that only reach a break."""
        tiers, taken = self._tiers[key[0]]
        covering: dict[int, Number] = {}
        for t, (tier, q) in enumerate(zip(tiers, self._quantities[key], strict=True)):
            most = self.linear.upper[q.column] * q.step
            if taken is not None and q.column == taken[t]:
                covering[q.column] = min(full, q.step)
            elif taken is None or most <= up_to_multiple(full, q.step):
                covering[q.column] = q.step
            elif source.single and source.lot.group is None and tier.least >= full:
                covering[taken[t]] = full
            else:
                a = self.linear.column(full)
                self.linear.row({a: 1, q.column: -q.step}, upper=0)
                self.linear.row({a: 1, taken[t]: -full}, upper=0)
                covering[a] = 1
        return covering

    def _add_demand(self, demand: str, amount: Fraction | None, partial: bool) -> None:
        asked = Fraction(1) if amount is None else amount
        cover = {column: min(value, asked) for column, value in self._cover[demand].items()}
        if partial:
            met = self.met[demand] = self.linear.column(1)
            self.linear.row(added(cover, {met: -asked}), lower=0)
        else:
            self.linear.row(cover, lower=asked)

    # ---- limits

    def _add_limits(self) -> None:
        problem = self.problem
        for budget in sorted(problem.budgets, key=lambda budget: budget.id):
            keys = self.blocks(budget.pairs)
            self.linear.row(added(self.measure("spend", keys), *self._charges(keys)), upper=budget.limit_minor)
        for power in sorted(problem.powers, key=lambda power: power.site):
            drawing = (key for key in self._quantities if self.block(key).use.site == power.site)
            watts = {q.column: q.step * self.block(key).use.watts for key in drawing for q in self._quantities[key]}
            self.linear.row(added(watts), upper=power.watts)
        for cap in sorted(problem.unit_caps, key=lambda cap: cap.id):
            self.linear.row(self.pieces(self.blocks(cap.pairs)), upper=cap.units)
        pools: dict[str, list[BlockKey]] = defaultdict(list)
        for s, b in self._quantities:
            pool = self.sources[s].lot.pool
            if pool is not None and pool in problem.pool_stock:
                pools[pool].append((s, b))
        for pool, keys in sorted(pools.items()):
            self.linear.row(self.pieces(keys), upper=problem.pool_stock[pool])

    def _charges(self, keys: Sequence[BlockKey]) -> Iterable[Terms]:
        """The order charges that fall due when anything is taken of the blocks, in full."""
        by_source: dict[int, list[BlockKey]] = defaultdict(list)
        for key in keys:
            by_source[key[0]].append(key)
        for s, mine in by_source.items():
            charge = self.sources[s].lot.charge_minor
            if charge:
                whole = len(mine) == len(self.sources[s].blocks)
                yield scaled(self.used(s) if whole else {self.any_used(mine): 1}, charge)
