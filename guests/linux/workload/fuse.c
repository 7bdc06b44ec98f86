// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A FUSE server that speaks /dev/fuse directly, and its clients.
 *
 * The kernel copies between the server's user pages and the page cache (or the
 * client's user pages, for direct I/O) through its own mapping of both: the
 * case of the thread of 2007.  In another process the server is protected by the
 * whole-cache flush of a context switch; as a thread of the client it is not.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "workload.h"

#define FILE_SIZE (16 * PAGE)
#define MAX_WRITE (8 * PAGE)

enum { NODE_ROOT = 1, NODE_CACHED, NODE_DIRECT, NODE_END };

static const char *const node_name[NODE_END] = {
	[NODE_CACHED] = "cached", [NODE_DIRECT] = "direct"
};

/* The request's header, and its arguments behind it. */
static struct {
	struct fuse_in_header header;
	unsigned char args[MAX_WRITE + PAGE];
} request;

static unsigned char contents[NODE_END][FILE_SIZE] __attribute__((aligned(4096)));
static int device;

/*
 * Answers in turn with one contiguous buffer, just written, which begins at any
 * word, and with a vector whose body lies where it always was.
 */
static void reply(int error, const void *body, size_t len)
{
	static unsigned char flat[FILE_SIZE + PAGE];
	static unsigned int turn;
	struct fuse_out_header header = {
		.len = (uint32_t)(sizeof(header) + len),
		.error = error,
		.unique = request.header.unique,
	};
	struct iovec piece[2] = { { &header, sizeof(header) }, { (void *)body, len } };
	unsigned char *p = flat + turn % 16 * 4;

	if (turn++ % 2) {
		(void)!writev(device, piece, len ? 2 : 1);
		return;
	}
	touch(p, header.len);
	memcpy(p, &header, sizeof(header));
	if (len)
		memcpy(p + sizeof(header), body, len);
	(void)!write(device, p, header.len);
}

static struct fuse_attr attributes(uint64_t node)
{
	struct fuse_attr attr = {
		.ino = node,
		.mode = node == NODE_ROOT ? S_IFDIR | 0755 : S_IFREG | 0644,
		.size = node == NODE_ROOT ? 0 : FILE_SIZE,
		.blocks = FILE_SIZE / 512,
		.nlink = 1,
		.blksize = PAGE,
	};

	return attr;
}

static void do_init(void)
{
	const struct fuse_init_in *in = (const void *)request.args;
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = in->minor < FUSE_KERNEL_MINOR_VERSION ? in->minor
							       : FUSE_KERNEL_MINOR_VERSION,
		.max_readahead = in->max_readahead,
		.flags = FUSE_BIG_WRITES | FUSE_ASYNC_READ,
		.max_background = 4,
		.congestion_threshold = 3,
		.max_write = MAX_WRITE,
		.time_gran = 1,
	};

	reply(0, &out, sizeof(out));
}

static void do_lookup(void)
{
	struct fuse_entry_out out = { .entry_valid = 1000, .attr_valid = 1000 };

	for (uint64_t node = NODE_CACHED; node < NODE_END; node++) {
		if (strcmp((const char *)request.args, node_name[node]))
			continue;
		out.nodeid = node;
		out.attr = attributes(node);
		reply(0, &out, sizeof(out));
		return;
	}
	reply(-ENOENT, NULL, 0);
}

static void do_getattr(void)
{
	struct fuse_attr_out out = { .attr_valid = 1000,
				     .attr = attributes(request.header.nodeid) };

	reply(0, &out, sizeof(out));
}

static void do_open(void)
{
	struct fuse_open_out out = {
		.open_flags = request.header.nodeid == NODE_DIRECT ? FOPEN_DIRECT_IO : 0,
	};

	reply(0, &out, sizeof(out));
}

static void do_read(void)
{
	const struct fuse_read_in *in = (const void *)request.args;
	size_t len = in->size;

	if (in->offset >= FILE_SIZE)
		len = 0;
	else if (len > FILE_SIZE - in->offset)
		len = FILE_SIZE - in->offset;
	reply(0, contents[request.header.nodeid] + (len ? in->offset : 0), len);
}

