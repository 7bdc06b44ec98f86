// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Areas and users, in random programs. */
#include "tests/ports/sim/sim_random.h"

static uintptr_t other_place(const struct run *r, const struct op *o)
{
	return coh_sim_user_address(r->sim, o->to_nth, o->to_colour);
}

static bool is_current_anywhere(const struct run *r, uint32_t mm)
{
	for (uint32_t cpu = 0; cpu < r->prog->config.cpus; cpu++)
		if (coh_sim_current(r->sim, cpu) == mm)
			return true;
	return false;
}

static bool is_free(const struct run *r, uint32_t mm, uintptr_t va, unsigned pages)
{
	for (unsigned i = 0; i < pages; i++)
		if (coh_sim_vma(r->sim, mm, va + i * r->page))
			return false;
	return true;
}

/* May a mapping of this page be at va of mm, beside those that are there but for `but`? */
static bool may_share(const struct run *r, uint32_t mm, uintptr_t va, uint32_t file, unsigned index,
		      unsigned but)
{
	if (!r->congruent || r->meeting)
		return true;
	if (r->vivt)
		return run_mapped(r, mm, file, index, COH_VMA_SHARED) <= but;
	return !((coh_colour(r->coh, va) - index) & (coh_colours(r->coh) - 1));
}

/* Is that a mapping that may conflict?  Under hints private ones must be congruent, too. */
static bool counts(const struct run *r, bool of_file, bool shared)
{
	return of_file && (shared || (r->how->policy == &coh_policy_hints && !r->vivt));
}

static uint32_t file_of(const struct run *r, const struct coh_vma *vma)
{
	for (uint32_t f = 0; f < FILES; f++)
		if (vma->mapping == coh_sim_mapping(r->sim, r->file[f]))
			return f;
	return FILES;
}

/* Which page of its file. */
static unsigned index_of(const struct run *r, const struct coh_vma *vma, uintptr_t va)
{
	return (unsigned)(va / r->page - vma->delta);
}

/* ------------------------------------------------------------------------
 * Areas.
 */

static const char *rights(uint32_t prot)
{
	return prot == COH_SIM_RWX  ? "rwx"
	       : prot == COH_SIM_RX ? "rx"
	       : prot == COH_SIM_RW ? "rw"
				    : "r";
}

static void do_map(struct run *r, const struct op *o)
{
	struct coh_sim_area area = { .prot = o->prot };
	uintptr_t va = run_place(r, o);
	unsigned kind = o->how % 8;

	if (!is_free(r, o->mm, va, o->pages))
		return;
	if (kind < 6) {
		area.kind = COH_SIM_FILE;
		area.file = r->file[o->file];
		area.pgoff = o->pages == 1 ? o->index : 0;
		area.shared = kind < 4;
	}
	for (unsigned i = 0; i < o->pages && counts(r, area.kind == COH_SIM_FILE, area.shared); i++)
		if (!may_share(r, o->mm, va + i * r->page, o->file, area.pgoff + i, 0))
			return;
	if (area.kind == COH_SIM_FILE)
		run_say(r, "mm %u maps page %u of file %u at %#zx, %u pages, %s, %s", o->mm,
			area.pgoff, o->file, (size_t)va, o->pages,
			area.shared ? "shared" : "private", rights(o->prot));
	else
		run_say(r, "mm %u maps anonymous memory at %#zx, %u pages, %s", o->mm, (size_t)va,
			o->pages, rights(o->prot));
	coh_sim_mmap(r->sim, o->mm, va, o->pages, &area);
}

static void do_unmap(struct run *r, const struct op *o)
{
	if (is_free(r, o->mm, run_place(r, o), o->pages))
		return;
	run_say(r, "mm %u unmaps %#zx, %u pages", o->mm, (size_t)run_place(r, o), o->pages);
	coh_sim_munmap(r->sim, o->mm, run_place(r, o), o->pages);
}

