// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The callbacks.  Each data operation ends with a drain of the write buffer: what reads next may
 * be a device, the MMU or an instruction fetch, none of which looks there.
 */
#include "ports/arm926/cp15.h"
#include "ports/arm926/port.h"

#define PAGE_SIZE   (1u << COH_ARM_PAGE_SHIFT)
#define IRQ_OFF	    0x80u
#define SMALL_PAGE  2u
#define PTE_TYPE    3u
#define PTE_ADDRESS 0xfffff000u

#define NOT_NEEDED(reason) ((void)0)

static const struct coh_arm *arm_of(void *context)
{
	return context;
}

/* ------------------------------------------------------------------------
 * Lines.  The layer aligns ranges to the line of the description, which is the register's.
 */

static void each_line(void (*operation)(uintptr_t va), uint32_t line, uintptr_t va, size_t len)
{
	for (size_t done = 0; done < len; done += line)
		operation(va + done);
}

static void dcache_clean(void *context, uintptr_t va, size_t len)
{
	each_line(coh_arm_clean_line, arm_of(context)->caches.dcache.line, va, len);
	coh_arm_drain_write_buffer(0);
}

/* Drained as well: a store to a neighbouring line may be on its way, and DMA comes next. */
static void dcache_invalidate(void *context, uintptr_t va, size_t len)
{
	each_line(coh_arm_invalidate_line, arm_of(context)->caches.dcache.line, va, len);
	coh_arm_drain_write_buffer(0);
}

static void dcache_flush(void *context, uintptr_t va, size_t len)
{
	each_line(coh_arm_flush_line, arm_of(context)->caches.dcache.line, va, len);
	coh_arm_drain_write_buffer(0);
}

static void icache_invalidate(void *context, uintptr_t va, size_t len)
{
	each_line(coh_arm_invalidate_code_line, arm_of(context)->caches.icache.line, va, len);
}

static void icache_invalidate_all(void *context)
{
	(void)context;
	coh_arm_invalidate_code(0);
}

/* ------------------------------------------------------------------------
 * All of the data cache.  An interrupt amid a loop brings in lines of the kernel only, and those
 * are its own business: it flushes what it shares.
 */

/* Of a core that is not known the register's line is not believed: no line is shorter than this. */
static inline uint32_t stride(const struct coh_arm *arm)
{
	return arm->caches.whole == COH_ARM_WHOLE_CAUTIOUS ? COH_ARM_LEAST_LINE
							   : arm->caches.dcache.line;
}

/* In registers throughout: the loop itself brings no line in. */
static inline void each_set_way(const struct coh_arm *arm, void (*flush)(uintptr_t))
{
	const uint32_t line = stride(arm), ways = arm->caches.dcache.ways;
	const uint32_t way_size = arm->way_size, shift = arm->way_shift;

	for (uint32_t set = 0; set < way_size; set += line)
		for (uint32_t way = 0; way < ways; way++)
			flush(set | way << shift);
}

static void by_set_way(const struct coh_arm *arm)
{
	if (arm->caches.icache.size)
		each_set_way(arm, coh_arm_flush_set_way);
	else
		each_set_way(arm, coh_arm_flush_set_way_unified);
}

static uintptr_t irq_save(void *context)
{
	uintptr_t flags, off;

	(void)context;
	__asm__ volatile("mrs	%0, cpsr\n"
			 "orr	%1, %0, %2\n"
			 "msr	cpsr_c, %1"
			 : "=r"(flags), "=&r"(off)
			 : "I"(IRQ_OFF)
			 : "memory", "cc");
	return flags;
}

/* The flags of a function's start are those of its end: only the I bit can differ. */
static void irq_restore(void *context, uintptr_t flags)
{
	(void)context;
	__asm__ volatile("msr	cpsr_c, %0" : : "r"(flags) : "memory", "cc");
}

/* Interrupts off: their own lines would take the place of ours. */
static void by_reading(const struct coh_arm *arm)
{
	const volatile uint8_t *spare = arm->kernel.spare;
	uintptr_t flags = irq_save(NULL);

	for (uint32_t i = 0; i < arm->caches.dcache.size * 2; i += stride(arm))
		(void)spare[i];
	irq_restore(NULL, flags);
}

static void flush_all(const struct coh_arm *arm)
{
	if (arm->caches.whole == COH_ARM_WHOLE_TEST_CLEAN)
		coh_arm_test_clean_invalidate();
	else
		by_set_way(arm);
	if (arm->caches.whole == COH_ARM_WHOLE_CAUTIOUS)
		by_reading(arm);
	coh_arm_drain_write_buffer(0);
}

static void dcache_flush_all(void *context)
{
	flush_all(arm_of(context));
}

/* ------------------------------------------------------------------------
 * Addresses.
 */

static uintptr_t kernel_address(void *context, uintptr_t pfn)
{
	const struct coh_arm_kernel *k = &arm_of(context)->kernel;
	uintptr_t offset = (pfn - k->linear_pfn) << COH_ARM_PAGE_SHIFT;

	return pfn >= k->linear_pfn && offset < k->linear_size ? k->linear_start + offset : 0;
}

static void copy(void *context, uintptr_t to, uintptr_t from, size_t len)
{
	(void)context;
	__builtin_memcpy((void *)to, (const void *)from, len);
}

static void zero(void *context, uintptr_t to, size_t len)
{
	(void)context;
	__builtin_memset((void *)to, 0, len);
}

/* ------------------------------------------------------------------------
 * One CPU, no preemption inside the layer.
 */

static void lock(void *context, coh_lock_t *lock)
{
	(void)context, (void)lock;
	NOT_NEEDED("one writer at a time: the kernel is not preempted, interrupts do not write");
}

