# SPDX-License-Identifier: GPL-2.0-or-later
"""Dynamic code, mappings, processes and threads from Python; each result is checked."""
import ctypes
import hashlib
import mmap
import os
import subprocess
import sys
import threading


def calls():
    libc = ctypes.CDLL("libc.so.6", use_errno=True)
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int),
                               ctypes.POINTER(ctypes.c_int))
    numbers = [(i * 7919) % 1009 for i in range(500)]
    array = (ctypes.c_int * len(numbers))(*numbers)
    # A callback is code that libffi writes and the C library calls.
    libc.qsort(array, len(numbers), ctypes.sizeof(ctypes.c_int),
               compare(lambda a, b: a[0] - b[0]))
    assert list(array) == sorted(numbers)


def generated_code():
    """mov r0, #i; bx lr, written anew, and called after the kernel was asked."""
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    function = ctypes.CFUNCTYPE(ctypes.c_int)(address)
    cacheflush = 0xF0002
    libc = ctypes.CDLL("libc.so.6")
    for i in range(64):
        page[0:8] = (0xE3A00000 | i).to_bytes(4, "little") + bytes.fromhex("1eff2fe1")
        assert libc.syscall(cacheflush, address, address + 8, 0) == 0
        assert function() == i


def shared_file(path):
    size = 64 * 4096
    with open(path, "w+b") as f:
        f.truncate(size)
        with mmap.mmap(f.fileno(), size) as one, mmap.mmap(f.fileno(), size) as two:
            for i in range(0, size, 997):
                one[i] = i & 0xFF
            assert all(two[i] == i & 0xFF for i in range(0, size, 997))
            one.flush()
            pid = os.fork()
            if pid == 0:
                with mmap.mmap(f.fileno(), size) as three:
                    good = all(three[i] == i & 0xFF for i in range(0, size, 997))
                    three[1] = 42
                    os._exit(0 if good else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
            assert one[1] == 42 and two[1] == 42
    os.remove(path)


def processes():
    for i in range(10):
        text = f"line {i}\n" * 200
        done = subprocess.run(["cat"], input=text, capture_output=True, text=True, check=True)
        assert done.stdout == text
    out = subprocess.run([sys.executable, "-S", "-c", "print(6 * 7)"], capture_output=True, check=True)
    assert out.stdout == b"42\n"


def threads():
    sums = {}

    def work(n):
        sums[n] = hashlib.sha256(bytes([n]) * 200000).hexdigest()

    workers = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    assert all(sums[n] == hashlib.sha256(bytes([n]) * 200000).hexdigest() for n in range(8))


calls()
generated_code()
shared_file("/root/shared")
processes()
threads()
print("good")
