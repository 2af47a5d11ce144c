#: answers = { "tcp udp" = "ENETUNREACH" }
import socket

from attempt import attempt


def send(kind):
    with socket.socket(socket.AF_INET, kind) as client:
        client.settimeout(2)
        client.connect(("@HOST_IP@", int("@TCP_PORT@")))
        client.send(b"hello")


attempt("tcp", lambda: send(socket.SOCK_STREAM))
attempt("udp", lambda: send(socket.SOCK_DGRAM))
