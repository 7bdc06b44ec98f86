// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Frames, their kernel addresses, and the memory that the small kernel itself uses. */
#include <stdlib.h>
#include <string.h>

#include "ports/sim/internal.h"

#define POISON 0xdb

static void list_add(struct object *head, struct object *o)
{
	o->next = head->next;
	o->prev = head;
	head->next->prev = o;
	head->next = o;
}

static void list_del(struct object *o)
{
	o->prev->next = o->next;
	o->next->prev = o->prev;
}

void *sim_allocate(const struct coh_sim_driver *driver, size_t size)
{
	return driver ? driver->allocate(driver->context, size) : calloc(1, size);
}

void sim_release(const struct coh_sim_driver *driver, void *memory)
{
	if (!driver)
		free(memory);
	else if (memory)
		driver->release(driver->context, memory);
}

void *sim_enlarge(struct coh_sim *sim, void *array, size_t old, size_t n, size_t each)
{
	void *more = sim_allocate(sim->config.driver, n * each);

	if (!more)
		sim_fail(sim, COH_SIM_ERROR, "malloc: no memory", 0, NULL);
	if (old)
		memcpy(more, array, old * each);
	sim_release(sim->config.driver, array);
	return more;
}

/* A walk that still reads it goes wrong at once, and not only under ASan. */
static void destroy(struct coh_sim *sim, struct object *o)
{
	memset(o + 1, POISON, o->size);
	sim_release(sim->config.driver, o);
}

/* Zeroed.  Ends the run if there is no memory. */
void *sim_object(struct coh_sim *sim, size_t size)
{
	struct object *o = sim_allocate(sim->config.driver, sizeof(*o) + size);

	if (!o)
		sim_fail(sim, COH_SIM_ERROR, "malloc: no memory", 0, NULL);
	o->size = size;
	list_add(&sim->objects, o);
	return o + 1;
}

void sim_object_free(struct coh_sim *sim, void *object)
{
	struct object *o = (struct object *)object - 1;
	uint32_t walks = 0;

	list_del(o);
	for (uint32_t i = 0; i < sim->config.cpus; i++)
		walks += sim->cpu[i].walks;
	if (!walks) {
		destroy(sim, o);
		return;
	}
	sim->report.deferred_frees++;
	list_add(&sim->late, o);
}

static void free_list(struct coh_sim *sim, struct object *head)
{
	while (head->next != head) {
		struct object *o = head->next;

		list_del(o);
		destroy(sim, o);
	}
}

void sim_objects_settle(struct coh_sim *sim)
{
	for (uint32_t i = 0; i < sim->config.cpus; i++)
		if (sim->cpu[i].walks)
			return;
	free_list(sim, &sim->late);
}

void sim_objects_free(struct coh_sim *sim)
{
	free_list(sim, &sim->late);
	free_list(sim, &sim->objects);
}

/* ------------------------------------------------------------------------ */

bool sim_frame_exists(const struct coh_sim *sim, uint32_t frame)
{
	return frame < sim->config.frames;
}

static bool is_highmem(const struct coh_sim *sim, uint32_t frame)
{
	return frame < sim->config.frames && frame >= sim->config.frames - sim->config.highmem;
}

/* The lowest free one, with one user. */
uint32_t sim_frame_get(struct coh_sim *sim)
{
	for (uint32_t i = 0; i < sim->config.frames; i++)
		if (!sim->frames[i].uses) {
			sim->frames[i].uses = 1;
			return i;
		}
	sim_fail(sim, COH_SIM_ERROR, "no free frame is left", 0, NULL);
}

uint32_t coh_sim_alloc(struct coh_sim *sim)
{
	return sim_frame_get(sim);
}

void sim_put(struct coh_sim *sim, uint32_t frame)
{
	struct frame *f = &sim->frames[frame];

	if (--f->uses)
		return;
	sim_ask(sim, f->slot == COH_SIM_NONE, "a frame is freed that is still in a kmap slot");
	coh_page_clear(&f->page);
	sim_layer_returned(sim);
	if (f->anon) {
		struct os_anon *anon = f->anon;

		f->anon = NULL;
		sim_anon_drop(sim, anon);
	}
}

void coh_sim_put(struct coh_sim *sim, uint32_t frame)
{
	sim_ask(sim, sim_frame_exists(sim, frame) && sim->frames[frame].uses,
		"coh_sim_put: a frame that nobody uses");
	sim_put(sim, frame);
}

uint32_t coh_sim_uses(const struct coh_sim *sim, uint32_t frame)
{
	return sim_frame_exists(sim, frame) ? sim->frames[frame].uses : 0;
}

struct coh_page *coh_sim_page(struct coh_sim *sim, uint32_t frame)
{
	sim_ask(sim, sim_frame_exists(sim, frame), "coh_sim_page: no such frame");
	return &sim->frames[frame].page;
}

uint32_t coh_sim_page_size(const struct coh_sim *sim)
{
	return sim->page;
}

uint32_t coh_sim_frames(const struct coh_sim *sim)
{
	return sim->config.frames;
}

uint64_t coh_sim_pa(const struct coh_sim *sim, uint32_t frame)
{
	return (uint64_t)frame << sim->shift;
}

uintptr_t coh_sim_pfn(const struct coh_sim *sim, uint32_t frame)
{
	(void)sim;
	return frame;
}

uintptr_t coh_sim_kernel_address(const struct coh_sim *sim, uint32_t frame)
{
	if (frame > sim->config.frames) /* that one is the buffer's */
		return 0;
	if (!is_highmem(sim, frame))
		return sim->linear + ((uintptr_t)frame << sim->shift);
	if (sim->frames[frame].slot == COH_SIM_NONE)
		return 0;
	return KMAP_BASE + ((uintptr_t)sim->frames[frame].slot << sim->shift);
}

uintptr_t sim_buffer(struct coh_sim *sim)
{
	return coh_sim_kernel_address(sim, sim->config.frames);
}

uintptr_t sim_kernel_get(struct coh_sim *sim, uint32_t frame, enum coh_intent intent)
{
	uintptr_t va;

	if (!is_highmem(sim, frame))
		return coh_sim_kernel_address(sim, frame);
	sim_must(sim, coh_kmap(&sim->layer, &sim->frames[frame].page, intent, &va), "coh_kmap");
	return va;
}

void sim_kernel_put(struct coh_sim *sim, uint32_t frame, enum coh_intent intent, uintptr_t va)
{
	if (is_highmem(sim, frame))
		sim_must(sim, coh_kunmap(&sim->layer, &sim->frames[frame].page, intent, va),
			 "coh_kunmap");
}

uintptr_t coh_sim_user_address(const struct coh_sim *sim, uint32_t nth, uintptr_t colour)
{
	return (uintptr_t)USER_SPACING * (nth % USER_NTH + 1) +
	       (colour % coh_colours(&sim->layer) << sim->shift);
}
