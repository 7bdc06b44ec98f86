// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* What scenarios are written with: see scene.h. */
#include <string.h>

#include "tests/scenarios/scene.h"

#define WORD	     (uint32_t)sizeof(uint32_t)
#define KERNEL_START 0xc0000000u

/* ------------------------------------------------------------------------
 * The window, and checks.
 */

static void arrive(struct coh_sim *sim, void *arg)
{
	struct scene *s = arg;

	(void)sim;
	if (s->window) /* held up until it was closed: too late to be amid anything */
		return;
	s->arrived = true;
	s->scenario->arrive(s);
}

void scene_open(struct scene *s)
{
	s->opened = coh_sim_points(s->sim);
	if (s->one->arrival)
		coh_sim_at(s->sim, s->one->arrival, s->scenario->arrival, s->scenario->arrival_cpu,
			   arrive, s);
}

void scene_close(struct scene *s)
{
	s->window = coh_sim_points(s->sim) - s->opened;
}

void scene_check(struct scene *s, bool right, const char *what)
{
	if (!right)
		coh_sim_fail(s->sim, what);
}

void scene_must(struct scene *s, int error, const char *what)
{
	scene_check(s, error == COH_OK, what);
}

bool scene_policy_is(const struct scene *s, uint32_t policies)
{
	return policies & 1u << s->one->policy;
}

void scene_ahead(struct scene *s, uintptr_t va)
{
	scene_check(s, s->n_ahead < SCENE_AHEAD, "scene_ahead: too many");
	s->ahead[s->n_ahead++] = va;
}

uint64_t calls_of(struct scene *s, enum coh_sim_op op)
{
	return coh_sim_counts(s->sim, op)->calls;
}

uint64_t dcache_calls(struct scene *s)
{
	return calls_of(s, COH_SIM_OP_DCACHE_CLEAN) + calls_of(s, COH_SIM_OP_DCACHE_INVALIDATE) +
	       calls_of(s, COH_SIM_OP_DCACHE_FLUSH) + calls_of(s, COH_SIM_OP_DCACHE_FLUSH_ALL);
}

uint64_t user_ranges(struct scene *s)
{
	size_t count;
	const struct coh_sim_entry *log = coh_sim_log(s->sim, &count);
	uint64_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += log[i].op <= COH_SIM_OP_DCACHE_FLUSH && log[i].va < KERNEL_START;
	return n;
}

/* ------------------------------------------------------------------------
 * Memory.
 */

void file_of(struct scene *s, uint32_t pages)
{
	s->file = coh_sim_file(s->sim, pages);
	s->frame = coh_sim_file_frame(s->sim, s->file, 0);
}

uint32_t next_frame(struct scene *s)
{
	uint32_t frame = coh_sim_alloc(s->sim);

	coh_sim_put(s->sim, frame);
	return frame;
}

uintptr_t like_k(struct scene *s, uint32_t nth, uint32_t frame)
{
	uintptr_t k = coh_sim_kernel_address(s->sim, frame);

	return coh_sim_user_address(s->sim, nth, coh_colour(s->coh, k));
}

uintptr_t beside_k(struct scene *s, uint32_t nth, uint32_t frame)
{
	return beside_user(s, nth, like_k(s, nth, frame));
}

uintptr_t like_user(struct scene *s, uint32_t nth, uintptr_t va)
{
	return coh_sim_user_address(s->sim, nth, coh_colour(s->coh, va));
}

uintptr_t beside_user(struct scene *s, uint32_t nth, uintptr_t va)
{
	return coh_sim_user_address(s->sim, nth, coh_colour(s->coh, va) + 1);
}

static void map_file(struct scene *s, uint32_t mm, uintptr_t va, uint32_t pages,
		     struct coh_sim_area area)
{
	area.kind = COH_SIM_FILE;
	area.file = s->file;
	coh_sim_mmap(s->sim, mm, va, pages, &area);
}

void map_shared(struct scene *s, uint32_t mm, uintptr_t va, uint32_t pgoff, uint32_t pages,
		uint32_t prot)
{
	map_file(s, mm, va, pages,
		 (struct coh_sim_area){ .pgoff = pgoff, .shared = true, .prot = prot });
}

void map_private(struct scene *s, uint32_t mm, uintptr_t va, uint32_t pgoff, uint32_t pages,
		 uint32_t prot)
{
	map_file(s, mm, va, pages,
		 (struct coh_sim_area){ .pgoff = pgoff, .shared = false, .prot = prot });
}

void file_page(struct scene *s, uint32_t prot)
{
	file_of(s, 1);
	s->va = beside_k(s, 0, s->frame);
	map_shared(s, 0, s->va, 0, 1, prot);
}

