"""Keep every Python that starts with this folder on its path from leaving the machine.

`conftest.py` puts the folder on PYTHONPATH, so the notebooks' kernels and the tests' child
processes get it; loopback stays open, because kernels talk over it.
"""

import ipaddress
import sys
from typing import Any

WATCHED = {
    "socket.connect",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
}


def _is_local(host: Any) -> bool:
    host = host.decode() if isinstance(host, bytes) else host
    if host in (None, "", "localhost", "0.0.0.0", "::"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in WATCHED:
        return
    address = arguments[0] if event.startswith("socket.get") else arguments[1]
    # A connected socket sends without an address, and a Unix socket's address is a path.
    if event.startswith("socket.get"):
        host = address
    elif isinstance(address, tuple):
        host = address[0]
    else:
        return
    if not _is_local(host):
        raise PermissionError(f"the tests have no network: {event} to {host}")


sys.addaudithook(_guard)
