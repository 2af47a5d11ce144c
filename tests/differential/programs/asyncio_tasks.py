import asyncio


async def work(n):
    await asyncio.sleep(0)
    return n * n


async def main():
    print(await asyncio.gather(*(work(n) for n in range(5))))
    asyncio.create_task(asyncio.sleep(9))


asyncio.run(main())
