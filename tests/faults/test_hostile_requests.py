"""T24 to T28 and T35: bodies and headers that are too large, encoded, deep, odd, or ask for what is another's."""

from __future__ import annotations

import gzip
import json
import os
import socket
import statistics
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import pytest

from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.keys import DEFAULT_SCOPES, SqlKeyRing
from quoting.adapters.sql.units import Units
from tests.builders import a_request, an_offer, usd
from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")
JSON = {"Content-Type": "application/json"}
MIB = 1024 * 1024


def rss(live: Live) -> int:
    """Bytes that the processes of the API hold."""
    group, found = live.process("api").process.pid, 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getpgid(int(entry.name)) == group:
                    found += int((entry / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            except OSError:
                continue
    return found


def raw(live: Live, *pieces: bytes, within_s: float = 10.0) -> bytes:
    """Send bytes as they are; the first line of the answer, or nothing where the connection was closed."""
    where = urlsplit(live.system.url)
    with socket.create_connection((where.hostname, where.port), timeout=within_s) as sock:
        try:
            for piece in pieces:
                sock.sendall(piece)
            return sock.recv(65536).split(b"\r\n")[0]
        except (ConnectionError, BrokenPipeError):
            return b""


def head(live: Live, *lines: str) -> bytes:
    basis = (
        "POST /v1/quotes HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {live.system.key}",
        "Content-Type: application/json",
    )
    return "\r\n".join((*basis, *lines, "", "")).encode()


def test_t24_a_declared_length_of_a_gigabyte_is_refused_at_once(live: Live):
    before, began = rss(live), time.monotonic()

    line = raw(live, head(live, "Content-Length: 1000000000"), b"{" * 1000)

    assert line.split()[1] == b"413"
    assert time.monotonic() - began < 10
    assert rss(live) - before < 20 * MIB


def test_t24_a_chunked_body_without_length_is_cut_at_the_limit(live: Live):
    before = rss(live)
    chunk = b"100000\r\n" + b" " * MIB + b"\r\n"

    line = raw(live, head(live, "Transfer-Encoding: chunked"), *[chunk] * 20, b"0\r\n\r\n", within_s=30)

    assert line == b"" or line.split()[1] == b"413"
    assert rss(live) - before < 60 * MIB  # sixteen of them are the body that may be


def test_t24_a_header_of_ten_megabytes_is_refused(live: Live):
    before = rss(live)

    line = raw(live, head(live, "X-Long: " + "x" * (10 * MIB)))

    assert line == b"" or line.split()[1] in (b"400", b"431")
    assert rss(live) - before < 20 * MIB


@pytest.mark.parametrize("size", [256 * 1024 + 1])
def test_t24_an_export_check_beyond_its_limit_is_refused(live: Live, size: int):
    answer = live.http.post("/v1/export-checks", content=b" " * size, headers=JSON)

    assert answer.status_code == 413


BOMB = b" " * (64 * MIB)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd", "br", "gzip, gzip", "identity, gzip"])
def test_t25_what_is_compressed_is_never_unpacked(live: Live, coding: str):
    packed = zlib.compress(BOMB) if coding == "deflate" else gzip.compress(BOMB)
    body = gzip.compress(packed) if coding == "gzip, gzip" else packed + packed
    before = rss(live)

    answer = live.http.post("/v1/quotes", content=body, headers={**JSON, "Content-Encoding": coding})

    assert answer.status_code == 415
    assert rss(live) - before < 5 * MIB


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": 1e999}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\\ud800"}',
        '{"a": 1}'.encode("utf-16"),
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": "\\u0000"}',
        b'{"a": "\x00"}',
        b'{"a": "\xff"}',
    ],
    ids=[
        "deep",
        "digits",
        "1e999",
        "nan",
        "infinity",
        "twice",
        "surrogate",
        "utf-16",
        "bom",
        "nul",
        "raw-nul",
        "utf-8",
    ],
)
def test_t26_what_is_no_strict_json_is_refused(live: Live, body: bytes):
    answer = live.http.post("/v1/quotes", content=body, headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (400, "not_json")


@pytest.mark.parametrize("literal", ["0", "-1", "true", "1.5", "1e3", "10000000000", '"5"', "null", "[]"])
def test_t27_a_quantity_that_is_none_names_its_field(live: Live, literal: str):
    text = json.dumps(a_request()).replace('"qty": 10', f'"qty": {literal}')

    answer = live.http.post("/v1/quotes", content=text, headers=JSON)

    assert answer.status_code == 422
    assert any(e["pointer"].startswith("/demand/0") for e in answer.json()["errors"])


@pytest.mark.parametrize("amount", ["1e-400", "Infinity", "1E3", "-1", "1." + "1" * 40, "0x10", "", "١٢"])
def test_t27_a_price_that_is_none_names_its_field(live: Live, amount: str):
    offer = an_offer(price_breaks=[{"min_qty": 1, "unit_price": usd(amount)}])

    answer = live.post(a_request(offers=[offer]))

    assert answer.status_code == 422
    assert any(e["pointer"].startswith("/offers/0/price_breaks/0/unit_price") for e in answer.json()["errors"])


@pytest.mark.parametrize(
    "day",
    [
        "2026-02-29",
        "9999-02-29",
        "2026-13-01",
        "10000-01-01",
        "2026-03-02T00:00:00+01:00",
        "20260302",
        "26-3-2",
        20260302,
    ],
)
def test_t27_a_day_that_is_none_names_its_field(live: Live, day: object):
    answer = live.post(a_request(as_of=day))

    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/as_of"]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2028-02-29"])
