// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* memfd_create */
#include "watch/runner/again.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "watch/runner/session.h"

enum stage {
	FIRST_RUN,
	SECOND_RUN,
	AT_THE_END, /* what is reported now did not come again */
};

struct kept {
	struct wire_finding *finding; /* the first of its title */
	bool came_again;
};

struct again {
	enum stage stage;
	struct kept *kept;
	size_t n_kept;
	struct wire_wanted *wanted;
	size_t n_wanted;
	bool out_of_memory;
	/* Of the first run, during the second. */
	struct tally tally;
	struct callers callers;
	struct wire_writer writer; /* the last one that was sent */
};

struct again *again_new(void)
{
	return calloc(1, sizeof(struct again));
}

void again_free(struct again *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->n_kept; i++)
		free(a->kept[i].finding);
	free(a->kept);
	free(a->wanted);
	tally_free(&a->tally);
	callers_free(&a->callers);
	free(a);
}

static bool has_writer(const struct wire_finding *f)
{
	return f->write.known && !f->by_device;
}

/* ---- what session.c asks ---- */

void again_take_writer(struct again *a, const struct wire_writer *w)
{
	if (a)
		a->writer = *w;
}

const struct wire_stack *again_writer(const struct again *a, const struct wire_finding *f)
{
	bool is_its = a && a->stage == SECOND_RUN && a->writer.id == f->id && has_writer(f);

	return is_its && a->writer.chain.known ? &a->writer.chain : NULL;
}

void again_judge(struct again *a, struct report *r)
{
	if (!a || r->writer_chain == WRITER_KNOWN || !has_writer(r->f))
		return;
	r->writer_chain = a->stage == SECOND_RUN ? WRITER_NOT_SEEN : WRITER_NOT_AGAIN;
}

/* As the plugin tells findings apart; a device has a name and no instruction. */
static bool is_same(const struct wire_finding *a, const struct wire_finding *b)
{
	return a->by == b->by && a->cause == b->cause && a->read.pc == b->read.pc &&
	       a->write.pc == b->write.pc && !strcmp(a->reader, b->reader) &&
	       !strcmp(a->writer, b->writer);
}

/* Room for one more than n: doubles whenever n reaches a power of two. */
static bool grow(struct again *a, void *array, size_t n, size_t size)
{
	void **p = array, *more;

	if (n & (n - 1))
		return true;
	more = realloc(*p, (n ? 2 * n : 1) * size);
	if (!more)
		a->out_of_memory = true;
	else
		*p = more;
	return more != NULL;
}

static void keep_finding(struct again *a, const struct wire_finding *f)
{
	struct wire_finding *copy;

	if (!grow(a, &a->kept, a->n_kept, sizeof(*a->kept)))
		return;
	copy = malloc(sizeof(*copy));
	if (!copy) {
		a->out_of_memory = true;
		return;
	}
	*copy = *f;
	a->kept[a->n_kept++] = (struct kept){ copy, false };
}

static void keep_writer(struct again *a, const struct wire_finding *f)
{
	if (has_writer(f) && grow(a, &a->wanted, a->n_wanted, sizeof(*a->wanted)))
		a->wanted[a->n_wanted++] = (struct wire_wanted){ f->write.pc, f->first_pa & ~3u };
}

bool again_keeps(struct session *s, const struct wire_finding *f, const struct tally_title *title)
{
	struct again *a = s->again;

	if (!a)
		return false;
	if (a->stage == SECOND_RUN)
		for (size_t i = 0; i < a->n_kept; i++)
			a->kept[i].came_again |= is_same(a->kept[i].finding, f);
	if (a->stage != FIRST_RUN)
		return false;
	keep_writer(a, f);
	if (title)
		keep_finding(a, f);
	if (title && !title->by && s->first)
		s->stop_wanted = true;
	return true;
}

/* ---- between the runs ---- */

static int list_of_wanted(const struct again *a)
{
	size_t size = a->n_wanted * sizeof(*a->wanted);
	int fd = a->n_wanted ? memfd_create("wanted", 0) : -1;

	if (fd >= 0 && (write(fd, a->wanted, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* What comes now is the second run's, even if there is none. */
static void set_first_aside(struct session *s, struct again *a)
{
	a->tally = s->tally;
	a->callers = s->callers;
	s->tally = (struct tally){ 0 };
	s->callers = (struct callers){ 0 };
	groups_free(&s->groups);
	s->stop_wanted = false;
}

int again_start(struct session *s)
{
	struct again *a = s->again;
	int fd = tally_different(&s->tally, false) ? list_of_wanted(a) : -1;

	if (fd < 0)
		return -1;
	set_first_aside(s, a);
	a->stage = SECOND_RUN;
	return fd;
}

/* ---- at the end ---- */

static struct tally_title *same_title(struct tally *t, const char *title)
{
	for (size_t i = 0; i < t->n_titles; i++)
		if (!strcmp(t->title[i].title, title))
			return &t->title[i];
	return NULL;
}

/* Occurrences: of the run that had more of them. */
static void take_counts(struct tally *to, const struct tally *from)
{
	for (size_t i = 0; i < from->n_titles; i++) {
		struct tally_title *title = same_title(to, from->title[i].title);

		if (title && title->count < from->title[i].count)
			title->count = from->title[i].count;
	}
}

static void take_notes(struct tally *to, const struct tally *from)
{
	for (size_t i = 0; i < from->n_notes; i++) {
		bool told = false;

		for (size_t n = 0; n < to->n_notes; n++)
			told |= !strcmp(to->note[n].text, from->note[i].text);
		if (!told)
			tally_note(to, &from->note[i]);
	}
}

#define SWAP(a, b)                                                                                 \
	do {                                                                                       \
		__typeof__(a) swapped_ = (a);                                                      \
		(a) = (b);                                                                         \
		(b) = swapped_;                                                                    \
	} while (0)

/* There was no second run, or not to its end: what it would have sent there, from the first. */
static void take_end(struct session *s, struct again *a)
{
	struct tally *t = &s->tally, *first = &a->tally;

	t->has_hello = first->has_hello;
	t->has_end = first->has_end;
	t->hello = first->hello;
	t->end = first->end;
	SWAP(t->site, first->site);
	SWAP(t->n_sites, first->n_sites);
	SWAP(t->device, first->device);
	SWAP(t->n_devices, first->n_devices);
	SWAP(s->callers, a->callers);
}

/* The others: without a second run, all. */
static void report_the_rest(struct session *s, struct again *a)
{
	a->stage = AT_THE_END;
	for (size_t i = 0; i < a->n_kept; i++) {
		struct wire_finding *f = a->kept[i].finding;

		if (a->kept[i].came_again)
			continue;
		f->id = (uint32_t)s->tally.n_ids + 1;
		session_finding(s, f);
	}
}

void again_end(struct session *s)
{
	static const struct wire_note cut = {
		.text = "the second run (--again) ended early: the counters are the first run's",
	};
	struct again *a = s->again;

	if (!a)
		return;
	if (a->stage == FIRST_RUN)
		set_first_aside(s, a);
	else if (!s->tally.has_end)
		tally_note(&s->tally, &cut);
	report_the_rest(s, a);
	take_counts(&s->tally, &a->tally);
	take_notes(&s->tally, &a->tally);
	if (!s->tally.has_end)
		take_end(s, a);
	s->tally.out_of_memory |= a->tally.out_of_memory || a->out_of_memory;
}
