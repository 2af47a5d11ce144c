#: says = ["^resolver: gaierror$", "^server: ENETUNREACH$", "^configured: (ENETUNREACH|ECONNREFUSED|none)$"]
#: within = 8
import re
import socket

from attempt import attempt

try:
    print("ESCAPED:", socket.getaddrinfo("example.org", 80))
except socket.gaierror:
    print("resolver: gaierror")


def ask(server):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(2)
        client.connect((server, 53))
        client.send(b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03org\x00\x00\x01\x00\x01")
        client.recv(512)


attempt("server", lambda: ask("8.8.8.8"))
try:
    servers = re.findall(r"^nameserver ([\d.]+)", open("/etc/resolv.conf").read(), re.MULTILINE)
except OSError:
    servers = []
if servers:
    attempt("configured", lambda: ask(servers[0]))
else:
    print("configured: none")
