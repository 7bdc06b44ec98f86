/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * sim: the layer on simulated hardware, with just enough kernel around it to write
 * scenarios in: processes, files, anonymous memory, copy-on-write, get_user_pages,
 * devices, interrupts, other CPUs.
 *
 * Protocol
 *  1. A struct coh_sim_config, all of it zero but core; coh_sim_new.
 *  2. Faults and arrivals, if any: coh_sim_fault, coh_sim_at.
 *  3. coh_sim_run with a scenario: a function that calls the functions below and
 *     those of the layer (coh_sim_layer).  It returns what came out; coh_sim_report
 *     has the rest.
 *  4. coh_sim_free.  Or step 2 again, unless the result was one of those that end a
 *     scenario where it stands.
 *
 * A scenario in full: user and kernel share a page of a file, and the kernel reads
 * it.
 *
 *	static void scenario(struct coh_sim *sim, void *arg)
 *	{
 *		uint32_t file = coh_sim_file(sim, 1), page = coh_sim_file_frame(sim, file, 0);
 *		uintptr_t va = coh_sim_user_address(sim, 0, 1);
 *		uint32_t word;
 *
 *		coh_sim_mmap(sim, 0, va, 1, &(struct coh_sim_area){
 *			.kind = COH_SIM_FILE, .file = file, .shared = true, .prot = COH_SIM_RW });
 *		coh_sim_switch(sim, 0);
 *		coh_sim_user_load(sim, va, &word, sizeof(word)); // brings the line in
 *		word = 7;
 *		coh_sim_user_store(sim, va, &word, sizeof(word));
 *		coh_flush_dcache_page(coh_sim_layer(sim), coh_sim_page(sim, page));
 *		coh_sim_kernel_load(sim, page, 0, &word, sizeof(word));
 *	}
 *
 * Without the flush coh_sim_run says COH_SIM_CORRUPT on an arm926ej-s.  A byte is
 * old only if its value is: let each store bring a new one.  A store alone may
 * bring no line in: most ARMs before the v6 allocate on reads only.
 *
 * Failures.  A function that cannot do what it is asked (no such frame, an access
 * where nothing is mapped, an error from the layer that the kernel did not ask for)
 * does not return: the run ends with COH_SIM_ERROR and the reason.  Outside a run,
 * where a scenario may be prepared, it prints the reason and aborts.
 *
 * Points.  Before and after each callback of the port that does something, before
 * each access of user or kernel, the hardware and the rest of the world get their
 * chance: at such a point lines are evicted or filled as the seed has it, and
 * whatever coh_sim_at announced arrives.  A run of one configuration and seed is
 * the same every time, so a test can count its points and try an arrival at each.
 *
 * Names.  Frames, mms, files and CPUs are small numbers from 0.  A frame is a page
 * of memory; K is its kernel address; addresses are those of a 32-bit machine:
 *
 *	0x00000000	nothing
 *	page size	user, up to 0xbfffffff
 *	0xc0000000	K of frame 0 (plus kernel_colour pages), then of the others; 256 MiB
 *	0xd0000000	kmap slots
 *	0xd8000000	alias windows: 16 MiB for each CPU, a page for each colour
 *	0xe0000000	vmap
 *
 * Modelling decisions
 *  - The kernel is right: it calls what the contract demands, in its order. What a
 *    scenario can leave out is what it calls itself: flush_dcache_page, the hook of
 *    get_user_pages, kmap, DMA.
 *  - A stale read is COH_SIM_CORRUPT whoever reads, with one exception: a user's
 *    through a private mapping of a file's page, of bytes stored since it was
 *    mapped: mmap leaves open what that shows (counted as unspecified).
 *  - Stores that miss allocate a line or go to memory as the core's cache does
 *    (model/cpus): where it allocates on loads only, as on ARM926EJ-S, a scenario
 *    that wants a dirty line loads it first.
 *  - Frames that are free have no contents that could be lost.
 *  - No write-back to a disk, no reclaim: files are in memory.
 *
 * Needs the C library and memory from malloc.  One thread for each struct coh_sim.
 */
