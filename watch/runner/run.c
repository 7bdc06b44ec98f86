// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* pipe2, asprintf, F_SETPIPE_SZ */
#include "watch/runner/run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "watch/runner/again.h"
#include "watch/runner/debug_file.h"
#include "watch/runner/device_tree.h"
#include "watch/runner/emulator.h"
#include "watch/runner/scenario.h"
#include "watch/runner/kernel_layout.h"
#include "watch/runner/session.h"
#include "watch/runner/stream.h"
#include "watch/runner/summary.h"

#define PIPE_SIZE    (1 << 20)
#define STOP_MS	     60000
#define INTERRUPT_MS 10000
#define MESSAGE	     1024

struct run {
	const struct watch_options *options;
	struct session session;
	struct stream stream;
	char *plugin;
	sigset_t blocked, before;
	int pipe, signals; /* -1: closed */
	pid_t pid;
	bool ended, stopping, interrupted;
	int status;		      /* as of waitpid */
	int64_t deadline;	      /* when QEMU is killed; 0: never */
	int wanted;		      /* the list for the second run; -1: none */
	bool all_coherent;	      /* the device tree says so */
	char kernel[KERNEL_ARGUMENT]; /* where its tasks are; "": not known */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool use_colour(void)
{
	const char *no = getenv("NO_COLOR");

	return isatty(STDERR_FILENO) && !(no && *no);
}

static int complain(const char *what)
{
	fprintf(stderr, "coherer watch: %s\n", what);
	return -1;
}

/* A guest does no maintenance for devices that its device tree calls coherent. */
static void ask_device_tree(struct run *r)
{
	struct wire_note note = { 0 };
	char path[128];

	if (!device_tree_of_command(r->options->command, path, sizeof(path)))
		return;
	r->all_coherent = !strcmp(path, "/");
	note.warning = !r->all_coherent;
	snprintf(note.text, sizeof(note.text),
		 r->all_coherent
			 ? "the device tree says that all devices are coherent: %s dma-coherent"
			 : "the device tree says dma-coherent at %s: name the devices below "
			   "it with --coherent",
		 path);
	tally_note(&r->session.tally, &note);
}

/* Who reads, and when: a guest that is no Linux has no such structures. */
static void ask_kernel(struct run *r)
{
	struct wire_note note = { 0 };
	struct kernel_layout layout;
	char why[100];

	switch (kernel_layout_find(r->session.symbols, &layout, why, sizeof(why))) {
	case KERNEL_IS_NONE:
		break;
	case KERNEL_IS_UNKNOWN:
		snprintf(note.text, sizeof(note.text),
			 "processes and times of the kernel are not told: %s", why);
		tally_note(&r->session.tally, &note);
		break;
	case KERNEL_IS_KNOWN:
		kernel_layout_argument(&layout, r->kernel);
		break;
	}
}

/* The same instructions twice: only if QEMU counts them to tell the time. */
static int prepare_again(struct run *r)
{
	static const struct wire_note note = {
		.text = "--again without QEMU's -icount: the second run need not be as the first",
	};
	char *const *word = r->options->command;

	while (*word && strcmp(*word, "-icount") && strcmp(*word, "--icount"))
		word++;
	if (!*word)
		tally_note(&r->session.tally, &note);
	r->session.again = again_new();
	return r->session.again ? 0 : -1;
}

/* Everything that can be wrong before QEMU starts; the file that is to be
 * written comes last, so that a wrong command leaves an old one alone. */
static int set_up(struct run *r)
{
	const struct watch_options *o = r->options;
	struct session *s = &r->session;
	char error[MESSAGE];

	s->out = stderr;
	s->colour = use_colour();
	s->max = o->max;
	s->first = o->first;
	s->user.debug_dir = o->debug_dir;
	if (o->debug_dir && debug_dir_check(o->debug_dir, error, sizeof(error)))
		return complain(error);
	s->all = o->all;
	if (o->symbols) {
		s->symbols = symbols_open_debug(o->symbols, o->debug_dir, error, sizeof(error));
		if (!s->symbols)
			return complain(error);
	}
	if ((o->modules || o->user_symbols || o->debug_dir) && !o->symbols)
		return complain("--modules, --user-symbols and --debug-dir need --symbols, the "
				"kernel's vmlinux");
	if (o->modules && modules_find(&s->modules, o->modules, error, sizeof(error)))
		return complain(error);
	if (o->user_symbols && user_files_open(&s->user, o->user_symbols, error, sizeof(error)))
		return complain(error);
	if (o->suppressions &&
	    suppress_load(&s->suppressions, o->suppressions, error, sizeof(error)))
		return complain(error);
	if (o->library && library_load(&s->library, o->library, error, sizeof(error)))
		return complain(error);
	ask_device_tree(r);
	ask_kernel(r);
	if (o->again && prepare_again(r))
		return complain(strerror(ENOMEM));
	r->plugin = emulator_plugin(o->plugin, error, sizeof(error));
	if (!r->plugin || emulator_check(o->command[0], error, sizeof(error)))
		return complain(error);
	s->litmus = o->litmus;
	if (o->litmus && scenario_folder(o->litmus)) {
		snprintf(error, sizeof(error), "%s: %s; expected a folder, or a name for one",
			 o->litmus, strerror(errno));
		return complain(error);
	}
	if (o->json && json_open(&s->json, o->json, o->command)) {
		snprintf(error, sizeof(error), "%s: %s; expected a file that can be written",
			 o->json, strerror(errno));
		return complain(error);
	}
	return 0;
}

/* QEMU splits the argument at commas; a doubled one stands for itself.  NULL: no memory. */
static char *plugin_argument(const struct run *r, int fd)
{
	char *argument = NULL;
	size_t size;
	FILE *out = open_memstream(&argument, &size);
	bool failed;

	if (!out)
		return NULL;
	for (const char *from = r->plugin; *from; from++)
		fprintf(out, *from == ',' ? ",%c" : "%c", *from);
	fprintf(out, ",fd=%d,cpu=%s,allocate=%s", fd, r->options->cpu,
		r->options->write_allocate ? "write" : "core");
	if (*r->kernel)
		fprintf(out, ",kernel=%s", r->kernel);
	if (r->all_coherent)
		fprintf(out, ",coherent=all");
	if (r->wanted >= 0)
		fprintf(out, ",writers=%d", r->wanted);
	if (r->options->redundant)
		fprintf(out, ",callers=yes");
	for (char **name = r->options->coherent; name && *name; name++)
		fprintf(out, ",coherent=%s", *name);
	failed = ferror(out);
	if (!fclose(out) && !failed)
		return argument;
	free(argument);
	return NULL;
}

static void run_child(const struct run *r, int fd)
{
	char **command = r->options->command, **argv, *argument = plugin_argument(r, fd);
	size_t n = 0;

	while (command[n])
		n++;
	argv = calloc(n + 3, sizeof(*argv));
	if (argv && argument) {
		memcpy(argv, command, n * sizeof(*argv));
		argv[n] = "-plugin";
		argv[n + 1] = argument;
		fcntl(fd, F_SETFD, 0);
		signal(SIGPIPE, SIG_DFL);
		sigprocmask(SIG_SETMASK, &r->before, NULL);
		execvp(argv[0], argv);
	}
	fprintf(stderr, "coherer watch: cannot start %s: %s\n", command[0], strerror(errno));
	_exit(127);
}

static void block_signals(struct run *r)
{
	sigemptyset(&r->blocked);
	sigaddset(&r->blocked, SIGINT);
	sigaddset(&r->blocked, SIGTERM);
	sigaddset(&r->blocked, SIGHUP);
	sigaddset(&r->blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &r->blocked, &r->before);
	signal(SIGPIPE, SIG_IGN);
	r->signals = signalfd(-1, &r->blocked, SFD_CLOEXEC);
}

static int start(struct run *r)
{
	int fd[2];

	if (r->signals < 0)
		block_signals(r);
	if (r->signals < 0 || pipe2(fd, O_CLOEXEC))
		return complain(strerror(errno));
	fcntl(fd[1], F_SETPIPE_SZ, PIPE_SIZE); /* best effort: the guest waits less */
	if (progress_wanted(STDERR_FILENO, STDOUT_FILENO))
		progress_start(&r->session.progress, stderr, progress_columns(STDERR_FILENO),
			       now_ms());
	fflush(NULL);
	r->pid = fork();
	if (!r->pid)
		run_child(r, fd[1]);
	close(fd[1]);
	r->pipe = fd[0];
	return r->pid < 0 ? complain(strerror(errno)) : 0;
}

static void stop(struct run *r, int signal_number, int patience_ms)
{
	progress_erase(&r->session.progress); /* QEMU says that it was told to end */
	kill(r->pid, signal_number);
	r->stopping = true;
	r->deadline = now_ms() + patience_ms;
}

/* Returns false when nothing more is to be had now. */
static bool read_pipe(struct run *r)
{
	uint8_t bytes[65536];
	ssize_t n = read(r->pipe, bytes, sizeof(bytes));
	const char *before = r->stream.broken;

	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0) {
		if (n == 0) {
			close(r->pipe);
			r->pipe = -1;
		}
		return false;
	}
	stream_feed(&r->stream, bytes, (size_t)n, session_message, &r->session);
	if (!r->stream.broken || before)
		return true;
	progress_erase(&r->session.progress);
	fprintf(stderr, "coherer watch: the plugin sent %s; nothing more is read\n",
		r->stream.broken);
	return true;
}

