/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run has brought so far: plain data, for the summary and the JSON file.
 *
 * A title is one pair of functions; the plugin's findings are finer (one pair
 * of instructions each), so that several of them share a title.  Where a suppression keeps some
 * of these silent and not the others, the title is there twice.
 */
#ifndef COH_WATCH_RUNNER_TALLY_H
#define COH_WATCH_RUNNER_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "watch/runner/suppress.h"
#include "watch/wire.h"

struct tally_title {
	uint32_t id; /* of the first finding so titled */
	uint32_t hash;
	uint64_t count;		/* occurrences; one for each finding until END */
	struct suppression *by; /* NULL: not suppressed */
	char *title;
	unsigned rank; /* the lowest of its findings, see group_rank; of one not suppressed */
};

struct tally {
	bool has_hello, has_end;
	struct wire_hello hello;
	struct wire_end end;
	struct tally_title *title;
	size_t n_titles;
	uint32_t *slot;	 /* where a title's hash leads: its index + 1; 0: free */
	size_t n_slots;	 /* a power of two, more than n_titles; 0 before the first */
	uint32_t *of_id; /* [wire id - 1]: index of its title */
	size_t n_ids;
	struct wire_maint_site *site;
	size_t n_sites;
	struct wire_device *device;
	size_t n_devices;
	struct wire_note *note;
	size_t n_notes;
	bool out_of_memory; /* something is missing above */
};

#define TALLY_GAPS    16
#define TALLY_GAP_LEN 224

/*
 * tally_finding: enters the finding with this id, which the suppression by keeps silent, or NULL.
 * Returns the number of its title, from 0 on, or TALLY_NONE if no memory is left; *is_new: the
 * first so titled.
 */
uint32_t tally_finding(struct tally *t, uint32_t id, const char *title, struct suppression *by,
		       bool *is_new);
#define TALLY_NONE UINT32_MAX
void tally_repeat(struct tally *t, const struct wire_repeat *r);
void tally_site(struct tally *t, const struct wire_maint_site *site);
void tally_device(struct tally *t, const struct wire_device *device);
void tally_note(struct tally *t, const struct wire_note *note);

/* Different reports, and occurrences: of all titles that are (not) suppressed. */
size_t tally_different(const struct tally *t, bool suppressed);
uint64_t tally_occurrences(const struct tally *t, bool suppressed);

/* Enters into each suppression what it kept silent.  Once, at the end. */
void tally_settle_suppressions(struct tally *t);

/* What was not checked, in words, one a line.  Returns how many; 0: complete. */
unsigned tally_gaps(const struct tally *t, char gap[TALLY_GAPS][TALLY_GAP_LEN]);

void tally_free(struct tally *t);

#endif
