/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * minikernel: a kernel as small as one can be that still has every alias of a page.
 *
 * One CPU, one kernel stack, no preemption in the kernel.  Interrupts come at any instruction,
 * process context or not; the fast interrupt (the NMI) even where those are off.
 *
 * Its objects have the layer's inside them, first, so that one is the other by a cast.
 */
#ifndef MINIKERNEL_KERNEL_H
#define MINIKERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <coherer/coherer.h>

#include "examples/minikernel/board.h"
#include "examples/minikernel/user/user.h"

#define PAGE_WORDS (PAGE_SIZE / 4)
#define FILE_PAGES 4 /* of any file */

/* ---- objects ---- */

struct anon {
	struct coh_anon_vma coh;
	uint32_t users; /* VMAs and pages */
};

struct page {
	struct coh_page coh;
	uint32_t refs; /* translations, the file, whoever holds it for a moment; 0: free */
	uint32_t maps; /* translations */
	struct anon *anon;
};

struct file {
	struct coh_mapping coh;
	uint32_t block;		       /* where it begins on the disk */
	struct page *page[FILE_PAGES]; /* NULL: not read yet */
};

struct vma {
	struct coh_vma coh;
	struct vma *next; /* of the same mm, in no order */
	struct file *file;
	struct anon *anon;
	uint32_t pgoff; /* of start */
	uint32_t prot;	/* enum coh_prot */
};

struct mm {
	struct coh_mm coh;
	uint32_t *l1; /* first-level table; its upper quarter is the kernel's */
	struct vma *vmas;
};

/* As enter_user in vectors.S has it. */
struct context {
	uint32_t r[15];
	uint32_t pc, cpsr;
};

struct process {
	struct mm mm;
	struct context context;
	bool calling; /* a routine has not returned yet */
	uint32_t result;
};

/* ---- console.c ---- */
void console_init(void);
void print(const char *text);
void print_hex(uint32_t value);
void print_number(uint32_t value);
/* Both end QEMU (under -no-reboot), after the reason. */
_Noreturn void bail_out(const char *why);
_Noreturn void panic(const char *why, uint32_t value);
_Noreturn void power_off(void);

/* ---- options.c: the command line ---- */
struct options {
	const char *policy;  /* of the layer; NULL: the default */
	const char *silence; /* a callback of the port, or a hook, that does nothing */
	const char *test;    /* only this one; NULL: all */
	uint32_t main_id;    /* what the ID registers are said to hold; 0: what they do */
	uint32_t cache_type;
	bool fast; /* the disk's interrupt is the fast one */
};
extern struct options options;
/* tags: of the boot loader, in a kernel address.  Panics at a word that it does not know. */
void options_read(const uint32_t *tags);
bool text_is(const char *a, const char *b);

/* ---- coherency.c: the layer, its port, and what is silenced of either ---- */
extern struct coh coh;
void coherency_init(void);
/* The kernel's tables, for the MMU; also if the port is silenced. */
void clean_table(const void *va, size_t len);
/* Users cannot be kept apart by uncaching: shared mappings are uncached from the start. */
bool shared_is_uncached(void);
void must(int error, const char *call);

