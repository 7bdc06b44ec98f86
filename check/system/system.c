// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A good hash at memory speed: a state is looked up by it some million times a second. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "check/system/layer.h"
#include "check/system/system_internal.h"

static void lay_out_run(struct system *s)
{
	unsigned words = s->test->n_vars;

	for (unsigned c = 0; c < s->test->n_contexts; c++) {
		s->first_reg[c] = (uint8_t)words;
		words += context_of(s, c)->n_regs;
	}
	s->run_size = (sizeof(struct run) + words * sizeof(uint32_t) + 7) & ~(size_t)7;
}

/* Each alias has a page of addresses of its own, of its colour, unless it shares another's. */
static void lay_out_addresses(struct system *s)
{
	uint32_t colours = s->target.colours;

	for (uint8_t a = 0; a < s->test->n_aliases; a++) {
		const struct litmus_alias *alias = &s->test->alias[a];
		uint32_t page = (alias->where + 1u) * colours + alias->colour % colours;

		s->va[a] = (uint64_t)page * litmus_page_size(s->test);
	}
}

static bool make_machine(struct system *s, char *why, size_t size)
{
	size_t bytes;

	s->config = (struct coh_machine_config){
		.dcache = s->target.core.dcache,
		.icache = s->target.core.icache,
		.outer = s->target.outer,
		.cpus = s->test->cpus,
		.page = litmus_page_size(s->test),
		.pages = s->test->n_pages ? s->test->n_pages : 1,
		.translations = s->test->n_aliases + 1u,
		.tlb = s->test->tlb,
		.broadcast = !s->test->local,
		.sharing = sharing_of(s->test),
	};
	bytes = coh_machine_size(&s->config);
	s->machine = bytes ? malloc(bytes) : NULL;
	if (!s->machine) {
		snprintf(why, size, "%s", coh_machine_config_text(&s->config));
		return false;
	}
	coh_machine_init(s->machine, &s->config);
	/* The machine is one flat block of ours: of it only this part ever changes. */
	s->core = (void *)(uintptr_t)coh_machine_core(s->machine, &s->core_size);
	return true;
}

struct system *system_new(const struct litmus *test, const struct target *target, char *why,
			  size_t size)
{
	struct system *s = calloc(1, sizeof(*s));

	snprintf(why, size, "there is no memory");
	if (!s)
		return NULL;
	s->test = test;
	s->target = *target;
	s->target.core.name = s->target.name;
	s->fills = target->core.speculates != COH_SPECULATES_NOTHING;
	lay_out_run(s);
	lay_out_addresses(s);
	s->run = calloc(1, s->run_size);
	if (!s->run || !(test->uses_layer ? layer_new(s, why, size) : make_machine(s, why, size))) {
		system_free(s);
		return NULL;
	}
	footprint_prepare(s);
	system_reset(s);
	return s;
}

void system_free(struct system *s)
{
	if (!s)
		return;
	if (s->layer)
		layer_free(s);
	else
		free(s->machine);
	free(s->run);
	free(s);
}

const struct litmus *system_test(const struct system *s)
{
	return s->test;
}

const struct target *system_target(const struct system *s)
{
	return &s->target;
}

const struct coh_machine *system_machine(const struct system *s)
{
	return s->machine;
}

static void map_aliases(struct system *s)
{
	for (uint8_t a = 0; a < s->test->n_aliases; a++) {
		const struct litmus_alias *alias = &s->test->alias[a];
		uint32_t mm = alias->kind == LITMUS_USER ? alias->mm + 1u : COH_MACHINE_KERNEL;
		enum coh_attr attr = alias->default_attr ? COH_WRITE_BACK : alias->attr;

		if (!alias->unmapped)
			coh_machine_map(s->machine, mm, s->va[a],
					(uint64_t)alias->page * litmus_page_size(s->test),
					alias->rights, attr);
	}
}

