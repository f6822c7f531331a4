from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.catalogue import parse_catalogue
from quoting.domain.catalogue import (
    Catalogue,
    LeadTime,
    Observation,
    SupplyFigure,
    has_price,
    lead_days_on,
    newest_prices,
    offers_on,
    price_of_one,
    supply_on,
)
from quoting.domain.offers import Grade, Incoterm, Mode

CATALOGUE = parse_catalogue(read_bundle())
DAY = date(2026, 11, 24)
H200_IN_MALAYSIA = (
    "cat:nvidia-h200-sxm:lease:azure-retail-price-api:azure-malaysiawest:2026-06-18:Standard-ND96isr-H200-v5"
)
OFFERS = {offer.id: offer for offer in offers_on(CATALOGUE, DAY)}
H20 = "nvidia-h20-96gb"


def an_observation(**changes):
    return replace(
        Observation(
            chip="c1",
            mode=Mode.BUY,
            vendor="Maker",
            channel="List",
            region="CN",
            seen="2026-01-01",
            day=date(2026, 1, 1),
            currency="USD",
            low=Decimal(90),
            high=Decimal(100),
            grade=Grade.C,
            source="https://example.test/list",
            country="CN",
            delivers_to=("CN",),
            ships_from="US",
        ),
        **changes,
    )


def a_catalogue(*observations, lead_times=(), supplies=()):
    return Catalogue({}, {}, observations, lead_times, supplies, DAY)


def a_lead_time(day, high, country=None):
    return LeadTime("c1", country, day, 1, high, "https://example.test/weeks", "")


def a_supply(day, units, year=2025, country=None, chip="c1", pool="c1"):
    return SupplyFigure(chip, country, day, year, units, pool, "https://example.test/supply", "")


def test_newest_observation_of_a_series_wins():
    old, new = an_observation(high=Decimal(100)), an_observation(day=date(2026, 2, 1), high=Decimal(80))

    (offer,) = offers_on(a_catalogue(new, old), DAY)

    assert offer.price_breaks[0].unit_price == 80


def test_older_observation_holds_on_a_day_before_the_newer_one():
    old, new = an_observation(high=Decimal(100)), an_observation(day=date(2026, 2, 1), high=Decimal(80))

    (offer,) = offers_on(a_catalogue(old, new), date(2026, 1, 31))

    assert offer.price_breaks[0].unit_price == 100


@pytest.mark.parametrize(
    "other",
    [
        {"channel": "Other"},
        {"region": "US"},
        {"commitment_months": 12},
        {"variant": "8-gpu-server"},
        {"mode": Mode.LEASE},
    ],
)
def test_another_series_is_another_offer(other):
    assert len(offers_on(a_catalogue(an_observation(), an_observation(**other)), DAY)) == 2


def test_observation_of_the_future_is_not_known():
    assert offers_on(a_catalogue(an_observation()), date(2025, 12, 31)) == ()


def test_price_known_to_the_year_counts_from_its_last_day():
    channel = "Oracle Cloud list via SkyPilot catalogue"  # its prices are of "2026"

    def known(day):
        return [seen.id for seen in newest_prices(CATALOGUE, day) if seen.channel == channel]

    assert not known(date(2026, 12, 30))
    assert known(date(2026, 12, 31))


def test_price_known_to_the_quarter_counts_from_its_last_day():
    quarter = [seen for seen in CATALOGUE.observations if seen.channel == "market note"]
    assert {seen.day for seen in quarter} == {date(2026, 3, 31)}


def test_high_end_is_the_price_and_the_low_end_is_noted():
    offer = OFFERS["cat:nvidia-h20-96gb:buy:epoch-ai-estimate:CN:2025"]

    assert offer.price_breaks[0].unit_price == 12000
    assert "from USD 9000 to 12000" in offer.note


def test_module_price_is_divided_by_its_chips():
    offer = OFFERS["cat:nvidia-h20-96gb:buy:channel-via-tencent-technology:CN:2025-12-24:8-gpu-module"]

    assert (offer.price_breaks[0].unit_price, offer.currency) == (Decimal(110000), "CNY")


def test_price_that_does_not_divide_is_rounded_to_twelve_digits():
    assert price_of_one(Decimal(3000000), 72) == Decimal("41666.666666666667")


def test_price_that_divides_stays_exact():
    assert price_of_one(Decimal("2.7447"), 1, 730) == Decimal("2003.631")


def test_hourly_rent_becomes_a_month_of_730_hours():
    offer = OFFERS[H200_IN_MALAYSIA]

    assert offer.price_breaks[0].unit_price == Decimal("12.402") * 730


def test_server_rent_is_divided_by_eight():
    offer = OFFERS["cat:huawei-ascend-910c:lease:smm-live-desk-news.smm.cn-live-metal-143:CN:2026-09-23"]

    assert offer.price_breaks[0].unit_price == Decimal(8250)


def test_volumes_and_order_totals_are_no_offers():
    sources = {seen.channel for seen in CATALOGUE.observations}
    assert not sources & {"Nikkei Asia", "public tender", "CCTV via press", "Nvidia", "Reuters via Ground News"}


def test_rack_of_unknown_size_gives_no_price():
    assert not has_price(CATALOGUE, "nvidia-vr200", DAY)


def test_every_offer_has_its_own_id():
    assert len({seen.id for seen in CATALOGUE.observations}) == len(CATALOGUE.observations)


def test_offers_do_not_depend_on_the_order_of_rows():
    turned = replace(CATALOGUE, observations=CATALOGUE.observations[::-1], supplies=CATALOGUE.supplies[::-1])

    assert offers_on(turned, DAY) == tuple(OFFERS.values())


