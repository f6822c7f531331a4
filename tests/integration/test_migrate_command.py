"""`migrate` may run at any time: it makes a first key where there is none, and never another."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from quoting.cli.migrate import migrate


@pytest.fixture
def run(database_url: str):
    def run(**env: str) -> str:
        ended = CliRunner().invoke(migrate, env={"CHIPQUOTE_DATABASE_URL": database_url, **env})
        assert ended.exit_code == 0, ended.output
        return ended.stderr

    return run


def test_the_first_run_prints_a_key_and_the_second_does_not(run):
    assert run().startswith("API key: cq_live_")
    assert run() == ""


def test_a_key_that_is_given_is_not_printed(run):
    assert run(CHIPQUOTE_API_KEY="cq_live_given-by-the-operator") == ""
    assert run() == ""


@pytest.mark.parametrize("url", ["postgresql+psycopg://nobody@127.0.0.1:1/none", "sqlite:////nowhere/at/all"])
def test_a_database_that_does_not_answer_is_one_line_and_an_error(url: str):
    ended = CliRunner().invoke(migrate, env={"CHIPQUOTE_DATABASE_URL": url})

    assert ended.exit_code == 1
    assert ended.stderr.startswith("Error: ")
    assert "Traceback" not in ended.output
