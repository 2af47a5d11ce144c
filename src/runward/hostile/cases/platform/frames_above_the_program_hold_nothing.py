#: says = ["^frames above: \\d+$", "^held: \\[\\]$"]
import socket
import sys
import types

frame, above, held = sys._getframe().f_back, 0, []
while frame is not None:
    above += 1
    for space in (frame.f_globals, frame.f_locals):
        held += [name for name, value in space.items() if isinstance(value, (socket.socket, types.SimpleNamespace))]
        held += [name for name in space if any(word in name.lower() for word in ("secret", "token", "supervisor"))]
    frame = frame.f_back
print("frames above:", above)
print("held:", held)