static void unlock(void *context, coh_lock_t *lock)
{
	(void)context, (void)lock;
	NOT_NEEDED("see lock");
}

static void walk_enter(void *context)
{
	(void)context;
	NOT_NEEDED("whoever frees a VMA runs in process context: not before this walk is over");
}

static void walk_exit(void *context)
{
	(void)context;
	NOT_NEEDED("see walk_enter");
}

/* ------------------------------------------------------------------------
 * Users.
 */

static struct coh_mm *current_mm(void *context)
{
	return arm_of(context)->kernel.current_mm();
}

static uint32_t *small_page(void *context, struct coh_mm *mm, uintptr_t va)
{
	uint32_t *pte = arm_of(context)->kernel.user_pte(mm, va);

	return pte && (*pte & PTE_TYPE) == SMALL_PAGE ? pte : NULL;
}

/*
 * C and B both go: a write buffer may be searched by virtual address (Linux tests for that at
 * boot), and two users would miss each other's stores in it.
 */
static bool user_uncache(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t pfn)
{
	uint32_t *pte = small_page(context, mm, va);

	if (!pte || *pte >> COH_ARM_PAGE_SHIFT != pfn)
		return false;
	if (!(*pte & (COH_ARM_PTE_CACHED | COH_ARM_PTE_BUFFERED)))
		return true;
	*pte &= ~(COH_ARM_PTE_CACHED | COH_ARM_PTE_BUFFERED);
	coh_arm_clean(arm_of(context), pte, sizeof(*pte));
	/* Without process tags an entry of another mm is dropped for nothing; that costs a miss. */
	coh_arm_forget_data_translation(va);
	coh_arm_forget_code_translation(va);
	return true;
}

static void report(void *context, int error, const void *object)
{
	arm_of(context)->kernel.report(error, object);
}

/* ------------------------------------------------------------------------ */

void coh_arm_clean(const struct coh_arm *arm, const void *va, size_t len)
{
	uint32_t line = arm->caches.dcache.line;
	uintptr_t first = (uintptr_t)va & ~(uintptr_t)(line - 1);

	if (arm->caches.whole == COH_ARM_WHOLE_CAUTIOUS) {
		flush_all(arm);
		return;
	}
	each_line(coh_arm_clean_line, line, first, (uintptr_t)va + len - first);
	coh_arm_drain_write_buffer(0);
}

/* VIVT, no highmem, no second level: what these need is left out. */
static void fill_port(struct coh_arm *arm)
{
	arm->port = (struct coh_port){
		.context = arm,
		.dcache_clean = dcache_clean,
		.dcache_invalidate = dcache_invalidate,
		.dcache_flush = dcache_flush,
		.dcache_flush_all = dcache_flush_all,
		.icache_invalidate = icache_invalidate,
		.icache_invalidate_all = icache_invalidate_all,
		.kernel_address = kernel_address,
		.copy = copy,
		.zero = zero,
		.lock = lock,
		.unlock = unlock,
		.irq_save = irq_save,
		.irq_restore = irq_restore,
		.walk_enter = walk_enter,
		.walk_exit = walk_exit,
		.current_mm = current_mm,
		.user_uncache = user_uncache,
		.report = report,
	};
}

/* All of it: what the caller did not set, and nobody can tell here, is not claimed. */
static void describe(struct coh_config *config, const struct coh_arm *arm)
{
	*config = (struct coh_config){
		.dcache = arm->caches.dcache,
		.icache = arm->caches.icache,
		.page_shift = COH_ARM_PAGE_SHIFT,
		.address_bits = 32,
		.scope = COH_SCOPE_ALL_CPUS,
		.linear_start = arm->kernel.linear_start,
		.linear_size = arm->kernel.linear_size,
		.speculates = arm->caches.speculates,
		.check = config->check,
		.policy = config->policy,
	};
}

static void say(const struct coh_arm *arm, const char *consequence)
{
	void (*print)(const char *) = arm->kernel.print;

	print("coherer: ");
	print(arm->caches.core);
	print(": ");
	print(arm->caches.why);
	print(consequence);
}

/*
 * The operand of set and way: the way takes the topmost bits, as many as it needs.  Not every
 * number of ways is a power of two, and to divide would be a call of libgcc.
 */
static void set_operand(struct coh_arm *arm, const struct coh_geometry *d)
{
	uint32_t bits = 0;

	while (1u << bits < d->ways)
		bits++;
	arm->way_shift = bits ? 32 - bits : 0;
	arm->way_size = 0;
	for (uint32_t size = 0; size < d->size; size += d->line * d->ways)
		arm->way_size += d->line;
}

static void refuse_without_spare(struct coh_arm *arm)
{
	if (arm->caches.trust != COH_ARM_GUESSED ||
	    (arm->kernel.spare && arm->kernel.spare_size >= arm->caches.dcache.size * 2))
		return;
	arm->caches.trust = COH_ARM_REFUSED;
	arm->caches.why =
		"its cache type is not known, and there is no spare memory to flush it by";
}

enum coh_arm_trust coh_arm_init(struct coh_arm *arm, const struct coh_arm_kernel *kernel,
				uint32_t main_id, uint32_t cache_type, struct coh_config *config)
{
	arm->kernel = *kernel;
	coh_arm_cache_type(&arm->caches, main_id, cache_type);
	refuse_without_spare(arm);
	if (arm->caches.trust == COH_ARM_REFUSED) {
		say(arm, ": caches stay off\n");
		return COH_ARM_REFUSED;
	}
	set_operand(arm, &arm->caches.dcache);
	fill_port(arm);
	describe(config, arm);
	if (arm->caches.trust == COH_ARM_GUESSED) {
		say(arm, ": falling back to flush-all\n");
		config->policy = &coh_policy_flush_all;
	}
	return arm->caches.trust;
}
