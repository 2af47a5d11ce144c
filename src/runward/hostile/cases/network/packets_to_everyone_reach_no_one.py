#: answers = { "broadcast multicast multicast6" = "ENETUNREACH|EADDRNOTAVAIL|EPERM" }
import socket

from attempt import attempt


def shout(family, address):
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        client.sendto(b"anyone?", address)


attempt("broadcast", lambda: shout(socket.AF_INET, ("255.255.255.255", 9)))
attempt("multicast", lambda: shout(socket.AF_INET, ("224.0.0.251", 5353)))
attempt("multicast6", lambda: shout(socket.AF_INET6, ("ff02::fb", 5353)))