static void do_write(void)
{
	const struct fuse_write_in *in = (const void *)request.args;
	struct fuse_write_out out = { .size = in->size };

	if (in->offset > FILE_SIZE || in->size > FILE_SIZE - in->offset) {
		reply(-EFBIG, NULL, 0);
		return;
	}
	memcpy(contents[request.header.nodeid] + in->offset, in + 1, in->size);
	reply(0, &out, sizeof(out));
}

static void answer(void)
{
	switch (request.header.opcode) {
	case FUSE_INIT:
		do_init();
		break;
	case FUSE_LOOKUP:
		do_lookup();
		break;
	case FUSE_GETATTR:
	case FUSE_SETATTR:
		do_getattr();
		break;
	case FUSE_OPEN:
		do_open();
		break;
	case FUSE_READ:
		do_read();
		break;
	case FUSE_WRITE:
		do_write();
		break;
	case FUSE_FLUSH:
	case FUSE_RELEASE:
	case FUSE_FSYNC:
		reply(0, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break; /* these want no answer */
	default:
		reply(-ENOSYS, NULL, 0);
	}
}

/* Until the file system is unmounted. */
static void *serve(void *unused)
{
	(void)unused;
	for (;;) {
		if (read(device, &request, sizeof(request)) > 0)
			answer();
		else if (errno == ENODEV)
			return NULL;
		else if (errno != EINTR && errno != EAGAIN && errno != ENOENT)
			die("fuse server: read failed");
	}
}

static void mount_fuse(void)
{
	char options[80];

	for (int node = NODE_CACHED; node < NODE_END; node++)
		fill(contents[node], FILE_SIZE, 0, 0);
	device = (int)must(open("/dev/fuse", O_RDWR), "open /dev/fuse");
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
	must(mount("workload", FUSE_DIR, "fuse", 0, options), "mount of fuse");
}

/* A client's part is a function of the open file. */
void with_server_process(const char *file, void (*client)(int fd))
{
	pid_t server;
	int fd;

	mount_fuse();
	server = (pid_t)must(fork(), "fork");
	if (server == 0) {
		serve(NULL);
		_exit(0);
	}
	close(device);
	fd = (int)must(open(file, O_RDWR), file);
	client(fd);
	close(fd);
	must(umount2(FUSE_DIR, 0), "umount of fuse");
	reap(server);
}

static void client_exercise(int fd)
{
	exercise(fd, NULL, FILE_SIZE, 1, 40);
}

static void client_mapped(int fd)
{
	unsigned char *map = map_shared(fd, FILE_SIZE);
	unsigned char *again = map_anon(FILE_SIZE);

	exercise(fd, map, FILE_SIZE, 1, 20);
	for (unsigned int seed = 100; seed < 104; seed++) {
		fill(map, FILE_SIZE, 0, seed);
		others_run();
		must(msync(map, FILE_SIZE, MS_SYNC), "msync");
		must(madvise(map, FILE_SIZE, MADV_DONTNEED), "madvise");
		must(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), "fadvise");
		verify("fuse mapping", map, FILE_SIZE, 0, seed);
		must(pread(fd, again, FILE_SIZE, 0), "pread");
		verify("fuse read", again, FILE_SIZE, 0, seed);
	}
	munmap(map, FILE_SIZE);
	munmap(again, FILE_SIZE);
}

void fuse_cached(void)
{
	with_server_process(FUSE_DIR "/cached", client_exercise);
}

void fuse_direct(void)
{
	with_server_process(FUSE_DIR "/direct", client_exercise);
}

void fuse_mapped(void)
{
	with_server_process(FUSE_DIR "/cached", client_mapped);
}

/* No mmap here: a fault would wait for a thread that may need the same lock. */
void fuse_same_mm(void)
{
	pthread_t thread;
	int fd;

	mount_fuse();
	if (pthread_create(&thread, NULL, serve, NULL))
		die("cannot start the server's thread");
	for (int node = NODE_CACHED; node < NODE_END; node++) {
		char path[40];

		snprintf(path, sizeof(path), FUSE_DIR "/%s", node_name[node]);
		fd = (int)must(open(path, O_RDWR), path);
		exercise(fd, NULL, FILE_SIZE, 1, 30);
		close(fd);
	}
	must(umount2(FUSE_DIR, 0), "umount of fuse");
	pthread_join(thread, NULL);
	close(device);
}
