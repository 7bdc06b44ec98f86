// SPDX-License-Identifier: GPL-2.0-or-later
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "watch/plugin/code_place.h"

/*
 * The flag of QEMU's include/exec/translation-block.h, since 8.1.  It is in tcg_cflags of
 * struct CPUState, which target/arm sets when the CPU is made.  ARM's translator works without
 * it: user-mode emulation never sets it.
 */
#define CF_PCREL 0x00020000u

/* More than where the field can be: 10.0 has it within the first KiB. */
#define CPU_STATE_SIZE 65536u

typedef bool (*has_flags_fn)(const void *cpu, uint32_t flags);

/* Where tcg_cflags is: the one word of a CPU of zeros that, when set, is seen as the flag. */
static size_t find_offset(has_flags_fn has_flags)
{
	uint8_t *cpu = calloc(1, CPU_STATE_SIZE);
	size_t found = 0;

	for (size_t at = 0; cpu && !found && at < CPU_STATE_SIZE; at += sizeof(uint32_t)) {
		uint32_t *word = (uint32_t *)(void *)(cpu + at);

		*word = CF_PCREL;
		if (has_flags(cpu, CF_PCREL))
			found = at;
		*word = 0;
	}
	free(cpu);
	return found;
}

bool code_place_fix(void)
{
	has_flags_fn has_flags;
	void **current = dlsym(RTLD_DEFAULT, "current_cpu"); /* of this thread */
	size_t offset;
	uint32_t *flags;

	/* For tests of what happens where the functions are not exported. */
	if (getenv("COHERER_NO_CODE_PLACE"))
		return false;
	*(void **)&has_flags = dlsym(RTLD_DEFAULT, "tcg_cflags_has");
	if (!has_flags || !current || !*current)
		return false;
	if (!has_flags(*current, CF_PCREL))
		return true;
	offset = find_offset(has_flags);
	if (!offset)
		return false;
	flags = (uint32_t *)(void *)((uint8_t *)*current + offset);
	*flags &= ~CF_PCREL;
	return !has_flags(*current, CF_PCREL);
}
