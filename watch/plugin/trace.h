/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plugin's state and what its files call of each other.
 *
 *   plugin.c      installation; what is instrumented at translation time
 *   access.c      loads and stores: the quiet path, and the slow one
 *   fetch.c       blocks of code: those that must be looked at when they run
 *   fault.c       walks of page tables that end in a fault
 *   sweep.c       a whole cache cleaned by filling it with other lines
 *   maintain.c    cache, TLB and control operations; the log of the last ones
 *   events.c      findings: deduplicated and sent to the runner
 *   context.c     which task, and when: from a Linux kernel's own structures
 *   modules.c     the modules that such a kernel has loaded
 *   user_code.c   the file that a process of such a kernel has mapped at an address
 *   guest_read.c  guest memory by kernel address, for that
 *   callers.c     who asks for maintenance: call paths, counted
 *   writers.c     the context of stores that a first run has named
 *   stack.c       registers and the stack, for call chains
 *   return_address.c  what of that can be a return address
 *   seen.c        which findings are the same again
 *   dma.c         what devices do, from whatever thread
 *   guest_ram.c   RAM as the emulator holds it
 *   code_place.c  makes QEMU translate code for each address that it runs at
 *
 * One vCPU only (no ARMv4 or v5 machine has more), so there is one state and no
 * lock: callbacks run in the vCPU's thread, the last one after it has stopped.  Only
 * dma.c is called by other threads.
 */
#ifndef COH_WATCH_PLUGIN_TRACE_H
#define COH_WATCH_PLUGIN_TRACE_H

#include <stdatomic.h>

#include "model/shadow.h"
#include "watch/plugin/qemu.h"
#include "watch/target/target.h"
#include "watch/wire.h"

/* A translation in use, as a TLB would keep it. */
struct view_entry {
	uint32_t vpage; /* va >> 12; VPAGE_NONE: empty */
	enum coh_attr attr, insn_attr;
	bool mini;		      /* cached in XScale's mini data cache */
	uint32_t flip;		      /* of a tiny page: where va and pa differ within 4 KiB */
	uint32_t room;		      /* bytes that are contiguous, at most COH_PAGE_SIZE */
	struct coh_shadow_page *page; /* NULL: a device, nothing to do */
	const uint8_t *host;	      /* the emulator's own bytes, NULL if not seen */
	const struct coh_view *view;
};

#define MINI_WAYS    2u
#define VIEW_ENTRIES 1024u
#define VPAGE_NONE   0xffffffffu

/* The call path by which an operation came last: while nothing of this changes, it is the same. */
struct last_call {
	uint32_t lr, sp, va;
	struct path *path;
};

/* A static instruction that maintains caches or switches translations. */
struct action_site {
	gint64 key; /* pc and encoding */
	struct action action;
	uint32_t pc;
	uint64_t count, redundant, wrote; /* as in struct wire_maint_site */
	struct last_call last;		  /* see callers.c */
	struct action_site *next;
};

/* A translated block, notified once after each invalidation of the I-cache. */
struct block {
	uint32_t va, length;
	uint32_t slot;
	const void *code; /* identifies the physical place */
};

/* The last maintenance of a line in one cache, for the report. */
struct maint_entry {
	uint32_t line_pa, va;
	uint64_t when; /* 0: none */
	struct wire_maint op;
};

/* The last of a line, and the last through another alias than that. */
struct maint_slot {
	struct maint_entry last, other;
};

#define MAINT_LOG  (1u << 16)
#define BLOCKS_MAX (1u << 18)

struct tracer {
	struct view_entry entry[VIEW_ENTRIES]; /* first: the quiet path's */
	struct coh_view views[3];	       /* by enum coh_attr */
	struct coh_shadow *shadow;
	uint32_t granule;
	const struct instruction_set *isa;
	enum coh_sweep sweep;
	uint32_t mini_sets; /* of the mini data cache */
	struct mmu mmu;
	uint32_t space; /* isa->space(&mmu) */
	bool sees_ram;

	struct qemu_plugin_register *reg[TARGET_REGISTERS], *status;
	GByteArray *scratch;

	/* Blocks: a slot is 1 while the block must be notified when it runs. */
	struct qemu_plugin_scoreboard *slots;
	uint64_t *slot;
	uint32_t n_slots;
	uint32_t *seen; /* slots that are 0 */
	uint32_t n_seen;
	struct block *block; /* by slot */
	bool code_moves; /* a block may run elsewhere than it was translated for: see code_place.h */
	uint32_t code_shift; /* from there to where the block that runs now is */
	GHashTable *blocks;

	struct action_site *sites;
	GHashTable *site_by_key;
	struct maint_slot *maint[2];	/* by enum coh_side */
	struct maint_entry last_all[2]; /* by enum coh_side */
	uint64_t maint_clock;

	_Atomic bool dma_waits; /* devices did something that the shadow does not know yet */
	_Atomic bool was_reset; /* the machine was, and the shadow does not know yet */

	struct wire_end end;
};

extern struct tracer tracer;

