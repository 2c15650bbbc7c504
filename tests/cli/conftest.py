"""The command in this process, on a home of the test's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from attrs import frozen
from typer.testing import CliRunner

from cli.app import app
from policy.records.saves import SaveResult
from policy.rules.extraction import Extraction
from storage.articles import archive
from storage.database import open_database
from tests.storage.builders import NIGHT, a_capture, an_article, the_known_policy


@frozen(kw_only=True)
class Answer:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one line of JSON on stdout."""
        return json.loads(self.out)


class Polarchive:
    """The command on one home; ``environ`` is added to the environment."""

    def __init__(self, home: Path, **environ: str) -> None:
        self.home, self.environ = home, environ

    def __call__(self, *arguments: str) -> Answer:
        command = ["--home", str(self.home), *arguments]
        result = CliRunner().invoke(app, command, prog_name="polarchive", env=self.environ)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(code=result.exit_code, out=result.stdout, err=result.stderr)

    def configure(self, text: str) -> None:
        self.home.mkdir(exist_ok=True)
        (self.home / "polarchive.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def polarchive(tmp_path: Path) -> Polarchive:
    """The command on a home that is not there yet."""
    return Polarchive(tmp_path / "home")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the dictionary of keywords lies, built once for all homes."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def archived(polarchive: Polarchive, sqlite_template: Path, cache: Path) -> Polarchive:
    """The command on a home with tables."""
    polarchive.home.mkdir()
    (polarchive.home / "cache").symlink_to(cache)
    copyfile(sqlite_template, polarchive.home / "polarchive.db")
    return polarchive


@pytest.fixture
def publish(archived: Polarchive) -> Callable[..., SaveResult]:
    """Put an article into the archive."""

    def save(text: str, *, night: int = 0, **fields: Any) -> SaveResult:
        at = NIGHT.replace(day=NIGHT.day + night)
        article = an_article(text, **fields)
        captures = (a_capture(f"{article.portal}{article.key}{text}", at=at),)
        with open_database(f"sqlite:///{archived.home / 'polarchive.db'}") as database:
            return archive.save_article(
                database,
                Extraction(article=article, captures=captures, code="code-1"),
                decide=the_known_policy,
            )

    return save
