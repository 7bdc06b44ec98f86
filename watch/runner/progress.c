// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/progress.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PERIOD	   1000
#define COLUMNS	   80u
#define ERASE_LINE "\r\033[K"

bool progress_wanted(int reports, int console)
{
	const char *kind = getenv("TERM");
	struct stat a, b;

	if (!isatty(reports) || !kind || !strcmp(kind, "dumb"))
		return false;
	return !isatty(console) ||
	       (!fstat(reports, &a) && !fstat(console, &b) && a.st_rdev != b.st_rdev);
}

unsigned progress_columns(int terminal)
{
	struct winsize size;

	return !ioctl(terminal, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : COLUMNS;
}

void progress_start(struct progress *p, FILE *out, unsigned columns, int64_t now)
{
	*p = (struct progress){ .out = out, .columns = columns, .start = now, .due = now + PERIOD };
}

int progress_patience(const struct progress *p, int64_t now)
{
	return !p->out ? -1 : p->due > now ? (int)(p->due - now) : 0;
}

void progress_tell(struct progress *p, const struct wire_progress *said)
{
	p->last = *said;
	p->told = true;
}

void progress_draw(struct progress *p, int64_t now, size_t reports)
{
	int64_t seconds = (now - p->start) / 1000;
	char line[256];
	int n;

	if (!p->out || now < p->due)
		return;
	n = snprintf(line, sizeof(line), "coherer: %" PRId64 ":%02d, %zu different reports",
		     seconds / 60, (int)(seconds % 60), reports);
	if (p->told)
		snprintf(line + n, sizeof(line) - (size_t)n,
			 ", %" PRIu64 " occurrences; %" PRIu64
			 " accesses looked at closely, %" PRIu64 " operations on caches",
			 p->last.findings, p->last.accesses, p->last.maintenance);
	/* Not into the last column: there some terminals begin a new line. */
	fprintf(p->out, ERASE_LINE "%.*s", (int)p->columns - 1, line);
	fflush(p->out);
	p->drawn = true;
	p->due = now + PERIOD;
}

void progress_erase(struct progress *p)
{
	if (!p || !p->drawn)
		return;
	fputs(ERASE_LINE, p->out);
	fflush(p->out);
	p->drawn = false;
}
