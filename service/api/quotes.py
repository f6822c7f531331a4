"""Quotes: ask, follow, read the result, list, cancel."""

from __future__ import annotations

import re
from typing import cast

from flask import Response, current_app, g, request
from flask_smorest import Blueprint

from quoting.application.quotes import Idempotency, Position, QuoteRecord, Status
from quoting.application.read_result import read_result
from quoting.application.reference import reference_of_today
from quoting.application.submit_quote import submit_quote
from quoting.domain.errors import FieldFault, RequestInvalid
from quoting.wire import json_text
from quoting.wire.request import load_request, print_request
from service.answers import PROBLEM, Answer, link
from service.auth import caller
from service.bodies import LARGE_LIMIT, is_short, read_json
from service.deps import deps
from service.doors import door
from service.queries import LIMIT, QUOTES_CURSOR, STATUS
from service.refusals import Refusals
from service.resources import json_response, page_body, quote_response
from service.waiting import PREFER, Waiters, preferred_wait_s

WAITERS, REFUSALS = "chipquote_waiters", "chipquote_refusals"
READ, WRITE = "quotes:read", "quotes:write"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_HEADER = "Idempotency-Key"
_IDEMPOTENCY_KEY = {
    "name": _HEADER,
    "in": "header",
    "description": "The same key with the same JSON value gives the same quote, for as long as the quote exists.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of an earlier answer.",
    "schema": {"type": "string"},
}
_LINKS = {
    "follow": link("get_quote", "Follow it until it is done."),
    "result": link("get_result", "Read the result when it is done."),
    "cancel": link("cancel_quote", "Ask for its end."),
}
_UNCHANGED = Answer("It is as the caller knows it", headers=("ETag", "Retry-After"))

quotes = Blueprint("quotes", __name__, url_prefix="/v1/quotes", description="Procurement quotes")


@door(
    quotes, "POST", "", scope=WRITE, body="ProcurementRequest", headers=(_IDEMPOTENCY_KEY, PREFER),
    says={
        202: Answer(
            "Accepted; the quote, done or not", "Quote",
            headers=("Location", "Retry-After", "Idempotent-Replayed", "Preference-Applied"), links=_LINKS,
        )
    },
)  # fmt: skip
def create_quote() -> Response:
    """Ask for a quote; follow the Location header for the answer"""
    d, who, refusals = deps(), caller(), cast(Refusals, current_app.extensions[REFUSALS])
    if _HEADER not in request.headers and is_short(LARGE_LIMIT):
        refusals.repeat(who.tenant)
    document = read_json(LARGE_LIMIT)
    used = _idempotency(document)
    record = None if used is None else d.store.replayed(who.tenant, used)
    replayed = record is not None
    if record is None:
        refusals.repeat(who.tenant)
        order = load_request(document, reference_of_today(d.market, d.clock).catalogue.chips)
        with refusals.heard(who.tenant):
            record, replayed = submit_quote(
                order, who.tenant, used, store=d.store, market=d.market, cache=d.cache, queue=d.queue, clock=d.clock,
                printed=print_request, request_id=g.request_id,
            )  # fmt: skip
    return _waited(record, 202, {"Location": f"/v1/quotes/{record.id}"} | _REPLAYED[replayed])


@door(
    quotes, "GET", "", scope=READ, query=(LIMIT, QUOTES_CURSOR, STATUS),
    says={200: Answer("A page of the caller's quotes, newest first", "QuotePage")},
)  # fmt: skip
def list_quotes(limit: int, cursor: Position | None, status: Status | None) -> Response:
    """List the caller's quotes, newest first"""
    return json_response(page_body(deps().store.page(caller().tenant, status, limit, cursor)))


@door(
    quotes, "GET", "/<quote_id>", scope=READ, headers=(PREFER, _IF_NONE_MATCH),
    says={
        200: Answer(
            "The quote", "Quote", headers=("ETag", "Retry-After", "Preference-Applied"),
            links={name: _LINKS[name] for name in ("result", "cancel")},
        ),
        304: _UNCHANGED,
    },
)  # fmt: skip
def get_quote(quote_id: str) -> Response:
    """Follow a quote"""
    return _waited(deps().store.get(caller().tenant, quote_id), 200, {})


@door(
    quotes, "GET", "/<quote_id>/result", scope=READ, headers=(_IF_NONE_MATCH,),
    says={
        200: Answer("The result, the same bytes every time", "Result", headers=("ETag",)),
        304: _UNCHANGED,
        409: Answer("Not done yet, or ended without a result", "Problem", PROBLEM, headers=("Retry-After",)),
    },
)  # fmt: skip
def get_result(quote_id: str) -> Response:
    """Read the result of a quote that is done"""
    answer = read_result(caller().tenant, quote_id, store=deps().store, cache=deps().cache)
    response = Response(answer.text, content_type="application/json")
    response.set_etag(answer.digest)
    response.make_conditional(request)
    return response


@door(
    quotes, "POST", "/<quote_id>/cancel", scope=WRITE,
    says={
        200: Answer(
            "The quote; running until its worker has seen the wish", "Quote", headers=("Retry-After",),
            links={"follow": _LINKS["follow"]},
        ),
        409: Answer("It had ended", "Problem", PROBLEM),
    },
)  # fmt: skip
def cancel_quote(quote_id: str) -> Response:
    """Ask for the end of a quote, best effort"""
    return quote_response(deps().store.cancel(caller().tenant, quote_id))


_REPLAYED: dict[bool, dict[str, str]] = {True: {"Idempotent-Replayed": "true"}, False: {}}


def _waited(record: QuoteRecord, status: int, headers: dict[str, str]) -> Response:
    wait_s = preferred_wait_s()
    if wait_s is not None:
        waiters: Waiters = current_app.extensions[WAITERS]
        record = waiters.until_done(record, wait_s)
        headers = {**headers, "Preference-Applied": f"wait={wait_s}"}
    response = quote_response(record, status)
    if headers:
        response.headers.update(headers)
    return response


def _idempotency(document: object) -> Idempotency | None:
    """The caller's key, quoted or bare, with the digest of the value as it was sent."""
    sent = request.headers.get(_HEADER)
    if sent is None:
        return None
    key = sent.strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not _KEY.fullmatch(key):
        fault = FieldFault("/Idempotency-Key", "invalid", "the header takes 1 to 255 visible ASCII characters")
        raise RequestInvalid([fault])
    return Idempotency(key, json_text.digest(document))
