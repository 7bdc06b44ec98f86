// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/src/map_model.h"

typedef __int128 wide;

/* ------------------------------------------------------------------------
 * The world.
 */

static void port_lock(void *context, coh_lock_t *lock)
{
	struct model *m = context;

	assert_int_equal(m->locks, 0); /* never one inside another */
	assert_int_equal(lock->word, 0);
	lock->word = 1;
	m->locks++;
	m->taken++;
}

static void port_unlock(void *context, coh_lock_t *lock)
{
	struct model *m = context;

	assert_int_equal(lock->word, 1);
	lock->word = 0;
	m->locks--;
}

static void port_report(void *context, int error, const void *object)
{
	struct model *m = context;

	m->reports++;
	m->reported = error;
	m->reported_of = object;
}

/* Only what the maps look at: they need neither coh_init nor a cache. */
void model_init(struct model *m, enum coh_indexing indexing, uintptr_t colours,
		enum coh_check_level check)
{
	int i;

	memset(m, 0, sizeof(*m));
	m->port.context = m;
	m->port.lock = port_lock;
	m->port.unlock = port_unlock;
	m->port.report = port_report;
	m->coh.port = &m->port;
	m->coh.config.dcache.indexing = indexing;
	m->coh.config.page_shift = MODEL_PAGE_SHIFT;
	m->coh.config.check = check;
	m->coh.page_size = MODEL_PAGE;
	m->coh.colour_mask = colours - 1;
	m->slots = 48;
	m->addresses = 64;
	m->offsets = 24;
	for (i = 0; i < MODEL_MMS; i++)
		coh_mm_init(&m->mm[i]);
	for (i = 0; i < MODEL_MAPS; i++) {
		coh_mapping_init(&m->mapping[i]);
		coh_anon_vma_init(&m->anon[i]);
	}
}

const struct coh_map *model_map(const struct model *m, enum coh_side_ side, int map)
{
	return side == COH_SIDE_FILE ? &m->mapping[map].map : &m->anon[map].map;
}

bool model_hit(const struct model_vma *v, enum coh_side_ side, int map, uintptr_t index)
{
	if (!v->linked || (side == COH_SIDE_FILE ? v->mapping : v->anon) != map)
		return false;
	return index >= v->pgoff && index - v->pgoff < v->pages;
}

uintptr_t model_group(const struct model *m, const struct model_vma *v, enum coh_side_ side)
{
	uintptr_t visible = side == COH_SIDE_ANON || v->flags & COH_VMA_SHARED;

	if (m->coh.config.dcache.indexing == COH_INDEXED_VIVT)
		return (uintptr_t)&m->mm[v->mm] + visible;
	if (m->coh.config.dcache.indexing == COH_INDEXED_VIPT)
		return ((v->start - v->pgoff) & m->coh.colour_mask) * 2 + visible;
	return visible;
}

/* ------------------------------------------------------------------------
 * Operations.
 */

/* Does any other VMA of v's mm overlap it? */
static bool overlaps(const struct model *m, const struct model_vma *v, int but)
{
	int i;

	for (i = 0; i < m->slots; i++) {
		const struct model_vma *o = &m->is[i];

		if (i != but && o->linked && o->mm == v->mm && o->start < v->start + v->pages &&
		    v->start < o->start + o->pages)
			return true;
	}
	return false;
}

static bool offsets_wrap(wide pgoff, wide pages)
{
	return pgoff < 0 || pgoff + pages - 1 > (wide)UINTPTR_MAX;
}

static int predict_new(const struct model *m, struct model_vma *v, int but)
{
	if (!v->pages)
		return COH_E_EMPTY;
	if (offsets_wrap(v->pgoff, v->pages))
		return COH_E_RANGE;
	if (overlaps(m, v, but))
		return COH_E_OVERLAP;
	v->linked = true;
	return 0;
}