void system_reset(struct system *s)
{
	memset(s->run, 0, s->run_size);
	s->error[0] = 0;
	for (uint8_t v = 0; v < s->test->n_vars; v++)
		s->run->word[v] = s->test->var_value[v];
	if (s->layer) {
		layer_reset(s);
	} else {
		coh_machine_init(s->machine, &s->config);
		map_aliases(s);
	}
	for (uint8_t i = 0; i < s->test->n_inits; i++) {
		const struct litmus_init *init = &s->test->init[i];

		coh_machine_device_write(s->machine,
					 (uint64_t)layer_frame_of(s, init->page) *
							 litmus_page_size(s->test) +
						 litmus_offset(s->test, init->word),
					 &init->value, 4);
	}
	schedule_reset(s);
}

size_t system_size(const struct system *s)
{
	return s->run_size + (s->layer ? layer_size(s) : s->core_size);
}

void system_save(const struct system *s, void *to)
{
	memcpy(to, s->run, s->run_size);
	if (s->layer)
		layer_save(s, (char *)to + s->run_size);
	else
		memcpy((char *)to + s->run_size, s->core, s->core_size);
}

void system_load(struct system *s, const void *from, size_t size)
{
	memcpy(s->run, from, s->run_size);
	if (s->layer)
		layer_load(s, (const char *)from + s->run_size, size - s->run_size);
	else
		memcpy(s->core, (const char *)from + s->run_size, s->core_size);
}

static void add_bytes(void *state, const void *bytes, size_t len)
{
	XXH3_128bits_update(state, bytes, len);
}

struct key system_key(const struct system *s)
{
	XXH128_hash_t h;

	if (s->layer) {
		XXH3_state_t state;

		XXH3_INITSTATE(&state);
		XXH3_128bits_reset(&state);
		add_bytes(&state, s->run, s->run_size);
		layer_key(s, &state, add_bytes);
		h = XXH3_128bits_digest(&state);
	} else {
		h = XXH3_128bits_withSeed(s->core, s->core_size, XXH3_64bits(s->run, s->run_size));
	}
	return (struct key){ h.low64, h.high64 };
}

unsigned system_moves(struct system *s, move_t moves[SYSTEM_MOVES])
{
	unsigned n = 0;

	for (unsigned c = 0; c < s->test->n_contexts; c++)
		if (schedule_can(s, c))
			moves[n++] = move_make(MOVE_STEP, 0, 0, c);
	/* When nobody has anything left to do it makes no difference what hardware does. */
	if (n)
		n = hardware_moves(s, ~0ull, ~0u, moves, n, true);
	return n > SYSTEM_MOVES ? UINT_MAX : n;
}

bool system_do(struct system *s, move_t move, struct event *event)
{
	if (event)
		*event = (struct event){ .context = LITMUS_NONE, .page = LITMUS_NONE };
	if (move_kind(move) == MOVE_STEP)
		schedule_step(s, move_what(move), event);
	else
		hardware_do(s, move, event);
	return !s->error[0];
}

const char *system_error(const struct system *s, struct litmus_at *at)
{
	*at = s->error_at;
	return s->error;
}

unsigned system_found(const struct system *s)
{
	return s->run->found;
}

bool system_was_done(const struct system *s, uint8_t context, uint8_t instr)
{
	return s->done[context][instr / 64] >> instr % 64 & 1;
}

bool system_had_effect(const struct system *s, uint8_t context, uint8_t instr)
{
	return s->changed[context][instr / 64] >> instr % 64 & 1;
}

bool system_was_stale(const struct system *s, uint8_t context, uint8_t instr)
{
	return s->stale[context][instr / 64] >> instr % 64 & 1;
}

uint8_t system_pc(const struct system *s, uint8_t context)
{
	return s->run->context[context].state == CONTEXT_RUNNING ? s->run->context[context].pc
								 : LITMUS_NONE;
}

uint64_t system_page_pa(const struct system *s, uint8_t page)
{
	return (uint64_t)layer_frame_of(s, page) * litmus_page_size(s->test);
}

bool system_address(const struct system *s, uint8_t alias, uint64_t *va)
{
	if (s->layer)
		return layer_address(s, alias, va);
	*va = s->va[alias];
	return true;
}
