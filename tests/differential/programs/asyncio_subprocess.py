import asyncio
async def m():
  p=await asyncio.create_subprocess_exec('/bin/echo','x',stdout=-1)
  print(await p.communicate())
asyncio.run(m())