static void do_protect(struct run *r, const struct op *o)
{
	if (!coh_sim_vma(r->sim, o->mm, run_place(r, o)))
		return;
	run_say(r, "mm %u protects %#zx, %s", o->mm, (size_t)run_place(r, o), rights(o->prot));
	coh_sim_mprotect(r->sim, o->mm, run_place(r, o), 1, o->prot);
}

static void do_move(struct run *r, const struct op *o)
{
	uintptr_t va = run_place(r, o), to = other_place(r, o);
	const struct coh_vma *vma = coh_sim_vma(r->sim, o->mm, va);

	if (!vma || coh_sim_vma(r->sim, o->mm, to))
		return;
	if (counts(r, vma->mapping, run_vma_has(vma, COH_VMA_SHARED))) {
		uint32_t file = file_of(r, vma);

		if (!may_share(r, o->mm, to, file, index_of(r, vma, va), 1))
			return;
	}
	run_say(r, "mm %u moves %#zx to %#zx", o->mm, (size_t)va, (size_t)to);
	coh_sim_mremap(r->sim, o->mm, va, 1, to);
}

/* One page becomes two, to either side; or two one, of either. */
static void do_resize(struct run *r, const struct op *o)
{
	uintptr_t va = run_place(r, o), start, added;
	const struct coh_vma *vma = coh_sim_vma(r->sim, o->mm, va);
	bool low = o->how & 1, grows;

	if (!vma)
		return;
	grows = vma->end - vma->start == r->page;
	start = vma->start + (grows ? (low ? -(uintptr_t)r->page : 0) : (low ? r->page : 0));
	added = low ? vma->start - r->page : vma->end;
	if (grows && coh_sim_vma(r->sim, o->mm, added))
		return;
	if (grows && vma->mapping) {
		unsigned index = index_of(r, vma, added);

		if (index >= FILE_PAGES)
			return;
		if (counts(r, true, run_vma_has(vma, COH_VMA_SHARED)) &&
		    !may_share(r, o->mm, added, file_of(r, vma), index, 0))
			return;
	}
	if (!grows && vma->end - vma->start != 2 * r->page)
		return;
	run_say(r, "mm %u resizes %#zx to %u pages from %#zx", o->mm, (size_t)vma->start, 1 + grows,
		(size_t)start);
	coh_sim_resize(r->sim, o->mm, va, start, 1 + grows);
}

static void do_merge(struct run *r, const struct op *o)
{
	const struct coh_vma *vma = coh_sim_vma(r->sim, o->mm, run_place(r, o));

	if (!vma || !coh_sim_vma(r->sim, o->mm, vma->end))
		return;
	run_say(r, "mm %u merges %#zx with what follows", o->mm, (size_t)vma->start);
	coh_sim_merge(r->sim, o->mm, vma->start);
}

static void do_fork(struct run *r, const struct op *o)
{
	uint32_t child = (o->mm + 1 + o->how % (MMS - 1)) % MMS;

	if (is_current_anywhere(r, child))
		return;
	run_say(r, "mm %u forks: mm %u ends and is its child", o->mm, child);
	coh_sim_exit(r->sim, child);
	coh_sim_fork(r->sim, o->mm, child);
}

static void do_exit(struct run *r, const struct op *o)
{
	run_say(r, "mm %u ends", o->mm);
	coh_sim_exit(r->sim, o->mm);
}

static void do_switch(struct run *r, const struct op *o)
{
	uint32_t mm = o->how % 16 ? o->mm : COH_SIM_NONE;

	if (mm == run_current(r))
		return;
	run_say(r, "switches to %s %u", mm == o->mm ? "mm" : "none, not", o->mm);
	coh_sim_switch(r->sim, mm);
}

/* The next user access goes back: see user. */
static void do_kernel_thread(struct run *r, const struct op *o)
{
	(void)o;
	if (run_current(r) == COH_SIM_NONE)
		return;
	run_say(r, "a kernel thread runs");
	coh_sim_kernel_thread(r->sim);
}

/* ------------------------------------------------------------------------
 * Users.
 */