def test_offer_ids_fit_the_contract():
    assert max(len(name) for name in OFFERS) <= 200


def test_price_seen_in_one_country_is_delivered_there_only():
    assert OFFERS["cat:nvidia-h200-sxm:buy:market-note:US:2026-Q1"].delivers_to == ("US",)


@pytest.mark.parametrize(
    "name",
    ["cat:nvidia-h20-96gb:buy:viperatech:US-reseller:2024", "cat:nvidia-gb200:buy:epoch-ai-estimate:global:2025"],
)
def test_price_without_a_market_is_delivered_anywhere(name):
    assert OFFERS[name].delivers_to is None


def test_maker_sells_what_is_seen_through_the_press_and_a_reseller_sells_its_own():
    assert OFFERS["cat:nvidia-h200-sxm:buy:nvidia-terms-via-reuters:CN:2026-01-08"].vendor == "NVIDIA"
    assert OFFERS["cat:nvidia-h20-96gb:buy:viperatech:US-reseller:2024"].vendor == "Viperatech"


def test_every_vendor_of_an_offer_is_in_the_catalogue():
    assert {offer.vendor for offer in OFFERS.values()} <= set(CATALOGUE.vendors)


def test_maker_dispatches_from_its_country():
    places = {OFFERS[name].ships_from for name in OFFERS if OFFERS[name].vendor == "NVIDIA"}
    assert places == {"US"}


def test_lease_stands_in_the_country_of_its_region():
    centre = OFFERS[H200_IN_MALAYSIA].data_centre

    assert centre is not None
    assert (centre.country, centre.owner, centre.operator) == ("MY", "Azure", "Azure")


def test_lease_without_a_country_is_delivered_nowhere():
    offer = OFFERS["cat:nvidia-h100-sxm-80gb:lease:runpod:global-mixed:2026-08-21"]

    assert offer.data_centre is not None
    assert offer.data_centre.country is None
    assert not offer.delivers("US")


def test_commitment_is_the_least_term():
    terms = {offer.minimum_term_months for offer in OFFERS.values() if "3-year commitment" in offer.note}
    assert terms == {36}


def test_cif_value_leaves_duty_and_tax_to_the_buyer():
    names = [seen for seen in CATALOGUE.observations if seen.channel == "rawcompute.in"]
    assert {seen.incoterm for seen in names} == {Incoterm.CIP}


def test_lead_time_is_the_long_end_of_the_newest_count():
    weeks = (a_lead_time(date(2026, 1, 1), 10), a_lead_time(date(2026, 2, 1), 12), a_lead_time(date(2027, 1, 1), 2))

    assert lead_days_on(a_catalogue(lead_times=weeks), "c1", "CN", DAY) == 84


def test_lead_time_of_another_market_does_not_count():
    weeks = (a_lead_time(date(2026, 2, 1), 12, country="TW"),)

    assert lead_days_on(a_catalogue(lead_times=weeks), "c1", "CN", DAY) is None


def test_rents_have_no_lead_time():
    assert {offer.lead_days for offer in OFFERS.values() if offer.mode is Mode.LEASE} == {None}


def test_constraint_of_whole_systems_bounds_no_chip():
    assert [row for row in CATALOGUE.lead_times if row.chip == "*host-cpu"]
    assert "*host-cpu" not in CATALOGUE.chips


def test_all_offers_of_a_chip_share_one_supply_figure():
    figures = {
        (offer.available_qty, offer.supply_pool)
        for offer in OFFERS.values()
        if offer.chip == H20 and offer.mode == "buy"
    }

    assert figures == {(531486, f"supply:{H20}")}


def test_larger_figure_is_the_pool_where_markets_differ():
    figures = (a_supply(date(2026, 1, 1), 500, country="CN"), a_supply(date(2026, 2, 1), 300))

    assert supply_on(a_catalogue(supplies=figures), "c1", DAY).units == 500


def test_newest_figure_of_a_market_counts_even_if_it_is_smaller():
    figures = (a_supply(date(2025, 1, 1), 500), a_supply(date(2026, 2, 1), 300))

    assert supply_on(a_catalogue(supplies=figures), "c1", DAY).units == 300


def test_plan_for_next_year_does_not_count_before_that_year():
    this_year = supply_on(CATALOGUE, "huawei-ascend-910c", date(2025, 12, 1))
    next_year = supply_on(CATALOGUE, "huawei-ascend-910c", date(2026, 1, 1))

    assert (this_year.units, next_year.units) == (300000, 600000)


def test_chips_counted_together_share_one_pool():
    pools = {supply_on(CATALOGUE, chip, DAY).pool for chip in ("cambricon-mlu590", "cambricon-mlu690")}
    assert len(pools) == 1


def test_chip_without_a_figure_has_unknown_supply():
    offer = OFFERS["cat:nvidia-gb200:buy:epoch-ai-estimate:global:2025"]

    assert (offer.available_qty, offer.supply_pool) == (None, None)


def test_catalogue_offers_are_not_private():
    assert not [offer.id for offer in OFFERS.values() if offer.private]


def test_newest_prices_come_in_the_order_of_their_ids():
    names = [seen.id for seen in newest_prices(CATALOGUE, DAY)]
    assert names == sorted(names)


def test_unconfirmed_stays_with_the_price():
    offer = OFFERS["cat:hygon-bw1000:lease:moark-gitee-ai-api:CN:2026-10-10"]
    assert "UNCONFIRMED" in offer.note
