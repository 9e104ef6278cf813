"""An import row by row with SELECT and INSERT, as an application with an ORM does it."""

import json
import pathlib
import re
import uuid

import asyncpg
from sqlalchemy import Column, ForeignKey, Table, Text, insert, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    email: Mapped[str] = mapped_column(Text)


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
    agent_model: Mapped[str] = mapped_column(Text)
    agent_version: Mapped[str] = mapped_column(Text)
    contributor_id: Mapped[uuid.UUID]
    is_seed: Mapped[bool]
    trust_score: Mapped[float]
    confirmation_count: Mapped[int]


trace_tags = Table(
    "trace_tags",
    Base.metadata,
    Column("trace_id", ForeignKey("traces.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)


def normalized(tag):
    return re.sub(r"\s+", "-", tag.strip().lower())


async def import_traces(url, files):
    # asyncpg parses the URL, because SQLAlchemy's URLs cannot contain the folder of a Unix socket.
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url))
    inserted = 0
    async with AsyncSession(engine) as session:
        owner = (await session.execute(select(User).where(User.email == "seeds@commontrace.internal"))).scalar_one()
        for file in files:
            for record in json.loads(pathlib.Path(file).read_text()):
                known = select(Trace.id).where(Trace.title == record["title"], Trace.is_seed.is_(True))
                if (await session.execute(known)).first():
                    continue
                trace = Trace(
                    title=record["title"],
                    context_text=record["context"],
                    solution_text=record["solution"],
                    status="validated",
                    agent_model=record["agent_model"],
                    agent_version=record["agent_version"],
                    contributor_id=owner.id,
                    is_seed=True,
                    trust_score=1.0,
                    confirmation_count=2,
                )
                session.add(trace)
                await session.flush()
                for name in map(normalized, record["tags"]):
                    tag = (await session.execute(select(Tag).where(Tag.name == name))).scalar_one_or_none()
                    if tag is None:
                        tag = Tag(name=name)
                        session.add(tag)
                        await session.flush()
                    await session.execute(insert(trace_tags).values(trace_id=trace.id, tag_id=tag.id))
                inserted += 1
        await session.commit()
    await engine.dispose()
    return inserted