#ifndef COH_PORTS_SIM_H
#define COH_PORTS_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <coherer/coherer.h>

#include "model/cpus.h"
#include "model/machine.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COH_SIM_NONE UINT32_MAX /* no frame, no mm, no file */

#define COH_SIM_RO  (COH_PROT_READ)
#define COH_SIM_RW  (COH_PROT_READ | COH_PROT_WRITE)
#define COH_SIM_RX  (COH_PROT_READ | COH_PROT_EXEC)
#define COH_SIM_RWX (COH_PROT_READ | COH_PROT_WRITE | COH_PROT_EXEC)

struct coh_sim;
struct coh_sim_driver; /* driver.h */

/* A scenario, and what runs when something arrives amid it. */
typedef void coh_sim_fn(struct coh_sim *sim, void *arg);

/* ------------------------------------------------------------------------
 * Setting up.
 */

/* Between which steps something may arrive. */
enum coh_sim_grain {
	COH_SIM_GRAIN_CALL = 1, /* an operation or an access is one step, whatever its length */
	COH_SIM_GRAIN_LINE,	/* each line that it touches is one */
	/*
	 * As CALL; and each load and store of the layer is a step, each callback of the port that
	 * only looks, and each return from the layer.  Needs a layer that was compiled with the
	 * env.h of ports/sim/hook.  Counters do not count.
	 */
	COH_SIM_GRAIN_ACCESS,
};

#define COH_SIM_ALWAYS	    256u /* a rate: at every point */
#define COH_SIM_EVERY_DIRTY 257u /* for evict: at every point, every dirty line */

/* 0 is a good value for every field but core. */
struct coh_sim_config {
	const struct coh_cpu *core;	 /* its caches, page size, and what it speculates */
	const struct coh_policy *policy; /* NULL: the layer's default */
	enum coh_scope scope;		 /* 0: COH_SCOPE_ALL_CPUS */
	enum coh_machine_sharing sharing;
	enum coh_check_level check; /* 0: COH_CHECK_EXPENSIVE */
	struct coh_cache outer;	    /* a second level past which devices go; size 0: none */
	uint32_t cpus;		    /* 1..8; 0: 1 */
	uint32_t frames;	    /* at most 256 MiB of them; 0: 32 */
	uint32_t highmem;	    /* how many of them, the last ones, have no linear address */
	uint32_t slots;		    /* of kmap, up to 1024; 0: 8 */
	uint32_t mms;		    /* 0: 4 */
	uint32_t translations;	    /* of users and vmaps, at most at a time; 0: 1024 */
	/*
	 * Colour of frame 0's K; that of frame n is n more, modulo the colours.  0: they are
	 * frame 0's, 1, 2 ...
	 */
	uint32_t kernel_colour;
	uint32_t tlb; /* entries of each CPU; 0: every access asks the tables */
	uint64_t seed;
	uint32_t evict; /* rate, of 256 points: a line of any cache is evicted */
	uint32_t fill;	/* rate: a line is filled that nobody asked for, if the core does that */
	enum coh_sim_grain grain; /* 0: COH_SIM_GRAIN_CALL */
	/*
	 * What the layer is told, as in struct coh_config.  alone: with one CPU it is true, for no
	 * thread arrives while a walk runs.  fetches_in_order: the machine does so, and fills no
	 * user's line of the instruction cache but right before a user's access.
	 * users_announce_code: that is up to the scenario.  looks_at_tables: user_may_map does.
	 */
	bool alone, fetches_in_order, users_announce_code, looks_at_tables;
	uint32_t whole_from;
	bool log;			     /* keep a struct coh_sim_entry of every operation */
	const struct coh_sim_driver *driver; /* NULL: none; else it must outlive the sim */
};

/*
 * coh_sim_new: a machine with empty caches, memory all zero, interrupts on, CPU 0
 * running, no mm current anywhere.  config is copied, core must live on. Returns
 * NULL if there can be none such; *why (may be NULL) is then the reason.
 */
struct coh_sim *coh_sim_new(const struct coh_sim_config *config, const char **why);

