"""Runs the migrations on the database in DATABASE_URL, or on the connection that the caller passes."""

import asyncio

from alembic import context
from shop.database import Base, make_engine


def migrate(connection):
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def connect():
    engine = make_engine(context.config.attributes.get("url"))
    async with engine.begin() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


asyncio.run(connect())