static bool neighbours(const struct model_vma *a, const struct model_vma *b)
{
	return a->start + a->pages == b->start && (wide)a->pgoff + a->pages == b->pgoff &&
	       a->mm == b->mm && a->flags == b->flags && a->mapping == b->mapping &&
	       a->anon == b->anon;
}

static int predict_split(const struct op *op, struct model_vma *a, struct model_vma *b)
{
	if (op->start <= a->start || op->start >= a->start + a->pages)
		return COH_E_OUTSIDE;
	*b = *a;
	b->start = op->start;
	b->pages = a->start + a->pages - op->start;
	a->pages -= b->pages;
	b->pgoff += a->pages;
	return 0;
}

static int predict_resize(const struct model *m, const struct op *op, struct model_vma *a)
{
	wide pgoff = (wide)a->pgoff + ((wide)op->start - (wide)a->start);

	if (!op->pages)
		return COH_E_EMPTY;
	if (offsets_wrap(pgoff, op->pages))
		return COH_E_RANGE;
	a->start = op->start;
	a->pages = op->pages;
	a->pgoff = (uintptr_t)pgoff;
	return overlaps(m, a, op->slot) ? COH_E_OVERLAP : 0;
}

static struct model_vma initialised(const struct op *op)
{
	return (struct model_vma){ .mm = op->mm,
				   .mapping = op->mapping,
				   .anon = MODEL_NONE,
				   .start = op->start,
				   .pages = op->pages,
				   .pgoff = op->pgoff,
				   .flags = op->flags };
}

/* The errors that come before all others: what is linked and must not be, or is not and must. */
static int predict_linked(const struct op *op, const struct model_vma *a, const struct model_vma *b)
{
	bool two = op->kind == OP_SPLIT || op->kind == OP_FORK || op->kind == OP_MOVE;

	if (op->kind == OP_LINK || op->kind == OP_RELINK)
		return a->linked ? COH_E_LINKED : 0;
	if (!a->linked || (op->kind == OP_MERGE && !b->linked))
		return COH_E_UNLINKED;
	return two && b->linked ? COH_E_LINKED : 0;
}

static int predict(const struct model *m, const struct op *op, struct model_vma after[2])
{
	struct model_vma *a = &after[0], *b = &after[1];
	int error;

	after[0] = m->is[op->slot];
	after[1] = m->is[op->other];
	error = predict_linked(op, a, b);
	if (error)
		return error;

	switch (op->kind) {
	case OP_LINK:
		*a = initialised(op);
		return predict_new(m, a, op->slot);
	case OP_RELINK:
		a->mapping = op->mapping;
		a->anon = MODEL_NONE;
		return predict_new(m, a, op->slot);
	case OP_LINK_ANON:
		if (a->anon != MODEL_NONE)
			return COH_E_LINKED;
		a->anon = op->anon;
		return 0;
	case OP_UNLINK:
		a->linked = false;
		return 0;
	case OP_SPLIT:
		return predict_split(op, a, b);
	case OP_MERGE:
		if (!neighbours(a, b))
			return COH_E_NEIGHBOUR;
		a->pages += b->pages;
		b->linked = false;
		return 0;
	case OP_RESIZE:
		return predict_resize(m, op, a);
	case OP_FORK:
		*b = *a;
		b->mm = op->mm;
		return predict_new(m, b, op->other);
	case OP_MOVE:
		*b = *a;
		b->start = op->start;
		return predict_new(m, b, op->other);
	case OP_PROTECT:
		if ((op->flags ^ a->flags) & COH_VMA_SHARED)
			return COH_E_ARGUMENT;
		a->flags = op->flags;
		return 0;
	case OP_KINDS:
		break;
	}
	fail_msg("no such operation: %d", (int)op->kind);
	return 0;
}

int model_predict(const struct model *m, const struct op *op, struct model_vma after[2])
{
	int error = predict(m, op, after);

	if (error) {
		/* Nothing changed, but for what coh_vma_init did before. */
		after[0] = m->is[op->slot];
		after[1] = m->is[op->other];
		if (op->kind == OP_LINK && !after[0].linked)
			after[0] = initialised(op);
	}
	return error;
}

