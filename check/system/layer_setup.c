// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The initial state, made as a kernel makes it: files, areas, page faults.  Afterwards all
 * caches are emptied: what making it left there is not the test's.
 */
#include "check/policies/policies.h"
#include "check/system/layer_internal.h"

#define EXTRA_FRAMES 2u /* for copies on write */

/* The data cache's: K and users are told apart by it. */
static uint32_t colours(const struct layer *l)
{
	return coh_cache_colours(&l->core.dcache, l->core.page);
}

static uint32_t high_pages(const struct litmus *t)
{
	uint32_t n = 0;

	for (uint8_t p = 0; p < t->n_pages; p++)
		n += t->page[p].highmem;
	return n;
}

void layer_configure(const struct layer *l, struct coh_sim_config *config)
{
	const struct litmus *t = l->s->test;
	struct layer *mutable = (struct layer *)(uintptr_t)l;

	mutable->core = l->s->target.core;
	*config = (struct coh_sim_config){
		.core = &l->core,
		.policy = coh_policy_find(l->s->target.policy),
		.scope = t->local ? COH_SCOPE_THIS_CPU : COH_SCOPE_ALL_CPUS,
		.sharing = sharing_of(t),
		.check = COH_CHECK_CHEAP,
		.outer = l->s->target.outer,
		.cpus = t->cpus,
		/* Enough for each page to have the colour that it is to have. */
		.frames = t->n_pages * colours(l) + EXTRA_FRAMES + high_pages(t),
		.highmem = high_pages(t),
		.slots = 2,
		.mms = t->mms,
		.translations = t->n_aliases * 2u + 4,
		.tlb = t->tlb,
		.alone = t->alone,
		.looks_at_tables = t->looks_at_tables,
		.grain = t->grain_access ? COH_SIM_GRAIN_ACCESS : COH_SIM_GRAIN_CALL,
		.driver = &l->driver,
	};
}

static void refuse(struct layer *l, const char *why)
{
	l->driver.fail(l, why, 0);
}

/* Which colour the first kernel alias of a page asks for. */
static uint32_t colour_wanted(const struct litmus *t, uint8_t page)
{
	for (uint8_t a = 0; a < t->n_aliases; a++)
		if (t->alias[a].page == page && t->alias[a].kind == LITMUS_KERNEL)
			return t->alias[a].colour;
	return 0;
}

/*
 * The next frame is the page's: frames that are in the way, of other colours or not high, are
 * taken first and given back at the end.
 */
struct in_the_way {
	uint32_t frame[LITMUS_PAGES * LITMUS_COLOURS + EXTRA_FRAMES];
	unsigned n;
};

static void clear_the_way(struct layer *l, uint8_t page, struct in_the_way *w)
{
	const struct litmus *t = l->s->test;
	struct coh_sim *sim = l->control->sim;
	uint32_t first_high = coh_sim_frames(sim) - high_pages(t), wanted = colour_wanted(t, page);

	for (;;) {
		uint32_t frame = coh_sim_alloc(sim);
		bool fits = t->page[page].highmem ? frame >= first_high
						  : frame % colours(l) == wanted % colours(l);

		if (fits || w->n == sizeof(w->frame) / sizeof(*w->frame)) {
			coh_sim_put(sim, frame);
			return;
		}
		w->frame[w->n++] = frame;
	}
}

static bool has_user_alias(const struct litmus *t, uint8_t page)
{
	for (uint8_t a = 0; a < t->n_aliases; a++)
		if (t->alias[a].page == page && t->alias[a].kind == LITMUS_USER)
			return true;
	return false;
}

static void map_user(struct layer *l, uint8_t alias)
{
	const struct litmus *t = l->s->test;
	const struct litmus_alias *a = &t->alias[alias];
	bool file = t->page[a->page].kind == LITMUS_FILE;
	struct coh_sim_area area = { .kind = file ? COH_SIM_FILE : COH_SIM_ANONYMOUS,
				     .shared = file && !a->private,
				     .prot = a->rights ? a->rights : COH_SIM_RW };
	struct coh_sim *sim = l->control->sim;

	for (uint8_t p = 0; file && p < a->page; p++)
		area.file += t->page[p].kind == LITMUS_FILE;
	coh_sim_mmap(sim, a->mm, l->control->va[alias], 1, &area);
	coh_sim_put(sim, coh_sim_get_user_page_fast(sim, a->mm, l->control->va[alias],
						    file ? COH_INTENT_READ : COH_INTENT_WRITE));
}