/* NULL is nothing. */
void coh_sim_free(struct coh_sim *sim);

struct coh *coh_sim_layer(struct coh_sim *sim);
struct coh_machine *coh_sim_machine(struct coh_sim *sim);
const struct coh_port *coh_sim_port(struct coh_sim *sim);

/*
 * coh_sim_describe: the layer's and the machine's description of the same core, as
 * coh_sim_new makes them.  Either may be NULL.  Returns NULL, or why it cannot be.
 */
const char *coh_sim_describe(const struct coh_sim_config *config, struct coh_config *layer,
			     struct coh_machine_config *machine);

/* ------------------------------------------------------------------------
 * Running, and what came out.
 */

enum coh_sim_result {
	COH_SIM_RIGHT = 0,
	COH_SIM_CORRUPT, /* somebody read old bytes, or the only new ones are gone at the end */
	COH_SIM_IRQ,	 /* interrupts, or walks, were not left as they were found */

	/* These end the scenario where it stands; the sim can only be freed. */
	COH_SIM_DEADLOCK, /* a CPU waits for a lock that it holds itself */
	COH_SIM_BLOCKED,  /* a CPU waits for another that stands still: no schedule of a real one */
	COH_SIM_ERROR,	  /* something was asked that cannot be; see Failures above */
	COH_SIM_RESULTS,
};

/* A sentence without a full stop; "unknown result" for others. */
const char *coh_sim_result_text(enum coh_sim_result result);

/* In what the running CPU is, or was. */
enum coh_sim_context {
	COH_SIM_IN_PROCESS = 1,
	COH_SIM_IN_IRQ,
	COH_SIM_IN_NMI,
};

/* All since coh_sim_new. */
struct coh_sim_report {
	enum coh_sim_result result; /* the worst: the last of the enum that was found */
	uint64_t points;

	uint64_t stale;			/* reads that count as corrupt */
	struct coh_machine_stale first; /* the first of them, if stale is not 0 */
	uint32_t first_frame;		/* that it read; config.frames is the kernel's own buffer */
	uint64_t first_point;
	enum coh_sim_context first_context;
	uint64_t unspecified; /* stale reads that do not count: see Modelling decisions */
	uint64_t lost;	      /* bytes, at the end of the last run */

	uint64_t irq_unbalanced;  /* contexts that left interrupts otherwise than they found them */
	uint64_t walk_unbalanced; /* contexts that left more or fewer walks running */
	uint64_t lock_in_irq; /* locks taken elsewhere than in process context; no failure here */
	uint64_t deferred_frees; /* VMAs and such that had to outlive a walk */
	uint64_t arrivals;	 /* of coh_sim_at, that took place */
	uint64_t pending;	 /* that have not yet */
	uint64_t faults;	 /* operations that coh_sim_fault spoilt */

	int error;	     /* enum coh_error of the layer's call, if that was it; else 0 */
	const char *what;    /* DEADLOCK, BLOCKED, ERROR, IRQ: which call, in words; else NULL */
	const void *object;  /* the lock, page, VMA or map meant, if one is */
	uint64_t what_point; /* and where */
};

/*
 * coh_sim_run: fn(sim, arg) as process context of CPU 0, then the checks of the
 * end: interrupts and walks, the layer's maps (coh_mm_check and so on, at
 * config.check), lost bytes. Not within itself.  Returns coh_sim_report's result.
 */
enum coh_sim_result coh_sim_run(struct coh_sim *sim, coh_sim_fn *fn, void *arg);

const struct coh_sim_report *coh_sim_report(const struct coh_sim *sim);

/*
 * coh_sim_report_line: the report in one line, as "corrupt: stale load by CPU 0 ...".
 * Returns buffer, which is cut at size.
 */
char *coh_sim_report_line(const struct coh_sim *sim, char *buffer, size_t size);

/*
 * coh_sim_fail: the scenario itself found something wrong (a value that it
 * compared, say): ends the run with COH_SIM_ERROR.  what must live as long as sim.
 */
void coh_sim_fail(struct coh_sim *sim, const char *what) __attribute__((noreturn));

