/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * map_model: what the reverse maps should say, from a plain array of VMAs, beside the real ones.
 *
 * An operation is a struct, so that a test can ask what it will do (model_predict), let the layer
 * do it (model_run) and look in between.  Addresses are in pages here.  The judge shares no code
 * with the judged: it knows the public contract and nothing of trees.
 */
#ifndef COH_TESTS_SRC_MAP_MODEL_H
#define COH_TESTS_SRC_MAP_MODEL_H

#include "src/map.h"

#define MODEL_PAGE_SHIFT 12
#define MODEL_PAGE	 ((uintptr_t)1 << MODEL_PAGE_SHIFT)
#define MODEL_MMS	 3
#define MODEL_MAPS	 2
#define MODEL_SLOTS	 512
#define MODEL_NONE	 (-1)

/* What a VMA should be. */
struct model_vma {
	bool linked;
	int mm, mapping, anon; /* numbers; MODEL_NONE */
	uintptr_t start, pages, pgoff;
	uint32_t flags;
};

struct model {
	struct coh coh;
	struct coh_port port;
	struct coh_mm mm[MODEL_MMS];
	struct coh_mapping mapping[MODEL_MAPS];
	struct coh_anon_vma anon[MODEL_MAPS];
	struct coh_vma vma[MODEL_SLOTS];
	struct model_vma is[MODEL_SLOTS];
	int slots;	     /* that random operations use */
	uintptr_t addresses; /* pages of an address space that they use */
	uintptr_t offsets;   /* and page offsets of a file */
	int locks;	     /* held now: never two */
	int taken;	     /* locks, so far */
	int reports;
	int reported;		 /* error of the last report */
	const void *reported_of; /* its object */
};

enum op_kind {
	OP_LINK,
	OP_RELINK, /* without coh_vma_init */
	OP_LINK_ANON,
	OP_UNLINK,
	OP_SPLIT,
	OP_MERGE,
	OP_RESIZE,
	OP_FORK,
	OP_MOVE,
	OP_PROTECT,
	OP_KINDS,
};

struct op {
	enum op_kind kind;
	int slot, other; /* other: upper, child, to */
	int mm, mapping, anon;
	uintptr_t start, pages, pgoff;
	uint32_t flags;
};

void model_init(struct model *m, enum coh_indexing indexing, uintptr_t colours,
		enum coh_check_level check);

/*
 * model_predict: the return value of op, and in after[0] and after[1] what its slot and other will
 * be.  model_run: the layer's turn.  model_apply: the array follows.
 */
int model_predict(const struct model *m, const struct op *op, struct model_vma after[2]);
int model_run(struct model *m, const struct op *op);
void model_apply(struct model *m, const struct op *op, const struct model_vma after[2]);

/* The same for operations that must succeed; fails the test if they do not. */
void model_do(struct model *m, const struct op *op);

uint64_t model_random(uint64_t *seed);
struct op model_random_op(const struct model *m, uint64_t *seed);
const char *model_op_name(enum op_kind kind);

/* Is this VMA in map number map of the side, and does it cover the index? */
bool model_hit(const struct model_vma *v, enum coh_side_ side, int map, uintptr_t index);
uintptr_t model_group(const struct model *m, const struct model_vma *v, enum coh_side_ side);
const struct coh_map *model_map(const struct model *m, enum coh_side_ side, int map);

/* A walk that writes down what it visits. */
struct visits {
	struct coh_walk_ walk; /* first */
	enum coh_visit_ next;  /* what each visit says */
	int count;
	const struct coh_vma *vma[MODEL_SLOTS * 9];
};

bool model_walk(struct model *m, enum coh_side_ side, int map, uintptr_t index, uintptr_t group_lo,
		uintptr_t group_hi, enum coh_visit_ next, struct visits *visits);

/*
 * Compare walks and covers with the array; they fail the test if one is wrong.
 * model_compare: all maps, each kind of walk.  model_compare_some: one, drawn.
 */
void model_compare(struct model *m, uintptr_t index);
void model_compare_some(struct model *m, uint64_t random);

/* All maps and mms are right, as coh_..._check sees it. */
void model_check(const struct model *m, enum coh_check_level level);

#endif
