"""Quotes: ask, follow, read the result, list, cancel."""

from __future__ import annotations

import re

from flask import Response, current_app, request
from flask_smorest import Blueprint

from quoting.application.ports import Idempotency, QuoteRecord
from quoting.application.reference import reference_of_today
from quoting.application.submit_quote import submit_quote
from quoting.domain.errors import FieldFault, RequestInvalid
from quoting.wire import json_text
from quoting.wire.request import load_request, request_digest
from service.auth import caller, needs
from service.bodies import QUOTE_LIMIT, read_json
from service.deps import deps
from service.resources import json_response, page_arguments, page_body, quote_response
from service.waiting import Waiters, preferred_wait_s

WAITERS = "chipquote_waiters"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

quotes = Blueprint("quotes", __name__, url_prefix="/v1/quotes", description="Procurement quotes")


@quotes.route("", methods=["POST"])
@quotes.alt_response(202, description="Accepted; the quote, done or not", success=True)
@needs("quotes:write")
def create_quote() -> Response:
    """Ask for a quote; follow the Location header for the answer"""
    document = read_json(QUOTE_LIMIT)
    d, who, used = deps(), caller(), _idempotency(document)
    record = None if used is None else d.store.replayed(who.tenant, used)
    replayed = record is not None
    if record is None:
        order = load_request(document, reference_of_today(d.market, d.clock).catalogue.chips)
        record, replayed = submit_quote(
            order, who.tenant, used, store=d.store, market=d.market, cache=d.cache, queue=d.queue, clock=d.clock,
            digest=request_digest,
        )  # fmt: skip
    return _waited(record, 202, {"Location": f"/v1/quotes/{record.id}"} | _REPLAYED[replayed])


@quotes.route("", methods=["GET"])
@quotes.alt_response(200, description="A page of the caller's quotes, newest first", success=True)
@needs("quotes:read")
def list_quotes() -> Response:
    """List the caller's quotes, newest first"""
    status, limit, after = page_arguments()
    return json_response(page_body(deps().store.page(caller().tenant, status, limit, after)))


@quotes.route("/<quote_id>", methods=["GET"])
@quotes.alt_response(200, description="The quote", success=True)
@needs("quotes:read")
def get_quote(quote_id: str) -> Response:
    """Follow a quote"""
    return _waited(deps().store.get(caller().tenant, quote_id), 200, {})


@quotes.route("/<quote_id>/result", methods=["GET"])
@quotes.alt_response(200, description="The result, the same bytes every time", success=True)
@needs("quotes:read")
def get_result(quote_id: str) -> Response:
    """Read the result of a quote that is done"""
    answer = deps().store.result(caller().tenant, quote_id)
    response = Response(answer.text, content_type="application/json")
    response.set_etag(answer.digest)
    response.make_conditional(request)
    return response


@quotes.route("/<quote_id>/cancel", methods=["POST"])
@quotes.alt_response(200, description="The quote; running until its worker has seen the wish", success=True)
@needs("quotes:write")
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
    response.headers.update(headers)
    return response


def _idempotency(document: object) -> Idempotency | None:
    """The caller's key, quoted or bare, with the digest of the value as it was sent."""
    sent = request.headers.get("Idempotency-Key")
    if sent is None:
        return None
    key = sent.strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not _KEY.fullmatch(key):
        fault = FieldFault("/Idempotency-Key", "invalid", "the header takes 1 to 255 visible ASCII characters")
        raise RequestInvalid([fault])
    return Idempotency(key, json_text.digest(document))