/*
 * coh_sim_settle: every line of every cache is evicted now, in an order drawn from
 * the seed: what would be lost if nothing more were done is lost.
 */
void coh_sim_settle(struct coh_sim *sim);

/* ------------------------------------------------------------------------
 * Points and arrivals.
 */

enum coh_sim_arrival {
	COH_SIM_ARRIVE_IRQ = 1, /* an interrupt of the CPU that runs; waits until they are on */
	COH_SIM_ARRIVE_NMI,	/* one that nothing holds up */
	/*
	 * Another thread of the CPU that runs, in process context: waits until
	 * interrupts are on and no lock is held, no walk runs, and no interrupt is
	 * being handled. The mm that was current is so again afterwards.
	 */
	COH_SIM_ARRIVE_THREAD,
	COH_SIM_ARRIVE_CPU, /* another CPU does something meanwhile; waits until it is idle */
};

/* Points passed so far. */
uint64_t coh_sim_points(const struct coh_sim *sim);

/*
 * coh_sim_at: fn(sim, arg) at the n-th point from now, 1 the next; if that cannot
 * be then, at the first one after it where it can.  cpu: for COH_SIM_ARRIVE_CPU
 * only, else 0.  Many may be announced, fn may announce more, and its own points
 * count.  Interrupts are off in IRQ and NMI. Copies nothing of arg.  Ends the run
 * if arrival, cpu or n does not exist.
 */
void coh_sim_at(struct coh_sim *sim, uint64_t n, enum coh_sim_arrival arrival, uint32_t cpu,
		coh_sim_fn *fn, void *arg);

/*
 * coh_sim_on: fn on that CPU now, as COH_SIM_ARRIVE_CPU would; on the CPU that runs it is
 * a plain call.
 */
void coh_sim_on(struct coh_sim *sim, uint32_t cpu, coh_sim_fn *fn, void *arg);

/* Which CPU runs, and in what. */
uint32_t coh_sim_cpu(const struct coh_sim *sim);
enum coh_sim_context coh_sim_context(const struct coh_sim *sim);

/* coh_sim_point: a point of the scenario's own. */
void coh_sim_point(struct coh_sim *sim);

/* coh_sim_random: 0..n-1, from the seed; n not 0.  A scenario that draws here is repeatable. */
uint32_t coh_sim_random(struct coh_sim *sim, uint32_t n);

/* ------------------------------------------------------------------------
 * Operations of the port: counts, log, faults.
 */

enum coh_sim_op {
	COH_SIM_OP_DCACHE_CLEAN,
	COH_SIM_OP_DCACHE_INVALIDATE,
	COH_SIM_OP_DCACHE_FLUSH,
	COH_SIM_OP_DCACHE_FLUSH_ALL,
	COH_SIM_OP_ICACHE_INVALIDATE,
	COH_SIM_OP_ICACHE_INVALIDATE_ALL,
	COH_SIM_OP_OUTER_CLEAN,
	COH_SIM_OP_OUTER_INVALIDATE,
	COH_SIM_OP_OUTER_FLUSH,
	COH_SIM_OP_WINDOW_MAP,
	COH_SIM_OP_WINDOW_UNMAP,
	COH_SIM_OP_KMAP,
	COH_SIM_OP_KUNMAP,
	COH_SIM_OP_COPY,
	COH_SIM_OP_ZERO,
	COH_SIM_OP_LOCK,
	COH_SIM_OP_UNLOCK,
	COH_SIM_OP_IRQ_SAVE,
	COH_SIM_OP_IRQ_RESTORE,
	COH_SIM_OP_USER_UNCACHE,
	COH_SIM_OP_WALK_ENTER, /* this and the next are not counted, and not in the log */
	COH_SIM_OP_WALK_EXIT,
	COH_SIM_OPS,
};

/* The callback's name in struct coh_port; "unknown" for others. */
const char *coh_sim_op_name(enum coh_sim_op op);

/* One kind's.  changed and lines are the machine's answer: 0 changed is an operation in vain. */
struct coh_sim_counts {
	uint64_t calls;
	uint64_t in_vain; /* calls that changed no line (cache operations), nothing (others) */
	uint64_t lines;	  /* lines that the calls named */
	uint64_t changed; /* of these, cleaned or dropped */
};

