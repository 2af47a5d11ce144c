#: stdout = "['lo']\n"
import socket

print([name for _, name in socket.if_nameindex()])
