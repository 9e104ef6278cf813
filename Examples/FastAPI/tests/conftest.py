import pathlib

import pytest
from alembic import command
from alembic.config import Config

ROOT = pathlib.Path(__file__).parent.parent


@pytest.fixture(scope="session")
def seed_schema():
    """Creates the tables of the template that the tests' databases are copies of."""

    def create(url):
        config = Config(ROOT / "alembic.ini")
        config.attributes["url"] = url
        command.upgrade(config, "head")

    return create
