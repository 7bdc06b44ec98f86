// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Random moves on random caches: no crash, findings within their ranges, an
 * operation done twice is redundant the second time; and where nothing can go
 * wrong (a PIPT data cache, no device, no uncached alias, no invalidate) no
 * load and no store is ever reported.  A new shadow costs far more than a move:
 * run with -len_control=0 -max_len=4096, so that inputs are long from the start.
 */
#include <string.h>

#include "model/shadow.h"
#include "tests/fuzz/fuzz.h"

/* Seven bytes a move. */
struct move {
	uint8_t verb, flags;
	uint8_t va_page, pa_page;
	uint8_t off_low, off_high;
	uint8_t size;
};

enum verb { LOAD, STORE, FETCH, WALK, DEVICE_READ, DEVICE_WRITE, MAP, LINE, ALL, SET_WAY, VERBS };

static struct coh_shadow *s;
static bool harmless; /* nothing can go wrong on the data side */
static uint8_t bytes[COH_PAGE_SIZE];

/* A few pages, so that they meet: some at both ends of the address space. */
static uint32_t page_address(uint8_t choice)
{
	uint32_t page = choice & 7;

	return (choice & 8 ? 0xfffffu - page : page) << COH_PAGE_SHIFT;
}

static uint32_t offset(const struct move *m)
{
	return ((uint32_t)m->off_high << 8 | m->off_low) & COH_PAGE_MASK;
}

static struct coh_shadow_access access_of(const struct move *m)
{
	uint32_t off = offset(m), size = m->size < 250 ? m->size & 31 : m->size * 16u;
	struct coh_shadow_access a = {
		.va = page_address(m->va_page) | off,
		.pa = page_address(m->pa_page) | off,
		.pc = 0x1000u + m->verb,
		.mm = (uint32_t)(m->flags & 3) << 14,
		.attr = (enum coh_attr)(harmless ? 1 + m->flags % 2 : m->flags % 3),
	};

	a.size = size > COH_PAGE_SIZE - off ? COH_PAGE_SIZE - off : size;
	memset(bytes, m->flags, a.size);
	if (m->flags & 64 && (!harmless || m->verb % VERBS == STORE))
		a.bytes = bytes; /* of a load: what a device may have written */
	return a;
}

static void check_finding(const struct coh_shadow_access *a, const struct coh_finding *f)
{
	CHECK(f->bad && f->size && f->size <= COH_GRANULE_MAX);
	CHECK(f->size == 32 || f->bad >> f->size == 0);
	CHECK(f->cause < COH_CAUSES && f->by <= COH_BY_STORE);
	CHECK(f->pa - a->pa < a->size && f->va - a->va == f->pa - a->pa);
	CHECK(f->first_pa - f->pa < f->size);
	CHECK(f->line_pa == (f->pa & ~(f->granule - 1)));
	CHECK(f->n_copies <= COH_FINDING_COPIES);
	CHECK(f->pc == a->pc && f->mm == a->mm);
}

static void do_access(const struct move *m, enum verb verb)
{
	struct coh_shadow_access a = access_of(m);
	struct coh_finding f;
	bool found;

	memset(&f, 0xa5, sizeof(f));
	if (verb == LOAD)
		found = coh_shadow_load(s, &a, &f);
	else if (verb == STORE)
		found = coh_shadow_store(s, &a, &f);
	else if (verb == FETCH)
		found = coh_shadow_fetch(s, &a, &f);
	else if (verb == WALK)
		found = coh_shadow_walk(s, &a, &f);
	else
		found = coh_shadow_device_read(s, &a, &f);
	CHECK(!found || !harmless || verb > STORE);
	if (found)
		check_finding(&a, &f);
}

static void do_line(const struct move *m, enum coh_side side, enum coh_op op)
{
	struct coh_who who = { 0x3000u + op, 0, 0 };
	uint32_t va = page_address(m->va_page) | offset(m),
		 pa = page_address(m->pa_page) | offset(m);

	coh_shadow_maintain(s, side, op, va, pa, &who);
	CHECK(!coh_shadow_maintain(s, side, op, va, pa, &who));
}

static void do_all(enum coh_side side, enum coh_op op)
{
	struct coh_who who = { 0x3000u + op, 0, 0 };

	coh_shadow_maintain_all(s, side, op, &who);
	CHECK(!coh_shadow_maintain_all(s, side, op, &who));
}

static void do_set_way(const struct move *m, enum coh_op op)
{
	struct coh_who who = { 0x3000u + op, 0, 0 };

	coh_shadow_set_way(s, op, m->off_low, m->size, &who);
	for (uint32_t way = 0; m->flags & 128 && way < 4; way++)
		coh_shadow_set_way(s, op, m->off_low, way, &who);
	coh_shadow_settle(s);
}

static void do_maintenance(const struct move *m, enum verb verb)
{
	enum coh_side side = m->flags & 4 ? COH_INSN : COH_DATA;
	enum coh_op op = (enum coh_op)(m->flags / 8 % COH_OPS);

	if (harmless && side == COH_DATA && op == COH_INVALIDATE)
		op = COH_FLUSH;
	if (verb == LINE)
		do_line(m, side, op);
	else if (verb == ALL)
		do_all(side, op);
	else
		do_set_way(m, harmless && op == COH_INVALIDATE ? COH_FLUSH : op);
}

static void do_map(const struct move *m)
{
	uint32_t len = (m->size & 3) ? (m->size & 3) << COH_ALIAS_SHIFT : COH_PAGE_SIZE;

	coh_shadow_map(s, page_address(m->va_page), page_address(m->pa_page), len);
}

static void do_move(const struct move *m)
{
	enum verb verb = (enum verb)(m->verb % VERBS);

	if (verb <= DEVICE_READ)
		do_access(m, verb);
	else if (verb == MAP)
		do_map(m);
	else if (verb != DEVICE_WRITE)
		do_maintenance(m, verb);
	else if (!harmless)
		coh_shadow_device_write(s, page_address(m->pa_page) | offset(m), NULL,
					m->size % (COH_PAGE_SIZE - offset(m)), 0);
}

static struct coh_cache cache(uint8_t choice)
{
	return (struct coh_cache){ .size = 32768,
				   .line = 16u << (choice & 3),
				   .ways = 4,
				   .kind = (enum coh_cache_kind)(1 + (choice >> 2) % 3),
				   .policy = COH_STORE_PAGE,
				   .alloc = COH_ALLOC_READ_WRITE };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coh_shadow_config config = { .page_size = COH_PAGE_SIZE };
	struct move m;

	if (size < 3)
		return 0;
	config.d = cache(data[0]);
	config.i = cache(data[1]);
	config.write_allocate = data[2] & 1;
	harmless = config.d.kind == COH_PIPT && data[2] & 2;
	s = coh_shadow_new(&config);
	CHECK(s);
	for (size_t i = 3; i + sizeof(m) <= size; i += sizeof(m)) {
		memcpy(&m, data + i, sizeof(m));
		do_move(&m);
	}
	coh_shadow_free(s);
	return 0;
}
