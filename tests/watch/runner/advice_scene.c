// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include "tests/watch/runner/advice_scene.h"

#include <stdlib.h>

void scene_begin(struct scene *s)
{
	const struct coh_cpu *cpu = coh_cpu_find("arm926ej-s");
	struct coh_shadow_config config = {
		.d = cpu->dcache,
		.i = *coh_cpu_icache(cpu),
		.write_allocate = true,
		.page_size = COH_PAGE_SIZE,
	};

	*s = (struct scene){ .shadow = coh_shadow_new(&config) };
	s->hello = (struct wire_hello){ .cpu = "arm926ej-s", .write_allocate = 1 };
	if (!s->shadow)
		abort();
	coh_shadow_map(s->shadow, K, PA, COH_PAGE_SIZE);
	coh_shadow_map(s->shadow, U, PA, COH_PAGE_SIZE);
	coh_shadow_map(s->shadow, V, PA, COH_PAGE_SIZE);
}

void scene_end(struct scene *s)
{
	coh_shadow_free(s->shadow);
}

static void count(struct scene *s, bool found, const struct coh_finding *f)
{
	if (!found)
		return;
	s->n_found++;
	s->found = *f;
}

static struct coh_shadow_access access_at(uint32_t va, uint32_t size, uint32_t pc)
{
	return (struct coh_shadow_access){
		.va = va,
		.pa = PA | (va & COH_PAGE_MASK),
		.pc = pc,
		.mm = 0x4000,
		.size = size,
		.attr = COH_WRITE_BACK,
	};
}

void scene_load(struct scene *s, uint32_t va, uint32_t size)
{
	struct coh_shadow_access a = access_at(va, size, AT_LOAD);
	struct coh_finding f;

	count(s, coh_shadow_load(s->shadow, &a, &f), &f);
}

void scene_store(struct scene *s, uint32_t va, uint32_t size)
{
	struct coh_shadow_access a = access_at(va, size, AT_STORE);
	struct coh_finding f;

	count(s, coh_shadow_store(s->shadow, &a, &f), &f);
}

void scene_fetch(struct scene *s, uint32_t va)
{
	struct coh_shadow_access a = access_at(va, 4, AT_FETCH);
	struct coh_finding f;

	count(s, coh_shadow_fetch(s->shadow, &a, &f), &f);
}

void scene_uncached(struct scene *s, uint32_t va, uint32_t size, bool store)
{
	struct coh_shadow_access a = access_at(va, size, store ? AT_STORE : AT_LOAD);
	struct coh_finding f;

	a.attr = COH_UNCACHED;
	count(s, store ? coh_shadow_store(s->shadow, &a, &f) : coh_shadow_load(s->shadow, &a, &f),
	      &f);
}

void scene_elsewhere(struct scene *s, uint32_t va, uint32_t size, bool store)
{
	struct coh_shadow_access a = access_at(va, size, store ? AT_STORE : AT_LOAD);
	struct coh_finding f;

	a.pa += COH_PAGE_SIZE;
	coh_shadow_map(s->shadow, va & ~COH_PAGE_MASK, PA + COH_PAGE_SIZE, COH_PAGE_SIZE);
	count(s, store ? coh_shadow_store(s->shadow, &a, &f) : coh_shadow_load(s->shadow, &a, &f),
	      &f);
	coh_shadow_map(s->shadow, va & ~COH_PAGE_MASK, PA, COH_PAGE_SIZE);
}

static void maintain(struct scene *s, enum coh_side side, enum coh_op op, uint32_t va, uint32_t pc)
{
	struct coh_who who = { pc, va, 0x4000 };

	coh_shadow_maintain(s->shadow, side, op, va, PA | (va & COH_PAGE_MASK), &who);
}

void scene_op(struct scene *s, enum coh_side side, enum coh_op op, uint32_t va)
{
	maintain(s, side, op, va, AT_LINE);
}

void scene_op_at(struct scene *s, enum coh_op op, uint32_t va, uint32_t pc)
{
	maintain(s, COH_DATA, op, va, pc);
}

void scene_whole(struct scene *s, enum coh_side side, enum coh_op op)
{
	struct coh_who who = { AT_WHOLE, COH_VA_UNKNOWN, 0x4000 };

	coh_shadow_maintain_all(s->shadow, side, op, &who);
}

void scene_device_write(struct scene *s, uint32_t pa, uint32_t size)
{
	struct coh_shadow_access a = { .va = COH_VA_UNKNOWN, .pa = pa, .size = size, .mm = 3 };
	struct coh_finding f;

	count(s, coh_shadow_device_dirty(s->shadow, &a, &f), &f);
	coh_shadow_device_write(s->shadow, pa, NULL, size, 3);
}

void scene_device_read(struct scene *s, uint32_t pa, uint32_t size)
{
	struct coh_shadow_access a = { .va = COH_VA_UNKNOWN, .pa = pa, .size = size, .mm = 3 };
	struct coh_finding f;

	count(s, coh_shadow_device_read(s->shadow, &a, &f), &f);
}

struct wire_finding scene_finding(const struct scene *s)
{
	const struct coh_finding *f = &s->found;
	struct wire_finding w = {
		.id = 1,
		.by = f->by,
		.cause = f->cause,
		.certain = f->certain,
		.read = { 1, f->pc, f->va, f->pa, f->mm, f->size, f->attr, 2 },
		.write = { .known = f->writer_known, .pc = f->writer.pc, .va = f->writer.va },
		.by_device = f->by_device,
		.culprit = { .known = f->culprit_known, .pc = f->culprit.pc, .va = f->culprit.va },
		.other_pa = f->other_pa,
		.bad = f->bad,
		.first_pa = f->first_pa,
		.memory_old = f->memory_old,
		.line_pa = f->line_pa,
		.granule = f->granule,
		.n_events = f->history.n,
		.events_cut = f->history.cut,
		.events_odd = f->history.odd,
	};

	for (uint32_t i = 0; i < f->history.n; i++) {
		const struct coh_event *e = &f->history.event[i];

		w.event[i] = (struct wire_event){ e->kind, e->attr, e->op,    e->side,	  e->pc,
						  e->va,   e->mm,   e->bytes, e->pc_first };
	}
	return w;
}
