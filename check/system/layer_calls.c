// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Each statement of the layer as a call of it, or of the small kernel around it. */
#include <stdio.h>

#include "check/system/layer_internal.h"

struct where {
	struct layer *l;
	struct coh_sim *sim;
	struct coh *coh;
	const struct litmus_instr *i;
	uint32_t frame; /* COH_SIM_NONE: the statement is about no page */
	struct coh_page *page;
	uint32_t mm; /* of the alias */
	uint64_t va; /* of the alias's page */
	uint64_t at; /* of its first word */
	size_t len;  /* to the end of its last word */
};

/* Of the layer: an error is one of the test's, for its kernel does what the contract forbids. */
static void must(const struct where *w, int error)
{
	if (error)
		w->l->driver.fail(w->l, litmus_op_name(w->i->op), error);
}

static void refuse(const struct where *w, const char *why)
{
	w->l->driver.fail(w->l, why, 0);
}

static struct where find(struct layer *l, const struct litmus_instr *i)
{
	struct control *control = l->control;
	struct where w = { .l = l,
			   .sim = control->sim,
			   .coh = coh_sim_layer(control->sim),
			   .i = i,
			   .frame = COH_SIM_NONE };

	if (i->alias != LITMUS_NONE) {
		w.mm = l->s->test->alias[i->alias].mm;
		if (!layer_address(l->s, i->alias, &w.va))
			w.va = 0;
		w.at = w.va + litmus_offset(l->s->test, i->first);
		w.len = litmus_offset(l->s->test, i->last) + 4 -
			litmus_offset(l->s->test, i->first);
		if (l->s->test->alias[i->alias].kind == LITMUS_USER)
			w.frame = coh_sim_frame_at(w.sim, w.mm, w.va);
	}
	if (w.frame == COH_SIM_NONE && i->page != LITMUS_NONE)
		w.frame = control->frame[i->page];
	if (w.frame != COH_SIM_NONE)
		w.page = coh_sim_page(w.sim, w.frame);
	return w;
}

/* For a system call: is there an area of a user, or is there none, as there must be? */
static void check_area(const struct where *w, bool expected)
{
	char text[sizeof(w->l->error)];

	if (!coh_sim_vma(w->sim, w->mm, w->va) == !expected)
		return;
	snprintf(text, sizeof(text),
		 expected ? "%s of what is not mapped: it never was, or was unmapped before"
			  : "%s of what is mapped already: expected 'unmapped' in the initial "
			    "state, or munmap before",
		 litmus_op_name(w->i->op));
	refuse(w, text);
}

static void check_fork(const struct where *w)
{
	const struct litmus *t = w->l->s->test;
	uint64_t va;

	for (uint8_t a = 0; a < t->n_aliases; a++)
		if (t->alias[a].kind == LITMUS_USER && t->alias[a].mm == w->i->first &&
		    layer_address(w->l->s, a, &va) && coh_sim_vma(w->sim, w->i->first, va))
			refuse(w, "fork into an mm that has areas already: expected an empty one");
}

static struct coh_vma *vma(const struct where *w)
{
	struct coh_vma *v = coh_sim_vma(w->sim, w->mm, w->va);

	if (!v)
		refuse(w, "no area of a user is there");
	return v;
}

/* The small kernel would take a fault there, and end the process. */
static void check_user_access(const struct where *w, unsigned c)
{
	char text[sizeof(w->l->error)];

	if (fault_is_of_other_mm(w->l->s, c, w->i, text, sizeof(text)))
		refuse(w, text);
	if (coh_sim_vma(w->sim, w->mm, w->va))
		return;
	fault_not_mapped(w->l->s, w->i->alias, text, sizeof(text));
	refuse(w, text);
}

static void access(const struct where *w, unsigned c, struct call *call)
{
	bool user = w->l->s->test->alias[w->i->alias].kind == LITMUS_USER;
	uint32_t value = call->result;

	if (!w->va)
		refuse(w, "this alias has no address now: highmem is to be kmapped, a vmap to be "
			  "made");
	if (user)
		check_user_access(w, c);
	switch (w->i->op) {
	case OP_LOAD:
		user ? coh_sim_user_load(w->sim, w->at, &value, 4)
		     : coh_sim_load(w->sim, w->at, &value, 4);
		break;
	case OP_STORE:
		user ? coh_sim_user_store(w->sim, w->at, &value, 4)
		     : coh_sim_store(w->sim, w->at, &value, 4);
		break;
	default:
		user ? coh_sim_user_fetch(w->sim, w->at, &value, 4)
		     : coh_sim_fetch(w->sim, w->at, &value, 4);
	}
	call->result = value;
}

