// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/tally.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for one more than n: doubles whenever n reaches a power of two. */
static bool grow(struct tally *t, void *array, size_t n, size_t size)
{
	void **p = array, *more;

	if (n & (n - 1) || (n && n < 8))
		return true;
	more = realloc(*p, (n ? 2 * n : 8) * size);
	if (!more) {
		t->out_of_memory = true;
		return false;
	}
	*p = more;
	return true;
}

static uint32_t hash_of(const char *text)
{
	uint32_t h = 2166136261u;

	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * 16777619u;
	return h;
}

/* Where in the table this title is, or would be. */
static uint32_t *slot_of(const struct tally *t, uint32_t hash, const char *title,
			 const struct suppression *by)
{
	size_t i = hash & (t->n_slots - 1);

	for (; t->slot[i]; i = (i + 1) & (t->n_slots - 1)) {
		const struct tally_title *x = &t->title[t->slot[i] - 1];

		if (x->hash == hash && x->by == by && !strcmp(x->title, title))
			break;
	}
	return &t->slot[i];
}

/* At most three quarters of the slots are taken, so that there is always a free one. */
static bool grow_slots(struct tally *t)
{
	size_t n = t->n_slots ? 2 * t->n_slots : 64;
	uint32_t *old = t->slot;

	if (4 * (t->n_titles + 1) <= 3 * t->n_slots)
		return true;
	t->slot = calloc(n, sizeof(*t->slot));
	if (!t->slot) {
		t->slot = old;
		t->out_of_memory = true;
		return false;
	}
	free(old);
	t->n_slots = n;
	for (size_t i = 0; i < t->n_titles; i++) {
		const struct tally_title *x = &t->title[i];

		*slot_of(t, x->hash, x->title, x->by) = (uint32_t)i + 1;
	}
	return true;
}

static bool add_title(struct tally *t, uint32_t id, uint32_t hash, const char *title,
		      struct suppression *by)
{
	size_t i = t->n_titles;

	if (!grow(t, &t->title, i, sizeof(*t->title)))
		return false;
	t->title[i] = (struct tally_title){ id, hash, 1, by, strdup(title), UINT_MAX };
	if (!t->title[i].title) {
		t->out_of_memory = true;
		return false;
	}
	t->n_titles++;
	return true;
}

uint32_t tally_finding(struct tally *t, uint32_t id, const char *title, struct suppression *by,
		       bool *is_new)
{
	uint32_t hash = hash_of(title), *slot;

	if (!grow_slots(t))
		return TALLY_NONE;
	slot = slot_of(t, hash, title, by);
	*is_new = !*slot;
	if (!*is_new)
		t->title[*slot - 1].count++;
	else if (add_title(t, id, hash, title, by))
		*slot = (uint32_t)t->n_titles;
	else
		return TALLY_NONE;
	/* Ids come in order, from 1: another one is not worth more than its count. */
	if (id == t->n_ids + 1 && grow(t, &t->of_id, t->n_ids, sizeof(*t->of_id)))
		t->of_id[t->n_ids++] = *slot - 1;
	return *slot - 1;
}

void tally_repeat(struct tally *t, const struct wire_repeat *r)
{
	if (r->id - 1 < t->n_ids && t->of_id[r->id - 1] < t->n_titles && r->count)
		t->title[t->of_id[r->id - 1]].count += r->count - 1;
}

void tally_site(struct tally *t, const struct wire_maint_site *site)
{
	if (grow(t, &t->site, t->n_sites, sizeof(*t->site)))
		t->site[t->n_sites++] = *site;
}

void tally_device(struct tally *t, const struct wire_device *device)
{
	if (!grow(t, &t->device, t->n_devices, sizeof(*t->device)))
		return;
	t->device[t->n_devices] = *device;
	t->device[t->n_devices++].name[WIRE_NAME - 1] = '\0';
}

void tally_note(struct tally *t, const struct wire_note *note)
{
	if (!grow(t, &t->note, t->n_notes, sizeof(*t->note)))
		return;
	t->note[t->n_notes] = *note;
	t->note[t->n_notes++].text[sizeof(note->text) - 1] = '\0';
}

size_t tally_different(const struct tally *t, bool suppressed)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_titles; i++)
		n += !t->title[i].by == !suppressed;
	return n;
}

uint64_t tally_occurrences(const struct tally *t, bool suppressed)
{
	uint64_t n = 0;

	for (size_t i = 0; i < t->n_titles; i++)
		n += !t->title[i].by == !suppressed ? t->title[i].count : 0;
	return n;
}

void tally_settle_suppressions(struct tally *t)
{
	for (size_t i = 0; i < t->n_titles; i++)
		if (t->title[i].by)
			t->title[i].by->count += t->title[i].count;
}

unsigned tally_gaps(const struct tally *t, char gap[TALLY_GAPS][TALLY_GAP_LEN])
{
	const struct wire_end *e = &t->end;
	const struct {
		uint64_t count;
		const char *what;
	} gaps[] = {
		{ e->findings_lost,
		  "findings at further places were beyond what is kept: counted, not described" },
		{ e->unchecked_translations, "page tables could not be read" },
		{ e->unchecked_accesses, "accesses were not checked" },
		{ e->device_accesses_lost,
		  "accesses of devices were more than are kept at a time" },
		{ e->copies_dropped, "aliases of a line were beyond what is kept" },
		{ e->lines_forgotten, "lines in trouble were beyond what is kept" },
		{ e->inconsistent, "lines in which the checker found its own state wrong: do not "
				   "trust the reports" },
	};
	unsigned n = 0;

	if (!t->has_end)
		snprintf(gap[n++], TALLY_GAP_LEN,
			 "the run was cut off: the last findings and all counts may be missing");
	for (size_t i = 0; i < sizeof(gaps) / sizeof(*gaps); i++)
		if (gaps[i].count)
			snprintf(gap[n++], TALLY_GAP_LEN, "%" PRIu64 " %s", gaps[i].count,
				 gaps[i].what);
	if (t->out_of_memory)
		snprintf(gap[n++], TALLY_GAP_LEN, "the runner ran out of memory");
	for (size_t i = 0; i < t->n_notes && n < TALLY_GAPS; i++)
		if (t->note[i].warning)
			snprintf(gap[n++], TALLY_GAP_LEN, "%s", t->note[i].text);
	return n;
}

void tally_free(struct tally *t)
{
	for (size_t i = 0; i < t->n_titles; i++)
		free(t->title[i].title);
	free(t->title);
	free(t->slot);
	free(t->of_id);
	free(t->site);
	free(t->device);
	free(t->note);
	*t = (struct tally){ 0 };
}
