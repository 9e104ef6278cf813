"""round_trip.py COUNT: prints the median time in milliseconds of a SELECT 1 over one open connection."""

import asyncio
import os
import statistics
import sys
import time

import asyncpg


async def main(count):
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    statement = await connection.prepare("SELECT 1")
    times = []
    for _ in range(count):
        start = time.perf_counter()
        await statement.fetchval()
        times.append(time.perf_counter() - start)
    await connection.close()
    print(statistics.median(times) * 1000)


asyncio.run(main(int(sys.argv[1])))
