"""The integrity check of the tariff tables: each fault names its file and line."""

import pytest

from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.tariffs import check_tariffs, parse_tariffs
from quoting.domain.errors import ReferenceDataBroken

TAXES, DUTIES, LANES = "data/import_taxes.csv", "data/duties.csv", "data/freight_lanes.csv"
MEASURES, PLANNING = "parameters/tariffs/additional_duties.yaml", "parameters/tariffs/planning.yaml"
BUNDLE = read_bundle()


def broken(path, old, new):
    """The bundle with one text of a file replaced, and the line where it stood."""
    text = BUNDLE[path]
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return {**BUNDLE, path: text.replace(old, new)}, text[: text.index(old)].count("\n") + 1


def test_tables_of_the_package_are_sound():
    assert check_tariffs(BUNDLE) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "says"),
    [
        (TAXES, "FR,goods,VAT,yes,customs_value,20,", "FR,goods,VAT,yes,customs_value,220,", "out of range"),
        (TAXES, "FR,goods,VAT,yes,customs_value,20,", "FR,goods,VAT,yes,customs_value,twenty,", "no number"),
        (TAXES, "FR,goods,VAT,yes", "QQ,goods,VAT,yes", "'QQ' is no known country"),
        (TAXES, "FR,goods,VAT,yes", "FR,goods,VAT,perhaps", "'perhaps' is no known answer"),
        (TAXES, "SG,goods,GST,yes,customs_value,9,2024-01-01", "SG,goods,GST,yes,customs_value,9,2022-01-01", "order"),
        (TAXES, "16,2020-07-01,2020-12-31", "16,2020-07-01,2020-06-01", "before it begins"),
        (TAXES, "customs_value,5,,,,Kaohsiung Customs,", "customs_value,5,,,,,", "citation is missing"),
        (DUTIES, "BR,8542.31,7.2", "BR,8542.99,7.2", "'8542.99' is no known heading"),
        (LANES, "southeast_asia,US,4.60", "southeast_asia,US,0", "zero"),
        (LANES, "HK,europe,6.22", "HK,atlantis,6.22", "'atlantis' is no known country or region"),
        (MEASURES, "tpp_above: 20800", "tpp_above: 21200", "a band needs"),
        (MEASURES, "value: 0.25, from: 2026-01-15", "value: 2.5, from: 2026-01-15", "out of range"),
    ],
)
def test_broken_row_is_named_with_its_line(path, old, new, says):
    files, line = broken(path, old, new)

    assert any(f.file == path and f.line == line and says in f.message for f in check_tariffs(files))


def test_missing_unit_is_found():
    files, _ = broken(PLANNING, "  unit: days\n", "")

    assert [f.message for f in check_tariffs(files)] == ["unit is missing"]


def test_missing_citation_is_found():
    files, _ = broken(PLANNING, 'citation: "contract section 2.2 no. 3"', 'citation: ""')

    assert "citation is missing" in [f.message for f in check_tariffs(files)]


def test_overlap_of_a_closed_row_with_the_next_is_found():
    row = "VN,goods,VAT,yes,customs_value,8,2025-07-01,2026-12-31"
    files, line = broken(TAXES, row, f"VN,goods,VAT,yes,customs_value,9,2025-01-01,2025-12-31,,x,,S,,\n{row}")

    assert [(f.line, "overlaps" in f.message) for f in check_tariffs(files)] == [(line + 1, True)]


def test_missing_file_is_found():
    files = {path: text for path, text in BUNDLE.items() if path != DUTIES}

    assert [(f.file, f.message) for f in check_tariffs(files)] == [(DUTIES, "the file is missing")]


def test_unreadable_yaml_is_found():
    files = {**BUNDLE, MEASURES: "- id: [\n"}

    assert [(f.file, "no YAML" in f.message) for f in check_tariffs(files)] == [(MEASURES, True)]


def test_broken_tables_are_not_parsed():
    files, _ = broken(DUTIES, "BR,8542.31,7.2", "BR,8542.31,720")

    with pytest.raises(ReferenceDataBroken, match=r"data/duties.csv:\d+"):
        parse_tariffs(files)


def test_every_parameter_has_a_unit_and_every_value_a_source():
    for parameter in parse_tariffs(BUNDLE).parameters():
        assert parameter.unit, parameter.id
        assert all(value.citation for value in parameter.values), parameter.id
