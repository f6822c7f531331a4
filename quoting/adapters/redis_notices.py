"""Notes that a quote has ended, for who waits for it. They lie in Redis for seconds; one that is lost costs a look."""

from __future__ import annotations

from redis import Redis, RedisError

from quoting.adapters.redis_cache import TIMEOUT_S, Breaker

KEPT_S = 5
LONGEST_S = TIMEOUT_S / 2  # what blocks longer would be taken for a Redis that hangs


class RedisNotices:
    """The port `Notices`: a stream a quote, so that a note is found whether it came before or after its reader."""

    def __init__(self, client: Redis) -> None:
        self._client, self._breaker = client, Breaker()

    def say_ended(self, quote_id: str) -> None:
        if self._breaker.open:
            return
        try:
            self._client.xadd(_name(quote_id), {"ended": 1}, maxlen=1)  # first and alone: somebody waits for it
            self._client.expire(_name(quote_id), KEPT_S)
        except RedisError:
            self._breaker.note(worked=False)
        else:
            self._breaker.note(worked=True)

    def hear_end(self, quote_id: str, seconds: float) -> bool:
        if self._breaker.open:
            return False
        try:
            self._client.xread({_name(quote_id): "0"}, block=max(1, int(min(seconds, LONGEST_S) * 1000)))
        except RedisError:
            self._breaker.note(worked=False)
            return False
        self._breaker.note(worked=True)
        return True


def _name(quote_id: str) -> str:
    return f"chipquote:ended:{quote_id}"
