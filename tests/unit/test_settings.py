"""Settings: read once from the environment, each documented."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from quoting.config import Settings, variable

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_page_documents_every_setting_with_its_default_and_no_other():
    rows = re.findall(r"^\| `(CHIPQUOTE_\w+)` \| (.*?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    words = {"none": "", "the broker's": "", "`sqlite:///DATA_DIR/chipquote.sqlite`": ""}  # empty, or made of others

    stated = {name: words.get(default, default.strip("`")) for name, default in rows}

    assert stated == {variable(f.name): as_text(f.default) for f in fields(Settings)}


def as_text(default: object) -> str:
    return f"{default:.15g}" if isinstance(default, float) else str(default)


def test_an_empty_variable_keeps_the_default():
    assert Settings.from_env({"CHIPQUOTE_LEASE_S": ""}).lease_s == 60.0


def test_the_database_lies_in_the_data_folder_unless_another_is_named():
    assert Settings.from_env({"CHIPQUOTE_DATA_DIR": "/srv/q"}).database_url == "sqlite:////srv/q/chipquote.sqlite"
    assert Settings.from_env({"CHIPQUOTE_DATABASE_URL": "sqlite:///x"}).database_url == "sqlite:///x"


@pytest.mark.parametrize("text", ["soon", "0", "-1", "nan"])
def test_a_setting_that_is_no_number_above_zero_is_refused_by_name(text: str):
    with pytest.raises(ValueError, match="CHIPQUOTE_LEASE_S"):
        Settings.from_env({"CHIPQUOTE_LEASE_S": text})


def test_a_secret_can_come_from_a_file(tmp_path: Path):
    file = tmp_path / "key"
    file.write_text("cq_live_x\n")

    assert Settings.from_env({"CHIPQUOTE_API_KEY_FILE": str(file)}).api_key == "cq_live_x"


def test_a_secret_from_two_places_or_from_none_is_refused_by_name(tmp_path: Path):
    for env in (
        {"CHIPQUOTE_API_KEY": "x", "CHIPQUOTE_API_KEY_FILE": "/dev/null"},
        {"CHIPQUOTE_API_KEY_FILE": str(tmp_path / "none")},
    ):
        with pytest.raises(ValueError, match="CHIPQUOTE_API_KEY_FILE"):
            Settings.from_env(env)


@pytest.mark.parametrize(
    ("url", "used"),
    [
        ("postgresql+psycopg://u@db/n", "postgresql+psycopg://u:p%2F%40%20w@db/n"),
        ("postgresql+psycopg://u:own@db/n", "postgresql+psycopg://u:own@db/n"),
        ("sqlite:///x", "sqlite:///x"),
    ],
)
def test_the_password_of_the_database_joins_a_url_that_has_none(url: str, used: str):
    env = {"CHIPQUOTE_DATABASE_URL": url, "CHIPQUOTE_DATABASE_PASSWORD": "p/@ w"}

    assert Settings.from_env(env).database_url == used
