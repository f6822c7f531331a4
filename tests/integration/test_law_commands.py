"""The commands about the law, as programs: timeline, explain, lists, clearances."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.examples import TRANSACTION
from tests.rules.test_list_import import a_file, an_entry

CHIP = "nvidia-h20-96gb"
Run = subprocess.CompletedProcess[str]


def chipquote(*words: str | Path, folder: Path) -> Run:
    env = {**os.environ, "CHIPQUOTE_DATA_DIR": str(folder), "COLUMNS": "200"}
    program = Path(sys.executable).with_name("chipquote")
    return subprocess.run((program, *words), env=env, capture_output=True, text=True, timeout=60)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "transaction.json"
    path.write_text(json.dumps(TRANSACTION))
    return path


def test_timeline_draws_an_interval_a_line_with_its_rule(tmp_path: Path):
    shown = chipquote("timeline", CHIP, "--to", "CN", "--hq", "CN", folder=tmp_path)

    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.splitlines()
    assert lines[0] == f"{CHIP} from US to CN for a buyer headquartered in CN"
    assert any(line.startswith("2025-04-09 …") and "licence required" in line for line in lines)
    assert "h20-mi308-is-informed-2025" in shown.stdout


def test_timeline_in_json_is_one_document_without_a_gap(tmp_path: Path):
    shown = chipquote("timeline", CHIP, "--to", "cn", "--hq", "CN", "--json", folder=tmp_path)

    intervals = json.loads(shown.stdout)["intervals"]
    assert intervals[0]["from"] == "2022-08-01"
    assert intervals[-1]["to"] is None
    assert {i["outcome"] for i in intervals} == {"allowed", "licence_required"}


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("nvidia-h9000", "--to", "CN", "--hq", "CN"), "CHIP"),
        ((CHIP, "--to", "CN", "--hq", "China"), "--hq"),
        ((CHIP, "--to", "CN"), "--hq"),
    ],
    ids=["chip", "hq", "no hq"],
)
def test_timeline_names_the_word_that_is_wrong(tmp_path: Path, words: tuple[str, ...], named: str):
    refused = chipquote("timeline", *words, folder=tmp_path)

    assert refused.returncode == 2
    assert named in refused.stderr
    assert refused.stdout == ""


def test_explanation_is_prose_with_answer_rule_source_and_no_advice(tmp_path: Path, file: Path):
    shown = chipquote("explain", file, folder=tmp_path)
    text = " ".join(shown.stdout.split())

    assert shown.returncode == 0, shown.stderr
    assert text.startswith("shipment-17: on 2026-03-02 the export of nvidia-h100-sxm-80gb from US to CN")
    assert "a licence is required; an application is reviewed under a presumption of denial" in text
    assert "What decides is ac-rule-2023 (15 CFR 742.6(a)(6)(iii)" in text
    assert text.endswith("This informs; it is not legal advice.")


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        (json.dumps({**TRANSACTION, "colour": "red"}), 3, "/colour"),
        (json.dumps({**TRANSACTION, "item": {"chip": "nvidia-h9000"}}), 3, "/item/chip"),
        (json.dumps({**TRANSACTION, "as_of": "2026-02-30"}), 3, "/as_of"),
        ("{", 3, "not JSON: line 1"),
    ],
    ids=["unknown field", "unknown chip", "no day", "no JSON"],
)
def test_explanation_of_a_wrong_file_names_the_field(tmp_path: Path, text: str, code: int, named: str):
    path = tmp_path / "wrong.json"
    path.write_text(text)

    refused = chipquote("explain", path, folder=tmp_path)

    assert refused.returncode == code
    assert named in refused.stderr


def test_lists_show_where_each_is_from_and_how_old_it_is(tmp_path: Path):
    shown = json.loads(chipquote("lists", "show", "--json", folder=tmp_path).stdout)

    assert {"EL", "TW-SHTC"} <= {source["list"] for source in shown}
    assert all(source["age_days"] >= 0 and not source["imported"] for source in shown)


def test_imported_list_is_shown_and_asked_from_then_on(tmp_path: Path, file: Path):
    bulk = tmp_path / "consolidated.json"
    bulk.write_bytes(a_file(an_entry(1, "Denied Persons List (DPL) - Bureau of Industry and Security")))

    taken = chipquote("lists", "import", bulk, "--as-of", "2026-11-01", folder=tmp_path)
    shown = chipquote("lists", "show", folder=tmp_path)
    party = {**TRANSACTION["parties"][0], "name": "Invented Zorblatt 1 Ltd"}
    file.write_text(json.dumps({**TRANSACTION, "parties": [party]}))
    asked = chipquote("check-export", file, "--json", folder=tmp_path)

    assert taken.returncode == 0, taken.stderr
    assert "DPL: 1 entries as of 2026-11-01 (before: 0)" in taken.stdout
    assert "imported" in shown.stdout
    assert json.loads(asked.stdout)["outcome"] == "prohibited"


@pytest.mark.parametrize(
    ("words", "named"), [(("nowhere.json",), "FILE"), (("--as-of", "yesterday"), "--as-of")], ids=["file", "day"]
)
def test_import_names_the_word_that_is_wrong(tmp_path: Path, words: tuple[str, ...], named: str):
    refused = chipquote("lists", "import", *words, folder=tmp_path)

    assert refused.returncode == 2
    assert named in refused.stderr


def test_broken_list_is_refused_with_the_reason_and_leaves_what_was_there(tmp_path: Path):
    broken = tmp_path / "consolidated.json"
    broken.write_text("{}")

    refused = chipquote("lists", "import", broken, folder=tmp_path)

    assert refused.returncode == 1
    assert "results" in refused.stderr
    assert not [s for s in json.loads(chipquote("lists", "show", "--json", folder=tmp_path).stdout) if s["imported"]]


WHO = ("--by", "R. Weiss", "--why", "another register number")
LIKENESS = ("--party", "Huawai Technologies", "--country", "DE", "--list", "EL")


def test_clearance_is_kept_listed_and_taken_back(tmp_path: Path):
    entry = ("--entry", "Huawei Technologies Co., Ltd.")
    added = chipquote("clearances", "add", *LIKENESS, *entry, "--on", "2026-03-02", *WHO, "--json", folder=tmp_path)
    made = json.loads(added.stdout)
    taken = chipquote("clearances", "revoke", made["id"], *WHO, folder=tmp_path)
    listed = json.loads(chipquote("clearances", "list", "--json", folder=tmp_path).stdout)
    table = chipquote("clearances", "list", folder=tmp_path)

    assert (made["by"], made["on"], made["entry"]["list"]) == ("R. Weiss", "2026-03-02", "EL")
    assert taken.returncode == 0, taken.stderr
    assert [c["revoked"]["by"] for c in listed] == ["R. Weiss"]
    assert "Huawai Technologies" in table.stdout


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        ((*LIKENESS, "--entry", "Nobody", *WHO), 3, "/entry: the screening of this party finds no likeness"),
        (("--party", "X", "--red-flag", "diversion", "--on", "2099-01-01", *WHO), 3, "/on"),
        (("--party", "X", "--red-flag", "any", *WHO), 2, "--red-flag"),
        (("--party", "X", "--red-flag", "diversion", "--by", "R. Weiss"), 2, "--why"),
    ],
    ids=["no likeness", "future", "flag", "no reason"],
)
def test_clearance_that_may_not_be_names_the_field(tmp_path: Path, words: tuple[str, ...], code: int, named: str):
    refused = chipquote("clearances", "add", *words, folder=tmp_path)

    assert refused.returncode == code
    assert named in refused.stderr


def test_clearance_that_is_not_there_cannot_be_taken_back(tmp_path: Path):
    refused = chipquote("clearances", "revoke", "nobody", *WHO, folder=tmp_path)

    assert refused.returncode == 2
    assert "no clearance nobody" in refused.stderr
