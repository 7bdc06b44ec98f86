/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the files of the simulated port share.  Private to ports/sim/.
 *
 * Vocabulary.  A context is one of a stack: the scenario, what arrived amid it,
 * what arrived amid that; the top one runs, on one CPU, the others stand still. An
 * object is memory of the small kernel: freed late if a walk runs, and with the sim
 * at the latest, so that a run may end anywhere.
 */
#ifndef COH_PORTS_SIM_INTERNAL_H
#define COH_PORTS_SIM_INTERNAL_H

#include <setjmp.h>

#include "ports/sim/driver.h"

#define USER_END      0xc0000000u
#define LINEAR_BASE   0xc0000000u
#define LINEAR_SIZE   0x10000000u
#define KMAP_BASE     0xd0000000u
#define WINDOW_BASE   0xd8000000u
#define WINDOW_SIZE   0x01000000u
#define VMAP_BASE     0xe0000000u
#define VMAP_END      0xffff0000u
#define USER_SPACING  0x01000000u
#define USER_NTH      128u
#define CPUS_MAX      8u
#define SLOTS_MAX     1024u
#define FAULTS_MAX    16u
#define WINDOW_NESTS  8u /* windows in use by one CPU at a time, at most */
#define STAMP_GRANULE 16u

#define MACHINE_MM(mm) ((mm) + 1) /* the machine's number of it; 0 is the kernel */

struct object {
	struct object *next, *prev;
	size_t size, unused; /* of what follows; two for its alignment */
};

/* A frame's users are its allocation or file, each translation, each get_user_page. */
struct frame {
	struct coh_page page;
	uint32_t uses;
	uint32_t maps; /* user translations */
	uint32_t file; /* that it is of; COH_SIM_NONE */
	uint32_t slot; /* of kmap; COH_SIM_NONE: none */
	struct os_anon *anon;
	uint64_t *stored; /* of a file: clock of the last store to each granule */
};

struct slot {
	uint32_t frame; /* COH_SIM_NONE: free */
	uint32_t users;
};

struct os_anon {
	struct coh_anon_vma anon_vma;
	struct os_anon *next, *prev; /* all of them, for checks */
	uint32_t users;		     /* areas linked and pages owned */
};

struct os_file {
	struct coh_mapping mapping;
	uint32_t pages;
	uint32_t frame[];
};

/* Start, end and page offset are kept twice, here and in vma: the layer's are not trusted. */
struct os_vma {
	struct coh_vma vma;
	struct os_vma *next; /* of the mm, by address */
	uintptr_t start, end;
	uintptr_t pgoff;
	uint32_t mm;
	uint32_t file; /* COH_SIM_NONE: anonymous */
	bool shared;
	uint32_t prot;
	uint64_t since; /* clock: what was stored later need not be seen, if private */
	struct os_anon *anon;
};

struct os_mm {
	struct coh_mm mm;
	struct os_vma *vmas;
	uintptr_t holder; /* context depth of who changes it; 0: nobody */
};

struct vmap {
	uintptr_t va;
	uint32_t pages;
};

/* A translation that exists, for speculative fills. */
struct mapped {
	uint32_t mm; /* the machine's number */
	uint32_t rights;
	uintptr_t va;
};

struct cpu {
	uint32_t mm; /* COH_SIM_NONE: none */
	bool kernel_thread;
	bool irqs_on;
	uint32_t locks; /* held by any of its contexts */
	uint32_t walks; /* running in any of its contexts */
};

struct context {
	struct context *below;
	enum coh_sim_context kind;
	uint32_t depth; /* 1: base */
	uint32_t cpu;
	uint32_t saves; /* irq_save without irq_restore */
	uint32_t walks, locks;
};

struct arrival {
	struct arrival *next;
	uint64_t point;
	enum coh_sim_arrival kind;
	uint32_t cpu;
	coh_sim_fn *fn;
	void *arg;
};

struct coh_sim {
	struct coh_sim_config config;
	struct coh layer;
	struct coh_port port;
	struct coh_machine *machine;
	size_t machine_size;
	struct coh_machine_config description;
	struct coh_machine_chooser chooser;
	uint64_t hardware_random, scenario_random;
	uint32_t page, shift;
	uintptr_t linear; /* K of frame 0 */

	struct frame *frames; /* config.frames, and one more for the kernel's buffer */
	struct slot *slots;
	struct os_mm *mms;
	struct os_file **files;
	uint32_t n_files;
	struct os_anon anons; /* the list's head */
	struct vmap *vmaps;
	uint32_t n_vmaps;
	struct mapped *mapped;
	uint32_t n_mapped, max_mapped;
	struct object objects, late; /* in use; to be freed when no walk runs */
	uint64_t clock;		     /* of stores and mmaps */
	uintptr_t buffer_holder;     /* context depth of who uses the kernel's buffer; 0: nobody */

	struct cpu cpu[CPUS_MAX];
	uint32_t running;	       /* the CPU that does */
	struct context base, *context; /* base: who prepares a scenario, as CPU 0 */
	struct arrival *arrivals;

	uint32_t strands; /* made so far */

	bool in_run, dead;
	jmp_buf end;
	struct coh_sim_report report;

	struct coh_sim_fault fault[FAULTS_MAX];
	uint32_t n_faults;
	coh_sim_op_fn *on_op;
	void *on_op_arg;
	struct coh_sim_counts counts[COH_SIM_OPS];
	struct coh_sim_entry *log;
	size_t n_log, max_log;
};

/* run.c */
void sim_fail(struct coh_sim *sim, enum coh_sim_result result, const char *what, int error,
	      const void *object) __attribute__((noreturn));
void sim_note(struct coh_sim *sim, enum coh_sim_result result, const char *what, int error,
	      const void *object);
