import pytest

from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.catalogue import check_catalogue, parse_catalogue
from quoting.domain.errors import ReferenceDataBroken

FILES = read_bundle()


def broken(path, old, new):
    """The faults after one change in a table, and the line that was changed."""
    text = FILES[path]
    assert text.count(old) >= 1, old
    line = text[: text.index(old)].count("\n") + 1
    return check_catalogue({**FILES, path: text.replace(old, new, 1)}), line


def test_data_of_the_project_is_sound():
    assert check_catalogue(FILES) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        ("data/prices.csv", "nvidia-b100,buy", "nvidia-b101,buy", "'nvidia-b101' is no known chip"),
        ("data/prices.csv", ",global,Epoch AI,2024-11,", ",globe,Epoch AI,2024-11,", "'globe' is no known region"),
        ("data/prices.csv", ",Epoch AI,2024-11,", ",Epoch,2024-11,", "'Epoch' is no known channel"),
        ("data/prices.csv", "USD,35000,35000,", "USD,0,35000,", "a price of zero"),
        ("data/prices.csv", "USD,35000,35000,", "USD,35000,-1,", "-1 is negative"),
        ("data/prices.csv", "USD,35000,35000,", "USD,,35000,", "low is missing"),
        ("data/prices.csv", "USD,35000,35000,", "USD,35000,34000,", "high 34000 is under low 35000"),
        ("data/prices.csv", "USD,35000,35000,", "USD,35000,many,", "'many' is no number"),
        ("data/prices.csv", "USD,35000,35000,", "EUR,35000,35000,", "EUR with the unit 'usd per unit'"),
        ("data/prices.csv", "USD,35000,35000,", ",35000,35000,", "none with the unit 'usd per unit'"),
        ("data/prices.csv", "USD,35000,35000,", "USD,35000,1e9,", "'1e9' is no plain number"),
        ("data/prices.csv", "Epoch AI,2024-11,", "Epoch AI,2024-13,", "observed_on"),
        ("data/prices.csv", "Epoch AI,2024-11,", "Epoch AI,soon,", "'soon' is no date"),
        ("data/prices.csv", "Epoch AI,2024-11,", "Epoch AI,,", "observed_on is missing"),
        (
            "data/prices.csv",
            "Epoch AI,2024-11,https://epoch.ai/data/machine-learning-hardware",
            "Epoch AI,2024-11,",
            "source_url is missing",
        ),
        (
            "data/prices.csv",
            "nvidia-b100,buy,usd per unit",
            "nvidia-b100,buy,usd per crate",
            "'usd per crate' is no known unit",
        ),
        ("data/prices.csv", "nvidia-b100,buy,usd per unit", "nvidia-b100,buy,", "unit is missing"),
        ("data/prices.csv", "nvidia-b100,buy,", "nvidia-b100,lease,", "is no unit of lease"),
        ("data/prices.csv", "nvidia-b100,buy,", "nvidia-b100,swap,", "'swap' is no known kind of price"),
        ("data/prices.csv", ",2026-06-18,", ",2016-06-18,", "before the year of the chip's launch"),
        ("data/chips.csv", ",CN,SMIC 6nm", ",China,SMIC 6nm", "designer_country"),
        ("data/chips.csv", "nvidia-b100,NVIDIA,", "nvidia-b100,Nvidia,", "'Nvidia' is no known vendor"),
        ("data/chips.csv", ",28000,", ",29000,", "the figures give 28000"),
        ("data/chips.csv", ",15832,19.45,", ",15832,19.95,", "the figures give 19.450, published is 19.95"),
        ("data/chips.csv", ",2024-11-15,", ",2024-11-31,", "launch_date"),
        ("data/lead_times.csv", "global,36,52,", "global,53,52,", "weeks_high 52 with weeks_low 53"),
        ("data/lead_times.csv", "global,36,52,", "global,36,,", "weeks_high None with weeks_low 36"),
        ("data/lead_times.csv", ",700000,2026,", ",700000,,", "supply_units_per_year 700000 with supply_year None"),
        ("data/channels.csv", ",AWS,A,", ",AWS,E,", "'E' is no known grade"),
        ("data/channels.csv", ",AWS,A,", ",Amazon,A,", "'Amazon' is no known vendor"),
        ("data/regions.csv", "azure:malaysiawest,MY,", "azure:malaysiawest,Malaysia,", "country"),
        ("data/units.csv", "usd per unit,1,unit", "usd per unit,0,unit", "chips: 0"),
        ("data/vendors.csv", ",US,US,US,maker", ",US,US,USA,maker", "ultimate_parent_hq_country"),
    ],
)
def test_broken_row_is_found_with_file_and_line(path, old, new, message):
    faults, line = broken(path, old, new)

    assert [fault for fault in faults if (fault.file, fault.line) == (path, line) and message in fault.message], faults


def test_id_used_twice_is_found():
    text = FILES["data/chips.csv"]
    last = text.splitlines()[-1]

    (fault,) = check_catalogue({**FILES, "data/chips.csv": text + last + "\n"})

    assert (fault.line, "stands there twice" in fault.message) == (len(text.splitlines()) + 1, True)


def test_second_observation_of_a_series_on_one_day_is_found():
    text = FILES["data/prices.csv"]

    (fault,) = check_catalogue({**FILES, "data/prices.csv": text + text.splitlines()[1] + "\n"})

    assert fault.line == len(text.splitlines()) + 1


def test_pool_with_two_figures_is_found():
    faults, _ = broken("data/lead_times.csv", "cambricon-mlu690,CN,,,300000", "cambricon-mlu690,CN,,,200000")

    assert ["two figures" in fault.message for fault in faults] == [True]


def test_every_fault_of_a_row_is_named():
    faults, line = broken("data/prices.csv", "USD,35000,35000,", "EUR,0,-1,")

    assert len([fault for fault in faults if fault.line == line]) >= 3


def test_missing_file_is_named():
    files = {path: text for path, text in FILES.items() if path != "data/units.csv"}

    assert [str(fault) for fault in check_catalogue(files)] == ["data/units.csv:1: the file is missing"]


def test_broken_data_is_never_parsed():
    files = {**FILES, "data/prices.csv": FILES["data/prices.csv"].replace("USD,35000,35000,", "USD,0,35000,", 1)}

    with pytest.raises(ReferenceDataBroken, match=r"data/prices.csv:\d+: low: a price of zero"):
        parse_catalogue(files)


def test_column_that_is_gone_is_named():
    faults, _ = broken("data/vendors.csv", ",hq_country,", ",headquarters,")

    assert [str(fault) for fault in faults] == ["data/vendors.csv:1: the column hq_country is missing"]
