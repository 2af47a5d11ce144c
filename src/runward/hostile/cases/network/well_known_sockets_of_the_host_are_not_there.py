#: says = ["^canary: (ENOENT|EACCES)$", "^docker: (ENOENT|EACCES)$", "^system bus: (ENOENT|EACCES)$", "^journal: (ENOENT|EACCES)$", "^containerd: (ENOENT|EACCES)$"]
import socket

from attempt import attempt

PATHS = {
    "canary": "@SOCKET@",
    "docker": "/var/run/docker.sock",
    "system bus": "/run/dbus/system_bus_socket",
    "journal": "/run/systemd/journal/socket",
    "containerd": "/run/containerd/containerd.sock",
}


def connect(path):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)


for name, path in PATHS.items():
    attempt(name, lambda path=path: connect(path))
