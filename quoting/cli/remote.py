"""A quote from a running service, by the client that everybody has; its errors as the exit codes of the program."""

from __future__ import annotations

from collections.abc import Callable

import quoting_client as remote
from quoting.cli.exits import JobFailed, NotAllowed, NotReached, RemoteError, StillRunning
from quoting.domain.errors import FieldFault, NotJson, RequestInvalid

WAIT_S = 900.0


def post_and_follow(
    url: str,
    key: str | None,
    document: bytes,
    on_progress: Callable[[str, int | None], None],
    wait_s: float = WAIT_S,
) -> str:
    """Send a request and follow it until its result is there.

    Args:
        document: the JSON text of the request, sent as it is.
        on_progress: hears of the stage and the percent where it is known.

    Returns:
        The result document, as the service sent it.

    Raises:
        NotJson, RequestInvalid: the service refused the request.
        NotAllowed, JobFailed, StillRunning, NotReached: as they say.
        RemoteError: any other refusal.
    """
    try:
        with remote.Client(url, key, timeout_s=wait_s) as client:
            return client.quote(document, on_progress=lambda quote: on_progress(quote.stage, quote.percent)).text
    except remote.Invalid as error:
        raise _refusal(error) from error
    except remote.QuotingError as error:
        kind = next((ours for theirs, ours in _OURS.items() if isinstance(error, theirs)), RemoteError)
        raise kind(str(error)) from error


_OURS: dict[type[remote.QuotingError], type[RemoteError]] = {
    remote.NotAllowed: NotAllowed,
    remote.JobFailed: JobFailed,
    remote.StillRunning: StillRunning,
    remote.NotReached: NotReached,
    remote.Unavailable: NotReached,
}


def _refusal(error: remote.Invalid) -> NotJson | RequestInvalid:
    """As if the request had been refused in this process."""
    if error.code == "not_json":
        return NotJson(error.detail, int(error.problem.get("line", 1)), int(error.problem.get("column", 1)))
    faults = [FieldFault(f.pointer, f.code, f.detail) for f in error.faults]
    return RequestInvalid(faults or [FieldFault("", error.code, error.detail)])