/* The layer's answer: ends the run unless it is 0. */
void sim_must(struct coh_sim *sim, int error, const char *what);
/* The scenario's request: ends the run unless it is right. */
void sim_ask(struct coh_sim *sim, bool right, const char *what);
uint64_t sim_lost(struct coh_sim *sim);

/* points.c */
void sim_point(struct coh_sim *sim); /* before code of layer and kernel */
void sim_point_before(struct coh_sim *sim, const struct coh_sim_next *next);
/* A driver lets others run until *word is 0; without one the run ends as BLOCKED. */
void sim_wait(struct coh_sim *sim, const uintptr_t *word, const char *what, const void *object);
void sim_enter(struct coh_sim *sim, struct context *context, enum coh_sim_context kind,
	       uint32_t cpu);
void sim_leave(struct coh_sim *sim, struct context *context);
void sim_arrivals_free(struct coh_sim *sim);

/* hardware.c */
uint32_t sim_draw(uint64_t *state, uint32_t n);
uint32_t sim_choose(void *context, uint32_t n);
void sim_hardware(struct coh_sim *sim, const struct coh_sim_next *next);

/* faults.c: one operation from begin to end; how: enum coh_sim_how, 0 if nothing is spoilt */
struct operation {
	struct coh_sim_entry entry;
	uint32_t how;
	uint32_t lines;
	bool is_cache;
};
void sim_op_begin(struct coh_sim *sim, struct operation *o, enum coh_sim_op op, uint64_t va,
		  size_t len);
void sim_op_end(struct coh_sim *sim, const struct operation *o);
/* walk_enter or walk_exit, of which there is only: is it spoilt? */
bool sim_walk_is_dropped(struct coh_sim *sim, enum coh_sim_op op);

/* hook.c */
void sim_listen(struct coh_sim *sim); /* to accesses of the layer, if it runs and is asked to */
/* A point between the layer and the kernel, or where the port only looks. */
void sim_layer_returned(struct coh_sim *sim);
bool sim_layer_is_hooked(void);

/* port.c */
void sim_port_fill(struct coh_port *port, struct coh_sim *sim, const struct coh_config *config);

/* memory.c: from the driver or malloc */
void *sim_allocate(const struct coh_sim_driver *driver, size_t size);
void sim_release(const struct coh_sim_driver *driver, void *memory);
/* Zeroed, n of each bytes where `old` of them were; ends the run if there is no memory. */
void *sim_enlarge(struct coh_sim *sim, void *array, size_t old, size_t n, size_t each);
void *sim_object(struct coh_sim *sim, size_t size);
void sim_object_free(struct coh_sim *sim, void *object);
void sim_objects_settle(struct coh_sim *sim); /* a walk has ended */
void sim_objects_free(struct coh_sim *sim);
bool sim_frame_exists(const struct coh_sim *sim, uint32_t frame);
uint32_t sim_frame_get(struct coh_sim *sim);
uintptr_t sim_buffer(struct coh_sim *sim); /* K of the kernel's buffer, a page */
void sim_put(struct coh_sim *sim, uint32_t frame);
/* K of a frame for a moment; for highmem through coh_kmap. */
uintptr_t sim_kernel_get(struct coh_sim *sim, uint32_t frame, enum coh_intent intent);
void sim_kernel_put(struct coh_sim *sim, uint32_t frame, enum coh_intent intent, uintptr_t va);

/* tables.c: mm is the machine's number */
struct translation {
	uint32_t frame, rights;
	enum coh_attr attr;
};
bool sim_translated(const struct coh_sim *sim, uint32_t mm, uintptr_t va, struct translation *t);
void sim_translate(struct coh_sim *sim, uint32_t mm, uintptr_t va, const struct translation *t);
bool sim_untranslate(struct coh_sim *sim, uint32_t mm, uintptr_t va);
void sim_tlb(struct coh_sim *sim, uint32_t mm, uintptr_t va); /* of all CPUs */
enum coh_attr sim_cacheable(const struct coh_sim *sim);

/* access.c */
void sim_kernel_access(struct coh_sim *sim, enum coh_machine_right right, uintptr_t va, void *bytes,
		       uint32_t len, bool points);

/* os_area.c */
void sim_mm_hold(struct coh_sim *sim, uint32_t mm);
void sim_mm_release(struct coh_sim *sim, uint32_t mm);
struct os_vma *sim_vma_at(const struct coh_sim *sim, uint32_t mm, uintptr_t va);
struct os_vma *sim_vma_new(struct coh_sim *sim, const struct os_vma *like);
void sim_vma_insert(struct coh_sim *sim, struct os_vma *vma);
void sim_vma_remove(struct coh_sim *sim, struct os_vma *vma);
void sim_vma_split(struct coh_sim *sim, struct os_vma *vma, uintptr_t at);
uintptr_t sim_vma_index(const struct coh_sim *sim, const struct os_vma *vma, uintptr_t va);
uint32_t sim_vma_flags(const struct os_vma *vma);
void sim_range_ask(struct coh_sim *sim, uint32_t mm, uintptr_t va, uint32_t pages);
bool sim_range_free(const struct coh_sim *sim, uint32_t mm, uintptr_t start, uintptr_t end,
		    const struct os_vma *but);
void sim_anon_drop(struct coh_sim *sim, struct os_anon *anon);
void sim_unmap_pages(struct coh_sim *sim, struct os_vma *vma, uintptr_t start, uintptr_t end);

/* os_fault.c */
void sim_map_page(struct coh_sim *sim, struct os_vma *vma, uintptr_t va,
		  const struct translation *t);
void sim_page_fault(struct coh_sim *sim, uintptr_t va, uint32_t need);

#endif
