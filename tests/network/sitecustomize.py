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
    "socket.gethostbyaddr",
    "socket.getnameinfo",
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
    look_up = event.startswith("socket.get")
    address = arguments[0] if look_up else arguments[1]
    if not look_up and not isinstance(address, tuple):
        # A connected socket sends without an address, and a Unix socket's address is a path.
        return
    host = address[0] if isinstance(address, tuple) else address
    if not _is_local(host):
        raise PermissionError(f"the tests have no network: {event} to {host}")


sys.addaudithook(_guard)
