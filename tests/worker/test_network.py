"""What leaves the machine is refused by a guarded worker. Each attempt has a process of its own: a guard stays."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import slipway_worker

# TEST-NET-1 (RFC 5737) and names under .invalid (RFC 2606) belong to nobody: should the guard fail, nobody is asked.
OUTSIDE = "192.0.2.1"
NAME = "slipway.invalid"

WAYS_OUT = {
    "connect": f"socket.create_connection(('{OUTSIDE}', 9), 2)",
    "connect_ex": f"socket.socket().connect_ex(('{OUTSIDE}', 9))",
    "connect by name": f"socket.socket().connect(('{NAME}', 9))",
    "connect_ex by name": f"socket.socket().connect_ex(('{NAME}', 9))",
    "sendto by name": f"socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', 0, ('{NAME}', 9))",
    "bind by name": f"socket.socket().bind(('{NAME}', 0))",
    "IPv6": "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 9, 0, 0))",
    "IPv4 inside IPv6": f"socket.socket(socket.AF_INET6).connect(('::ffff:{OUTSIDE}', 9, 0, 0))",
    "all addresses": "socket.socket().connect(('0.0.0.0', 9))",
    "sendto": f"socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('{OUTSIDE}', 9))",
    "sendmsg": f"socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('{OUTSIDE}', 9))",
    "getaddrinfo": f"socket.getaddrinfo('{NAME}', 80)",
    "gethostbyname": f"socket.gethostbyname('{NAME}')",
    "gethostbyaddr": f"socket.gethostbyaddr('{OUTSIDE}')",
    "getnameinfo": f"socket.getnameinfo(('{OUTSIDE}', 80), 0)",
    "urllib": f"urllib.request.urlopen('http://{OUTSIDE}:9/', timeout=2)",
    "asyncio": f"asyncio.run(asyncio.open_connection('{OUTSIDE}', 9))",
}
WAYS_HOME = {
    "by address": "socket.create_connection(('127.0.0.1', port), 2).close()",
    "by name": "socket.create_connection(('localhost', port), 2).close()",
    "datagram": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', port))",
    "socket file": "socket.socket(socket.AF_UNIX).connect(path)",
    "a pair": "one, other = socket.socketpair(); one.sendmsg([b'x'])",
    "getaddrinfo": "socket.getaddrinfo('localhost', 80)",
    "reading an address": f"socket.getaddrinfo('{OUTSIDE}', 80)",
    "listening": "socket.socket().bind(('', 0))",
    "a pair, from a tuple": "one, other = socket.socketpair(); one.sendmsg((b'x', b'y'))",
    "own address": "socket.getaddrinfo(None, 80, flags=socket.AI_PASSIVE)",
    "asyncio": "asyncio.run(asyncio.open_unix_connection(path))",
}


def run(program: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(Path(slipway_worker.__file__).parents[1])}
    command = [sys.executable, "-c", textwrap.dedent(program)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=env)


def attempt(ways: dict[str, str]) -> dict[str, str]:
    program = f"""
        import asyncio, json, os, socket, tempfile, urllib.request
        from slipway_worker.network import NetworkRefused, refuse_outside
        refuse_outside()
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        path = os.path.join(tempfile.mkdtemp(), "s")
        local = socket.socket(socket.AF_UNIX)
        local.bind(path)
        local.listen()
        ways, results = json.loads({json.dumps(json.dumps(ways))}), {{}}
        for name, code in ways.items():
            try:
                exec(code)
                results[name] = "let through"
            except Exception as error:
                while not isinstance(error, NetworkRefused) and isinstance(getattr(error, "reason", None), Exception):
                    error = error.reason
                results[name] = type(error).__name__
        print(json.dumps(results))
    """
    done = run(program)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_way_out_is_refused_before_anything_is_sent() -> None:
    assert attempt(WAYS_OUT) == dict.fromkeys(WAYS_OUT, "NetworkRefused")


def test_this_machine_stays_within_reach() -> None:
    assert attempt(WAYS_HOME) == dict.fromkeys(WAYS_HOME, "let through")


def test_a_worker_is_guarded_before_its_work_begins_and_says_what_was_refused() -> None:
    program = f"""
        import socket, sys
        from slipway_worker.runtime import run
        sys.exit(run(lambda _path, _wire: socket.create_connection(('{OUTSIDE}', 9), 2), ["worker", "config.json"]))
    """
    done = run(program)
    event = json.loads(done.stdout)
    assert (done.returncode, event["event"], event["code"]) == (1, "failed", "worker_failed")
    assert f"a connection to {OUTSIDE}:9 was refused" in event["message"]