int model_run(struct model *m, const struct op *op)
{
	struct coh_vma *vma = &m->vma[op->slot], *other = &m->vma[op->other];
	struct coh_mapping *mapping = op->mapping == MODEL_NONE ? NULL : &m->mapping[op->mapping];
	uintptr_t start = op->start * MODEL_PAGE, len = op->pages * MODEL_PAGE;

	switch (op->kind) {
	case OP_LINK:
		coh_vma_init(vma, &m->mm[op->mm], start, len, op->pgoff, op->flags);
		return coh_vma_link(&m->coh, vma, mapping);
	case OP_RELINK:
		return coh_vma_link(&m->coh, vma, mapping);
	case OP_LINK_ANON:
		return coh_vma_link_anon(&m->coh, vma, &m->anon[op->anon]);
	case OP_UNLINK:
		return coh_vma_unlink(&m->coh, vma);
	case OP_SPLIT:
		return coh_vma_split(&m->coh, vma, start, other);
	case OP_MERGE:
		return coh_vma_merge(&m->coh, vma, other);
	case OP_RESIZE:
		return coh_vma_resize(&m->coh, vma, start, len);
	case OP_FORK:
		return coh_vma_fork(&m->coh, vma, &m->mm[op->mm], other);
	case OP_MOVE:
		return coh_vma_move(&m->coh, vma, start, other);
	case OP_PROTECT:
		return coh_vma_protect(&m->coh, vma, op->flags);
	case OP_KINDS:
		break;
	}
	fail_msg("no such operation: %d", (int)op->kind);
	return 0;
}

void model_apply(struct model *m, const struct op *op, const struct model_vma after[2])
{
	m->is[op->slot] = after[0];
	if (op->other != op->slot)
		m->is[op->other] = after[1];
}

void model_do(struct model *m, const struct op *op)
{
	struct model_vma after[2];

	assert_int_equal(model_predict(m, op, after), 0);
	assert_int_equal(model_run(m, op), 0);
	model_apply(m, op, after);
}

const char *model_op_name(enum op_kind kind)
{
	static const char *const names[] = { "link",  "relink", "link_anon", "unlink", "split",
					     "merge", "resize", "fork",	     "move",   "protect" };

	return names[kind];
}

/* xorshift64*: good enough, and the same everywhere. */
uint64_t model_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return (*seed * 0x2545f4914f6cdd1du) >> 16;
}

/* A slot that is linked, or is not; one in eight times any. */
static int random_slot(const struct model *m, bool linked, uint64_t *seed)
{
	uint64_t r = model_random(seed);
	int slot = (int)(r % (unsigned)m->slots), i;

	if ((r >> 20) % 8 == 0)
		return slot;
	for (i = 0; i < m->slots && m->is[slot].linked != linked; i++)
		slot = (slot + 1) % m->slots;
	return slot;
}

static void random_pair(const struct model *m, struct op *op)
{
	int i, j;

	for (i = 0; i < 16; i++) {
		int lower = (op->slot + i) % m->slots;

		for (j = 0; m->is[lower].linked && j < m->slots; j++)
			if (m->is[j].linked && neighbours(&m->is[lower], &m->is[j])) {
				op->slot = lower;
				op->other = j;
				return;
			}
	}
}

/* Near what is there, or nearly every one would be refused. */
static void random_place(const struct model *m, struct op *op, uint64_t *seed)
{
	const struct model_vma *v = &m->is[op->slot];
	uint64_t r = model_random(seed);

	if (op->kind == OP_SPLIT || op->kind == OP_RESIZE) {
		op->start = v->start + r % (v->pages + 1);
		if (op->kind == OP_RESIZE && (r >> 8) % 2 && op->start >= 3)
			op->start -= 3;
	} else if (op->kind == OP_PROTECT) {
		op->flags = (op->flags & ~(uint32_t)COH_VMA_SHARED) | (v->flags & COH_VMA_SHARED);
	} else if (op->kind == OP_MERGE) {
		random_pair(m, op);
	}
}

