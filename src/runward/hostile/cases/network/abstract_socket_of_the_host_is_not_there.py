#: answers = { "stream datagram" = "ECONNREFUSED|EPERM" }
# A server listens at this abstract name on the host; abstract names belong to the network namespace, not to any folder.
import socket

from attempt import attempt


def connect(kind):
    with socket.socket(socket.AF_UNIX, kind) as client:
        client.connect("\0@ABSTRACT@")


attempt("stream", lambda: connect(socket.SOCK_STREAM))
attempt("datagram", lambda: connect(socket.SOCK_DGRAM))
