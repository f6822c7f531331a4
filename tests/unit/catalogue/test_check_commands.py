import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import quoting
from quoting.cli.checks import check_catalogue, check_rules


@pytest.fixture
def copy(tmp_path):
    """A copy of the reference data that may be broken."""
    for place in ("data", "parameters"):
        shutil.copytree(Path(quoting.__file__).parent / place, tmp_path / place)
    return tmp_path


def run(command, root):
    return CliRunner().invoke(command, ["--root", str(root)])


@pytest.mark.parametrize("command", [check_catalogue, check_rules])
def test_sound_data_end_with_zero_and_one_line_of_counts(command):
    result = CliRunner().invoke(command, [])

    assert (result.exit_code, result.output.count("\n")) == (0, 1), result.output


def test_broken_price_is_named_with_file_and_line(copy):
    path = copy / "data" / "prices.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace("10000,12000", "12000,10000")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    result = run(check_catalogue, copy)

    assert (result.exit_code, result.output) == (1, "data/prices.csv:2: high 10000 is under low 12000\n")


def test_broken_group_is_named_with_file_and_line(copy):
    path = copy / "data" / "country_groups.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("A:1", "A:9", 1), encoding="utf-8")

    result = run(check_rules, copy)

    assert result.exit_code == 1
    assert result.output.startswith("data/country_groups.csv:2: ")


def test_folder_that_is_not_there_is_wrong_usage(tmp_path):
    assert run(check_catalogue, tmp_path / "nowhere").exit_code == 2


def test_folder_without_tables_names_what_is_missing(tmp_path):
    result = run(check_catalogue, tmp_path)

    assert result.exit_code == 1
    assert "data/chips.csv:1: the file is missing" in result.output
