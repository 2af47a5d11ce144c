#: answers = { "ipv4 ipv6 container" = "ENETUNREACH" }
#: within = 3
import socket

from attempt import attempt


def connect(family, address):
    with socket.socket(family) as client:
        client.settimeout(2)
        client.connect(address)


attempt("ipv4", lambda: connect(socket.AF_INET, ("169.254.169.254", 80)))
attempt("ipv6", lambda: connect(socket.AF_INET6, ("fd00:ec2::254", 80)))
attempt("container", lambda: connect(socket.AF_INET, ("169.254.170.2", 80)))