def test_t27_a_day_far_away_is_answered_or_names_its_field(live: Live, day: str):
    answer = live.post(a_request(as_of=day))

    assert answer.status_code in (202, 422)
    if answer.status_code == 202:
        assert live.until_done(answer.json()["id"])["status"] in ("succeeded", "infeasible")
    else:
        assert [e["pointer"] for e in answer.json()["errors"]] == ["/as_of"]


def test_t27_no_amount_that_is_stored_is_a_float(live: Live):
    quote_id = live.ask(a_request(offers=[an_offer(price_breaks=[{"min_qty": 1, "unit_price": usd("1234.10")}])]))
    live.until_done(quote_id)
    engine = connect(live.system.database_url)
    with engine.connect() as c:
        asked = c.exec_driver_sql("SELECT request_json FROM quotes WHERE id = ?", (quote_id,)).scalar_one()
        said = c.exec_driver_sql("SELECT body FROM results WHERE quote_id = ?", (quote_id,)).scalar_one()
    engine.dispose()

    amounts = [found for text in (asked, said) for found in amounts_of(json.loads(text))]
    assert "1234.10" in amounts
    assert {type(amount) for amount in amounts} == {str}


def amounts_of(document: object) -> Iterator[object]:
    """Every amount of money, wherever it stands."""
    if isinstance(document, dict):
        if "currency" in document and "amount" in document:
            yield document["amount"]
        for each in document.values():
            yield from amounts_of(each)
    elif isinstance(document, list):
        for each in document:
            yield from amounts_of(each)


def test_t28_more_demands_than_may_be_name_the_list(live: Live):
    demand = [{"id": f"d{n}", "site": "site1", "chip": "nvidia-l40s", "qty": 1} for n in range(1001)]

    answer = live.post(a_request(demand=demand))

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/demand")


def test_t28_a_name_of_ten_thousand_characters_names_its_field(live: Live):
    parties = a_request()["parties"]
    parties[0]["name"] = "x" * 10_000

    answer = live.post(a_request(parties=parties))

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/parties/0/name"


@pytest.mark.parametrize("name", ["Ｐrairie Compute", "\u202eevitarepooC", "Prai\u200brie Compute", "Рrairie Compute"])
def test_t28_a_disguised_name_is_kept_as_it_was_sent_or_refused(live: Live, name: str):
    parties = a_request()["parties"]
    parties[0]["name"] = name

    answer = live.post(a_request(parties=parties))

    assert answer.status_code in (202, 422)
    if answer.status_code == 202:
        live.until_done(answer.json()["id"])
        engine = connect(live.system.database_url)
        with engine.connect() as c:
            asked = c.exec_driver_sql(
                "SELECT request_json FROM quotes WHERE id = ?", (answer.json()["id"],)
            ).scalar_one()
        engine.dispose()
        assert json.loads(asked)["parties"][0]["name"] == name


def test_t28_a_listed_name_in_full_width_letters_is_screened_as_it_reads(live: Live):
    def outcome(name: str) -> str:
        asked = {
            "item": {"chip": "nvidia-h100-sxm-80gb"},
            "movement": {"kind": "export", "from_country": "US", "to_country": "DE"},
            "parties": [{"role": "end_user", "name": name, "country": "DE", "hq_country": "DE"}],
        }
        said: str = live.http.post("/v1/export-checks", json=asked).json()["outcome"]
        return said

    listed, wide = "Huawei Technologies Co., Ltd.", "Ｈｕａｗｅｉ　Ｔｅｃｈｎｏｌｏｇｉｅｓ　Ｃｏ．，　Ｌｔｄ．"

    assert outcome(wide) == outcome(listed) != outcome("Beispiel Rechenzentrum")


@pytest.fixture
def stranger(live: Live) -> Iterator[httpx2.Client]:
    """Another tenant's client."""
    engine = connect(live.system.database_url)
    _, key = SqlKeyRing(Units(engine)).create(f"globex-{uuid4()}", DEFAULT_SCOPES)
    engine.dispose()
    with httpx2.Client(
        base_url=live.system.url, headers={"Authorization": f"Bearer {key}"}, timeout=30, trust_env=False
    ) as client:
        yield client


def test_t35_anothers_quote_takes_as_long_as_none_and_says_the_same(live: Live, stranger: httpx2.Client):
    theirs, none = live.ask(a_request()), str(uuid4())
    live.until_done(theirs)
    spent: dict[str, list[float]] = {theirs: [], none: []}
    bodies: dict[str, set[str]] = {theirs: set(), none: set()}
    for _ in range(100):
        for quote_id in (theirs, none):
            began = time.perf_counter()
            answer = stranger.get(f"/v1/quotes/{quote_id}/result", headers={"X-Request-Id": "same"})
            spent[quote_id].append(time.perf_counter() - began)
            bodies[quote_id].add(f"{answer.status_code} {answer.text}".replace(quote_id, "ID"))

    apart = abs(statistics.median(spent[theirs]) - statistics.median(spent[none]))
    print(f"medians {apart * 1000:.2f} ms apart over 100 tries each")
    assert bodies[theirs] == bodies[none]
    assert len(bodies[none]) == 1
    assert apart < 0.05  # ten times the bar