/* Half of them make sense; the others are errors to be told so. */
struct op model_random_op(const struct model *m, uint64_t *seed)
{
	static const enum op_kind often[] = { OP_LINK,	 OP_LINK,  OP_RELINK, OP_LINK_ANON,
					      OP_UNLINK, OP_SPLIT, OP_SPLIT,  OP_MERGE,
					      OP_RESIZE, OP_FORK,  OP_MOVE,   OP_PROTECT,
					      OP_UNLINK };
	uint64_t r = model_random(seed);
	struct op op = {
		.kind = often[r % (sizeof(often) / sizeof(often[0]))],
		.mm = (int)((r >> 4) % MODEL_MMS),
		.mapping = (int)((r >> 32) % (MODEL_MAPS + 1)) - 1,
		.anon = (int)((r >> 36) % MODEL_MAPS),
		.flags = (uint32_t)(r >> 40) & (COH_VMA_SHARED | COH_VMA_EXEC | COH_VMA_WRITE),
	};

	op.slot = random_slot(m, op.kind != OP_LINK && op.kind != OP_RELINK, seed);
	op.other = random_slot(m, op.kind == OP_MERGE, seed);
	r = model_random(seed);
	op.start = r % m->addresses;
	op.pages = (r >> 16) % 9;
	op.pgoff = (r >> 24) % m->offsets;
	if ((r >> 32) % 64 == 0)
		op.pgoff = UINTPTR_MAX - (r >> 38) % 8;
	if (op.kind == OP_RELINK && !m->vma[op.slot].mm)
		op.kind = OP_LINK; /* never initialised yet */
	if ((r >> 44) % 8)
		random_place(m, &op, seed);
	return op;
}

/* ------------------------------------------------------------------------
 * Comparison.
 */

static enum coh_visit_ write_down(struct coh_walk_ *walk, struct coh_vma *vma)
{
	struct visits *v = (struct visits *)walk;

	assert_true(v->count < (int)(sizeof(v->vma) / sizeof(v->vma[0])));
	v->vma[v->count++] = vma;
	return v->next;
}

bool model_walk(struct model *m, enum coh_side_ side, int map, uintptr_t index, uintptr_t group_lo,
		uintptr_t group_hi, enum coh_visit_ next, struct visits *visits)
{
	visits->walk = (struct coh_walk_){
		.index = index, .group_lo = group_lo, .group_hi = group_hi, .visit = write_down
	};
	visits->next = next;
	visits->count = 0;
	return coh_map_walk_(&m->coh, model_map(m, side, map), &visits->walk);
}

/* Every visit is due, none comes twice, groups rise, and none is missing. */
static void compare_walk(struct model *m, enum coh_side_ side, int map, uintptr_t index,
			 uintptr_t lo, uintptr_t hi)
{
	static struct visits visits;
	static bool seen[MODEL_SLOTS];
	uintptr_t group, before = 0;
	int i, due = 0;

	for (i = 0; i < m->slots; i++) {
		seen[i] = false;
		group = model_group(m, &m->is[i], side);
		due += model_hit(&m->is[i], side, map, index) && group >= lo && group <= hi;
	}
	assert_true(model_walk(m, side, map, index, lo, hi, COH_VISIT_NEXT, &visits));
	assert_int_equal(visits.count, due);
	for (i = 0; i < visits.count; i++) {
		long slot = visits.vma[i] - m->vma;

		assert_in_range(slot, 0, m->slots - 1);
		assert_false(seen[slot]);
		seen[slot] = true;
		assert_true(model_hit(&m->is[slot], side, map, index));
		group = model_group(m, &m->is[slot], side);
		assert_true(group >= before && group >= lo && group <= hi);
		before = group;
	}
}

