// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A port to be: copy this folder, then replace the traps one by one.
 *
 * Every callback is in one of three states, and says which:
 *   written       it does what include/coherer/port.h asks of it
 *   TRAP          not written yet: stops the machine with its name in port_missing
 *   NOT_NEEDED    empty for ever, with the reason why that is right on this machine
 *
 * The example machine: one ARMv5 CPU, VIVT, no highmem, no second level.
 */
#include "port.h"

struct coh coh;
const char *port_missing;

/* Not inlined, so that a breakpoint can be set on it. */
static void __attribute__((noinline, noreturn)) trap(const char *name)
{
	port_missing = name;
	__builtin_trap();
}

#define TRAP(name)	   trap(name)
#define NOT_NEEDED(reason) ((void)0)

/* ------------------------------------------------------------------------
 * Caches.  Ranges are aligned to lines and not empty.  The operation is over when the function
 * returns: end each with the barrier that your processor needs (ARMv5: drain the write
 * buffer).  Any context, also NMI: no locks, no sleeping, no memory that can fault.
 */

static void dcache_clean(void *context, uintptr_t va, size_t len)
{
	(void)context, (void)va, (void)len;
	TRAP("dcache_clean");
}

static void dcache_invalidate(void *context, uintptr_t va, size_t len)
{
	(void)context, (void)va, (void)len;
	TRAP("dcache_invalidate");
}

/*
 * For example:
 *	for (; len; va += 32, len -= 32)
 *		asm volatile("mcr p15, 0, %0, c7, c14, 1" : : "r"(va) : "memory");
 *	asm volatile("mcr p15, 0, %0, c7, c10, 4" : : "r"(0) : "memory");
 * On VIVT va may be a user's address without a translation: the operation must not
 * fault there.
 */
static void dcache_flush(void *context, uintptr_t va, size_t len)
{
	(void)context, (void)va, (void)len;
	TRAP("dcache_flush");
}

/*
 * If the processor has no such operation: by set and way, or by reading as much of
 * a reserved region as the cache is large, with interrupts off.  Of all CPUs, if
 * scope says so.
 */
static void dcache_flush_all(void *context)
{
	(void)context;
	TRAP("dcache_flush_all");
}

static void icache_invalidate(void *context, uintptr_t va, size_t len)
{
	(void)context, (void)va, (void)len;
	TRAP("icache_invalidate");
}

static void icache_invalidate_all(void *context)
{
	(void)context;
	TRAP("icache_invalidate_all");
}

static void outer_clean(void *context, coh_pa_t pa, size_t len)
{
	(void)context, (void)pa, (void)len;
	NOT_NEEDED("no second level: config.outer_line is 0, so this is never called");
}

static void outer_invalidate(void *context, coh_pa_t pa, size_t len)
{
	(void)context, (void)pa, (void)len;
	NOT_NEEDED("no second level");
}

static void outer_flush(void *context, coh_pa_t pa, size_t len)
{
	(void)context, (void)pa, (void)len;
	NOT_NEEDED("no second level");
}

/* ------------------------------------------------------------------------
 * Addresses.
 */

/*
 * On aliasing VIPT: one page table entry for each colour, and for each CPU.  Read
 * the entry into *saved, write the new one, drop the old from this CPU's TLB,
 * return the address.  An NMI may do the same between any two of these steps: it
 * puts back what it found.
 */
static uintptr_t window_map(void *context, uintptr_t pfn, uintptr_t colour, uintptr_t *saved)
{
	(void)context, (void)pfn, (void)colour;
	*saved = 0;
	NOT_NEEDED("VIVT: lines are found by the user's own address, so this is never called");
	return 0;
}

static void window_unmap(void *context, uintptr_t window, uintptr_t saved)
{
	(void)context, (void)window, (void)saved;
	NOT_NEEDED("VIVT");
}

/* With a linear map of all memory: a constant plus pfn << page_shift. */
static uintptr_t kernel_address(void *context, uintptr_t pfn)
{
	(void)context, (void)pfn;
	TRAP("kernel_address");
}

static uintptr_t kmap(void *context, uintptr_t pfn)
{
	return kernel_address(context, pfn); /* no highmem: every page has its address for good */
}

static void kunmap(void *context, uintptr_t pfn, uintptr_t va)
{
	(void)context, (void)pfn, (void)va;
	NOT_NEEDED("no highmem: nothing was taken");
}

static void copy(void *context, uintptr_t to, uintptr_t from, size_t len)
{
	(void)context, (void)to, (void)from, (void)len;
	TRAP("copy");
}

static void zero(void *context, uintptr_t to, size_t len)
{
	(void)context, (void)to, (void)len;
	TRAP("zero");
}

/* ------------------------------------------------------------------------
 * The kernel beneath.
 */

