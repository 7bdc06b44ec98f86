# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory that the kernel takes away, merges or moves; each byte is checked.

usage: memory.py pageout MIB | merge | compact
"""
import mmap
import os
import sys
import time

PAGE = 4096
MADV_PAGEOUT = 21


def pattern(i):
    return (i * 2654435761 % 2**32).to_bytes(4, "little") * (PAGE // 4)


def fill(area, pages, of=pattern):
    for i in range(pages):
        area[i * PAGE:(i + 1) * PAGE] = of(i)


def verify(area, pages, of=pattern):
    for i in range(pages):
        assert area[i * PAGE:(i + 1) * PAGE] == of(i), f"page {i}"


def kernel(path, value=None):
    if value is None:
        with open(path, encoding="ascii") as f:
            return int(f.read())
    with open(path, "w", encoding="ascii") as f:
        f.write(str(value))
    return None


def swapped():
    with open("/proc/self/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmSwap"))


def pageout(mib):
    """To swap and back, twice, the second time as another process's copy."""
    pages = mib * 256
    area = mmap.mmap(-1, pages * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    fill(area, pages)
    area.madvise(MADV_PAGEOUT)
    assert swapped() > mib * 512, f"{swapped()} KiB in swap"
    verify(area, pages)
    area.madvise(MADV_PAGEOUT)
    pid = os.fork()
    if pid == 0:
        verify(area, pages)
        fill(area, pages // 2, lambda i: pattern(i + 7))
        verify(area, pages // 2, lambda i: pattern(i + 7))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    verify(area, pages)


def merge():
    """Equal pages become one, and differ again when they are stored to."""
    pages = 256
    same = lambda i: pattern(i % 16)
    area = mmap.mmap(-1, pages * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    fill(area, pages, same)
    area.madvise(mmap.MADV_MERGEABLE)
    ksm = "/sys/kernel/mm/ksm/"
    kernel(ksm + "sleep_millisecs", 1)
    kernel(ksm + "pages_to_scan", 1000)
    kernel(ksm + "run", 1)
    # Stores while ksmd looks at the pages: what it has read before is old then.
    for i in range(20 * pages):
        area[i % pages * PAGE + i % 61] ^= 1
        area[i % pages * PAGE + i % 61] ^= 1
    scans = kernel(ksm + "full_scans")
    while kernel(ksm + "pages_sharing") < 200 and kernel(ksm + "full_scans") < scans + 200:
        time.sleep(0.01)
    merged = kernel(ksm + "pages_sharing")
    verify(area, pages, same)
    fill(area, pages)
    verify(area, pages)
    kernel(ksm + "run", 2)
    verify(area, pages)
    kernel(ksm + "run", 0)
    assert merged >= 200, f"{merged} pages were merged"


def compact():
    """Pages move while processes own them."""
    pages = 2048
    area = mmap.mmap(-1, pages * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    fill(area, pages)
    holes = [mmap.mmap(-1, PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) for _ in range(2000)]
    for h in holes:
        h[0] = 1
    for h in holes[::2]:
        h.close()
    for n in range(5):
        kernel("/proc/sys/vm/compact_memory", 1)
        verify(area, pages, lambda i, n=n: pattern(i + n))
        fill(area, pages, lambda i, n=n: pattern(i + n + 1))
    verify(area, pages, lambda i: pattern(i + 5))
    with open("/proc/vmstat", encoding="ascii") as f:
        moved = next(int(line.split()[1]) for line in f if line.startswith("pgmigrate_success"))
    assert moved > 0, "no page was moved"


{"pageout": lambda: pageout(int(sys.argv[2])), "merge": merge, "compact": compact}[sys.argv[1]]()
print("good")
