// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Accesses of user, kernel and devices, and the judgement of what they read. */
#include "ports/sim/internal.h"

/* A user's read of what a private mapping need not show? */
static bool is_unspecified(const struct coh_sim *sim, const struct coh_machine_stale *stale)
{
	uint32_t frame = (uint32_t)(stale->pa >> sim->shift);
	const struct os_vma *vma;

	if (stale->reader == COH_MACHINE_DEVICE || stale->va >= USER_END ||
	    stale->mm == COH_MACHINE_KERNEL || !sim->frames[frame].stored)
		return false;
	vma = sim_vma_at(sim, stale->mm - 1, (uintptr_t)stale->va);
	if (!vma || vma->shared)
		return false;
	return sim->frames[frame].stored[(stale->pa & (sim->page - 1)) / STAMP_GRANULE] >
	       vma->since;
}

static void judge(struct coh_sim *sim, const struct coh_machine_stale *stale)
{
	struct coh_sim_report *r = &sim->report;

	if (!stale->reader)
		return;
	if (is_unspecified(sim, stale)) {
		r->unspecified++;
		return;
	}
	if (!r->stale++) {
		r->first = *stale;
		r->first_frame = (uint32_t)(stale->pa >> sim->shift);
		r->first_point = sim->report.points;
		r->first_context = sim->context->kind;
	}
	sim_note(sim, COH_SIM_CORRUPT, NULL, 0, NULL);
}

static void stamp(struct coh_sim *sim, uint64_t pa, uint32_t len)
{
	struct frame *f = &sim->frames[pa >> sim->shift];
	uint32_t at = (uint32_t)(pa & (sim->page - 1));

	sim->clock++;
	if (!f->stored)
		return;
	for (uint32_t g = at / STAMP_GRANULE; g <= (at + len - 1) / STAMP_GRANULE; g++)
		f->stored[g] = sim->clock;
}

/* Within one page.  Returns the machine's error. */
static int access_once(struct coh_sim *sim, enum coh_machine_right right, uintptr_t va, void *bytes,
		       uint32_t len)
{
	struct coh_machine_stale stale = { 0 };
	uint32_t mm =
		va < USER_END ? coh_machine_mm(sim->machine, sim->running) : COH_MACHINE_KERNEL;
	uint64_t pa;
	int error;

	switch (right) {
	case COH_MACHINE_READ:
		error = coh_machine_load(sim->machine, sim->running, va, bytes, len, &sim->chooser,
					 &stale);
		break;
	case COH_MACHINE_WRITE:
		error = coh_machine_store(sim->machine, sim->running, va, bytes, len,
					  &sim->chooser);
		if (!error && !coh_machine_translation(sim->machine, mm, va, &pa, NULL, NULL))
			stamp(sim, pa, len);
		break;
	default:
		error = coh_machine_fetch(sim->machine, sim->running, va, bytes, len, &sim->chooser,
					  &stale);
	}
	if (!error)
		judge(sim, &stale);
	return error;
}

/* How far from va the next step reaches. */
static uint32_t step(const struct coh_sim *sim, enum coh_machine_right right, uintptr_t va,
		     uint32_t len)
{
	uint32_t unit = sim->page, room;

	if (sim->config.grain == COH_SIM_GRAIN_LINE)
		unit = right == COH_MACHINE_EXEC ? coh_cpu_icache(sim->config.core)->line
						 : sim->description.dcache.line;
	room = unit - (uint32_t)(va & (unit - 1));
	return len < room ? len : room;
}

/* points: there is one before each step. */
void sim_kernel_access(struct coh_sim *sim, enum coh_machine_right right, uintptr_t va, void *bytes,
		       uint32_t len, bool points)
{
	uint8_t *p = bytes;

	for (uint32_t n; len; len -= n, va += n, p += n) {
		int error;

		n = step(sim, right, va, len);
		if (points)
			sim_point_before(sim, &(struct coh_sim_next){ .kind = COH_SIM_NEXT_ACCESS,
								      .va = va,
								      .len = n });
		error = access_once(sim, right, va, p, n);
		if (error)
			sim_fail(sim, COH_SIM_ERROR,
				 "an access of the kernel to an address "
				 "that has no translation",
				 0, NULL);
	}
}

#define FAULTS_IN_A_ROW 8 /* an mm that another CPU changes all the time */

