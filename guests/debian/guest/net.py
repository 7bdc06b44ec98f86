# SPDX-License-Identifier: GPL-2.0-or-later
"""TCP between two network devices, each in a network namespace of its own.

usage: net.py serve ADDRESS | talk ADDRESS KIB

Both sides send the same bytes that they can compute, and compare what they get.
"""
import hashlib
import socket
import sys

PORT = 4000
BLOCK = 16384


def block(i):
    return hashlib.sha256(i.to_bytes(4, "little")).digest() * (BLOCK // 32)


def receive(s, n):
    parts = []
    while n:
        part = s.recv(n)
        assert part, "the connection ended early"
        parts.append(part)
        n -= len(part)
    return b"".join(parts)


def serve(address):
    with socket.create_server((address, PORT)) as listener:
        print("ready", flush=True)
        s, _ = listener.accept()
        with s:
            count = int.from_bytes(receive(s, 4), "little")
            for i in range(count):
                assert receive(s, BLOCK) == block(i), f"block {i} to the server"
                s.sendall(block(i + count))


def talk(address, kib):
    count = kib * 1024 // BLOCK
    with socket.create_connection((address, PORT)) as s:
        s.sendall(count.to_bytes(4, "little"))
        for i in range(count):
            s.sendall(block(i))
            assert receive(s, BLOCK) == block(i + count), f"block {i} from the server"
    print("good")


if sys.argv[1] == "serve":
    serve(sys.argv[2])
else:
    talk(sys.argv[2], int(sys.argv[3]))
