#: stdout = "modules: []\nsockets: []\nfiles: []\n"
import gc
import io
import socket
import sys

objects = gc.get_objects()
print("modules:", sorted(name for name in sys.modules if name.split(".")[0] in ("runward", "asyncio", "uvloop", "fastapi")))
print("sockets:", [thing for thing in objects if isinstance(thing, socket.socket)])
files = [thing for thing in objects if isinstance(thing, io.FileIO) and not thing.closed and thing.fileno() > 2]
print("files:", files)
