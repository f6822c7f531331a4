"""What has to be said in two places is said in both: errors and their status, jobs and their task."""

from __future__ import annotations

from collections.abc import Iterator

from quoting.adapters.celery_queue import COMPUTE_QUOTE, celery_app
from quoting.application.errors import QueueUnavailable
from quoting.domain.errors import Cancelled, DomainError, ReferenceDataBroken, SnapshotGone
from service.problems import STATUS, TITLES
from workers.tasks import register

# Never the answer to a call: the queue is rung again by the dispatcher, the others end a quote or a command.
NOT_ANSWERED = {QueueUnavailable, Cancelled, ReferenceDataBroken, SnapshotGone}


def _errors(kind: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _errors(below)


def test_every_error_has_a_status_and_a_title_or_is_never_an_answer():
    answered = {error for error in _errors() if error not in NOT_ANSWERED}
    unmapped = {error.__name__ for error in answered if not any(kind in STATUS for kind in error.__mro__)}

    assert unmapped == set()
    assert {error.code for error in STATUS} <= set(TITLES)


def test_no_two_errors_share_a_code_but_a_kind_with_its_kinds():
    codes = [error.code for error in _errors() if "code" in vars(error)]

    assert len(codes) == len(set(codes))


def test_the_job_that_the_service_names_is_a_task_of_the_worker():
    app = celery_app("redis://127.0.0.1:1/0")
    register(app)

    assert COMPUTE_QUOTE in app.tasks
