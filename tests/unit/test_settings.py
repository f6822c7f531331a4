"""Settings: read once from the environment, each documented."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from quoting.config import Settings, variable

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_every_setting_is_documented():
    page = PAGE.read_text(encoding="utf-8")

    assert [f.name for f in fields(Settings) if f"`{variable(f.name)}`" not in page] == []


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
