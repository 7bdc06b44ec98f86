// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The accesses of devices: to memory beside the caches, or as one that takes part in them. */
#include "model/shadow_internal.h"

bool device_write_part(struct coh_shadow *s, struct part *p, struct coh_finding *f)
{
	(void)f;
	p->a.va = COH_VA_UNKNOWN;
	s->counts.device_bytes += p->a.size;
	store_memory(s, p, false, true);
	history_access(s, p, COH_EVENT_DEVICE_WRITE);
	return false;
}

void coh_shadow_device_write(struct coh_shadow *s, uint32_t pa, const uint8_t *bytes, uint32_t len,
			     uint32_t device)
{
	struct coh_shadow_access a = { .pa = pa, .size = len, .bytes = bytes, .mm = device };

	for_each_part(s, &a, COH_DATA, device_write_part, NULL);
}

/* Which byte of the line to name: one that the device overwrites, if any of these is newer here. */
static uint32_t dirty_byte(const struct part *p)
{
	uint32_t dirty = p->pl.line->stale;

	return (uint32_t)__builtin_ctz(dirty & p->mask ? dirty & p->mask : dirty);
}

static bool device_dirty_part(struct coh_shadow *s, struct part *p, struct coh_finding *f)
{
	const struct copy *dirty;
	struct record *r;
	uint32_t at;

	/* Nothing newer than memory in it: what a device overwrote before was told then. */
	if (!p->pl.line->stale || !(p->pl.line->d & (COH_D_DIRTY | COH_D_RECORD)))
		return false;
	r = record_open(s, &p->pl);
	for (dirty = r->copies; dirty && (dirty->foreign || !dirty->dirty);)
		dirty = dirty->next;
	if (dirty) {
		at = dirty_byte(p);
		f->by = COH_BY_DEVICE_WRITE;
		describe(s, &p->pl, r, &p->a, p->mask, NULL, NULL, false, f);
		f->cause = COH_THREATENED;
		f->culprit_known = f->certain = f->values_known = false;
		f->first_pa = p->pl.pa + at;
		f->writer = r->writer[at / 4];
		f->by_device = f->writer.pc == WRITER_DEVICE;
		f->writer_known = f->writer.pc && !f->by_device;
	}
	record_close(s, &p->pl);
	return dirty;
}

bool coh_shadow_device_dirty(struct coh_shadow *s, const struct coh_shadow_access *a,
			     struct coh_finding *f)
{
	return for_each_part(s, a, COH_DATA, device_dirty_part, f);
}

static bool coherent_write_part(struct coh_shadow *s, struct part *p, struct coh_finding *f)
{
	struct record *r = record_open(s, &p->pl);

	(void)f;
	p->a.va = COH_VA_UNKNOWN;
	for (struct copy *c = r->copies; c; c = c->next) {
		if (c->side == COH_INSN || c->foreign) {
			store_beside_copy(p, c, false);
			continue;
		}
		c->stale &= ~p->mask;
		c->held &= ~p->mask;
		c->gone &= ~p->mask;
		c->sure &= ~p->mask;
	}
	forgive(r, p->mask);
	r->sure &= ~p->mask;
	p->pl.line->stale &= ~p->mask;
	set_writer(s, p, r, true);
	set_newest(p);
	record_close(s, &p->pl);
	history_access(s, p, COH_EVENT_COHERENT_WRITE);
	return false;
}

void coh_shadow_coherent_write(struct coh_shadow *s, uint32_t pa, const uint8_t *bytes,
			       uint32_t len, uint32_t device)
{
	struct coh_shadow_access a = { .pa = pa, .size = len, .bytes = bytes, .mm = device };

	for_each_part(s, &a, COH_DATA, coherent_write_part, NULL);
}

static bool device_read_part(struct coh_shadow *s, struct part *p, struct coh_finding *f)
{
	if (!walk_part(s, p, f))
		return false;
	f->by = COH_BY_DEVICE;
	return true;
}

bool coh_shadow_device_read(struct coh_shadow *s, const struct coh_shadow_access *a,
			    struct coh_finding *f)
{
	return for_each_part(s, a, COH_DATA, device_read_part, f);
}