const struct coh_sim_counts *coh_sim_counts(const struct coh_sim *sim, enum coh_sim_op op);

struct coh_sim_entry {
	enum coh_sim_op op;
	uint8_t cpu;
	uint8_t context; /* enum coh_sim_context */
	bool faulty;	 /* spoilt by coh_sim_fault */
	uint64_t point;	 /* the last one before it */
	uint64_t va;	 /* physical for outer; the lock, the page (kmap, window): as an address */
	size_t len;	 /* 0 where it has none */
	uint32_t changed;
};

/*
 * coh_sim_log: the entries so far, *count of them; valid until the next operation.
 * NULL and 0 unless config.log.  coh_sim_log_clear forgets them, and sets the
 * counts to 0.
 */
const struct coh_sim_entry *coh_sim_log(const struct coh_sim *sim, size_t *count);
void coh_sim_log_clear(struct coh_sim *sim);

enum coh_sim_how {
	COH_SIM_DROP = 1, /* not done at all; window_map: the slot keeps what it had */
	/*
	 * Done, but on the neighbour: a range one line further (icache: also);
	 * window_map: the next colour; user_uncache: the next page; whole caches:
	 * on the next CPU; irq_restore: turns interrupts on whatever they were, as
	 * ARM's xa_unlock_irq did.
	 */
	COH_SIM_WRONG,
	/*
	 * A range one line short at its end, whole caches without their last way.
	 */
	COH_SIM_SHORT,
};

struct coh_sim_fault {
	enum coh_sim_op op;
	enum coh_sim_how how;
	uint32_t nth; /* 0: all from now on; 1: the next one only, and so on */
};

/*
 * coh_sim_fault: the port fails so, and does not say.  Up to 16; the first that
 * fits an operation counts.  Returns false if the two do not go together (kmap, for
 * one, cannot be short) or there are 16.  coh_sim_fault_clear: no more.
 */
bool coh_sim_fault(struct coh_sim *sim, const struct coh_sim_fault *fault);
void coh_sim_fault_clear(struct coh_sim *sim);

/*
 * coh_sim_on_op: fn is told of each operation, right before it is done, and says how to
 * spoil it: one of enum coh_sim_how, or 0, or what does not go with op: what
 * coh_sim_fault says.  It calls nothing that changes sim.  entry: valid during the call.
 * fn NULL: nobody is told.
 */
typedef uint32_t coh_sim_op_fn(struct coh_sim *sim, const struct coh_sim_entry *entry, void *arg);
void coh_sim_on_op(struct coh_sim *sim, coh_sim_op_fn *fn, void *arg);

/* ------------------------------------------------------------------------
 * Memory.
 */

uint32_t coh_sim_page_size(const struct coh_sim *sim);
uint32_t coh_sim_frames(const struct coh_sim *sim);

/* coh_sim_alloc: a free frame for the kernel itself, the lowest.  Ends the run if none is left. */
uint32_t coh_sim_alloc(struct coh_sim *sim);

/* One user of the frame less (coh_sim_alloc, coh_sim_get_user_page); the last one frees it. */
void coh_sim_put(struct coh_sim *sim, uint32_t frame);

/* How many use it: allocation, file, translations, get_user_page.  0: free. */
uint32_t coh_sim_uses(const struct coh_sim *sim, uint32_t frame);

struct coh_page *coh_sim_page(struct coh_sim *sim, uint32_t frame);
uint64_t coh_sim_pa(const struct coh_sim *sim, uint32_t frame);
uintptr_t coh_sim_pfn(const struct coh_sim *sim, uint32_t frame);

/* K: linear, or of the kmap that exists; 0 if it has none. */
uintptr_t coh_sim_kernel_address(const struct coh_sim *sim, uint32_t frame);

/*
 * coh_sim_user_address: a user address of this colour (modulo the colours); those
 * of different nth (0..127) are at least 8 MiB apart.  Pure arithmetic: nothing is
 * mapped.
 */