void anon_page(struct scene *s, uint32_t mm)
{
	s->va = beside_k(s, 0, next_frame(s));
	coh_sim_mmap(s->sim, mm, s->va, 1, NULL);
	u_load(s, s->va);
	s->frame = coh_sim_frame_at(s->sim, mm, s->va);
}

/* ------------------------------------------------------------------------
 * Machines.
 */

void with_log(struct coh_sim_config *config)
{
	config->log = true;
}

void all_highmem(struct coh_sim_config *config)
{
	config->highmem = config->frames;
}

void second_level(struct coh_sim_config *config)
{
	config->outer = (struct coh_cache){ .size = 64 << 10,
					    .line = 32,
					    .ways = 8,
					    .kind = COH_PIPT,
					    .policy = COH_STORE_BACK,
					    .alloc = COH_ALLOC_READ_WRITE };
}

/* ------------------------------------------------------------------------
 * Accesses: two words, in the first and in the last line.
 */

static uint32_t last_word(struct scene *s)
{
	return coh_sim_page_size(s->sim) - WORD;
}

uint32_t last_value(const struct scene *s)
{
	return 0x01010101u * (s->stored & 0xff);
}

/* Each byte of it differs from that of the store before. */
static uint32_t new_value(struct scene *s)
{
	s->stored++;
	return last_value(s);
}

/* A line stays in its place until it goes, whatever becomes of the translation. */
static void note(struct scene *s, uintptr_t va)
{
	struct scene_place p = { .cpu = coh_sim_cpu(s->sim) };

	if (!s->one->evict_touched ||
	    !coh_machine_find(coh_sim_machine(s->sim), p.cpu, COH_DATA, va, &p.set, &p.way))
		return;
	for (uint32_t i = 0; i < s->n_touched; i++)
		if (!memcmp(&s->touched[i], &p, sizeof(p)))
			return;
	scene_check(s, s->n_touched < SCENE_TOUCHED, "scene: too many lines touched");
	s->touched[s->n_touched++] = p;
}

void scene_evict_touched(struct scene *s)
{
	struct coh_machine *machine = coh_sim_machine(s->sim);
	struct coh_machine_line_state line;

	for (uint32_t i = 0; i < s->n_touched; i++) {
		const struct scene_place *p = &s->touched[i];

		coh_machine_look(machine, p->cpu, COH_DATA, p->set, p->way, &line);
		if (line.valid && line.dirty)
			coh_machine_evict(machine, p->cpu, COH_DATA, p->set, p->way);
	}
}

static uint32_t load_word(struct scene *s, uintptr_t va)
{
	uint32_t word;

	if (va < KERNEL_START)
		coh_sim_user_load(s->sim, va, &word, WORD);
	else
		coh_sim_load(s->sim, va, &word, WORD);
	note(s, va);
	return word;
}

/* Once something was stale, wrong values follow from that. */
void see(struct scene *s, uintptr_t va, uint32_t value)
{
	bool right = load_word(s, va) == value;

	right = load_word(s, va + last_word(s)) == value && right;
	scene_check(s, right || coh_sim_report(s->sim)->stale, "the bytes are not those expected");
}

static void put_word(struct scene *s, uintptr_t va, uint32_t word)
{
	if (va < KERNEL_START)
		coh_sim_user_store(s->sim, va, &word, WORD);
	else
		coh_sim_store(s->sim, va, &word, WORD);
	note(s, va);
}

void at_load(struct scene *s, uintptr_t va)
{
	load_word(s, va);
	load_word(s, va + last_word(s));
}

static void at_put(struct scene *s, uintptr_t va)
{
	uint32_t word = new_value(s);

	put_word(s, va, word);
	put_word(s, va + last_word(s), word);
}

void at_store(struct scene *s, uintptr_t va)
{
	at_load(s, va);
	at_put(s, va);
}

void u_load(struct scene *s, uintptr_t va)
{
	at_load(s, va);
}

void u_put(struct scene *s, uintptr_t va)
{
	at_put(s, va);
}

void u_store(struct scene *s, uintptr_t va)
{
	at_store(s, va);
}

void u_fetch(struct scene *s, uintptr_t va)
{
	uint32_t word;

	coh_sim_user_fetch(s->sim, va, &word, WORD);
	coh_sim_user_fetch(s->sim, va + last_word(s), &word, WORD);
}

static uintptr_t k_of(struct scene *s, uint32_t frame)
{
	uintptr_t k = coh_sim_kernel_address(s->sim, frame);

	scene_check(s, k != 0, "the frame has no kernel address");
	return k;
}

void k_load(struct scene *s, uint32_t frame)
{
	at_load(s, k_of(s, frame));
}

