"""Rules with a priority: as many kept as can be, priority after priority. What must go is looked for by relaxations."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from quoting.domain.allocation import highs
from quoting.domain.allocation.certificate import Recount
from quoting.domain.allocation.highs import How, Status
from quoting.domain.allocation.problem import AllocationProblem
from quoting.domain.allocation.search import Search

_MANY = 24  # rules of one priority from which on no relaxation is spent on which of them cannot be kept together


class Keeping:
    """The rules with a priority of one search, which it narrows."""

    def __init__(self, search: Search) -> None:
        self.search, self.linear = search, search.model.linear
        self.keeps = [keeps for _, keeps in sorted(search.keeps.items())]  # by priority: columns by rule
        self._rows: list[int] = []  # of `hope`

    def hope(self) -> AllocationProblem | None:
        """Narrow to plans that keep as many rules as the relaxation leaves possible, priority after priority.

        Such a plan keeps as many as can be kept; where there is none, `despair` takes the narrowing back.

        Returns:
            The problem of these plans, its kept rules mandatory, where its model would be the smaller for it.
        """
        gone: set[int] = set()
        all_of_them = self._possible([column for keeps in self.keeps for column in keeps.values()])
        for keeps in self.keeps:
            columns = list(keeps.values())
            conflicts = [] if all_of_them else self._conflicts(columns)
            self._rows += self._narrow(columns, conflicts, len(columns) - len(conflicts))
            gone.update(conflict[0] for conflict in conflicts if len(conflict) == 1)
        return self._firm(gone)

    def _firm(self, gone: Collection[int]) -> AllocationProblem | None:
        problem, columns = self.search.problem, {rule: column for keeps in self.keeps for rule, column in keeps.items()}
        kept = {rule for rule, column in columns.items() if self.linear.lower[column] == 1}
        if not gone and not any(rule.kind == "exclude" and rule.id in kept for rule in problem.rules):
            return None
        rules = (replace(rule, priority=0) if rule.id in kept else rule for rule in problem.rules)
        return replace(problem, rules=tuple(r for r in rules if not r.priority or columns[r.id] not in gone))

    def despair(self) -> None:
        for row in self._rows:
            self.linear.row_lower[row] = self.linear.row_upper[row] = None
        for keeps in self.keeps:
            for column in keeps.values():
                self.linear.lower[column] = 0

    def settle(self) -> Status:
        """Narrow to plans that keep as many rules as can be kept, priority after priority, each count proven."""
        search = self.search
        for keeps in self.keeps:
            columns = list(keeps.values())
            conflicts = self._conflicts(columns)
            self._narrow(columns, conflicts, 0)
            if search.best is None or _kept(keeps, search.best.count) < len(columns) - len(conflicts):
                status = search.solve(dict.fromkeys(columns, 1), How(maximise=True)).status
                if status is Status.INFEASIBLE or search.best is None:
                    return status
                search.stopped = search.stopped or status is not Status.OPTIMAL
            self._narrow(columns, [], _kept(keeps, search.best.count))
        return Status.OPTIMAL

    def _narrow(self, columns: Sequence[int], conflicts: Sequence[Sequence[int]], least: int) -> list[int]:
        """Of each conflict one rule goes, and so many stay; the rows added."""
        rows = [self.linear.row(dict.fromkeys(c, 1), upper=len(c) - 1) for c in conflicts]
        rows.append(self.linear.row(dict.fromkeys(columns, 1), lower=least))
        singles = {column for conflict in conflicts if len(conflict) == 1 for column in conflict}
        hopeful = [column for column in columns if column not in singles]
        if least == len(hopeful):
            for column in hopeful:
                self.linear.lower[column] = 1
        return rows

    def _conflicts(self, columns: Sequence[int]) -> list[list[int]]:
        """Sets of rules, none in two of them, of which one rule each must go; and without them the rest can be kept,
        as far as the relaxation tells."""
        conflicts: list[list[int]] = []
        left = list(columns)
        while len(columns) < _MANY and not self._possible(left):
            conflict = list(left)
            for column in left:
                rest = [c for c in conflict if c != column]
                if not self._possible(rest):
                    conflict = rest
            if not conflict:  # nothing to do with the rules
                return []
            conflicts.append(conflict)
            left = [column for column in left if column not in conflict]
        return conflicts

    def _possible(self, columns: Sequence[int]) -> bool:
        """Whether the relaxation leaves it open that all of these rules are kept."""
        lower = list(self.linear.lower)
        for column in columns:
            lower[column] = 1
        return not highs.impossible(self.linear, lower, self.search.effort, self.search.watch)


def _kept(keeps: Mapping[str, int], count: Recount) -> int:
    return sum(rule not in count.given_up for rule in keeps)
