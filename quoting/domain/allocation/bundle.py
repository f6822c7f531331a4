"""The prices of demands that bound best: a concave function is climbed by a bundle of its tangents.

    f(p) = sum_d n_d p_d + sum_k min_t v_kt(p)        a bound at any prices p >= 0 (`parts`)
    f(p) <= f_j + g_j (p - p_j)                       its tangent at p_j; g_j = n - what the parts cover at p_j
    next p = argmax min_j tangent_j(p) - |p - best p|^2 / 2t, by its dual: weights w_j >= 0 of the tangents, sum 1

At the best prices the weights say which share of each part takes which break in the relaxation (proximal bundle:
Lemarechal; Kiwiel). Nothing here grows with the demands but vectors, where a linear program over plans has their rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from quoting.domain.allocation.parts import Floats, Ints, Open, Parts

_MOST = 40  # tangents kept
_SERIOUS, _GOOD = 0.1, 0.5  # of the rise foreseen: from which on prices become the best, and steps longer
_LONGER, _SHORTER = 1.6, 0.8
_FIRST = 0.05  # of the dearest prices, moved by the first step
_RIDGE = 1e-11  # keeps tangents that are alike apart
_SETTLED = 1e-3  # of the rise foreseen: weights are as near as that to their best


@dataclass(frozen=True, slots=True)
class Bundle:
    """Tangents j at `prices` (tangents x demands): `values`, `slopes`, and the break `at` that each part takes there
    (tangents x parts). `best` is the place of the best; `weights` of the tangents, `step` t."""

    prices: Floats
    values: Floats
    slopes: Floats
    at: Ints
    best: int
    weights: Floats
    step: float

    @property
    def bound(self) -> float:
        return float(self.values[self.best])

    def some(self, which: Ints) -> Bundle:
        """Some of the tangents, the best among them."""
        weights = self.weights[which]
        return replace(
            self,
            prices=self.prices[which],
            values=self.values[which],
            slopes=self.slopes[which],
            at=self.at[which],
            best=int(np.nonzero(which == self.best)[0][0]),
            weights=weights / weights.sum() if weights.any() else np.full(len(which), 1 / len(which)),
        )

    def lean(self) -> Bundle:
        """Those in use."""
        used = self.weights > 0
        used[self.best] = True
        return self.some(np.nonzero(used)[0])

    def shares(self, breaks: int) -> Floats:
        """Parts x breaks: the share of each in the relaxation."""
        shares = np.zeros((self.at.shape[1], breaks))
        for weight, at in zip(self.weights, self.at, strict=True):
            shares[np.arange(len(at)), at] += weight
        return shares


@dataclass(frozen=True, slots=True)
class Asked:
    """What all parts do at some prices: `values` of their breaks (parts x breaks), infinite where shut; `bound`."""

    prices: Floats
    values: Floats
    at: Ints
    slope: Floats
    bound: float


def ask(parts: Parts, prices: Floats, open_: Open) -> Asked:
    """Ask each part what it does at some prices if it may take only open breaks."""
    part, at = np.nonzero(open_[:, 1:])
    values = np.where(open_, 0.0, np.inf)
    answers = parts.answers(prices[None], np.zeros(len(part), dtype=np.int64), part, at + 1)
    values[part, at + 1] = answers.values
    row = np.zeros(open_.shape, dtype=np.int64)
    row[part, at + 1] = np.arange(len(part))
    taken = values.argmin(axis=1)
    every = np.arange(len(open_))
    used = every[taken > 0]
    cover = answers.cover(parts, row[used, taken[used]], np.zeros(len(used), dtype=np.int64), 1)[0]
    bound = float(prices @ parts.amounts + values[every, taken].sum())
    return Asked(prices, values, taken, parts.amounts - cover, bound)


def begun(parts: Parts, open_: Open) -> Bundle:
    """A bundle of one tangent, at half the dearest prices."""
    asked = ask(parts, parts.dearest / 2, open_)
    slope = np.linalg.norm(asked.slope * parts.dearest)
    step = _FIRST * float(np.sqrt(len(parts.amounts)) / max(slope, 1e-300))
    return Bundle(
        asked.prices[None],
        np.array([asked.bound]),
        asked.slope[None],
        asked.at[None],
        best=0,
        weights=np.ones(1),
        step=step,
    )


def within(parts: Parts, bundle: Bundle, open_: Open) -> Bundle:
    """The same prices where fewer breaks are open: parts that took what is shut now choose again."""
    j, k = np.nonzero(~open_[np.arange(len(open_)), bundle.at])
    if not len(j):
        return bundle
    pair, at = np.nonzero(open_[k])
    values = np.where(open_[k], 0.0, np.inf)
    used = at > 0
    new = parts.answers(bundle.prices, j[pair[used]], k[pair[used]], at[used])
    values[pair[used], at[used]] = new.values
    row = np.zeros(values.shape, dtype=np.int64)
    row[pair[used], at[used]] = np.arange(len(new.values))
    taken, every = values.argmin(axis=1), np.arange(len(j))
    old = bundle.at[j, k]
    before = np.nonzero(old > 0)[0]
    gone = parts.answers(bundle.prices, j[before], k[before], old[before])
    after = np.nonzero(taken > 0)[0]
    number = len(bundle.values)
    slopes = bundle.slopes + gone.cover(parts, np.arange(len(before)), j[before], number)
    slopes -= new.cover(parts, row[after, taken[after]], j[after], number)
    change = values[every, taken]
    change[before] -= gone.values
    tangents = bundle.values + np.bincount(j, weights=change, minlength=number)
    choice = bundle.at.copy()
    choice[j, k] = taken
    return replace(bundle, values=tangents, slopes=slopes, at=choice, best=int(tangents.argmax()))


def weighed(parts: Parts, bundle: Bundle) -> tuple[Bundle, Floats, float]:
    """The bundle with its weights, the prices to try next and the rise foreseen there."""
    centre, scale = bundle.prices[bundle.best], parts.dearest
    slopes = bundle.slopes * scale
    here = bundle.values + np.einsum("ij,ij->i", bundle.slopes, centre - bundle.prices)
    above = np.maximum(here - bundle.bound, 0.0)
    # By einsum and not by @, which would set other threads to work for a matrix as small as this.
    weights = _least(above, bundle.step * np.einsum("id,jd->ij", slopes, slopes), bundle.weights)
    slope = np.einsum("i,id->d", weights, slopes)
    foreseen = bundle.step * float(slope @ slope) + float(weights @ above)
    return replace(bundle, weights=weights), np.maximum(centre + bundle.step * scale * slope, 0.0), foreseen


def added(bundle: Bundle, asked: Asked, foreseen: float) -> Bundle:
    """The bundle with one tangent more, and a step that fits how far it went."""
    if len(bundle.values) >= _MOST:
        order = np.lexsort((-np.arange(len(bundle.values)), -bundle.weights))
        order = order[order != bundle.best][: _MOST - 2]
        bundle = bundle.some(np.sort(np.append(order, bundle.best)))
    rise, best, step = asked.bound - bundle.bound, bundle.best, bundle.step
    if rise > _SERIOUS * foreseen:
        best = len(bundle.values)
        step *= _LONGER if rise > _GOOD * foreseen else 1.0
    elif rise < -foreseen or asked.slope @ (bundle.prices[best] - asked.prices) + rise > foreseen:
        step *= _SHORTER
    return Bundle(
        np.concatenate([bundle.prices, asked.prices[None]]),
        np.append(bundle.values, asked.bound),
        np.concatenate([bundle.slopes, asked.slope[None]]),
        np.concatenate([bundle.at, asked.at[None]]),
        best,
        np.append(bundle.weights, 0.0),
        step,
    )


def _least(linear: Floats, square: Floats, begin: Floats) -> Floats:
    """min linear w + w square w / 2 over w >= 0, sum w = 1: those in use are solved for as equations, one comes or goes
    at a time."""
    scale = max(float(np.abs(square).max()), 1e-300)
    linear, square = linear / scale, square / scale + _RIDGE * np.eye(len(linear))
    weights = begin.copy()
    inside = weights > 0
    for _ in range(4 * len(weights) + 10):
        place = np.nonzero(inside)[0]
        aims = np.stack([np.ones(len(place)), -linear[place]], axis=1)
        level, free = np.linalg.solve(square[np.ix_(place, place)], aims).T
        aim = free + level * ((1.0 - free.sum()) / level.sum())
        if aim.min() < 0:
            back = np.where(aim < 0, weights[place] / np.maximum(weights[place] - aim, 1e-300), np.inf)
            first = int(back.argmin())
            weights[place] += float(back[first]) * (aim - weights[place])
            weights[place[first]] = 0.0
            inside[place[first]] = False
            continue
        weights[place] = aim
        curve = square @ weights
        slope = linear + curve
        enters = int(np.where(inside, np.inf, slope).argmin())
        if inside.all() or slope[enters] >= slope @ weights - _SETTLED * float(weights @ curve):
            break
        inside[enters] = True
    weights = np.maximum(weights, 0.0)
    return np.asarray(weights / weights.sum())
