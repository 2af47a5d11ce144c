"""`runward api`: the HTTP API alone; workers elsewhere run what it is sent."""

from __future__ import annotations

from runward.api.server import Role
from runward.cli.serve import Host, Port, listen, read_settings
from runward.wiring.accounts import auth_mode
from runward.wiring.services import check_shared


def api(*, host: Host = None, port: Port = None) -> None:
    """Serve the HTTP API without running programs: `runward worker`, on this or other hosts, runs them.

    Several of these and of their workers share one database (DATABASE_URL), and pass on live output through Redis
    (REDIS_URL).
    """
    settings = read_settings(host, port)
    auth_mode(settings)
    check_shared(settings)
    listen(settings, Role(name="api", runs=False), port=settings.port)
