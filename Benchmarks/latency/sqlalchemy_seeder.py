"""Gets or creates each row by its natural key, as seed scripts with an ORM do, in one transaction.

Uses the database of DATABASE_URL. A row that exists is not compared.
"""

import asyncio
import os
import uuid

import asyncpg
import rows
from sqlalchemy import Column, ForeignKey, Table, Text, insert, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    email: Mapped[str] = mapped_column(Text)
    display_name: Mapped[str] = mapped_column(Text)
    is_seed: Mapped[bool]


class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str] = mapped_column(Text)


class Trace(Base):
    __tablename__ = "traces"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    title: Mapped[str] = mapped_column(Text)
    context_text: Mapped[str] = mapped_column(Text)
    solution_text: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    agent_model: Mapped[str | None] = mapped_column(Text)
    agent_version: Mapped[str | None] = mapped_column(Text)
    contributor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    is_seed: Mapped[bool]
    trust_score: Mapped[float]
    confirmation_count: Mapped[int]


trace_tags = Table(
    "trace_tags",
    Base.metadata,
    Column("trace_id", ForeignKey("traces.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)


async def get_or_create(session, model, natural_key, columns):
    """The row, and whether it is new."""
    condition = [getattr(model, name) == columns[name] for name in natural_key]
    row = (await session.execute(select(model).where(*condition))).scalar_one_or_none()
    if row is not None:
        return row, False
    row = model(**columns)
    session.add(row)
    await session.flush()
    return row, True


async def seed(session):
    owners = {}
    for columns in rows.users():
        user, _ = await get_or_create(session, User, ["email"], columns)
        owners[user.email] = user.id
    for name in rows.tags():
        await get_or_create(session, Tag, ["name"], {"name": name})
    for columns, contributor, names in rows.traces():
        columns["contributor_id"] = owners[contributor]
        trace, is_new = await get_or_create(session, Trace, ["title", "is_seed"], columns)
        for name in names if is_new else []:
            tag, _ = await get_or_create(session, Tag, ["name"], {"name": name})
            await session.execute(insert(trace_tags).values(trace_id=trace.id, tag_id=tag.id))
    await session.commit()


async def main():
    url = os.environ["DATABASE_URL"]
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url))
    async with AsyncSession(engine) as session:
        await seed(session)
    await engine.dispose()


asyncio.run(main())
