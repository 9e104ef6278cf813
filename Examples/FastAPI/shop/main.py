"""A service that lists books."""

import asyncio
import os
from contextlib import asynccontextmanager

import seed_runner
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker

from shop.database import Book, make_engine


@asynccontextmanager
async def lifespan(app: FastAPI):
    if os.environ.get("AUTO_SEED_DATABASE") == "true":
        # Of several processes that start at once, one seeds. The others wait and find nothing to do.
        await asyncio.to_thread(seed_runner.run, "--all", "--if-changed")
    engine = make_engine()
    app.state.sessions = async_sessionmaker(engine)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.get("/books")
async def books():
    async with app.state.sessions() as session:
        found = await session.scalars(select(Book).order_by(Book.title))
        return [{"isbn": book.isbn, "title": book.title, "author": book.author.name} for book in found]
