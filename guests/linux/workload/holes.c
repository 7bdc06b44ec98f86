// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bugs of stock Linux 6.1 that coherer found.  See docs/found-in-linux.md.
 *
 * read() fills lines under the kernel's alias of a page-cache page.  The process
 * then stores to the page through a shared mapping and has it written back.  The
 * kernel cleans the user's alias (page_mkclean) but leaves its own old lines in
 * place.  A device that reads memory gets the new data; a write-back that copies
 * with the CPU, through the kernel's alias, gets the old.
 *
 * munmap() does the same, and the read() after it finds no writable mapping and so
 * no reason to flush.
 *
 * Nothing else may run in between: a switch to another process flushes a VIVT
 * cache and hides the bug, which is why nobody sees it often.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "workload.h"

#define SIZE (4 * PAGE)

static void read_store_write_back(int fd)
{
	unsigned char *map = map_shared(fd, SIZE);
	unsigned char *buffer = map_anon(SIZE);

	for (unsigned int seed = 1; seed < 4; seed++) {
		fill(map, SIZE, 0, seed);
		must(pread(fd, buffer, SIZE, 0), "pread");
		verify("read", buffer, SIZE, 0, seed);
		fill(map, SIZE, 0, seed + 1);
		must(msync(map, SIZE, MS_SYNC), "msync");
	}
	munmap(map, SIZE);
	munmap(buffer, SIZE);
}

/* The FUSE client copies a page before it sends it (fuse_writepage). */
void hole_fuse(void)
{
	with_server_process(FUSE_DIR "/cached", read_store_write_back);
}

/* The loop driver writes the pages of the file system to the file below. */
void hole_loop(void)
{
	int fd = fresh_file(EXT2 "/hole", SIZE, 0, 0);

	read_store_write_back(fd);
	close(fd);
}

/* read(), store through a shared mapping, munmap(), read() again. */
static void read_store_unmap(int fd)
{
	unsigned char *buffer = map_anon(SIZE);

	for (unsigned int seed = 1; seed < 4; seed++) {
		unsigned char *map = map_shared(fd, SIZE);

		fill(map, SIZE, 0, seed);
		must(pread(fd, buffer, SIZE, 0), "pread");
		verify("read", buffer, SIZE, 0, seed);
		fill(map, SIZE, 0, seed + 1);
		munmap(map, SIZE);
		must(pread(fd, buffer, SIZE, 0), "pread");
		verify("read", buffer, SIZE, 0, seed + 1);
	}
	munmap(buffer, SIZE);
}

void hole_unmap(void)
{
	int fd = fresh_file(TMPFS "/hole", SIZE, 0, 0);

	read_store_unmap(fd);
	close(fd);
}

/* read(), store through a shared mapping, munmap(), and write one byte: it must not cost the others. */
void hole_write(void)
{
	int fd = fresh_file(TMPFS "/hole", SIZE, 0, 0);
	unsigned char *map = map_shared(fd, SIZE), *buffer = map_anon(SIZE);

	fill(map, SIZE, 0, 1);
	must(pread(fd, buffer, SIZE, 0), "pread");
	fill(map, SIZE, 0, 2);
	munmap(map, SIZE);
	for (unsigned int i = 0; i < SIZE; i += PAGE)
		must(pwrite(fd, "x", 1, i), "pwrite");
	must(pread(fd, buffer, SIZE, 0), "pread");
	for (unsigned int i = 0; i < SIZE; i += PAGE)
		verify("beside the byte written", buffer + i + 1, PAGE - 1, i + 1, 2);
	munmap(buffer, SIZE);
	close(fd);
}

/*
 * A file is cut, and its last page, which stays mapped, is filled with zeros through the kernel's
 * mapping.  The user's lines are dirty still, and written back over them.
 */
void hole_truncate(void)
{
	enum { KEPT = 100 };
	int fd = fresh_file(TMPFS "/hole", PAGE, 0, 0);
	unsigned char *map = map_shared(fd, PAGE);

	fill(map, PAGE, 0, 1);
	must(ftruncate(fd, KEPT), "ftruncate");
	must(ftruncate(fd, PAGE), "ftruncate");
	verify("kept", map, KEPT, 0, 1);
	for (unsigned int i = KEPT; i < PAGE; i++)
		if (map[i])
			die("cut off: byte %u is %#x", i, map[i]);
	munmap(map, PAGE);
	close(fd);
}

/*
 * process_vm_writev copies through the kernel's mapping and leaves its lines dirty.  To another
 * process the switch flushes them; to one's own memory, or another thread's, nothing does.
 */
void hole_process_vm(void)
{
	unsigned char *buffer = map_anon(SIZE), *target = map_anon(SIZE);
	struct iovec here = { buffer, SIZE }, there = { target, SIZE };

	fill(buffer, SIZE, 0, 1);
	fill(target, SIZE, 0, 2);
	must(process_vm_writev(getpid(), &here, 1, &there, 1, 0), "process_vm_writev");
	verify("written", target, SIZE, 0, 1);
	munmap(buffer, SIZE);
	munmap(target, SIZE);
}

/*
 * Compaction moves a page by copying it through the kernel's mapping, whose lines may be from the
 * last time that the kernel read there: process_vm_readv.  What the user has stored since is lost.
 */
void hole_migrate(void)
{
	enum { PAGES = 256, BIG = PAGES * PAGE };
	unsigned char *map = map_anon(BIG), *buffer = map_anon(BIG);
	struct iovec here = { buffer, BIG }, there = { map, BIG };
	int fd = (int)must(open("/proc/sys/vm/compact_memory", O_WRONLY), "compact_memory");

	fill(map, BIG, 0, 1);
	fill(buffer, BIG, 0, 2);
	must(process_vm_readv(getpid(), &here, 1, &there, 1, 0), "process_vm_readv");
	verify("read", buffer, BIG, 0, 1);
	fill(map, BIG, 0, 3);
	must(write(fd, "1", 1), "compact_memory");
	verify("moved", map, BIG, 0, 3);
	close(fd);
	munmap(buffer, BIG);
	munmap(map, BIG);
}
