// SPDX-License-Identifier: GPL-2.0-or-later
/* One process reads and writes another's memory: ptrace, process_vm_readv. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

#define WORDS	   512u
#define BREAKPOINT 0xe7f001f0ul /* the kernel turns this instruction into SIGTRAP */
#define REG_PC	   15

static unsigned int words[WORDS];

static void await_stop(pid_t pid, int signal)
{
	int status;

	must(waitpid(pid, &status, __WALL), "waitpid");
	if (!WIFSTOPPED(status) || WSTOPSIG(status) != signal)
		die("tracee: status %#x, expected a stop by signal %d", status, signal);
}

static unsigned long peek(pid_t pid, const void *at)
{
	long word;

	errno = 0;
	word = ptrace(PTRACE_PEEKDATA, pid, at, NULL);
	if (errno)
		die("PTRACE_PEEKDATA at %p failed", at);
	return (unsigned long)word;
}

static void poke(pid_t pid, const void *at, unsigned long word)
{
	must(ptrace(PTRACE_POKEDATA, pid, at, (void *)word), "PTRACE_POKEDATA");
}

static void resume(pid_t pid)
{
	must(ptrace(PTRACE_CONT, pid, NULL, NULL), "PTRACE_CONT");
}

static void data_child(void)
{
	must(ptrace(PTRACE_TRACEME, 0, NULL, NULL), "PTRACE_TRACEME");
	for (unsigned int round = 0; round < 4; round++) {
		fill(words, sizeof(words), 0, round);
		raise(SIGSTOP);
		verify("poked words", words, sizeof(words), 0, round + 50);
	}
	_exit(0);
}

void trace_data(void)
{
	unsigned int copy[WORDS];
	pid_t child = (pid_t)must(fork(), "fork");

	if (child == 0)
		data_child();
	for (unsigned int round = 0; round < 4; round++) {
		await_stop(child, SIGSTOP);
		for (unsigned int i = 0; i < WORDS; i++)
			copy[i] = (unsigned int)peek(child, &words[i]);
		verify("peeked words", copy, sizeof(copy), 0, round);
		fill(copy, sizeof(copy), 0, round + 50);
		for (unsigned int i = 0; i < WORDS; i++)
			poke(child, &words[i], copy[i]);
		resume(child);
	}
	reap(child);
}

/* Where the breakpoints go: two functions, far enough apart for two lines. */
static __attribute__((noinline, aligned(64))) unsigned int step_one(unsigned int x)
{
	return x * 3 + 1;
}

static __attribute__((noinline, aligned(64))) unsigned int step_two(unsigned int x)
{
	return x ^ 0x5a;
}

static int stepper(void *unused)
{
	volatile unsigned int x = 1;

	(void)unused;
	must(ptrace(PTRACE_TRACEME, 0, NULL, NULL), "PTRACE_TRACEME");
	raise(SIGSTOP);
	for (unsigned int round = 0; round < 10; round++)
		x = step_two(step_one(x));
	_exit(0);
}

/* As a debugger does it: trap, put the instruction back, step on, trap again. */
static void break_often(pid_t child)
{
	unsigned int (*const target[2])(unsigned int) = { step_one, step_two };
	struct user_regs regs;
	int status;

	await_stop(child, SIGSTOP);
	for (unsigned int round = 0; round < 12; round++) {
		const void *at = (const void *)target[round % 2];
		unsigned long instruction = peek(child, at);

		poke(child, at, BREAKPOINT);
		resume(child);
		await_stop(child, SIGTRAP);
		must(ptrace(PTRACE_GETREGS, child, NULL, &regs), "PTRACE_GETREGS");
		if (regs.uregs[REG_PC] != (unsigned long)at)
			die("stopped at %#lx, expected %p", regs.uregs[REG_PC], at);
		poke(child, at, instruction);
		if (peek(child, at) != instruction)
			die("the instruction did not come back");
	}
	resume(child);
	must(waitpid(child, &status, __WALL), "waitpid");
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		die("tracee ended with status %#x", status);
}

void trace_breakpoint(void)
{
	pid_t child = (pid_t)must(fork(), "fork");

	if (child == 0)
		stepper(NULL);
	break_often(child);
}

/* The tracee shares the tracer's memory: no context switch flushes for us. */
void trace_same_mm(void)
{
	char *stack = map_anon(16 * PAGE);

	break_often(
		(pid_t)must(clone(stepper, stack + 16 * PAGE, CLONE_VM | SIGCHLD, NULL), "clone"));
}

void process_vm(void)
{
	size_t size = 5 * PAGE + 123;
	unsigned char *theirs = map_anon(6 * PAGE), *ours = map_anon(6 * PAGE);
	int go[2], done[2];
	char token;
	pid_t child;

	must(pipe(go), "pipe");
	must(pipe(done), "pipe");
	child = (pid_t)must(fork(), "fork");
	if (child == 0) {
		for (unsigned int round = 0; round < 6; round++) {
			fill(theirs + 5, size, 0, round);
			must(write(done[1], "", 1), "write");
			must(read(go[0], &token, 1), "read");
			verify("written from outside", theirs + 5, size, 0, round + 70);
		}
		_exit(0);
	}
	for (unsigned int round = 0; round < 6; round++) {
		struct iovec local = { ours + 3, size }, remote = { theirs + 5, size };

		must(read(done[0], &token, 1), "read");
		if (process_vm_readv(child, &local, 1, &remote, 1, 0) != (ssize_t)size)
			die("process_vm_readv failed");
		verify("read from outside", ours + 3, size, 0, round);
		fill(ours + 3, size, 0, round + 70);
		if (process_vm_writev(child, &local, 1, &remote, 1, 0) != (ssize_t)size)
			die("process_vm_writev failed");
		must(write(go[1], "", 1), "write");
	}
	reap(child);
}