void k_put(struct scene *s, uint32_t frame)
{
	at_put(s, k_of(s, frame));
}

void k_store(struct scene *s, uint32_t frame)
{
	at_store(s, k_of(s, frame));
}

void k_fetch(struct scene *s, uint32_t frame)
{
	uint32_t word;

	coh_sim_fetch(s->sim, k_of(s, frame), &word, WORD);
	coh_sim_fetch(s->sim, k_of(s, frame) + last_word(s), &word, WORD);
}

void device_load(struct scene *s, uint32_t frame)
{
	uint32_t word;

	coh_sim_device_read(s->sim, frame, 0, &word, WORD);
	coh_sim_device_read(s->sim, frame, last_word(s), &word, WORD);
}

void device_store(struct scene *s, uint32_t frame)
{
	uint32_t word = new_value(s);

	coh_sim_device_write(s->sim, frame, 0, &word, WORD);
	coh_sim_device_write(s->sim, frame, last_word(s), &word, WORD);
}

void evict_at(struct scene *s, enum coh_side side, uintptr_t va)
{
	struct coh_machine *machine = coh_sim_machine(s->sim);
	uint32_t cpu = coh_sim_cpu(s->sim), set, way;

	if (coh_machine_find(machine, cpu, side, va, &set, &way))
		coh_machine_evict(machine, cpu, side, set, way);
}

void evict_k(struct scene *s, uint32_t frame)
{
	evict_at(s, COH_DATA, k_of(s, frame));
	evict_at(s, COH_DATA, k_of(s, frame) + last_word(s));
}

/* ------------------------------------------------------------------------
 * The layer's calls.
 */

void flush(struct scene *s, uint32_t frame)
{
	scene_must(s, coh_flush_dcache_page(s->coh, coh_sim_page(s->sim, frame)),
		   "coh_flush_dcache_page");
}

void dma_map(struct scene *s, uint32_t frame, enum coh_dma direction)
{
	scene_must(s,
		   coh_dma_map(s->coh, k_of(s, frame), coh_sim_pa(s->sim, frame),
			       coh_sim_page_size(s->sim), direction),
		   "coh_dma_map");
}

void dma_unmap(struct scene *s, uint32_t frame, enum coh_dma direction)
{
	scene_must(s,
		   coh_dma_unmap(s->coh, k_of(s, frame), coh_sim_pa(s->sim, frame),
				 coh_sim_page_size(s->sim), direction),
		   "coh_dma_unmap");
}

void to_device(struct scene *s, uint32_t frame)
{
	dma_map(s, frame, COH_DMA_TO_DEVICE);
	device_load(s, frame);
	dma_unmap(s, frame, COH_DMA_TO_DEVICE);
}

void from_device(struct scene *s, uint32_t frame)
{
	dma_map(s, frame, COH_DMA_FROM_DEVICE);
	device_store(s, frame);
	dma_unmap(s, frame, COH_DMA_FROM_DEVICE);
}

void device_fills_freed(struct scene *s)
{
	scene_check(s, coh_sim_alloc(s->sim) == s->frame, "another frame was taken");
	from_device(s, s->frame);
	coh_sim_settle(s->sim);
	k_load(s, s->frame);
}

uintptr_t kmap(struct scene *s, uint32_t frame, enum coh_intent intent)
{
	uintptr_t va = 0;

	scene_must(s, coh_kmap(s->coh, coh_sim_page(s->sim, frame), intent, &va), "coh_kmap");
	return va;
}

void kunmap(struct scene *s, uint32_t frame, enum coh_intent intent, uintptr_t va)
{
	scene_must(s, coh_kunmap(s->coh, coh_sim_page(s->sim, frame), intent, va), "coh_kunmap");
}

void kmapped_load(struct scene *s, uint32_t frame)
{
	uintptr_t k = kmap(s, frame, COH_INTENT_READ);

	at_load(s, k);
	kunmap(s, frame, COH_INTENT_READ, k);
}

void hook(struct scene *s, enum coh_intent intent)
{
	uint32_t frame = coh_sim_get_user_page(s->sim, 0, s->va, intent);

	scene_check(s, frame == s->frame, "get_user_pages found another page");
}

void kernel_reads(struct scene *s, uint32_t frame)
{
	flush(s, frame);
	k_load(s, frame);
}

void kernel_writes(struct scene *s, uint32_t frame)
{
	flush(s, frame);
	k_store(s, frame);
	flush(s, frame);
}

void kernel_and_user(struct scene *s, uint32_t frame, uintptr_t va)
{
	kernel_reads(s, frame);
	u_store(s, va);
	kernel_reads(s, frame);
	kernel_writes(s, frame);
	u_load(s, va);
}
