// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A port to be: copy this folder, then replace the traps one by one.
 *
 * A callback that is not written yet traps: it stops the machine with its name in port_missing.
 * One that may be empty for ever says why that is right on this machine.  What this machine does
 * not need at all is not here (NULL); if yours does, coh_init refuses, and port_missing names it.
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

#define TRAP(name) trap(name)

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

/* ------------------------------------------------------------------------
 * Addresses.
 */

/* With a linear map of all memory: a constant plus pfn << page_shift. */
static uintptr_t kernel_address(void *context, uintptr_t pfn)
{
	(void)context, (void)pfn;
	TRAP("kernel_address");
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

/* Two users of a page that do not meet, of which one may store. */
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
 * - alone: true if there is one CPU and walk_enter turns preemption off: K is flushed once, not twice
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
	port_missing = coh_port_missing(&config, &port);
	return coh_init(&coh, &config, &port);
}
