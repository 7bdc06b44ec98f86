// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two findings are the same if reader, cause and both instructions are, and, for a load of the
 * kernel's, the way that led to it: memcpy has one instruction that reads, and many callers.  The
 * way is told by the first few return addresses in lr and on the stack, which are words that follow
 * a call.  A stack has remains of older calls in it, so one way may look like several: the runner
 * gives them one title.  Each pair of instructions has WAYS_MAX at most; what comes later is counted
 * with the first.
 */
#include "watch/plugin/seen.h"

#include <stdlib.h>

#include "watch/plugin/guest_read.h"

#define DIFFERENT_MAX 65536u
#define STACK_LOOK    64u /* words of the stack that are looked at */
#define WAY_CALLS     4u  /* return addresses that make a way */
#define WAYS_MAX      16u

struct way {
	uint32_t calls; /* return addresses, hashed */
	uint32_t id;
	uint64_t count;
};

struct known {
	uint32_t by, cause, read_pc, write_pc;
	/* Not part of the key. */
	uint32_t n_ways;
	struct way *way;
};

static GHashTable *known; /* struct known, to itself */
static uint32_t last_id;

static guint known_hash(gconstpointer p)
{
	const struct known *k = p;

	return (k->read_pc * 31 + k->write_pc) * 31 + k->by * 8 + k->cause;
}

static gboolean known_equal(gconstpointer a, gconstpointer b)
{
	return !memcmp(a, b, offsetof(struct known, n_ways));
}

static void known_free(gpointer p)
{
	struct known *k = p;

	g_free(k->way);
	g_free(k);
}

bool seen_init(void)
{
	known = g_hash_table_new_full(known_hash, known_equal, NULL, known_free);
	return known != NULL;
}

/* The stack from sp on, up to its end.  Returns how many words. */
static uint32_t read_stack(uint32_t sp, uint32_t word[STACK_LOOK])
{
	uint32_t n = (STACK_SPAN - (sp & (STACK_SPAN - 1))) / 4;

	n = n < STACK_LOOK ? n : STACK_LOOK;
	return guest_read(sp, word, n * 4) ? n : 0;
}

static uint32_t calls_now(void)
{
	uint32_t word[1 + STACK_LOOK], hash = 2166136261u, calls = 0, n;

	word[0] = read_register(tracer.reg[14]);
	n = 1 + read_stack(read_register(tracer.reg[13]) & ~3u, word + 1);
	for (uint32_t i = 0; i < n && calls < WAY_CALLS; i++) {
		if (!is_return_address(word[i]))
			continue;
		hash = (hash ^ word[i]) * 16777619u;
		calls++;
	}
	return hash;
}

/* NULL: no more are kept. */
static struct way *add_way(struct known *k, uint32_t calls)
{
	if (k->n_ways == WAYS_MAX || last_id == DIFFERENT_MAX)
		return NULL;
	k->way = g_renew(struct way, k->way, k->n_ways + 1);
	k->way[k->n_ways] = (struct way){ calls, ++last_id, 0 };
	return &k->way[k->n_ways++];
}

/* NULL: it is one too many. */
static struct way *way_of(struct known *k, uint32_t calls)
{
	for (uint32_t i = 0; i < k->n_ways; i++)
		if (k->way[i].calls == calls)
			return &k->way[i];
	return add_way(k, calls);
}

static bool has_ways(const struct coh_finding *f)
{
	return f->by == COH_BY_LOAD && !tracer.isa->in_user_mode(read_register(tracer.status));
}

static bool is_of_device(const struct coh_finding *f)
{
	return f->by == COH_BY_DEVICE || f->by == COH_BY_DEVICE_WRITE;
}

/* NULL: no more are kept. */
static struct known *known_of(const struct coh_finding *f)
{
	/* A device has no instruction: its number tells it apart. */
	const struct known key = { .by = f->by,
				   .cause = f->cause,
				   .read_pc = is_of_device(f) ? f->mm : f->pc,
				   .write_pc = f->writer_known ? f->writer.pc : 0 };
	struct known *k = g_hash_table_lookup(known, &key);

	if (k || last_id == DIFFERENT_MAX)
		return k;
	k = g_memdup2(&key, sizeof(key));
	g_hash_table_add(known, k);
	return k;
}

uint32_t seen_before(const struct coh_finding *f)
{
	/* First: to walk the tables may tell of devices, whose findings come by here as well. */
	uint32_t calls = has_ways(f) ? calls_now() : 0;
	struct known *k = known_of(f);
	struct way *way;

	if (!k) {
		tracer.end.findings_lost++;
		return 0;
	}
	way = way_of(k, calls);
	if (!way)
		way = &k->way[0];
	return way->count++ ? 0 : way->id;
}

void seen_again(void (*tell)(uint32_t id, uint64_t count))
{
	GHashTableIter it;
	gpointer p;

	g_hash_table_iter_init(&it, known);
	while (g_hash_table_iter_next(&it, &p, NULL)) {
		const struct known *k = p;

		for (uint32_t i = 0; i < k->n_ways; i++)
			if (k->way[i].count > 1)
				tell(k->way[i].id, k->way[i].count);
	}
}
