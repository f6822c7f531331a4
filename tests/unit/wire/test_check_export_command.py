"""`chipquote check-export`, as it is typed."""

import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from quoting.cli.export_checks import check_export
from quoting.domain.errors import NotJson, RequestInvalid
from tests.unit.wire.test_export_check_document import CASES, a_transaction


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(check_export, [str(argument) for argument in arguments])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "transaction.json"
    path.write_text(json.dumps(a_transaction()))
    return path


def test_one_check_is_shown_with_its_outcome_and_sources(file):
    shown = run(file)

    assert shown.exit_code == 0
    assert "t1: export of" in shown.output
    assert "not legal advice" in shown.output


def test_json_is_one_document_and_nothing_else(file):
    shown = run(file, "--json")

    assert shown.exit_code == 0
    assert json.loads(shown.stdout)["id"] == "t1"


def test_a_wrong_field_ends_it_with_the_fault(tmp_path):
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(a_transaction(movement=7)))

    assert isinstance(run(path).exception, RequestInvalid)


def test_a_file_that_is_no_json_ends_it_with_the_place(tmp_path):
    path = tmp_path / "wrong.json"
    path.write_text("{")

    assert isinstance(run(path).exception, NotJson)


def test_many_lines_are_answered_in_their_order(tmp_path):
    out = tmp_path / "out.jsonl"

    shown = run("--jsonl", CASES, "--out", out)

    answered = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert shown.exit_code == 0
    assert [a["id"] for a in answered] == [json.loads(line)["id"] for line in CASES.read_bytes().splitlines()]
    assert all(a["outcome"] for a in answered)


def test_wrong_lines_are_answered_in_their_place_and_end_it_with_3(tmp_path):
    lines, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    good = json.dumps(a_transaction())
    lines.write_text("\n".join([good, json.dumps({"id": "t2"}), "{", "", '{"id": 7}', good, ""]))

    shown = run("--jsonl", lines, "--out", out)

    answered = [json.loads(line) for line in out.read_text().splitlines()]
    assert shown.exit_code == 3
    assert [a["id"] for a in answered] == ["t1", "t2", None, None, "t1"]
    assert ["error" in a for a in answered] == [False, True, True, True, False]
    assert "/item" in answered[1]["error"]


@pytest.mark.parametrize("arguments", [[], ["--jsonl", CASES], [CASES, "--out", "x"], [CASES, "--jsonl", CASES]])
def test_wrong_usage_ends_it_with_2(arguments):
    assert run(*arguments).exit_code == click.UsageError.exit_code


def test_the_file_that_is_read_is_not_overwritten(tmp_path):
    lines = tmp_path / "in.jsonl"
    lines.write_text(json.dumps(a_transaction()))

    assert run("--jsonl", lines, "--out", lines).exit_code == click.UsageError.exit_code
    assert json.loads(lines.read_text())["id"] == "t1"
