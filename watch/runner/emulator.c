// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* pipe2, asprintf */
#include "watch/runner/emulator.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLUGIN	     "libcoherer-watch.so"
#define ANSWER_MS    120000 /* a busy machine takes its time */
#define NEEDED_MAJOR 9
#define NEEDED_MINOR 2

/* How to get one. */
#define INSTALL                                                                                    \
	"; Debian 13: apt install qemu-system-arm; Debian 12: apt install -t bookworm-backports "  \
	"qemu-system-arm"

static bool is_program(const char *path)
{
	return !access(path, X_OK);
}

static bool in_path(const char *name)
{
	const char *dir = getenv("PATH");
	char path[PATH_MAX];

	if (strchr(name, '/'))
		return is_program(name);
	while (dir && *dir) {
		int n = (int)strcspn(dir, ":");

		snprintf(path, sizeof(path), "%.*s/%s", n, n ? dir : ".", name);
		if (is_program(path))
			return true;
		dir += n + (dir[n] == ':');
	}
	return false;
}

static void exec_quietly(const char *command, const char *argument, int out)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execlp(command, command, argument, (char *)NULL);
	_exit(127);
}

/*
 * What is left of text's room is filled; a program that does not end is not waited for.  Returns
 * false if it said nothing for so long.
 */
static bool read_answer(int fd, char *text, size_t size)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t used = 0;
	char rest[4096];
	int ready;

	while ((ready = poll(&p, 1, ANSWER_MS)) > 0) {
		bool full = used + 1 >= size;
		ssize_t n = full ? read(fd, rest, sizeof(rest))
				 : read(fd, text + used, size - 1 - used);

		if (n <= 0)
			break;
		used += full ? 0 : (size_t)n;
	}
	text[used] = '\0';
	return ready != 0;
}

/*
 * The output of "command argument"; empty if it cannot be had.  Returns -1 with a message if the
 * command did not answer.
 */
static int ask(const char *command, const char *argument, char *text, size_t size, char *error,
	       size_t error_size)
{
	bool answered = true;
	int fd[2];
	pid_t pid;

	text[0] = '\0';
	if (pipe2(fd, O_CLOEXEC))
		return 0;
	pid = fork();
	if (!pid)
		exec_quietly(command, argument, fd[1]);
	close(fd[1]);
	if (pid > 0) {
		answered = read_answer(fd[0], text, size);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	close(fd[0]);
	if (answered)
		return 0;
	snprintf(error, error_size, "%s %s: no answer in %d s; is the machine that busy?", command,
		 argument, ANSWER_MS / 1000);
	return -1;
}

static int check_name(const char *command, char *error, size_t size)
{
	const char *base = strrchr(command, '/') ? strrchr(command, '/') + 1 : command;
	const char *prefix = "qemu-system-";

	if (strncmp(base, prefix, strlen(prefix)) || !strcmp(base, "qemu-system-arm"))
		return 0;
	snprintf(error, size, "%s emulates another architecture; expected qemu-system-arm",
		 command);
	return -1;
}

static int check_version(const char *command, char *error, size_t size)
{
	char text[512];
	int major, minor;

	if (ask(command, "--version", text, sizeof(text), error, size))
		return -1;
	if (sscanf(text, "QEMU emulator version %d.%d", &major, &minor) != 2) {
		text[strcspn(text, "\n")] = '\0';
		snprintf(error, size,
			 "%s is no QEMU system emulator: its --version printed '%s'; expected"
			 " 'QEMU emulator version ...' (after -- comes the QEMU command itself)",
			 command, text);
		return -1;
	}
	if (major > NEEDED_MAJOR || (major == NEEDED_MAJOR && minor >= NEEDED_MINOR))
		return 0;
	snprintf(error, size,
		 "QEMU %d.%d is too old: its plugin interface cannot read %s; %d.%d or newer is"
		 " needed" INSTALL,
		 major, minor, major < 9 ? "registers" : "the values of memory accesses",
		 NEEDED_MAJOR, NEEDED_MINOR);
	return -1;
}

static int check_plugins(const char *command, char *error, size_t size)
{
	static char text[256 * 1024];

	if (ask(command, "-help", text, sizeof(text), error, size))
		return -1;
	if (strstr(text, "\n-plugin "))
		return 0;
	snprintf(error, size,
		 "%s was built without plugins: its -help has no -plugin; expected a QEMU"
		 " configured with --enable-plugins (distributions' packages are)",
		 command);
	return -1;
}

int emulator_check(const char *command, char *error, size_t size)
{
	if (check_name(command, error, size))
		return -1;
	if (!in_path(command)) {
		snprintf(error, size,
			 "QEMU not found: '%s' is no program%s; expected a path or name of"
			 " qemu-system-arm" INSTALL,
			 command, strchr(command, '/') ? "" : " in PATH");
		return -1;
	}
	if (check_version(command, error, size))
		return -1;
	return check_plugins(command, error, size);
}

/* The directory of the running program. */
static bool own_directory(char *dir, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", dir, size - 1);

	if (n <= 0)
		return false;
	dir[n] = '\0';
	*strrchr(dir, '/') = '\0';
	return true;
}

/* The path, if there is such a file; the caller frees it. */
static char *readable(const char *dir, const char *file)
{
	char *path;

	if (asprintf(&path, "%s/%s", dir, file) < 0)
		return NULL;
	if (!access(path, R_OK))
		return path;
	free(path);
	return NULL;
}

char *emulator_plugin(const char *given, char *error, size_t size)
{
	char dir[PATH_MAX], *path;

	if (given) {
		/* QEMU looks a bare name up in the library path. */
		path = given[0] == '/' ? readable("", given + 1) : readable(".", given);
		if (!path)
			snprintf(error, size, "plugin %s: %s; expected " PLUGIN, given,
				 strerror(errno));
		return path;
	}
	if (!own_directory(dir, sizeof(dir)))
		strcpy(dir, ".");
	path = readable(dir, PLUGIN);
	if (!path)
		path = readable(dir, "../lib/coherer/" PLUGIN);
	if (!path)
		snprintf(error, size,
			 "no " PLUGIN " in %s, nor in ../lib/coherer of it; expected it there, or"
			 " --plugin FILE",
			 dir);
	return path;
}
