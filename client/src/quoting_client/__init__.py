"""Client of the chipquote service: procurement quotes and export checks for AI chips."""

from quoting_client.aio import AsyncClient
from quoting_client.client import Client
from quoting_client.errors import (
    ApiError,
    Conflict,
    Fault,
    Invalid,
    JobFailed,
    NotAllowed,
    NotFound,
    NotReached,
    QuotingError,
    ServerError,
    StillRunning,
    Unavailable,
)
from quoting_client.money import Money
from quoting_client.quote import Quote
from quoting_client.result import Condition, Determination, Finding, Line, Plan, Result, WhyNot, read_result
from quoting_client.words import outcome_words, verdict_words

__all__ = [
    "ApiError",
    "AsyncClient",
    "Client",
    "Condition",
    "Conflict",
    "Determination",
    "Fault",
    "Finding",
    "Invalid",
    "JobFailed",
    "Line",
    "Money",
    "NotAllowed",
    "NotFound",
    "NotReached",
    "Plan",
    "Quote",
    "QuotingError",
    "Result",
    "ServerError",
    "StillRunning",
    "Unavailable",
    "WhyNot",
    "outcome_words",
    "read_result",
    "verdict_words",
]
