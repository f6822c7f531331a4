"""Where handlers find their dependencies."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from quoting.bootstrap import Dependencies

_NAME = "chipquote"


def install(app: Flask, dependencies: Dependencies) -> None:
    app.extensions[_NAME] = dependencies


def deps() -> Dependencies:
    """The dependencies of the application that handles the request."""
    return cast(Dependencies, current_app.extensions[_NAME])
