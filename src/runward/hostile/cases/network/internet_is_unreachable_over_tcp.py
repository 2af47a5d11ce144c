#: answers = { "one.one.one.one example ipv6 gateway" = "ENETUNREACH" }
#: within = 3
import socket

from attempt import attempt


def connect(family, address):
    with socket.socket(family) as client:
        client.settimeout(2)
        client.connect(address)


attempt("one.one.one.one", lambda: connect(socket.AF_INET, ("1.1.1.1", 443)))
attempt("example", lambda: connect(socket.AF_INET, ("93.184.215.14", 80)))
attempt("ipv6", lambda: connect(socket.AF_INET6, ("2606:4700:4700::1111", 443)))
attempt("gateway", lambda: connect(socket.AF_INET, ("192.168.0.1", 80)))