/* access.c */
void *pack_access(uint32_t pc, uint32_t size);
void on_load(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *udata);
void on_store(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *udata);
/* raw_va: without the process number.  NULL: not translated. */
const struct view_entry *view_for_fetch(uint32_t va, uint32_t raw_va, bool is_ram);
void forget_views(void);
void notice_device_at(uint32_t pa);
uint32_t physical_of(uint32_t va);
/* May memory hold an old table entry for va? */
bool table_entry_is_old(uint32_t va);
/* Where in its physical page an access through this entry goes. */
static inline uint32_t page_offset(const struct view_entry *e, uint32_t va)
{
	return (va ^ e->flip) & COH_PAGE_MASK;
}

/* The walker reads memory: a table entry that is only in the cache is missed. */
void check_walk(const struct translation *t, uint32_t va, uint32_t pc);
enum walk_result walk(uint32_t va, struct translation *t);

/* fault.c */
/* One of the core's registers, by name, as they are found. */
void fault_register(const char *name, struct qemu_plugin_register *handle);
void instrument_fault(struct qemu_plugin_tb *tb);

/* fetch.c */
void blocks_init(void);
void blocks_begin(void);
/*
 * The instructions [first, last] of a block, which no operation on caches or translations divides:
 * such an operation comes last, for what is behind it is fetched after it.
 */
void instrument_part(struct qemu_plugin_tb *tb, size_t first, size_t last);
void forget_blocks_seen(void);
/* After a store or maintenance: an old dirty line may come between code that is clean and memory. */
void forget_blocks_if_threatened(void);

/* dma.c */
#define DMA_UNKNOWN 0xffffu
void dma_init(void);
/* This device takes part in the coherence of caches; "all".  Before dma_init. */
void dma_coherent(const char *name);
/* When the machine is complete.  NULL, or why devices cannot be seen. */
const char *dma_begin(void);
/* False: there is no device of this number. */
bool dma_device(unsigned id, struct wire_device *w);
/* The page's bytes are these now: those that differ from the newest were written by devices. */
void dma_notice(struct coh_shadow_page *page, const uint8_t *now);
void dma_settle_now(void);
/* At the end: says what of devices was not seen. */
void dma_end(void);

/* Before an access or an operation: what devices did until now. */
static inline void dma_settle(void)
{
	if (__builtin_expect(atomic_load_explicit(&tracer.dma_waits, memory_order_acquire), 0))
		dma_settle_now();
}

/* sweep.c */
void on_sweeping_load(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *udata);
void sweep_allocate(uint32_t va, uint32_t pc);
/* Before a load from a page of XScale's mini data cache. */
void mini_load(uint32_t va, uint32_t pc);

/* return_address.c */
/* Does the word follow a call, in code that ran? */
bool is_return_address(uint32_t word);

/* stack.c */
#define STACK_SPAN 8192u /* kernel stacks are aligned to this */
/* The stack from sp on, most bytes at most.  Returns how many. */
uint32_t stack_read(uint32_t sp, void *to, uint32_t most);
/* The CPU's registers, with this program counter, and the top of its stack as memory has it. */
void stack_capture(struct wire_stack *c, uint32_t pc);

/* writers.c: does nothing but for writers_init.  fd: struct wire_wanted, one after another. */
void writers_init(int fd);
/* Behind on_store: a finding of this very store is about the one before. */
void instrument_writer(struct qemu_plugin_insn *insn, uint32_t pc);
/* The last store of pc to the word at pa, if it is known. */
void writers_send(uint32_t id, uint32_t pc, uint32_t pa);

/* callers.c: does nothing but for callers_init. */
void callers_init(void);
/*
 * An operation has just been executed, on this line (COH_VA_UNKNOWN: by set and way, or on all).
 * wrote: it wrote a dirty line back.
 */
void callers_count(struct action_site *site, uint32_t va, bool changed, bool wrote);
void callers_send(void);

/* maintain.c */
/* The whole data cache was cleaned and emptied, by no operation but by what took its place. */
void maintain_by_sweep(uint32_t pc);
void on_action(unsigned vcpu, void *udata);
/* Not .known: there was none, or it is not known any more. */
struct wire_maint last_maintenance(uint32_t line_pa, enum coh_side side);
/* False: not known any more. */
bool last_of_alias(uint32_t line_pa, uint32_t va, enum coh_side side, struct wire_maint *last);

/* plugin.c */
uint32_t read_register(struct qemu_plugin_register *reg);
bool resynchronize(void);
void after_reset(void);

/* events.c */
bool events_init(int fd);
void send_message(enum wire_type type, const void *body, uint32_t length);
void events_hello(const struct wire_hello *hello);
void events_note(bool warning, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct wire_maint_site events_site(const struct action_site *s);
void events_finding(const struct coh_finding *f);
void events_module(const struct wire_module *m);
/* From time to time, off the quiet path: says how far the run has come, if a second has passed. */
void events_progress(void);
void events_end(void);
/* The guest cannot be watched: says so, and ends QEMU. */
_Noreturn void events_refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
