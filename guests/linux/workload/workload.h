/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's workload: one static program, `workload NAME` runs one test.
 *
 * A test touches memory in a way that needs cache maintenance from the kernel,
 * and verifies every byte it reads back.  Under QEMU, which has no caches, the
 * data is always right: a failure means that the test or the kernel is broken
 * otherwise.  The judge of coherence is `coherer watch`, from outside.  So a test
 * must be correct by the rules of the interface it uses: a program that itself
 * races with the kernel would give true reports about a faultless kernel.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <stddef.h>
#include <sys/types.h>

#define PAGE 4096u

/* Where init mounted things; each test uses names of its own there. */
#define TMPFS	    "/tmp"
#define EXT2	    "/ext2"
#define LOOP_DEVICE "/dev/loop1" /* free for the tests; loop0 carries /ext2 */
#define FUSE_DIR    "/fuse"

/* Prints what failed with errno's text and exits 1. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* RESULT of a system call, or death with its name if it is -1. */
long must(long result, const char *what);

/*
 * Loads from every line: ARM926 allocates on loads only, so that a store makes a
 * line dirty just if the program has read there before, as most programs have.
 */
void touch(const void *p, size_t len);

/* Touches, then writes.  The byte at OFFSET of stream SEED: differs between lines, pages and seeds.
 */
void fill(void *p, size_t len, size_t offset, unsigned int seed);
void verify(const char *what, const void *p, size_t len, size_t offset, unsigned int seed);

/* A small generator, the same sequence in every run; below LIMIT. */
unsigned int draw(unsigned int limit);

void *map_anon(size_t len);
void *map_shared(int fd, size_t len);
int fresh_file(const char *path, size_t size, unsigned int seed, int flags);
void copy_file(const char *from, const char *to);

/* LOOP_DEVICE over a file of stream 0, opened past the page cache. */
int open_loop(const char *path, size_t size);
void close_loop(int fd);

/* Waits for PID and dies unless it exited with 0. */
void reap(pid_t pid);

/*
 * Lets another process run.  A VIVT kernel flushes its caches at the switch, so
 * what read() left under the kernel's alias is gone.  Called before stores to a
 * shared mapping are written back: without it Linux 6.1 has a real bug there, see
 * holes.c.
 */
void others_run(void);

/*
 * ROUNDS of positioned reads and writes, vectored and plain, at places and
 * lengths that are multiples of GRAIN, through the same user buffers, on an open
 * file of SIZE bytes filled with stream 0.  All is compared with a copy kept in
 * memory, and with MAP, a shared mapping of the file, if there is one: half of
 * the changes are then made through it.
 */
void exercise(int fd, unsigned char *map, size_t size, size_t grain, unsigned int rounds);

/* Mounts FUSE_DIR with a server process and runs CLIENT on an open file of it. */
void with_server_process(const char *file, void (*client)(int fd));

void fuse_cached(void);
void fuse_direct(void);
void fuse_mapped(void);
void fuse_same_mm(void);
void hole_fuse(void);
void hole_loop(void);
void hole_unmap(void);
void hole_write(void);
void hole_truncate(void);
void hole_process_vm(void);
void hole_migrate(void);
void hole_pipe(void);
void hole_socket(void);
void hole_vectors(void);
void hole_chain(void);
void hole_swapon(void);
void hole_aio(void);
void hole_ring(void);
void hole_threads(void);
void hole_swap(void);
void hole_directory(void);
void hole_uprobe(void);
void hole_uring(void);
void shared_once(void);
void shared_twice(void);
void shared_processes(void);
void cow_threads(void);
void trace_data(void);
void trace_breakpoint(void);
void trace_same_mm(void);
void process_vm(void);
void pipe_vmsplice(void);
void loop_direct(void);
void loop_aio(void);
void exec_fresh(void);
void two_programs(void);
void code_generated(void);
void code_in_file(void);
void signals(void);
void mapping_churn(void);
void memory_reuse(void);
void areas_random(void);
void areas_grown(void);

#endif
