"""Bring a database to the newest schema."""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from quoting.adapters.sql.rights import grant_rights
from quoting.application.errors import StoreUnavailable


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run the migrations that are missing; running it twice changes nothing.

    Raises:
        StoreUnavailable: the database does not answer, or is too weak to be used.
    """
    try:
        command.upgrade(_config(engine), revision)
        if revision == "head" and engine.dialect.name == "postgresql":
            grant_rights(engine)
    except OperationalError as error:
        raise StoreUnavailable(str(error.orig)) from error


def downgrade(engine: Engine, revision: str) -> None:
    command.downgrade(_config(engine), revision)


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    config.attributes["engine"] = engine.execution_options(writes=True)
    return config
