import asyncio


async def fail():
    raise ValueError('in a task')


asyncio.run(fail())
