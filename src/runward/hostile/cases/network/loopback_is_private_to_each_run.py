#: repeat = 2
#: concurrent = true
#: stdout = "bound\nnobody came\n"
# Both runs listen at the same port and the same abstract name at the same time, and knock at the other's.
import socket
import time

listeners = [socket.socket(socket.AF_INET), socket.socket(socket.AF_UNIX)]
listeners[0].bind(("127.0.0.1", 8080))
listeners[1].bind("\0the same name")
for listener in listeners:
    listener.listen()
    listener.setblocking(False)
print("bound", flush=True)
time.sleep(1)
came = 0
for listener in listeners:
    try:
        listener.accept()
        came += 1
    except BlockingIOError:
        continue
print("nobody came" if not came else "ESCAPED: someone came")