/* The area at the place in the current mm, which runs on; NULL if the access is not possible. */
static struct coh_vma *user(struct run *r, const struct op *o, uint32_t flag)
{
	uint32_t mm = run_current(r);
	struct coh_vma *vma = mm == COH_SIM_NONE ? NULL : coh_sim_vma(r->sim, mm, run_place(r, o));

	if (!vma || (flag && !run_vma_has(vma, flag)))
		return NULL;
	run_touch(r, run_place(r, o) + run_offset(r, o));
	coh_sim_switch(r->sim, mm);
	return vma;
}

static void do_user_load(struct run *r, const struct op *o)
{
	uintptr_t va = run_place(r, o) + run_offset(r, o);
	uint32_t word;

	if (!user(r, o, 0))
		return;
	run_say(r, "mm %u loads from %#zx", run_current(r), (size_t)va);
	coh_sim_user_load(r->sim, va, &word, sizeof(word));
}

static void do_user_store(struct run *r, const struct op *o)
{
	uintptr_t va = run_place(r, o) + run_offset(r, o);
	uint32_t word, frame, mm = run_current(r);
	struct stored *s;

	if (!user(r, o, COH_VMA_WRITE))
		return;
	run_say(r, "mm %u %sstores to %#zx", mm, o->how & 1 ? "loads, then " : "", (size_t)va);
	if (o->how & 1) /* so that the line is there, where stores bring none in */
		coh_sim_user_load(r->sim, va, &word, sizeof(word));
	word = run_new_word(r);
	coh_sim_user_store(r->sim, va, &word, sizeof(word));
	frame = coh_sim_frame_at(r->sim, mm, va);
	s = &r->stored[frame];
	va -= run_offset(r, o);
	*s = (struct stored){ !s->va || (s->va == va && s->mm == mm) ? va : SEVERAL, mm };
}

/* As cacheflush(2), if a user stored to the page. */
static void sync_code(struct run *r, const struct op *o, const struct coh_vma *vma)
{
	uint32_t mm = run_current(r), frame = coh_sim_frame_at(r->sim, mm, run_place(r, o));
	uintptr_t va = run_place(r, o);

	if (frame == COH_SIM_NONE && vma->mapping)
		frame = coh_sim_file_frame(r->sim, r->file[file_of(r, vma)], index_of(r, vma, va));
	if (frame != COH_SIM_NONE && run_must_announce(r, frame)) {
		run_say(r, "flush_icache_range of %#zx, in any case", (size_t)va);
		run_must(r, coh_flush_icache_range(r->coh, va, r->page), "coh_flush_icache_range");
	}
	if (frame == COH_SIM_NONE || !r->stored[frame].va)
		return;
	if (o->how & 1 && r->vivt && r->stored[frame].va == va && r->stored[frame].mm == mm) {
		run_say(r, "flush_icache_range of %#zx", (size_t)va);
		run_must(r, coh_flush_icache_range(r->coh, va, r->page), "coh_flush_icache_range");
	} else {
		run_say(r, "flush_dcache_page of frame %u, for its code", frame);
		run_flush(r, frame);
	}
}

static void do_user_fetch(struct run *r, const struct op *o)
{
	uintptr_t va = run_place(r, o) + run_offset(r, o);
	const struct coh_vma *vma = user(r, o, COH_VMA_EXEC);
	uint32_t word;

	if (!vma)
		return;
	sync_code(r, o, vma);
	run_say(r, "mm %u fetches from %#zx", run_current(r), (size_t)va);
	coh_sim_user_fetch(r->sim, va, &word, sizeof(word));
}

do_fn *const users_do[OP_KINDS] = {
	[MAP] = do_map,
	[UNMAP] = do_unmap,
	[PROTECT] = do_protect,
	[MOVE] = do_move,
	[RESIZE] = do_resize,
	[MERGE] = do_merge,
	[FORK] = do_fork,
	[EXIT] = do_exit,
	[SWITCH] = do_switch,
	[KERNEL_THREAD] = do_kernel_thread,
	[USER_LOAD] = do_user_load,
	[USER_STORE] = do_user_store,
	[USER_FETCH] = do_user_fetch,
};
