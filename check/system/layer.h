/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * layer: the statements that run the real code of src/, through ports/sim.
 *
 * Each context has a stack of its own, on which a call of the layer stops before and after
 * each of its operations.  Stacks and everything that layer and simulated kernel
 * allocate are in one arena, at one address, so that a state is saved by copying bytes.
 *
 * All functions may be called of a system without the layer: then there is nothing to do.
 */
#ifndef COH_CHECK_SYSTEM_LAYER_H
#define COH_CHECK_SYSTEM_LAYER_H

#include "check/system/system_internal.h"

/* False with why. */
bool layer_new(struct system *s, char *why, size_t size);
void layer_free(struct system *s);
void layer_reset(struct system *s);

size_t layer_size(const struct system *s);
void layer_save(const struct system *s, void *to);
void layer_load(struct system *s, const void *from, size_t size);
void layer_key(const struct system *s, void *state,
	       void (*add)(void *state, const void *bytes, size_t len));

/* Is it a statement of the layer's, or an access that may fault and so call it? */
bool layer_does(const struct system *s, const struct litmus_instr *i);
/* From one stop to the next.  Returns whether the statement is finished. */
bool layer_step(struct system *s, unsigned c, const struct litmus_instr *i, struct event *event);
void layer_switch(struct system *s, unsigned c);
bool layer_is_switching(const struct system *s, unsigned c);
bool layer_is_blocked(struct system *s, unsigned c);
const char *layer_waits_for(struct system *s, unsigned c);
struct footprint layer_footprint(struct system *s, unsigned c);
unsigned layer_locks_held(const struct system *s, unsigned c);
/* The interrupt flag of this CPU is now as run says. */
void layer_irqs_changed(struct system *s, unsigned cpu);
void layer_start_in(struct system *s, unsigned cpu, uint8_t mm);

/* The page of the test in this frame of memory, or LITMUS_NONE; and the frame of a page. */
uint32_t layer_page_at(const struct system *s, uint64_t frame);
uint32_t layer_frame_of(const struct system *s, uint8_t page);
bool layer_address(const struct system *s, uint8_t alias, uint64_t *va);

#endif
