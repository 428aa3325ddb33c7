"""The worker's guard: nothing in this process reaches another machine, by whatever library it tries to."""

import functools
import ipaddress
import socket
import sys
from collections.abc import Callable
from typing import Any

LOCAL_FAMILIES = {getattr(socket, name) for name in ("AF_UNIX", "AF_NETLINK", "AF_ALG") if hasattr(socket, name)}
INTERNET_FAMILIES = {socket.AF_INET, socket.AF_INET6}
# Where the methods of a socket take an address, by its place among their arguments.
ADDRESS_AT = {"connect": 0, "connect_ex": 0, "bind": 0, "sendto": -1, "sendmsg": 3}

_installed = False


class NetworkRefused(PermissionError):  # noqa: N818 - a log that shows it reads as what happened
    """A connection, a datagram or a question to a name server that was not let out."""

    def __init__(self, what: str) -> None:
        super().__init__(f"A worker may not use the network: {what} was refused. Nothing was sent.")


def refuse_outside() -> None:
    """
    Refuse, from now on and for good, whatever leaves this machine: before the first packet, for every library that goes
    through Python's sockets. What connects from native code of its own (NCCL, gloo) is told its peers by the launcher.
    """
    global _installed  # an audit hook cannot be taken back, and one is enough
    if not _installed:
        _installed = True
        sys.addaudithook(_on_audit)
        for name, place in ADDRESS_AT.items():
            setattr(socket.socket, name, _without_names(getattr(socket.socket, name), place))


def _without_names(method: Callable[..., Any], place: int) -> Callable[..., Any]:
    """A method that refuses names first: the original would ask a name server before its audit event comes."""

    @functools.wraps(method)
    def guarded(self: socket.socket, *args: object) -> object:
        address = args[place] if len(args) > place else None
        host = address[0] if isinstance(address, tuple) and self.family in INTERNET_FAMILIES else ""
        _refuse_name(host)
        return method(self, *args)

    return guarded


def _on_audit(event: str, args: tuple[Any, ...]) -> None:
    if not event.startswith("socket."):
        return
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        own, address = args[0], args[1]
        # `sendmsg` on a connected socket names no address: its connection was let through.
        if address is not None and not _stays_here(own.family, address):
            raise NetworkRefused(f"a connection to {_name_of(address)}")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        _refuse_name(args[0])
    elif event in {"socket.gethostbyaddr", "socket.getnameinfo"}:
        # The other way round: also an address becomes a question.
        host = args[0][0] if event == "socket.getnameinfo" else args[0]
        if not is_this_machine(host):
            raise NetworkRefused(f"a question for {_text(host)}")


def _refuse_name(host: object) -> None:
    if host and _address(host) is None and not is_this_machine(host):
        raise NetworkRefused(f"a question for {_text(host)}")


def _stays_here(family: int, address: object) -> bool:
    if family in LOCAL_FAMILIES:
        return True
    return family in INTERNET_FAMILIES and isinstance(address, tuple) and is_this_machine(address[0])


def is_this_machine(host: object) -> bool:
    """Whether a host is this machine for certain, without asking anybody: a loopback address, or `localhost`."""
    if _text(host).lower() == "localhost":
        return True
    address = _address(host)
    return address is not None and (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _address(host: object) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(_text(host).partition("%")[0])
    except ValueError:
        return None


def _name_of(address: object) -> str:
    return f"{_text(address[0])}:{address[1]}" if isinstance(address, tuple) and len(address) > 1 else _text(address)


def _text(host: object) -> str:
    return host.decode("utf-8", "replace") if isinstance(host, bytes | bytearray) else str(host)