static void on_signal(struct run *r)
{
	struct signalfd_siginfo info;

	if (read(r->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD) {
		r->ended = waitpid(r->pid, &r->status, WNOHANG) == r->pid;
	} else if (r->interrupted) {
		/* Not a second SIGTERM: timeout(1) sends it twice, to us and to our group. */
		if (info.ssi_signo == SIGINT)
			kill(r->pid, SIGKILL);
	} else {
		r->interrupted = true;
		stop(r, (int)info.ssi_signo, INTERRUPT_MS);
	}
}

static int patience(const struct run *r)
{
	int64_t now = now_ms(), left = r->deadline - now;
	int stop_in = !r->deadline ? -1 : left < 0 ? 0 : (int)left;
	int draw_in = progress_patience(&r->session.progress, now);

	/* -1, for ever, is the largest of all. */
	return (unsigned)stop_in < (unsigned)draw_in ? stop_in : draw_in;
}

/*
 * QEMU's end, not the pipe's, ends the loop: a process that QEMU has forked may
 * keep the pipe open for ever, and QEMU may close it early.
 */
static void follow(struct run *r)
{
	while (!r->ended) {
		struct pollfd p[2] = { { .fd = r->pipe, .events = POLLIN },
				       { .fd = r->signals, .events = POLLIN } };

		poll(p, 2, patience(r));
		if (p[0].revents)
			read_pipe(r);
		if (p[1].revents)
			on_signal(r);
		progress_draw(&r->session.progress, now_ms(),
			      tally_different(&r->session.tally, false));
		if (r->session.stop_wanted && !r->stopping)
			stop(r, SIGTERM, STOP_MS);
		if (r->deadline && now_ms() >= r->deadline) {
			kill(r->pid, SIGKILL);
			r->deadline = 0;
		}
	}
	progress_erase(&r->session.progress);
	r->session.progress.out = NULL;
	if (r->pipe < 0)
		return;
	fcntl(r->pipe, F_SETFL, O_NONBLOCK);
	while (read_pipe(r))
		;
}

/* How QEMU ended, if it is worth a word; false if it was as it should be. */
static bool qemu_failed(const struct run *r, char *why, size_t size)
{
	char how[96];

	if (WIFSIGNALED(r->status))
		snprintf(how, sizeof(how), "killed by signal %d, %s", WTERMSIG(r->status),
			 strsignal(WTERMSIG(r->status)));
	else
		snprintf(how, sizeof(how), "exit status %d", WEXITSTATUS(r->status));
	if (!r->session.tally.has_hello && !r->stopping)
		snprintf(why, size,
			 "QEMU ended before the plugin said hello (%s); its own message is above",
			 how);
	else if (r->status && !r->stopping)
		snprintf(why, size, "QEMU failed (%s)", how);
	else
		return false;
	return true;
}

static bool starts_stopped(char *const *command)
{
	for (; *command; command++)
		if (!strcmp(*command, "-S") || !strcmp(*command, "--S"))
			return true;
	return false;
}

static enum watch_result judge(const struct run *r)
{
	char why[256];

	if (r->session.wrong_version || r->session.refused)
		return WATCH_SETUP;
	if (qemu_failed(r, why, sizeof(why))) {
		complain(why);
		return WATCH_QEMU;
	}
	if (!r->session.tally.has_hello)
		complain(starts_stopped(r->options->command)
				 ? "the guest was never started: with -S QEMU waits for a debugger "
				   "or "
				   "a monitor to start it"
				 : "interrupted before the guest ran its first instruction");
	if (tally_different(&r->session.tally, false))
		return WATCH_FOUND;
	return r->interrupted ? WATCH_CUT : WATCH_NOTHING;
}

static void say_no_symbols(void)
{
	fprintf(stderr,
		"reports have no names, no lines and no call chains: give the guest's program as "
		"--symbols FILE (Linux: vmlinux, in the top folder of its build; else the ELF "
		"file, not stripped)\n");
}

static enum watch_result finish(struct run *r, enum watch_result result)
{
	struct session *s = &r->session;
	struct json_end end = { &s->tally,   &s->groups, &s->suppressions,
				&s->callers, s->symbols, r->options->redundant,
				(int)result };

	session_end(s);
	if (s->tally.has_hello) {
		summary_print(stderr, &s->tally, &s->groups, &s->suppressions);
		if (!s->symbols && result == WATCH_FOUND)
			say_no_symbols();
		if (r->options->redundant)
			summary_redundant(stderr, &s->tally, &s->callers, s->symbols);
	}
	if (s->litmus)
		fprintf(stderr,
			"litmus tests of %" PRIu64 " reports in %s; %" PRIu64
			" reports cannot be said as one\n",
			s->litmus_written, s->litmus, s->litmus_unsaid);
	if (s->litmus_error) {
		fprintf(stderr, "coherer watch: %s: %s; litmus tests are missing\n", s->litmus,
			strerror(s->litmus_error));
		result = WATCH_SETUP;
	}
	if (json_close(&s->json, &end)) {
		fprintf(stderr, "coherer watch: %s: %s; the file is not complete\n",
			r->options->json, strerror(errno));
		return WATCH_SETUP;
	}
	return result;
}

static enum watch_result run_once(struct run *r)
{
	if (start(r))
		return WATCH_QEMU;
	follow(r);
	return judge(r);
}

static void say_again(size_t n)
{
	fprintf(stderr,
		"coherer watch: %zu different report%s; the same again, for the call chains of"
		" the writers\n",
		n, n == 1 ? "" : "s");
}

/* After the first run.  Returns the result of both. */
static enum watch_result run_again(struct run *r, enum watch_result result)
{
	struct session *s = &r->session;
	size_t different = tally_different(&s->tally, false);

	if (result == WATCH_FOUND && !r->interrupted)
		r->wanted = again_start(s);
	if (r->wanted >= 0) {
		say_again(different);
		if (r->pipe >= 0)
			close(r->pipe);
		r->pipe = -1;
		r->stream = (struct stream){ 0 };
		r->ended = r->stopping = false;
		r->status = 0;
		r->deadline = 0;
		result = run_once(r);
		close(r->wanted);
	}
	again_end(s);
	if (result == WATCH_SETUP || result == WATCH_QEMU)
		return result;
	return tally_different(&s->tally, false) ? WATCH_FOUND : result;
}

enum watch_result watch_run(const struct watch_options *o)
{
	struct run *r = calloc(1, sizeof(*r));
	enum watch_result result = WATCH_SETUP;

	if (!r)
		return WATCH_SETUP;
	r->options = o;
	r->pipe = r->signals = r->wanted = -1;
	if (!set_up(r)) {
		result = run_once(r);
		if (o->again)
			result = run_again(r, result);
		result = finish(r, result);
		sigprocmask(SIG_SETMASK, &r->before, NULL);
	}
	if (r->pipe >= 0)
		close(r->pipe);
	if (r->signals >= 0)
		close(r->signals);
	again_free(r->session.again);
	tally_free(&r->session.tally);
	callers_free(&r->session.callers);
	groups_free(&r->session.groups);
	suppress_free(&r->session.suppressions);
	library_free(&r->session.library);
	symbols_close(r->session.symbols);
	modules_free(&r->session.modules);
	user_files_close(&r->session.user);
	free(r->plugin);
	free(r);
	return result;
}