uintptr_t coh_sim_user_address(const struct coh_sim *sim, uint32_t nth, uintptr_t colour);

/* ------------------------------------------------------------------------
 * The kernel: files, mms, and their areas.  Process context; an mm is changed by one
 * context at a time, another that wants to ends the run with COH_SIM_BLOCKED.
 */

/* coh_sim_file: a new file of that many pages, all in memory and zero, for good. */
uint32_t coh_sim_file(struct coh_sim *sim, uint32_t pages);
uint32_t coh_sim_file_frame(const struct coh_sim *sim, uint32_t file, uint32_t index);
struct coh_mapping *coh_sim_mapping(struct coh_sim *sim, uint32_t file);

struct coh_mm *coh_sim_mm(struct coh_sim *sim, uint32_t mm);

/* The area that holds va, NULL if none does; its owner may move it at the next change of the mm. */
struct coh_vma *coh_sim_vma(struct coh_sim *sim, uint32_t mm, uintptr_t va);

/* The frame that mm's tables have at va; COH_SIM_NONE.  No fault. */
uint32_t coh_sim_frame_at(const struct coh_sim *sim, uint32_t mm, uintptr_t va);

enum coh_sim_kind {
	COH_SIM_ANONYMOUS = 0, /* private unless shared, which then must be a file */
	COH_SIM_FILE,
};

struct coh_sim_area {
	enum coh_sim_kind kind;
	uint32_t file;	/* COH_SIM_FILE */
	uint32_t pgoff; /* the file's page at the start; anonymous: not used */
	bool shared;	/* else stores are copied first */
	uint32_t prot;	/* enum coh_prot; 0: COH_SIM_RW */
};

/*
 * coh_sim_mmap: pages of mm from va on show area.  Nothing is translated before it
 * is used. va: page aligned, in the user's half; nothing may be there.  area NULL:
 * anonymous, COH_SIM_RW.
 */
void coh_sim_mmap(struct coh_sim *sim, uint32_t mm, uintptr_t va, uint32_t pages,
		  const struct coh_sim_area *area);

/*
 * coh_sim_munmap: whatever is in the range goes; areas are split at its ends.
 * Holes are allowed. coh_sim_mprotect: the same range, all of it mapped, has these
 * rights.
 */
void coh_sim_munmap(struct coh_sim *sim, uint32_t mm, uintptr_t va, uint32_t pages);
void coh_sim_mprotect(struct coh_sim *sim, uint32_t mm, uintptr_t va, uint32_t pages,
		      uint32_t prot);

/* coh_sim_mremap: pages at va, of one area, move to `to`, where nothing is. */
void coh_sim_mremap(struct coh_sim *sim, uint32_t mm, uintptr_t va, uint32_t pages, uintptr_t to);

/*
 * coh_sim_resize: the area that holds va becomes [start, start + pages): a stack
 * that grows, the end of a mapping that goes. coh_sim_merge: that area and the one
 * right after it become one; false if they do not agree, and nothing was changed.
 */
void coh_sim_resize(struct coh_sim *sim, uint32_t mm, uintptr_t va, uintptr_t start,
		    uint32_t pages);
bool coh_sim_merge(struct coh_sim *sim, uint32_t mm, uintptr_t va);

/*
 * coh_sim_fork: child, which must have no areas, gets those of parent; private
 * pages are copied when either stores.  coh_sim_exit: all of mm's areas go; it may
 * be used anew.  It may be current, and stays so until the next switch, as an mm
 * without areas.
 */
void coh_sim_fork(struct coh_sim *sim, uint32_t parent, uint32_t child);
void coh_sim_exit(struct coh_sim *sim, uint32_t mm);

/*
 * coh_sim_switch: the CPU that runs goes on in mm; COH_SIM_NONE: in none.
 * coh_sim_kernel_thread: it goes on as a thread of the kernel, that borrows the mm
 * that is there: no cache is touched, no user access is allowed until the next
 * switch.
 */
void coh_sim_switch(struct coh_sim *sim, uint32_t mm);
void coh_sim_kernel_thread(struct coh_sim *sim);