/* The first alias of an anonymous page makes it; another mm gets it by fork. */
static void make_anon(struct layer *l, uint8_t page)
{
	const struct litmus *t = l->s->test;
	struct coh_sim *sim = l->control->sim;
	uint8_t first = LITMUS_NONE;

	for (uint8_t a = 0; a < t->n_aliases; a++) {
		const struct litmus_alias *alias = &t->alias[a];

		if (alias->page != page || alias->kind != LITMUS_USER)
			continue;
		if (first == LITMUS_NONE) {
			first = a;
			map_user(l, a);
			l->control->frame[page] =
				coh_sim_frame_at(sim, alias->mm, l->control->va[a]);
		} else if (alias->where == first && alias->mm != t->alias[first].mm) {
			if (!coh_sim_vma(sim, alias->mm, l->control->va[a]))
				coh_sim_fork(sim, t->alias[first].mm, alias->mm);
		} else {
			refuse(l, "an anonymous page has one address; another mm gets it by fork: "
				  "alias V = page mm 1 at U");
		}
	}
}

static void make_page(struct layer *l, uint8_t page)
{
	const struct litmus *t = l->s->test;
	struct coh_sim *sim = l->control->sim;

	switch (t->page[page].kind) {
	case LITMUS_PLAIN:
		l->control->frame[page] = coh_sim_alloc(sim);
		if (has_user_alias(t, page))
			refuse(l, "a page that users map is file or anon, where the layer is used");
		return;
	case LITMUS_FILE:
		l->control->frame[page] = coh_sim_file_frame(sim, coh_sim_file(sim, 1), 0);
		return;
	case LITMUS_ANON:
		if (!has_user_alias(t, page))
			refuse(l, "an anonymous page needs a user's alias");
		make_anon(l, page);
		return;
	}
}

static void choose_addresses(struct layer *l)
{
	const struct litmus *t = l->s->test;

	for (uint8_t a = 0; a < t->n_aliases; a++) {
		const struct litmus_alias *alias = &t->alias[a];

		if (alias->kind == LITMUS_USER)
			l->control->va[a] = coh_sim_user_address(l->control->sim, alias->where, 0) +
					    (uint64_t)(alias->colour % l->s->target.colours) *
						    layer_page_bytes(l);
		if (alias->kind == LITMUS_KERNEL && alias->unmapped)
			refuse(l, "K is always mapped, where the layer is used");
	}
}

static void empty_caches(struct layer *l)
{
	struct coh_machine *m = coh_sim_machine(l->control->sim);

	for (uint32_t cpu = 0; cpu < l->s->test->cpus; cpu++) {
		coh_machine_all(m, cpu, COH_DATA, COH_FLUSH);
		coh_machine_all(m, cpu, COH_INSN, COH_INVALIDATE);
		coh_machine_tlb_invalidate_all(m, cpu);
	}
	coh_machine_outer_all(m, COH_FLUSH);
}

void layer_set_up(struct layer *l)
{
	const struct litmus *t = l->s->test;
	struct in_the_way w = { .n = 0 };

	choose_addresses(l);
	for (uint8_t p = 0; p < t->n_pages; p++) {
		clear_the_way(l, p, &w);
		make_page(l, p);
	}
	while (w.n)
		coh_sim_put(l->control->sim, w.frame[--w.n]);
	for (uint8_t a = 0; a < t->n_aliases; a++)
		if (t->alias[a].kind == LITMUS_USER && !t->alias[a].unmapped &&
		    t->page[t->alias[a].page].kind == LITMUS_FILE)
			map_user(l, a);
	empty_caches(l);
}