static void user_access(struct coh_sim *sim, enum coh_machine_right right, uintptr_t va,
			void *bytes, uint32_t len)
{
	uint8_t *p = bytes;

	sim_ask(sim, va < USER_END && len <= USER_END - va, "a user access to a kernel address");
	for (uint32_t n; len; len -= n, va += n, p += n) {
		int error = COH_MACHINE_FAULT;

		n = step(sim, right, va, len);
		for (int i = 0; error && i < FAULTS_IN_A_ROW; i++) {
			const struct cpu *cpu = &sim->cpu[sim->running];

			sim_point_before(sim, &(struct coh_sim_next){ .kind = COH_SIM_NEXT_ACCESS,
								      .va = va,
								      .len = n });
			sim_ask(sim, cpu->mm != COH_SIM_NONE && !cpu->kernel_thread,
				"a user access without a user: coh_sim_switch first");
			error = access_once(sim, right, va, p, n);
			if (error == COH_MACHINE_FAULT)
				sim_page_fault(sim, va, right);
		}
		sim_ask(sim, !error, "a user access that page faults do not help");
	}
}

void coh_sim_user_load(struct coh_sim *sim, uintptr_t va, void *bytes, uint32_t len)
{
	user_access(sim, COH_MACHINE_READ, va, bytes, len);
}

/* The machine only reads them. */
static void *unconst(const void *bytes)
{
	return (void *)(uintptr_t)bytes;
}

void coh_sim_user_store(struct coh_sim *sim, uintptr_t va, const void *bytes, uint32_t len)
{
	user_access(sim, COH_MACHINE_WRITE, va, unconst(bytes), len);
}

void coh_sim_user_fetch(struct coh_sim *sim, uintptr_t va, void *bytes, uint32_t len)
{
	user_access(sim, COH_MACHINE_EXEC, va, bytes, len);
}

/* ------------------------------------------------------------------------ */

void coh_sim_load(struct coh_sim *sim, uintptr_t va, void *bytes, uint32_t len)
{
	sim_ask(sim, va >= USER_END, "coh_sim_load: not a kernel address");
	sim_kernel_access(sim, COH_MACHINE_READ, va, bytes, len, true);
}

void coh_sim_store(struct coh_sim *sim, uintptr_t va, const void *bytes, uint32_t len)
{
	sim_ask(sim, va >= USER_END, "coh_sim_store: not a kernel address");
	sim_kernel_access(sim, COH_MACHINE_WRITE, va, unconst(bytes), len, true);
}

void coh_sim_fetch(struct coh_sim *sim, uintptr_t va, void *bytes, uint32_t len)
{
	sim_ask(sim, va >= USER_END, "coh_sim_fetch: not a kernel address");
	sim_kernel_access(sim, COH_MACHINE_EXEC, va, bytes, len, true);
}

static void ask_frame(struct coh_sim *sim, uint32_t frame, uint32_t offset, uint32_t len)
{
	sim_ask(sim, sim_frame_exists(sim, frame), "an access to a frame that does not exist");
	sim_ask(sim, offset <= sim->page && len <= sim->page - offset,
		"an access beyond the end of a frame");
}

static uintptr_t linear_or_kmap(struct coh_sim *sim, uint32_t frame, uint32_t offset, uint32_t len)
{
	uintptr_t va;

	ask_frame(sim, frame, offset, len);
	va = coh_sim_kernel_address(sim, frame);
	sim_ask(sim, va != 0, "an access of the kernel to a highmem frame that is not kmapped");
	return va + offset;
}

void coh_sim_kernel_load(struct coh_sim *sim, uint32_t frame, uint32_t offset, void *bytes,
			 uint32_t len)
{
	coh_sim_load(sim, linear_or_kmap(sim, frame, offset, len), bytes, len);
}

void coh_sim_kernel_store(struct coh_sim *sim, uint32_t frame, uint32_t offset, const void *bytes,
			  uint32_t len)
{
	coh_sim_store(sim, linear_or_kmap(sim, frame, offset, len), bytes, len);
}

void coh_sim_kernel_fetch(struct coh_sim *sim, uint32_t frame, uint32_t offset, void *bytes,
			  uint32_t len)
{
	coh_sim_fetch(sim, linear_or_kmap(sim, frame, offset, len), bytes, len);
}

void coh_sim_device_read(struct coh_sim *sim, uint32_t frame, uint32_t offset, void *bytes,
			 uint32_t len)
{
	struct coh_machine_stale stale = { 0 };

	ask_frame(sim, frame, offset, len);
	sim_point(sim);
	if (!len)
		return;
	if (coh_machine_device_read(sim->machine, coh_sim_pa(sim, frame) + offset, bytes, len,
				    &stale))
		sim_fail(sim, COH_SIM_ERROR, "a device's access fails", 0, NULL);
	judge(sim, &stale);
}

void coh_sim_device_write(struct coh_sim *sim, uint32_t frame, uint32_t offset, const void *bytes,
			  uint32_t len)
{
	ask_frame(sim, frame, offset, len);
	sim_point(sim);
	if (!len)
		return;
	if (coh_machine_device_write(sim->machine, coh_sim_pa(sim, frame) + offset, bytes, len))
		sim_fail(sim, COH_SIM_ERROR, "a device's access fails", 0, NULL);
	stamp(sim, coh_sim_pa(sim, frame) + offset, len);
}