/* What is unmapped or handed over was mapped before, in this direction. */
static void check_dma(const struct where *w)
{
	uint8_t *mapped = w->l->control->dma[w->i->page], *this = &mapped[w->i->intent];
	char text[sizeof(w->l->error)];

	if (w->i->op == OP_DMA_MAP) {
		if (*this == UINT8_MAX)
			refuse(w, "mapped for DMA too often");
		++*this;
		return;
	}
	if (!*this) {
		bool other = mapped[1] || mapped[2] || mapped[3];

		snprintf(text, sizeof(text),
			 "%s of what is not mapped for DMA%s: expected coh_dma_map before",
			 litmus_op_name(w->i->op), other ? " in this direction" : "");
		refuse(w, text);
	}
	if (w->i->op == OP_DMA_UNMAP)
		--*this;
}

static void dma(const struct where *w)
{
	uintptr_t va = coh_sim_kernel_address(w->sim, w->frame);
	uint64_t pa = coh_sim_pa(w->sim, w->frame);
	uint32_t len = layer_page_bytes(w->l);
	enum coh_dma direction = (enum coh_dma)w->i->intent;

	if (!va)
		refuse(w, "DMA on a highmem page that is not kmapped");
	check_dma(w);
	switch (w->i->op) {
	case OP_DMA_MAP:
		must(w, coh_dma_map(w->coh, va, pa, len, direction));
		return;
	case OP_DMA_UNMAP:
		must(w, coh_dma_unmap(w->coh, va, pa, len, direction));
		return;
	case OP_DMA_SYNC_FOR_CPU:
		must(w, coh_dma_sync_for_cpu(w->coh, va, pa, len, direction));
		return;
	default:
		must(w, coh_dma_sync_for_device(w->coh, va, pa, len, direction));
	}
}

static uint32_t prot_of(uint32_t rights)
{
	return rights ? rights : COH_SIM_RW;
}

static void memory_map(const struct where *w)
{
	const struct litmus *t = w->l->s->test;
	const struct litmus_alias *a = &t->alias[w->i->alias];
	struct coh_sim_area area = { .kind = t->page[a->page].kind == LITMUS_FILE
						     ? COH_SIM_FILE
						     : COH_SIM_ANONYMOUS,
				     .shared = !a->private && t->page[a->page].kind == LITMUS_FILE,
				     .prot = prot_of(a->rights) };

	if (area.kind == COH_SIM_FILE)
		for (uint8_t p = 0; p < a->page; p++)
			area.file += t->page[p].kind == LITMUS_FILE;
	coh_sim_mmap(w->sim, a->mm, w->va, 1, &area);
}

static void get_user_page(const struct where *w)
{
	uint32_t frame = coh_sim_get_user_page(w->sim, w->mm, w->va, (enum coh_intent)w->i->intent);

	coh_sim_put(w->sim, frame);
}

static void map_into_kernel(const struct where *w)
{
	uint32_t frame = w->frame;

	w->l->control->va[w->i->alias] =
		coh_sim_vmap(w->sim, &frame, 1, w->l->s->test->alias[w->i->alias].colour);
}

static void unmap_from_kernel(const struct where *w)
{
	if (!w->va)
		refuse(w, "vunmap of what is not mapped");
	coh_sim_vunmap(w->sim, w->va);
	w->l->control->va[w->i->alias] = 0;
}

static void users_side(const struct where *w)
{
	switch (w->i->op) {
	case OP_FLUSH_ANON_PAGE:
		must(w, coh_flush_anon_page(w->coh, vma(w), w->page, w->va));
		return;
	case OP_GET_USER_PAGE:
		get_user_page(w);
		return;
	case OP_FLUSH_CACHE_PAGE:
		must(w, coh_flush_cache_page(w->coh, vma(w), w->va, coh_sim_pfn(w->sim, w->frame)));
		return;
	case OP_FLUSH_CACHE_RANGE:
		must(w, coh_flush_cache_range(w->coh, vma(w), w->va, layer_page_bytes(w->l)));
		return;
	case OP_UPDATE_MMU_CACHE:
		must(w, coh_update_mmu_cache(w->coh, vma(w), w->page, w->va,
					     prot_of(w->l->s->test->alias[w->i->alias].rights)));
		return;
	case OP_FLUSH_ICACHE_PAGE:
		must(w, coh_flush_icache_page(w->coh, vma(w), w->page));
		return;
	case OP_MMAP:
		check_area(w, false);
		memory_map(w);
		return;
	case OP_MUNMAP:
		check_area(w, true);
		coh_sim_munmap(w->sim, w->mm, w->va, 1);
		return;
	default:
		check_area(w, true);
		coh_sim_mprotect(w->sim, w->mm, w->va, 1, prot_of(w->i->rights));
	}
}

