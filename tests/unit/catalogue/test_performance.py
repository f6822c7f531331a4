import csv
from decimal import Decimal
from pathlib import Path

import pytest

from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.catalogue import parse_catalogue
from quoting.domain.performance import agrees, performance_density, total_processing_performance

_CASES_FILE = Path(__file__).parents[2] / "data" / "tpp-cases.csv"
CASES = list(csv.DictReader(_CASES_FILE.read_text(encoding="utf-8").splitlines()))
HALF_A_PRINTED_DIGIT = Decimal("0.005")  # the cases print densities with two decimals
OPERATION = {"4": "fp4", "8": "int8", "16": "bf16/fp16"}
CHIPS = parse_catalogue(read_bundle()).chips


def density_agrees(density, case):
    published = Decimal(case["performance_density"])
    return abs(density - published) <= Decimal(case["tolerance"]) * published + HALF_A_PRINTED_DIGIT


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["chip"])
def test_rate_times_bits_and_area_give_the_published_case(case):
    computed = total_processing_performance({OPERATION[case["bit_length"]]: Decimal(case["dense_ops_TOPS_or_TFLOPS"])})
    assert computed is not None
    assert agrees(computed.tpp, Decimal(case["tpp"]), Decimal(case["tolerance"]))
    if case["die_area_mm2"] and case["performance_density"]:
        density = performance_density(computed.tpp, Decimal(case["die_area_mm2"]))
        assert density is not None
        assert density_agrees(density, case)


@pytest.mark.parametrize("case", [c for c in CASES if c["chip_id"]], ids=lambda case: case["chip"])
def test_catalogue_chip_agrees_with_the_published_case(case):
    chip = CHIPS[case["chip_id"]]
    assert chip.tpp is not None
    assert agrees(chip.tpp, Decimal(case["tpp"]), Decimal(case["tolerance"]))
    if chip.performance_density is not None and case["performance_density"]:
        assert density_agrees(chip.performance_density, case)


def test_highest_operation_sets_tpp_and_is_named():
    chip = CHIPS["nvidia-h100-sxm-80gb"]

    assert (chip.tpp, chip.tpp_operation) == (Decimal(15832), "fp8 1979 x 8")


def test_fp4_sets_tpp_where_it_is_three_times_fp8():
    assert CHIPS["nvidia-b300-hgx"].tpp_operation == "fp4 14000 x 4"


def test_no_known_rate_gives_no_tpp():
    assert total_processing_performance({}) is None


@pytest.mark.parametrize("chip", ["nvidia-rtx-6000d", "nvidia-b30a", "cambricon-mlu590", "amd-mi308x"])
def test_chip_without_published_tpp_stays_unknown(chip):
    assert CHIPS[chip].tpp is None
    assert CHIPS[chip].performance_density is None


@pytest.mark.parametrize(
    ("chip", "density"), [("nvidia-l20", "3.140"), ("nvidia-a30", "3.196"), ("intel-gaudi2", "8.378")]
)
def test_density_is_computed_where_tpp_and_area_are_known(chip, density):
    assert CHIPS[chip].performance_density == Decimal(density)


@pytest.mark.parametrize("chip", ["nvidia-b100", "nvidia-b200-hgx", "amd-mi300x", "intel-gaudi3-oam"])
def test_density_of_a_package_without_area_stays_unknown(chip):
    assert CHIPS[chip].tpp is not None
    assert CHIPS[chip].performance_density is None


def test_density_of_zero_area_is_unknown():
    assert performance_density(Decimal(4800), Decimal(0)) is None


def test_density_rounds_half_up_to_three_decimals():
    assert performance_density(Decimal("2.0005"), Decimal(1)) == Decimal("2.001")


@pytest.mark.parametrize("line", ["1.6", "3.2", "5.92"])
def test_rounding_moves_no_chip_over_a_control_line(line):
    limit = Decimal(line)
    for chip in CHIPS.values():
        if chip.performance_density is not None and chip.tpp is not None and chip.die_area_mm2 is not None:
            assert (chip.performance_density >= limit) == (chip.tpp / chip.die_area_mm2 >= limit), chip.id
