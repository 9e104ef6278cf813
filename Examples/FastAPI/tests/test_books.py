import asyncio

import pytest
import seed_runner
from fastapi.testclient import TestClient
from shop.database import make_engine
from shop.main import app
from sqlalchemy import text


@pytest.fixture
def client(seeded_database, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", seeded_database)
    with TestClient(app) as client:
        yield client


def execute(url, statement):
    async def run():
        engine = make_engine(url)
        async with engine.begin() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    asyncio.run(run())


def test_books_have_their_authors(client):
    books = client.get("/books").json()
    assert [book["title"] for book in books] == ["Orlando", "The Left Hand of Darkness", "The Waves"]
    assert books[1]["author"] == "Ursula K. Le Guin"


def test_changes_of_a_test_stay_in_its_database(client, seeded_database):
    execute(seeded_database, "DELETE FROM books")
    assert client.get("/books").json() == []


def test_the_service_seeds_when_it_starts(seeded_database, monkeypatch):
    seed_runner.run("reset", "books", "authors", "--yes", database_url=seeded_database, environment="test")
    monkeypatch.setenv("DATABASE_URL", seeded_database)
    monkeypatch.setenv("SEED_ENV", "test")
    for is_seeding, count in [("false", 0), ("true", 3)]:
        monkeypatch.setenv("AUTO_SEED_DATABASE", is_seeding)
        with TestClient(app) as client:
            assert len(client.get("/books").json()) == count
