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
#include <asm/unistd.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/swap.h>
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

static void take(int from, unsigned char *to, size_t len)
{
	for (size_t got = 0; got < len;)
		got += (size_t)must(read(from, to + got, len - got), "read");
}

/*
 * splice() puts pages of a file into a pipe as they are.  The user stores to them after that; who
 * reads the pipe sees it, through the kernel's mapping, whose lines are from a read().
 */
void hole_pipe(void)
{
	int fd = fresh_file(TMPFS "/hole", SIZE, 0, 0), end[2];
	unsigned char *map = map_shared(fd, SIZE), *buffer = map_anon(SIZE);
	loff_t at = 0;

	must(pipe(end), "pipe");
	fill(map, SIZE, 0, 1);
	must(splice(fd, &at, end[1], NULL, SIZE, 0), "splice");
	must(pread(fd, buffer, SIZE, 0), "pread");
	fill(map, SIZE, 0, 2);
	take(end[0], buffer, SIZE);
	verify("spliced, then stored to", buffer, SIZE, 0, 2);
	munmap(map, SIZE);
	munmap(buffer, SIZE);
	close(end[0]);
	close(end[1]);
	close(fd);
}

/* The same by sendfile() to a socket. */
void hole_socket(void)
{
	int fd = fresh_file(TMPFS "/hole", SIZE, 0, 0), end[2];
	unsigned char *map = map_shared(fd, SIZE), *buffer = map_anon(SIZE);
	off_t at = 0;

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, end), "socketpair");
	fill(map, SIZE, 0, 1);
	must(sendfile(end[0], fd, &at, SIZE), "sendfile");
	fill(map, SIZE, 0, 2);
	take(end[1], buffer, SIZE);
	verify("sent, then stored to", buffer, SIZE, 0, 2);
	munmap(map, SIZE);
	munmap(buffer, SIZE);
	close(end[0]);
	close(end[1]);
	close(fd);
}

/*
 * The page of the vectors belongs to every process.  The kernel stores the thread's pointer there,
 * through the address that all of them see; debuggers and core dumps read it through another.
 */
void hole_vectors(void)
{
	const volatile unsigned int *pointer = (const volatile unsigned int *)0xffff0ff0;
	unsigned int seen[4];
	struct iovec here = { seen, sizeof(seen) }, there = { (void *)0xffff0ff0, sizeof(seen) };

	for (int i = 0; i < 2; i++) {
		must(syscall(__ARM_NR_set_tls, *pointer), "set_tls");
		must(process_vm_readv(getpid(), &here, 1, &there, 1, 0), "process_vm_readv");
		if (seen[0] != *pointer)
			die("the thread's pointer is %#x, not %#x", seen[0], *pointer);
	}
}

/* process_vm_readv of two pages: the first is copied into the second, and that one copied on. */
void hole_chain(void)
{
	unsigned char *map = map_anon(SIZE);
	struct iovec there = { map, 2 * PAGE };
	struct iovec here[] = { { map + PAGE, PAGE }, { map + 2 * PAGE, PAGE } };

	fill(map, SIZE, 0, 1);
	must(process_vm_readv(getpid(), here, 2, &there, 1, 0), "process_vm_readv");
	verify("the second page", map + PAGE, PAGE, 0, 1);
	verify("the third page", map + 2 * PAGE, PAGE, 0, 1);
	munmap(map, SIZE);
}

/* swapon() reads the header of a file that was made through a mapping. */
void hole_swapon(void)
{
	enum { PAGES = 64, INFO = 1024 };
	static const char magic[] = "SWAPSPACE2";
	int fd = fresh_file(EXT2 "/hole", PAGES * PAGE, 0, 0);
	unsigned char *map = map_shared(fd, PAGES * PAGE);
	unsigned int *info = (unsigned int *)(map + INFO);

	must(fsync(fd), "fsync");
	touch(map, PAGE);
	memset(map, 0, PAGE);
	info[0] = 1;	     /* version */
	info[1] = PAGES - 1; /* the last page */
	memcpy(map + PAGE - strlen(magic), magic, strlen(magic));
	must(swapon(EXT2 "/hole", 0), "swapon");
	must(swapoff(EXT2 "/hole"), "swapoff");
	munmap(map, PAGES * PAGE);
	close(fd);
}

static volatile int stop;

static void *store_on(void *page)
{
	for (unsigned int round = 0; !stop; round++)
		memset(page, (int)round, PAGE);
	return NULL;
}

/*
 * fork() flushes the caches first and then takes away the right to store, one mapping after
 * another.  Between two of them it lets others run: a thread of the same process goes on storing.
 * The protection of the pages alternates, which makes many mappings of them.  They lie below the
 * thread's page and its stack, so that fork() comes to these last.
 */
void hole_threads(void)
{
	enum { MAPPINGS = 512, FORKS = 8 };
	unsigned char *page = map_anon(PAGE), *many;
	pthread_t thread;

	if (pthread_create(&thread, NULL, store_on, page))
		die("cannot start a thread");
	many = map_anon(MAPPINGS * PAGE);
	fill(many, MAPPINGS * PAGE, 0, 1);
	for (int i = 0; i < MAPPINGS; i += 2)
		must(mprotect(many + i * PAGE, PAGE, PROT_READ), "mprotect");
	for (int i = 0; i < FORKS; i++) {
		pid_t child = (pid_t)must(fork(), "fork");

		if (child == 0) {
			poll(NULL, 0, 50); /* has the page, so that the parent's is a copy */
			_exit(0);
		}
		reap(child);
	}
	stop = 1;
	pthread_join(thread, NULL);
	verify("many mappings", many, MAPPINGS * PAGE, 0, 1);
	munmap(many, MAPPINGS * PAGE);
	munmap(page, PAGE);
}
