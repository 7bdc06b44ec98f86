// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Lines come and go: fills, write-backs, the second level below.
 */
#include <string.h>

#include "model/machine_internal.h"

static uint32_t choose_way(const struct cache *c, uint32_t set,
			   const struct coh_machine_chooser *chooser)
{
	uint32_t ways = c->level->ways;

	for (uint32_t way = 0; way < ways; way++)
		if (!(c->line[set * ways + way].pa & VALID))
			return way;
	return ways > 1 && chooser ? chooser->choose(chooser->context, ways) % ways : 0;
}

/* The second level's line, filled if need be. */
static uint32_t outer_line(struct cache *c, uint64_t pa, const struct coh_machine_chooser *chooser)
{
	uint32_t i = cache_find(c, 0, pa);

	return i == NONE ? machine_fill(c, 0, pa, chooser) : i;
}

/* How much of len bytes at pa is in one line. */
static uint32_t part(const struct level *l, uint64_t pa, uint32_t len)
{
	uint32_t left = l->line - line_offset(l, pa);

	return len < left ? len : left;
}

static void read_below(struct coh_machine *m, uint64_t pa, uint8_t *to, uint32_t len,
		       const struct coh_machine_chooser *chooser)
{
	struct cache outer = cache_of(m, OUTER, 0);

	for (uint32_t n; len; pa += n, to += n, len -= n) {
		n = part(outer.level, pa, len);
		memcpy(to,
		       bytes_of(&outer, outer_line(&outer, pa, chooser)) +
			       line_offset(outer.level, pa),
		       n);
	}
}

void machine_write_below(struct coh_machine *m, uint64_t pa, const uint8_t *from, uint32_t len,
			 const struct coh_machine_chooser *chooser)
{
	struct cache outer = cache_of(m, OUTER, 0);

	if (!level_exists(m, OUTER)) {
		memcpy(memory_at(m, pa), from, len);
		return;
	}
	for (uint32_t n; len; pa += n, from += n, len -= n) {
		uint32_t i = outer_line(&outer, pa, chooser);

		n = part(outer.level, pa, len);
		memcpy(bytes_of(&outer, i) + line_offset(outer.level, pa), from, n);
		outer.line[i].pa |= DIRTY;
	}
}

static bool is_outer(const struct cache *c)
{
	return c->level == &c->m->level[OUTER];
}

void machine_clean(struct cache *c, uint32_t i, const struct coh_machine_chooser *chooser)
{
	if (!(c->line[i].pa & DIRTY))
		return;
	if (is_outer(c))
		memcpy(memory_at(c->m, home_of(c, i)), bytes_of(c, i), c->level->line);
	else
		machine_write_below(c->m, home_of(c, i), bytes_of(c, i), c->level->line, chooser);
	c->line[i].pa &= ~(uint64_t)DIRTY;
	c->m->counts.write_backs++;
}

void machine_drop(struct cache *c, uint32_t i)
{
	memset(&c->line[i], 0, sizeof(c->line[i]));
	memset(bytes_of(c, i), 0, c->level->line);
}

void machine_evict(struct cache *c, uint32_t i, const struct coh_machine_chooser *chooser)
{
	machine_clean(c, i, chooser);
	machine_drop(c, i);
	c->m->counts.evictions++;
}

/* The next CPU from *cpu on, not this one, whose data cache this one is kept coherent with. */
static bool next_peer(const struct cache *c, uint32_t *cpu, struct cache *peer)
{
	if (*cpu == c->cpu)
		++*cpu;
	if (*cpu >= c->m->config.cpus || c->m->config.sharing == COH_SHARING_NONE)
		return false;
	*peer = cache_of(c->m, COH_DATA, (*cpu)++);
	return true;
}

/* Does the peer answer for that memory with its line i, clean or dirty? */
static bool lends(const struct cache *peer, uint32_t i, uint64_t home)
{
	return peer->m->config.sharing == COH_SHARING_MOVED && home_of(peer, i) == home;
}

static bool moves(const struct cache *peer, uint32_t i, uint64_t home)
{
	return lends(peer, i, home) && peer->line[i].pa & DIRTY;
}

void machine_take(const struct cache *c, uint32_t i, uint64_t va, uint64_t pa,
		  const struct coh_machine_chooser *chooser)
{
	struct cache peer;

	for (uint32_t cpu = 0; next_peer(c, &cpu, &peer);) {
		uint32_t its = cache_find(&peer, va, pa);

		if (its == NONE)
			continue;
		if (i != NONE && moves(&peer, its, home_of(c, i)))
			c->line[i].pa |= DIRTY;
		else
			machine_clean(&peer, its, chooser);
		machine_drop(&peer, its);
	}
}

/*
 * For a fill: another CPU's copy of the name is *from, its line *its, the dirty one if there is
 * one.  What does not answer, and is dirty, is written back.
 */
static bool snoop(const struct cache *c, uint64_t va, uint64_t pa, struct cache *from,
		  uint32_t *its, const struct coh_machine_chooser *chooser)
{
	struct cache peer;
	bool found = false;

	for (uint32_t cpu = 0; next_peer(c, &cpu, &peer);) {
		uint32_t i = cache_find(&peer, va, pa);

		if (i == NONE)
			continue;
		if (!lends(&peer, i, line_base(c->level, pa))) {
			machine_clean(&peer, i, chooser);
		} else if (!found || peer.line[i].pa & DIRTY) {
			*from = peer;
			*its = i;
			found = true;
		}
	}
	return found;
}

/*
 * Brings in a line that is not there yet; returns which it is.  What must make room
 * goes first: it may be the same memory under another name.
 */
uint32_t machine_fill(struct cache *c, uint64_t va, uint64_t pa,
		      const struct coh_machine_chooser *chooser)
{
	const struct level *l = c->level;
	uint32_t set = set_of(l, va, pa), i, its = 0;
	struct cache from = { 0 };
	bool lent = l == &c->m->level[COH_DATA] && snoop(c, va, pa, &from, &its, chooser);
	uint64_t dirty = lent ? from.line[its].pa & DIRTY : 0;

	i = set * l->ways + choose_way(c, set, chooser);
	if (c->line[i].pa & VALID)
		machine_evict(c, i, chooser);
	pa = line_base(l, pa);
	if (lent)
		memcpy(bytes_of(c, i), bytes_of(&from, its), l->line);
	else if (is_outer(c) || !level_exists(c->m, OUTER))
		memcpy(bytes_of(c, i), memory_at(c->m, pa), l->line);
	else
		read_below(c->m, pa, bytes_of(c, i), l->line, chooser);
	c->line[i].va = va & l->va_mask;
	c->line[i].pa = pa | VALID | dirty;
	if (dirty)
		from.line[its].pa &= ~(uint64_t)DIRTY;
	c->m->counts.fills++;
	return i;
}
