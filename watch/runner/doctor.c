// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* mkdtemp, asprintf */
#include "watch/runner/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watch/runner/emulator.h"
#include "watch/runner/kernel_layout.h"
#include "watch/runner/known_bug.h"
#include "watch/runner/run.h"
#include "watch/runner/symbols.h"

#define MESSAGE 1024

struct doctor {
	const struct doctor_options *options;
	FILE *out;
	bool well;
};

static void say_ok(const struct doctor *d, const char *what, const char *found)
{
	fprintf(d->out, "ok       %-9s %s\n", what, found);
}

static void say_wrong(struct doctor *d, const char *what, const char *why)
{
	fprintf(d->out, "wrong    %-9s %s\n", what, why);
	d->well = false;
}

/* watch works, and sees less. */
static void say_less(const struct doctor *d, const char *what, const char *why, const char *repair)
{
	fprintf(d->out, "less     %-9s %s\n                   %s\n", what, why, repair);
}

static char *look_for_plugin(struct doctor *d)
{
	char error[MESSAGE], *path = emulator_plugin(d->options->plugin, error, sizeof(error));

	if (path)
		say_ok(d, "plugin", path);
	else
		say_wrong(d, "plugin", error);
	return path;
}

static bool look_at_emulator(struct doctor *d)
{
	char error[MESSAGE];
	bool good = !emulator_check(d->options->qemu, error, sizeof(error));

	if (good)
		say_ok(d, "emulator", d->options->qemu);
	else
		say_wrong(d, "emulator", error);
	return good;
}

/* ---- the program with the known bug ---- */

struct trial {
	char dir[32], program[48], words[48]; /* files below dir: what is run, what watch says */
};

static bool prepare_trial(struct trial *t)
{
	FILE *file;
	bool written;

	strcpy(t->dir, "/tmp/coherer-XXXXXX");
	if (!mkdtemp(t->dir))
		return false;
	snprintf(t->program, sizeof(t->program), "%s/program", t->dir);
	snprintf(t->words, sizeof(t->words), "%s/words", t->dir);
	file = fopen(t->program, "wb");
	if (!file)
		return false;
	written = fwrite(known_bug, sizeof(known_bug), 1, file) == 1;
	return !fclose(file) && written;
}

static void remove_trial(const struct trial *t)
{
	unlink(t->program);
	unlink(t->words);
	rmdir(t->dir);
}

static void exec_trial(const struct doctor *d, const struct trial *t, const char *plugin)
{
	int null = open("/dev/null", O_RDWR);
	int words = open(t->words, O_WRONLY | O_CREAT | O_EXCL, 0600);
	char *device;

	if (null < 0 || words < 0 ||
	    asprintf(&device, "loader,file=%s,addr=" KNOWN_BUG_AT ",cpu-num=0", t->program) < 0)
		_exit(127);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(words, STDERR_FILENO);
	execl("/proc/self/exe", "coherer", "watch", "--plugin", plugin, "--", d->options->qemu,
	      "-M", "versatilepb", "-display", "none", "-audio", "none", "-monitor", "none",
	      "-serial", "none", "-nic", "none", "-semihosting-config", "enable=on,target=native",
	      "-device", device, (char *)NULL);
	_exit(127);
}

/* The exit status of watch; -1 if it had none. */
static int run_trial(const struct doctor *d, const struct trial *t, const char *plugin)
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (!pid)
		exec_trial(d, t, plugin);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void read_words(const struct trial *t, char *text, size_t size)
{
	FILE *file = fopen(t->words, "r");
	size_t n = file ? fread(text, 1, size - 1, file) : 0;

	text[n] = '\0';
	if (file)
		fclose(file);
}

/* The line of text that begins with start, cut at its end; NULL if there is none. */
static char *find_line(char *text, const char *start)
{
	for (char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, start, strlen(start)))
			continue;
		line[strcspn(line, "\n")] = '\0';
		return line;
	}
	return NULL;
}

static void judge_trial(struct doctor *d, int status, char *text)
{
	char why[MESSAGE];
	char *blind;

	if (status != WATCH_FOUND || !strstr(text, "\nCOHERER: stale-read in ")) {
		snprintf(why, sizeof(why),
			 "a program with a known bug was run, and was not reported: watch ended "
			 "with exit code %d.  It said:",
			 status);
		say_wrong(d, "trial", why);
		fputs(text, d->out);
		return;
	}
	say_ok(d, "trial", "a program with a known bug was run: the bug was reported");
	blind = find_line(text, "devices are not seen: ");
	if (!blind)
		say_ok(d, "devices", "what each device reads and writes is seen");
	else
		say_less(d, "devices", blind,
			 "a QEMU with modules exports what is needed (--enable-modules): Debian's "
			 "does");
}

static void try_known_bug(struct doctor *d, const char *plugin)
{
	struct trial t = { 0 };
	char text[16384];

	if (prepare_trial(&t)) {
		int status = run_trial(d, &t, plugin);

		read_words(&t, text, sizeof(text));
		judge_trial(d, status, text);
	} else {
		snprintf(text, sizeof(text), "/tmp: %s; expected a folder for two small files",
			 strerror(errno));
		say_wrong(d, "trial", text);
	}
	if (*t.dir)
		remove_trial(&t);
}

/* ---- the guest's symbols ---- */

static void look_at_kernel(struct doctor *d, struct symbols *s)
{
	struct kernel_layout layout;
	char why[100];

	switch (kernel_layout_find(s, &layout, why, sizeof(why))) {
	case KERNEL_IS_NONE:
		say_ok(d, "symbols", "names and lines; the file is no Linux kernel");
		break;
	case KERNEL_IS_UNKNOWN:
		say_less(d, "symbols", why,
			 "processes and times are not told.  Linux: CONFIG_DEBUG_INFO_DWARF4=y, "
			 "or a -dbg package's vmlinux");
		break;
	case KERNEL_IS_KNOWN:
		say_ok(d, "symbols", "names, lines, processes and times of a Linux kernel");
		break;
	}
}

static void look_at_symbols(struct doctor *d)
{
	char error[MESSAGE];
	struct symbols *s;

	if (!d->options->symbols) {
		say_less(d, "symbols", "none given: reports have addresses, and no names",
			 "--symbols FILE: Linux's vmlinux, in the top folder of its build; else "
			 "the ELF file, not stripped");
		return;
	}
	s = symbols_open(d->options->symbols, error, sizeof(error));
	if (s)
		look_at_kernel(d, s);
	else
		say_wrong(d, "symbols", error);
	symbols_close(s);
}

bool doctor_run(const struct doctor_options *o, FILE *out)
{
	struct doctor d = { o, out, true };
	char *plugin = look_for_plugin(&d);
	bool good = look_at_emulator(&d);

	if (plugin && good)
		try_known_bug(&d, plugin);
	look_at_symbols(&d);
	free(plugin);
	return d.well;
}
