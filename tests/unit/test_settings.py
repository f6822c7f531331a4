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
