/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* A small scene for tests of advice: one line on an ARM926EJ-S, and the finding at its end. */
#ifndef COH_TESTS_WATCH_RUNNER_ADVICE_SCENE_H
#define COH_TESTS_WATCH_RUNNER_ADVICE_SCENE_H

#include "model/shadow.h"
#include "watch/wire.h"

#define PA 0x00400000u
#define K  0x00400000u
#define U  0x40000000u
#define V  0x40100000u

/* Where each kind of thing happens: its "pc". */
#define AT_LOAD	 0x100u
#define AT_STORE 0x200u
#define AT_FETCH 0x300u
#define AT_LINE	 0x400u
#define AT_WHOLE 0x500u

struct scene {
	struct coh_shadow *shadow;
	struct coh_finding found; /* the latest */
	unsigned n_found;
	struct wire_hello hello;
};

void scene_begin(struct scene *s);
void scene_end(struct scene *s);
void scene_load(struct scene *s, uint32_t va, uint32_t size);
void scene_store(struct scene *s, uint32_t va, uint32_t size);
void scene_fetch(struct scene *s, uint32_t va);
void scene_op(struct scene *s, enum coh_side side, enum coh_op op, uint32_t va);
void scene_op_at(struct scene *s, enum coh_op op, uint32_t va, uint32_t pc);
void scene_whole(struct scene *s, enum coh_side side, enum coh_op op);
/* Past the cache. */
void scene_uncached(struct scene *s, uint32_t va, uint32_t size, bool store);
/* va leads to another page for one access. */
void scene_elsewhere(struct scene *s, uint32_t va, uint32_t size, bool store);
/* Asks whether the line is dirty, and writes. */
void scene_device_write(struct scene *s, uint32_t pa, uint32_t size);
void scene_device_read(struct scene *s, uint32_t pa, uint32_t size);
/* The latest finding, as the plugin sends it; without the last maintenance. */
struct wire_finding scene_finding(const struct scene *s);

#endif
