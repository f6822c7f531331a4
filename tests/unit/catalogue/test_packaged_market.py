from dataclasses import replace
from datetime import date

import pytest

from quoting.adapters.fx_ecb import EcbRates
from quoting.adapters.market import PackagedMarket, rates_text, read_rates
from quoting.adapters.reference.bundle import digest, read_bundle
from quoting.domain.errors import SnapshotGone

DAY = date(2026, 3, 2)
FILES = read_bundle()
RATES = EcbRates()
CHANGED = {**FILES, "data/prices.csv": FILES["data/prices.csv"].replace("USD,35000,35000,", "USD,36000,36000,", 1)}


class NoRates(EcbRates):
    """Rates that may not be read."""

    def table(self, as_of, stale_after_days):
        raise AssertionError("rates were read anew")


def nothing_kept(reference):
    return None


MARKET = PackagedMarket(FILES, RATES, nothing_kept)


def test_pin_names_the_loaded_files():
    assert MARKET.pin(DAY).reference == digest(FILES)


def test_same_day_gives_the_same_pin():
    assert MARKET.pin(DAY) == PackagedMarket(FILES, EcbRates(), nothing_kept).pin(DAY)


def test_another_day_gives_another_digest():
    assert MARKET.pin(DAY).digest != MARKET.pin(date(2026, 3, 3)).digest


def test_other_data_give_another_digest():
    assert PackagedMarket(CHANGED, RATES, nothing_kept).pin(DAY).digest != MARKET.pin(DAY).digest


def test_snapshot_carries_the_digest_of_its_pin():
    pin = MARKET.pin(DAY)

    assert MARKET.snapshot(pin).digest == pin.digest


def test_pin_of_older_data_is_read_from_the_archive():
    newer = PackagedMarket(CHANGED, RATES, {digest(FILES): FILES}.get)

    snapshot = newer.snapshot(MARKET.pin(DAY))

    (b100,) = [seen for seen in snapshot.catalogue.observations if seen.chip == "nvidia-b100"]
    assert b100.high == 35000


def test_pin_whose_files_are_not_kept_is_gone():
    newer = PackagedMarket(CHANGED, RATES, nothing_kept)

    with pytest.raises(SnapshotGone, match=digest(FILES)):
        newer.snapshot(MARKET.pin(DAY))


def test_archive_that_returns_other_files_is_not_believed():
    newer = PackagedMarket(CHANGED, RATES, lambda reference: {**FILES, "data/units.csv": ""})

    with pytest.raises(SnapshotGone):
        newer.snapshot(MARKET.pin(DAY))


def test_rates_come_from_the_pin():
    snapshot = PackagedMarket(FILES, NoRates(), nothing_kept).snapshot(MARKET.pin(DAY))

    assert snapshot.fx == MARKET.snapshot(MARKET.pin(DAY)).fx


def test_pin_with_changed_rates_is_refused():
    pin = MARKET.pin(DAY)

    with pytest.raises(SnapshotGone):
        MARKET.snapshot(replace(pin, rates=pin.rates.replace("1", "2", 1)))


def test_rates_read_as_they_were_written():
    table = RATES.table(DAY, 10)

    assert read_rates(rates_text(table, "v1")) == (table, "v1")


def test_every_part_of_the_reference_data_is_named():
    parts = MARKET.snapshot(MARKET.pin(DAY)).parts

    assert set(parts) == {"catalogue", "rules", "lists", "tariffs", "rates"}
    assert {name: part.name for name, part in parts.items()} == {name: name for name in parts}


def test_change_of_prices_changes_the_digest_of_the_catalogue_alone():
    other = PackagedMarket(CHANGED, RATES, nothing_kept)
    before, after = MARKET.snapshot(MARKET.pin(DAY)).parts, other.snapshot(other.pin(DAY)).parts

    assert [name for name in before if before[name].digest != after[name].digest] == ["catalogue"]


@pytest.mark.parametrize(("day", "stale"), [(date(2026, 11, 9), False), (date(2026, 11, 24), True)])
def test_rates_older_than_ten_days_are_stale(day, stale):
    part = MARKET.snapshot(MARKET.pin(day)).parts["rates"]

    assert (part.as_of, part.stale) == (date(2026, 10, 30), stale)