/*
 * Those of maps and mms are taken in process context only, interrupts stay as they are, and the
 * lock may sleep.  That in struct coh (&coh->lock) is taken with interrupts off: it must spin.
 * With one CPU and no preemption in the kernel this may be empty.
 */
static void lock(void *context, coh_lock_t *lock)
{
	(void)context, (void)lock;
	TRAP("lock");
}

static void unlock(void *context, coh_lock_t *lock)
{
	(void)context, (void)lock;
	TRAP("unlock");
}

static uintptr_t irq_save(void *context)
{
	(void)context;
	TRAP("irq_save");
}

static void irq_restore(void *context, uintptr_t flags)
{
	(void)context, (void)flags;
	TRAP("irq_restore");
}

/*
 * Until walk_exit nothing that was unlinked may be freed.  One CPU without
 * preemption: a walk cannot be interrupted by what frees, so an empty body would
 * do.  Else rcu_read_lock, or preempt_disable.
 */
static void walk_enter(void *context)
{
	(void)context;
	TRAP("walk_enter");
}

static void walk_exit(void *context)
{
	(void)context;
	TRAP("walk_exit");
}

/* active_mm of this CPU: a kernel thread answers with the one that it borrowed. */
static struct coh_mm *current_mm(void *context)
{
	(void)context;
	TRAP("current_mm");
}

static bool user_page(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t *pfn)
{
	(void)context, (void)mm, (void)va, (void)pfn;
	TRAP("user_page");
}

/*
 * On VIVT.  `return true` is right everywhere, and flushes where a VMA covers the page and does not
 * map it, as after fork.
 */
static bool user_may_map(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t pfn)
{
	(void)context, (void)mm, (void)va, (void)pfn;
	TRAP("user_may_map");
}

/* Two users in conflict, and all of the policy uncache; not under none, flush-all and hints. */
static bool user_uncache(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t pfn)
{
	(void)context, (void)mm, (void)va, (void)pfn;
	TRAP("user_uncache");
}

/* At least remember it: the caches were flushed whole, and will be each time from now on. */
static void report(void *context, int error, const void *object)
{
	(void)context, (void)error, (void)object;
	TRAP("report");
}

/* ------------------------------------------------------------------------ */

static const struct coh_port port = {
	.context = NULL, /* handed to every callback: what they need that is not global */
	.dcache_clean = dcache_clean,
	.dcache_invalidate = dcache_invalidate,
	.dcache_flush = dcache_flush,
	.dcache_flush_all = dcache_flush_all,
	.icache_invalidate = icache_invalidate,
	.icache_invalidate_all = icache_invalidate_all,
	.outer_clean = outer_clean,
	.outer_invalidate = outer_invalidate,
	.outer_flush = outer_flush,
	.window_map = window_map,
	.window_unmap = window_unmap,
	.kernel_address = kernel_address,
	.kmap = kmap,
	.kunmap = kunmap,
	.copy = copy,
	.zero = zero,
	.lock = lock,
	.unlock = unlock,
	.irq_save = irq_save,
	.irq_restore = irq_restore,
	.walk_enter = walk_enter,
	.walk_exit = walk_exit,
	.current_mm = current_mm,
	.user_page = user_page,
	.user_may_map = user_may_map,
	.user_uncache = user_uncache,
	.report = report,
};

/*
 * From the processor's manual, or the cache type register; `coherer cpus NAME` prints it for known
 * cores.  What to look for:
 *
 * - indexing: is a line found by the virtual address alone (VIVT), by virtual index and physical
 *   tag (VIPT), or do aliases meet always (PIPT, or hardware that resolves them)?
 * - span: 0, unless the manual promises another distance between congruent addresses
 * - icache: size 0 if instructions are read through the data cache
 * - outer_line: of a second level that devices do not see through; else 0
 * - scope: one CPU, or do operations reach the others?
 * - linear_*: where the kernel maps all memory for good
 * - speculates: does it fill data lines that no instruction asked for?  If in doubt: true
 * - policy: named, so that only that one is linked
 */
static const struct coh_config config = {
	.dcache = { .indexing = COH_INDEXED_VIVT, .size = 16384, .line = 32, .ways = 4 },
	.icache = { .indexing = COH_INDEXED_VIVT, .size = 16384, .line = 32, .ways = 4 },
	.outer_line = 0,
	.page_shift = 12,
	.address_bits = 32,
	.scope = COH_SCOPE_ALL_CPUS,
	.linear_start = 0xc0000000u,
	.linear_size = 0x10000000u,
	.speculates = false,
	.check = COH_CHECK_INTERNAL, /* until you trust it; then COH_CHECK_CHEAP */
	.policy = &coh_policy_rmap,
};

int port_init(void)
{
	return coh_init(&coh, &config, &port);
}
