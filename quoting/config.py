"""Every setting once. `docs/settings.md` explains them; a variable is the field's name in capitals after CHIPQUOTE_."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

PREFIX = "CHIPQUOTE_"


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs. Seconds end in `_s`, bytes in `_bytes`."""

    data_dir: Path = Path("var")
    database_url: str = ""
    database_password: str = ""
    database_timeout_s: float = 5.0
    redis_url: str = "redis://127.0.0.1:6379/0"
    cache_url: str = ""
    api_key: str = ""
    api_processes: int = 2
    api_threads: int = 16
    log_level: str = "INFO"
    lease_s: float = 60.0
    heartbeat_s: float = 15.0
    max_attempts: int = 5
    expire_after_s: float = 86400.0
    canary_s: float = 10.0
    waiting_quotes: int = 1000
    large_from: int = 1000
    worker_memory_mb: int = 2048
    dispatch_tick_s: float = 1.0
    dispatch_after_s: float = 5.0
    redispatch_max_s: float = 60.0
    dispatch_depth: int = 200
    retention_days: int = 36_500
    cache_ttl_s: int = 86400
    cache_value_bytes: int = 8 * 1024 * 1024
    redis_memory: str = "256mb"
    alive_file: str = ""
    test_point: str = ""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Read the settings from the environment; what is unset or empty keeps its default.

        NAME_FILE names a file that holds the value of NAME, as secrets are handed to containers.

        Raises:
            ValueError: a value is no number above zero where one is wanted, its file cannot be read, or there are
                both; the message names the variable.
        """
        values: dict[str, Any] = {}
        for field in fields(cls):
            text = _given(variable(field.name), env)
            if text:
                values[field.name] = _read(field.name, text, type(field.default))
        given = cls(**values)
        database_url = given.database_url or f"sqlite:///{given.data_dir}/chipquote.sqlite"
        return replace(
            given,
            database_url=_with_password(database_url, given.database_password),
            cache_url=given.cache_url or given.redis_url,
        )


def variable(field_name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + field_name.upper()


def _given(name: str, env: Mapping[str, str]) -> str:
    text, file = env.get(name, ""), env.get(f"{name}_FILE", "")
    if not file:
        return text
    if text:
        raise ValueError(f"{name} and {name}_FILE are both set")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise ValueError(f"{name}_FILE: {error}") from None


def _with_password(url: str, password: str) -> str:
    """The URL with the password of its user, where it names none itself."""
    scheme, _, rest = url.partition("://")
    user, at, place = rest.partition("@")
    return f"{scheme}://{user}:{quote(password, safe='')}@{place}" if password and at and ":" not in user else url


def _read(name: str, text: str, kind: Any) -> Any:
    try:
        value = kind(text)
    except ValueError:
        raise ValueError(f"{variable(name)}: {text!r} is no {kind.__name__}") from None
    if kind in (int, float) and not value > 0:
        raise ValueError(f"{variable(name)}: {text!r} is not above zero")
    return value