/* One VMA of each group that has one. */
static void compare_next_group(struct model *m, enum coh_side_ side, int map, uintptr_t index)
{
	static struct visits visits;
	uintptr_t before = 0;
	int i, j, due = 0;

	for (i = 0; i < m->slots; i++) {
		bool first = model_hit(&m->is[i], side, map, index);

		for (j = 0; first && j < i; j++)
			if (model_hit(&m->is[j], side, map, index) &&
			    model_group(m, &m->is[j], side) == model_group(m, &m->is[i], side))
				first = false;
		due += first;
	}
	assert_true(
		model_walk(m, side, map, index, 0, COH_GROUP_ALL, COH_VISIT_NEXT_GROUP, &visits));
	assert_int_equal(visits.count, due);
	for (i = 0; i < visits.count; i++) {
		long slot = visits.vma[i] - m->vma;
		uintptr_t group = model_group(m, &m->is[slot], side);

		assert_true(model_hit(&m->is[slot], side, map, index));
		assert_true(i == 0 || group > before);
		before = group;
	}
}

static void compare_covers(struct model *m, enum coh_side_ side, int map, uintptr_t index)
{
	const struct coh_map *real = model_map(m, side, map);
	bool covers = coh_map_covers_(&m->coh, real, index);
	bool due = false;
	int i;

	for (i = 0; i < m->slots; i++)
		due = due || model_hit(&m->is[i], side, map, index);
	/* In large maps it may be in doubt. */
	if (!due && covers && real->count > COH_COVERS_NODES / 3)
		return;
	assert_int_equal(covers, due);
}

static void compare_mm(struct model *m, enum coh_side_ side, int map, uintptr_t index, int mm)
{
	struct model_vma v = { .mm = mm, .start = (uintptr_t)mm };
	uintptr_t group = model_group(m, &v, side) & ~(uintptr_t)COH_GROUP_VISIBLE;

	compare_walk(m, side, map, index, group, group | COH_GROUP_VISIBLE);
	compare_walk(m, side, map, index, group | COH_GROUP_VISIBLE, group | COH_GROUP_VISIBLE);
}

void model_compare(struct model *m, uintptr_t index)
{
	enum coh_side_ side;
	int map, mm;

	for (side = COH_SIDE_FILE; side <= COH_SIDE_ANON; side++) {
		for (map = 0; map < MODEL_MAPS; map++) {
			compare_walk(m, side, map, index, 0, COH_GROUP_ALL);
			compare_next_group(m, side, map, index);
			compare_covers(m, side, map, index);
			for (mm = 0; mm < MODEL_MMS; mm++)
				compare_mm(m, side, map, index, mm);
		}
	}
}

void model_compare_some(struct model *m, uint64_t random)
{
	uintptr_t index = (uintptr_t)(random >> 8) % (m->offsets + 8);
	enum coh_side_ side = random & 1 ? COH_SIDE_FILE : COH_SIDE_ANON;
	int map = (int)(random >> 1 & 7) % MODEL_MAPS;

	switch (random >> 4 & 3) {
	case 0:
		compare_walk(m, side, map, index, 0, COH_GROUP_ALL);
		break;
	case 1:
		compare_next_group(m, side, map, index);
		break;
	case 2:
		compare_covers(m, side, map, index);
		break;
	case 3:
		compare_mm(m, side, map, index, (int)(random >> 40) % MODEL_MMS);
		break;
	}
}

void model_check(const struct model *m, enum coh_check_level level)
{
	int i;

	for (i = 0; i < MODEL_MMS; i++)
		assert_true(coh_mm_check(&m->coh, &m->mm[i], level));
	for (i = 0; i < MODEL_MAPS; i++) {
		assert_true(coh_mapping_check(&m->coh, &m->mapping[i], level));
		assert_true(coh_anon_vma_check(&m->coh, &m->anon[i], level));
	}
	assert_int_equal(m->locks, 0);
	assert_int_equal(m->reports, 0);
}
