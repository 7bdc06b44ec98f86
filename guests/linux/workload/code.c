// SPDX-License-Identifier: GPL-2.0-or-later
/* Data becomes instructions: exec, generated code, signal trampolines. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workload.h"

#define SYS_CACHEFLUSH 0x0f0002 /* ARM's own: (start, end, 0) */

static void run(const char *path, const char *first, const char *second, const char *third)
{
	pid_t child = (pid_t)must(fork(), "fork");

	if (child == 0) {
		execl(path, first, second, third, NULL);
		die("cannot execute %s", path);
	}
	reap(child);
}

/* The text was written by copy_file() a moment ago and reaches us by page faults. */
void exec_fresh(void)
{
	const char *const target[] = { TMPFS "/fresh", EXT2 "/fresh" };

	for (unsigned int round = 0; round < 4; round++) {
		const char *path = target[round % 2];

		if (round < 2) {
			copy_file("/bin/busybox", path);
			run(path, "sh", "-c", "test $((6 * 7)) = 42");
		} else {
			copy_file("/bin/workload", path);
			run(path, "workload", "signals", NULL);
		}
		unlink(path);
	}
}

/* What the shell in two_programs() is made to do: much of its code runs. */
static const char answer[] = "while read a b; do case $a in *7) echo $((a * b + 1));; "
			     "*) echo $((a * b));; esac; done";

/*
 * Two programs take turns: a shell multiplies.  Both are linked at the same
 * address, on other pages, so that each finds the other's lines in a VIVT cache.
 */
void two_programs(void)
{
	int to[2], from[2];
	pid_t child;
	FILE *ask, *said;

	must(pipe(to), "pipe");
	must(pipe(from), "pipe");
	child = (pid_t)must(fork(), "fork");
	if (child == 0) {
		dup2(to[0], 0);
		dup2(from[1], 1);
		for (int i = 0; i < 2; i++) {
			close(to[i]);
			close(from[i]);
		}
		execl("/bin/busybox", "sh", "-c", answer, NULL);
		die("cannot execute the shell");
	}
	close(to[0]);
	close(from[1]);
	ask = fdopen(to[1], "w");
	said = fdopen(from[0], "r");
	for (int i = 1; ask && said && i < 20; i++) {
		int product = 0, expected = i * (i + 5) + (i % 10 == 7);

		fprintf(ask, "%d %d\n", i, i + 5);
		fflush(ask);
		if (fscanf(said, "%d", &product) != 1 || product != expected)
			die("the shell said %d, expected %d", product, expected);
	}
	fclose(ask);
	fclose(said);
	reap(child);
}

typedef unsigned int (*generated)(void);

/* A function that returns VALUE, below 256. */
static void generate(unsigned int *at, unsigned int value)
{
	at[0] = 0xe3a00000u | value; /* mov r0, #value */
	at[1] = 0xe12fff1eu;	     /* bx lr */
}

static void call(const char *what, const void *at, unsigned int expected)
{
	unsigned int got;

	syscall(SYS_CACHEFLUSH, at, (const char *)at + 8, 0);
	got = ((generated)at)();
	if (got != expected)
		die("%s: returned %u, expected %u", what, got, expected);
}

/*
 * Written again and again in the same places.  Reading it back first brings the
 * line into the data cache, so that the next change makes it dirty there.
 */
void code_generated(void)
{
	unsigned int *code = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (code == MAP_FAILED)
		die("mmap of executable memory failed");
	for (unsigned int round = 0; round < 200; round++) {
		unsigned int *at = code + round % 21 * 14;

		if (at[0] && at[1] != 0xe12fff1eu)
			die("code reads back as %#x", at[1]);
		generate(at, round % 256);
		call("generated code", at, round % 256);
	}
	munmap(code, 2 * PAGE);
}

/* The same through write() and the page cache. */
void code_in_file(void)
{
	int fd = fresh_file(TMPFS "/code", PAGE, 0, 0);
	const char *map = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		die("mmap of executable memory failed");
	for (unsigned int round = 0; round < 100; round++) {
		unsigned int code[2], at = round % 16 * 16;

		generate(code, round);
		if (pwrite(fd, code, sizeof(code), (off_t)at) != sizeof(code))
			die("write of code failed");
		call("code in a file", map + at, round);
	}
	munmap((void *)map, PAGE);
	close(fd);
}

static volatile unsigned int handled;

static void handler(int signal)
{
	unsigned char noise[512];

	fill(noise, sizeof(noise), 0, (unsigned int)signal);
	verify("handler's stack", noise, sizeof(noise), 0, (unsigned int)signal);
	handled++;
}

/* What the kernel takes; glibc would fill in a restorer of its own. */
struct kernel_sigaction {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long mask[2];
};

void signals(void)
{
	static unsigned char stack[16 * PAGE];
	struct kernel_sigaction bare = { .handler = handler };
	struct sigaction with_stack = { .sa_handler = handler, .sa_flags = SA_ONSTACK };
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };

	/* Without a restorer the kernel's own page of trampolines is used. */
	must(syscall(SYS_rt_sigaction, SIGUSR1, &bare, NULL, sizeof(bare.mask)), "rt_sigaction");
	must(sigaltstack(&alternate, NULL), "sigaltstack");
	must(sigaction(SIGUSR2, &with_stack, NULL), "sigaction");
	for (unsigned int round = 0; round < 100; round++) {
		raise(SIGUSR1);
		raise(SIGUSR2);
	}
	if (handled != 200)
		die("%u signals handled, expected 200", handled);
}

/* Two instructions, a probe on each: the kernel executes them at one place, in turn. */
int probed(int x);
__asm__(".text\n.arm\n.type probed, %function\nprobed:\n"
	"	add	r0, r0, #40\n"
	"	eor	r0, r0, #3\n"
	"	bx	lr\n"
	".size probed, . - probed\n");

/* Where ADDRESS is in the file that this program is. */
static unsigned long in_file(unsigned long address)
{
	const ElfW(Phdr) *part = (const ElfW(Phdr) *)getauxval(AT_PHDR);
	unsigned long n = getauxval(AT_PHNUM);

	for (unsigned long i = 0; i < n; i++)
		if (part[i].p_type == PT_LOAD && address - part[i].p_vaddr < part[i].p_filesz)
			return address - part[i].p_vaddr + part[i].p_offset;
	die("%#lx is in no part of this program's file", address);
}

static void tell(const char *path, const char *text)
{
	int fd = (int)must(open(path, O_WRONLY), path);

	must(write(fd, text, strlen(text)), path);
	close(fd);
}

void hole_uprobe(void)
{
	unsigned long at = in_file((unsigned long)probed);
	char probes[128];

	mkdir(TMPFS "/trace", 0700);
	must(mount("tracefs", TMPFS "/trace", "tracefs", 0, NULL), "mount of tracefs");
	snprintf(probes, sizeof(probes),
		 "p:uprobes/first /bin/workload:%#lx\np:uprobes/second /bin/workload:%#lx\n", at,
		 at + 4);
	tell(TMPFS "/trace/uprobe_events", probes);
	tell(TMPFS "/trace/events/uprobes/enable", "1");
	for (int i = 0; i < 90; i++)
		if (probed(i) != ((i + 40) ^ 3))
			die("probed(%d) is %d", i, probed(i));
	tell(TMPFS "/trace/events/uprobes/enable", "0");
	must(umount(TMPFS "/trace"), "umount");
}
