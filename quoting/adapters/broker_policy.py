"""What the broker does when its memory is full: a queue that may be evicted is none."""

from __future__ import annotations

from redis import RedisError, ResponseError

from quoting.adapters.redis_cache import redis_client

SAFE = ("noeviction", "volatile-")  # the queue has no time to live, so that volatile policies leave it alone


class EvictingBroker(RuntimeError):
    """The broker may throw the queue away to make room."""


def eviction_policy(redis_url: str) -> str | None:
    """The policy of a Redis; None where it does not answer, or does not tell."""
    client = redis_client(redis_url)
    try:
        found = client.config_get("maxmemory-policy")
    except (ResponseError, RedisError, OSError):
        return None
    finally:
        client.close()
    return str(found.get("maxmemory-policy")) if found else None


def check_broker(redis_url: str) -> None:
    """Refuse a broker that says it evicts. One that is down may come back, and is looked at again by readiness.

    Raises:
        EvictingBroker: with the name of the policy.
    """
    policy = eviction_policy(redis_url)
    if policy is not None and not policy.startswith(SAFE):
        raise EvictingBroker(f"the broker has maxmemory-policy {policy}: it may evict the queue; noeviction is due")
