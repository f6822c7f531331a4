"""Timeline and flips: what was, and what is known to come."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from quoting.cli.explain import ENGLISH
from quoting.cli.prose import Language, paragraphs
from quoting.cli.prose_en import TEXTS, WORDS
from quoting.domain.controls.flips import flips
from quoting.domain.controls.sentences_en import SENTENCES
from quoting.domain.controls.timeline import decisive, timeline
from quoting.wire.determination import determination_with_flips
from tests.rules.builders_law import a_chip, a_deal, answer, buyers, the_rules

FIRST, TODAY = date(2022, 8, 1), date(2026, 11, 24)
H20 = a_chip(tpp=2368, performance_density="2.91", memory_bandwidth_gb_s=4000, designer="NVIDIA", interconnect_gb_s=64)


def test_timeline_of_an_h20_to_china_turns_on_the_day_of_the_letter() -> None:
    spans = timeline(a_deal(item=H20), the_rules(), FIRST, TODAY)

    assert [(s.start, s.determination.outcome) for s in spans][-1] == (date(2025, 4, 9), "licence_required")


def test_intervals_of_a_timeline_follow_each_other_without_a_gap() -> None:
    spans = timeline(a_deal(to="AE", parties=buyers("AE", name="G42")), the_rules(), FIRST, TODAY)

    assert spans[0].start == FIRST
    assert all(a.end is not None and b.start == a.end + timedelta(days=1) for a, b in pairwise(spans))
    assert spans[-1].end is None


def test_each_interval_is_what_a_check_on_its_first_day_answers() -> None:
    for span in timeline(a_deal(), the_rules(), FIRST, TODAY):
        alone = answer(a_deal(span.start.isoformat(), known_on=min(span.start, TODAY).isoformat()))

        assert (alone.outcome, decisive(alone).rule) == (span.determination.outcome, decisive(span.determination).rule)


def test_approval_that_ends_is_a_flip_on_the_day_after() -> None:
    deal = a_deal("2026-11-23", "AE", parties=buyers("AE", name="G42"))

    assert [(f.on, f.before, f.after) for f in flips(deal, the_rules())] == [
        (date(2027, 4, 7), "allowed_with_advisory", "licence_required")
    ]


def test_rule_that_is_not_public_yet_is_no_known_day() -> None:
    assert flips(a_deal("2025-04-01", item=H20), the_rules()) == ()


def test_notice_days_of_a_later_day_are_read_under_the_rule_of_that_day() -> None:
    gaming = a_chip(tpp=5285, marketed_for_datacenter=False, interconnect_gb_s=64)
    got = answer(a_deal("2023-11-16", item=gaming, deliver_on="2023-11-26"))

    assert (got.exception, got.notice_days) == ("NAC", 25)


def test_exceptions_that_are_not_open_are_named_with_the_reason() -> None:
    assert any("data centres" in c.because for c in answer(a_deal()).considered if c.exception == "NAC, ACA")


def test_explanation_begins_with_the_answer_and_names_rule_source_and_day() -> None:
    deal = a_deal("2026-03-01", "SG", parties=buyers("SG", hq_country="CN"))
    text = list(paragraphs(determination_with_flips(deal, the_rules()), deal, ENGLISH))

    assert "a licence is required; an application is reviewed under a presumption of denial" in text[0]
    assert "ac-rule-2023" in text[1]
    assert "evidence P" in text[1]
    assert "not legal advice" in text[-1]


def test_every_sentence_of_an_explanation_comes_from_the_table() -> None:
    deal = a_deal()
    silent = Language(dict.fromkeys(TEXTS, ""), WORDS, SENTENCES)

    assert "".join(paragraphs(determination_with_flips(deal, the_rules()), deal, silent)).strip(" ;") == ""