static void of_an_mm(const struct where *w)
{
	switch (w->i->op) {
	case OP_FLUSH_CACHE_MM:
		must(w, coh_flush_cache_mm(w->coh, coh_sim_mm(w->sim, w->i->other)));
		return;
	case OP_FLUSH_CACHE_DUP_MM:
		must(w, coh_flush_cache_dup_mm(w->coh, coh_sim_mm(w->sim, w->i->other)));
		return;
	case OP_COH_SWITCH_MM:
		coh_sim_switch(w->sim, w->i->other);
		return;
	case OP_FORK:
		check_fork(w);
		coh_sim_fork(w->sim, w->i->other, w->i->first);
		return;
	default:
		coh_sim_exit(w->sim, w->i->other);
	}
}

static void kernels_side(const struct where *w, struct call *call)
{
	uintptr_t va;

	switch (w->i->op) {
	case OP_FLUSH_DCACHE_PAGE:
		must(w, coh_flush_dcache_page(w->coh, w->page));
		return;
	case OP_FLUSH_KERNEL_DCACHE_PAGE:
		must(w, coh_flush_kernel_dcache_page(w->coh, w->page));
		return;
	case OP_KMAP:
		must(w, coh_kmap(w->coh, w->page, (enum coh_intent)w->i->intent, &va));
		return;
	case OP_KUNMAP:
		va = coh_sim_kernel_address(w->sim, w->frame);
		if (!va)
			refuse(w, "coh_kunmap of a page that is not kmapped");
		must(w, coh_kunmap(w->coh, w->page, (enum coh_intent)w->i->intent, va));
		return;
	case OP_COPY_TO_USER_PAGE:
		coh_sim_ptrace_write(w->sim, w->mm, w->at, &call->result, 4);
		return;
	case OP_COPY_FROM_USER_PAGE:
		coh_sim_ptrace_read(w->sim, w->mm, w->at, &call->result, 4);
		return;
	case OP_FLUSH_ICACHE_RANGE:
		must(w, coh_flush_icache_range(w->coh, w->at, w->len));
		return;
	case OP_VMAP:
		map_into_kernel(w);
		return;
	case OP_VUNMAP:
		unmap_from_kernel(w);
		return;
	case OP_FLUSH_KERNEL_VMAP_RANGE:
		must(w, coh_flush_kernel_vmap_range(w->coh, w->at, w->len));
		return;
	default:
		must(w, coh_invalidate_kernel_vmap_range(w->coh, w->va, layer_page_bytes(w->l)));
	}
}

void layer_call(struct layer *l, unsigned c, struct call *call)
{
	struct where w;

	if (call->kind == CALL_SWITCH) {
		coh_sim_switch(l->control->sim, call->mm);
		return;
	}
	w = find(l, call->instr);
	call->result = raw_value(l->s, c, &call->instr->a);
	switch (call->instr->op) {
	case OP_LOAD:
	case OP_STORE:
	case OP_FETCH:
		access(&w, c, call);
		return;
	case OP_DMA_MAP:
	case OP_DMA_UNMAP:
	case OP_DMA_SYNC_FOR_CPU:
	case OP_DMA_SYNC_FOR_DEVICE:
		dma(&w);
		return;
	case OP_FLUSH_ANON_PAGE:
	case OP_GET_USER_PAGE:
	case OP_FLUSH_CACHE_PAGE:
	case OP_FLUSH_CACHE_RANGE:
	case OP_UPDATE_MMU_CACHE:
	case OP_FLUSH_ICACHE_PAGE:
	case OP_MMAP:
	case OP_MUNMAP:
	case OP_MPROTECT:
		users_side(&w);
		return;
	case OP_FLUSH_CACHE_MM:
	case OP_FLUSH_CACHE_DUP_MM:
	case OP_COH_SWITCH_MM:
	case OP_FORK:
	case OP_EXIT:
		of_an_mm(&w);
		return;
	default:
		kernels_side(&w, call);
	}
}
