"""One round of the dispatcher: rescue what a dead worker left, expire what waited too long, wake what is due."""

from __future__ import annotations

from dataclasses import dataclass

from quoting.application.errors import QueueUnavailable
from quoting.application.ports import JobQueue, QuoteStore


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did, in quotes."""

    rescued: int
    expired: int
    woken: int


def dispatch(store: QuoteStore, queue: JobQueue, depth: int) -> Round:
    """Safe to run in any number of processes: every step claims its rows.

    Args:
        depth: how many unheard wake-ups each queue may hold, so that a long one is not rung over and over.

    Raises:
        StoreUnavailable: try again in the next round.
    """
    rescued, expired = store.requeue_stale(), store.expire()
    try:
        room = {size: depth - rings for size, rings in queue.depths().items()}
    except QueueUnavailable:  # nothing is taken off the due list while nobody can be woken
        return Round(rescued, expired, 0)
    due = store.due(room)
    for count, wake in enumerate(due):
        try:
            queue.wake(wake)
        except QueueUnavailable:
            store.not_woken([w.quote_id for w in due[count:]])
            return Round(rescued, expired, count)
    return Round(rescued, expired, len(due))