/* The mm that a CPU has, own or borrowed; COH_SIM_NONE. */
uint32_t coh_sim_current(const struct coh_sim *sim, uint32_t cpu);

/* ------------------------------------------------------------------------
 * Accesses.  bytes: len of them; any alignment, pages may be crossed. By the CPU
 * that runs.  None of them calls the layer but for the page faults of the first three.
 */

/*
 * User: in the current mm; a page that is not there yet, or must be copied first,
 * is got as a kernel does it.  Ends the run if no area or right allows it, and on a
 * page fault in an interrupt.
 */
void coh_sim_user_load(struct coh_sim *sim, uintptr_t va, void *bytes, uint32_t len);
void coh_sim_user_store(struct coh_sim *sim, uintptr_t va, const void *bytes, uint32_t len);
void coh_sim_user_fetch(struct coh_sim *sim, uintptr_t va, void *bytes, uint32_t len);

/* Kernel: bytes of a frame from offset on, through K, which it must have.  Not beyond the frame. */
void coh_sim_kernel_load(struct coh_sim *sim, uint32_t frame, uint32_t offset, void *bytes,
			 uint32_t len);
void coh_sim_kernel_store(struct coh_sim *sim, uint32_t frame, uint32_t offset, const void *bytes,
			  uint32_t len);
void coh_sim_kernel_fetch(struct coh_sim *sim, uint32_t frame, uint32_t offset, void *bytes,
			  uint32_t len);

/* Kernel: by any kernel address: kmap, vmap, K. */
void coh_sim_load(struct coh_sim *sim, uintptr_t va, void *bytes, uint32_t len);
void coh_sim_store(struct coh_sim *sim, uintptr_t va, const void *bytes, uint32_t len);
void coh_sim_fetch(struct coh_sim *sim, uintptr_t va, void *bytes, uint32_t len);

/* A device: bytes of a frame, in memory itself. */
void coh_sim_device_read(struct coh_sim *sim, uint32_t frame, uint32_t offset, void *bytes,
			 uint32_t len);
void coh_sim_device_write(struct coh_sim *sim, uint32_t frame, uint32_t offset, const void *bytes,
			  uint32_t len);

/* ------------------------------------------------------------------------
 * What the kernel does to a user's pages.
 */

/*
 * coh_sim_get_user_page: the frame at va of mm, got as by an access if it is not
 * there (intent other than READ: as by a store), and kept until coh_sim_put;
 * coh_get_user_page was called for it. coh_sim_get_user_page_fast: without that
 * call, as get_user_pages_fast of Linux: what must be done to the caches is left to
 * flush_dcache_page.
 */
uint32_t coh_sim_get_user_page(struct coh_sim *sim, uint32_t mm, uintptr_t va,
			       enum coh_intent intent);
uint32_t coh_sim_get_user_page_fast(struct coh_sim *sim, uint32_t mm, uintptr_t va,
				    enum coh_intent intent);

/*
 * coh_sim_ptrace_read, coh_sim_ptrace_write: a debugger's access to mm, by
 * coh_copy_from_user_page and coh_copy_to_user_page, through a kernel buffer; page
 * after page.  Write ignores the area's rights, as a breakpoint must: a private
 * page is copied first.
 */
void coh_sim_ptrace_read(struct coh_sim *sim, uint32_t mm, uintptr_t va, void *bytes, uint32_t len);
void coh_sim_ptrace_write(struct coh_sim *sim, uint32_t mm, uintptr_t va, const void *bytes,
			  uint32_t len);

/*
 * coh_sim_vmap: n frames one after another in kernel addresses, the first of this
 * colour (modulo the colours), with coh_flush_cache_vmap; the address.
 * coh_sim_vunmap: coh_flush_cache_vunmap, and they are gone.  Neither uses the
 * frames up.
 */
uintptr_t coh_sim_vmap(struct coh_sim *sim, const uint32_t *frames, uint32_t n, uintptr_t colour);
void coh_sim_vunmap(struct coh_sim *sim, uintptr_t va);

#ifdef __cplusplus
}
#endif

#endif