enum hook {
	HOOK_NONE,
#define HOOK(name) HOOK_##name,
#include "examples/minikernel/hooks.h"
#undef HOOK
	HOOKS,
};
extern enum hook silenced_hook;
/* A call of the layer that can be left out, to see who notices. */
#define LAYER(name, ...)                                                                           \
	do {                                                                                       \
		if (silenced_hook != HOOK_##name)                                                  \
			must(coh_##name(&coh, __VA_ARGS__), "coh_" #name);                         \
	} while (0)

/* ---- frames.c ---- */
void frames_init(void);
/* One reference, no owner. */
struct page *page_get_free(void);
void page_hold(struct page *page);
void page_put(struct page *page);
struct page *page_of(uint32_t pfn);
uint32_t page_pa(const struct page *page);
uint32_t *page_kernel(const struct page *page);

/* ---- tables.c ---- */
extern struct mm *current; /* the mm whose tables are in use; NULL: the kernel's alone */
void tables_init(void);
void *table_new(void); /* first-level, with the kernel's part */
void table_free(uint32_t *l1);
uint32_t *pte_find(const struct mm *mm, uint32_t va);
/* Writes the entry and forgets the translation. */
void pte_set(struct mm *mm, uint32_t va, uint32_t pte);
uint32_t pte_make(const struct page *page, uint32_t prot, bool cached);
uint32_t pte_prot(uint32_t pte, const struct vma *vma);
void kernel_map(uint32_t va, uint32_t pte);
/* Switches, cache and all; NULL: nobody's. */
void mm_switch(struct mm *mm);

/* ---- area.c ---- */
struct area {
	struct file *file; /* NULL: anonymous */
	uint32_t pgoff;	   /* in the file */
	uint32_t prot;
	bool shared;
};
void mm_init(struct mm *mm);
void mm_empty(struct mm *mm);
void mm_exit(struct mm *mm);
struct vma *vma_find(const struct mm *mm, uint32_t va);
void area_map(struct mm *mm, uint32_t va, uint32_t pages, const struct area *area);
void area_unmap(struct mm *mm, uint32_t va, uint32_t pages);
/* The VMA that begins at va, as a whole. */
void area_move(struct mm *mm, uint32_t va, uint32_t to);
/* Cut at va, and grow together again: nothing is mapped otherwise afterwards. */
void area_split(struct mm *mm, uint32_t va);
void area_merge(struct mm *mm, uint32_t va);
void fork_mm(struct mm *parent, struct mm *child);
void anon_drop(struct anon *anon);
/* A family for its anonymous pages, before the first one. */
void area_need_anon(struct vma *v);

/* ---- fault.c ---- */
/* False: the process has no right to that. */
bool fault_in(struct mm *mm, uint32_t va, uint32_t need);
void map_page(struct vma *vma, uint32_t va, struct page *page, uint32_t prot);

/* ---- file.c: files, and the kernel's own access to users' pages ---- */
struct file *file_new(uint32_t block);
void file_free(struct file *file);
struct page *file_page(struct file *file, uint32_t index); /* reads it in */
/* Through K, with the layer's calls around it.  Offsets and lengths in words. */
uint32_t page_sum(struct page *page, uint32_t first, uint32_t words);
void page_store(struct page *page, uint32_t first, uint32_t words, uint32_t seed);
/* get_user_pages for one page; page_put it afterwards. */
struct page *get_user_page(struct mm *mm, uint32_t va, enum coh_intent intent);
void poke(struct mm *mm, uint32_t va, const uint32_t *words, uint32_t len); /* as ptrace */
void peek(struct mm *mm, uint32_t va, uint32_t *words, uint32_t len);

/* ---- process.c ---- */
struct process *process_new(struct file *text);
void process_exec(struct process *p, struct file *text);
void process_exit(struct process *p);
void process_begin(struct process *p, enum routine routine, uint32_t a, uint32_t b, uint32_t c);
/* Runs it until something takes the processor away.  True: it was an interrupt. */
bool process_step(struct process *p);
uint32_t process_call(struct process *p, enum routine routine, uint32_t a, uint32_t b, uint32_t c);
/* Both at once, by turns of the timer; returns how often it switched. */
uint32_t process_both(struct process *a, struct process *b);
/* The latest that a process made by SYS_FORK; NULL: none did since the last call. */
struct process *process_forked(void);
extern struct file *user_files[2]; /* what SYS_READ and SYS_WRITE call 0 and 1 */

/* ---- irq.c ---- */
void irq_init(void);
void irq_on(void);
void irq_off(void);
/* Once, in that many microseconds. */
void timer_start(uint32_t microseconds);
void tick_start(uint32_t microseconds); /* of the scheduler; 0: no more */

/* ---- disk.c ---- */
#define DISK_BLOCKS 256 /* of a page each */
void disk_init(void);
/* Waits for the interrupt in which the page is copied. */
void disk_read(struct page *page, uint32_t block);
void disk_write(struct page *page, uint32_t block);
uint32_t disk_sum(uint32_t block, uint32_t first, uint32_t words);
void disk_fill(uint32_t block, uint32_t seed);
void disk_interrupt(void);

/*
 * Transfers that go on by themselves, one interrupt after another: from each page its first half
 * to the disk, and its second half from there, with a seed that grows.
 */
#define STORM_PAGES 2
struct storm {
	struct page *page[STORM_PAGES];
	const struct coh_map *map[STORM_PAGES]; /* their reverse maps */
	uint32_t block;				/* page i uses block + i */
	/*
	 * Set before users store to the pages; no transfer was since.  amid: interrupts that came
	 * in that state while that map was being changed.  If its flush is lost, data are.
	 */
	volatile bool dirty;
	uint32_t amid[STORM_PAGES];
	volatile uint32_t rounds; /* transfers of all pages */
	uint32_t seed;		  /* of the latest second halves */
};
void storm_start(struct storm *storm);
void storm_stop(void);

/* ---- dma.c ---- */
/* A page is copied by begin, run, end: the kernel's own, or such that users may have mapped. */
void dma_begin(struct page *to, struct page *from);
void dma_begin_user(struct page *to, struct page *from);
void dma_run(struct page *to, struct page *from);
void dma_end(struct page *to, struct page *from);
void dma_end_user(struct page *to, struct page *from);

/* ---- tests.c ---- */
struct test {
	const char *name;
	void (*run)(struct test *t);
	uint32_t sum;
	bool failed;
};
void tests_run(void);
void expect(struct test *t, const char *what, uint32_t got, uint32_t wanted);
uint32_t pattern_sum(uint32_t seed, uint32_t words);
uint32_t pattern_sum_from(uint32_t seed, uint32_t first, uint32_t words);
extern struct file *program;
/* Each ends with no name. */
extern struct test tests_memory[], tests_io[], tests_code[], tests_port[];

#endif
