#: answers = { "127.0.0.1 127.1.2.3 0.0.0.0 ::1 ::ffff:127.0.0.1" = "ECONNREFUSED|ENETUNREACH|EADDRNOTAVAIL" }
# A server listens at this port on the host, and says so if anyone comes.
import socket

from attempt import attempt


def connect(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as client:
        client.settimeout(2)
        client.connect((host, int("@TCP_PORT@")))


for host in ("127.0.0.1", "127.1.2.3", "0.0.0.0", "::1", "::ffff:127.0.0.1"):
    attempt(host, lambda host=host: connect(host))
