// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The command line, from the boot loader's ATAGs: words NAME=VALUE. */
#include "examples/minikernel/kernel.h"

#define ATAG_NONE    0u
#define ATAG_CORE    0x54410001u
#define ATAG_CMDLINE 0x54410009u
#define LINE_MAX_    256

struct options options;
static char line[LINE_MAX_];

bool text_is(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

/* The value, if word is NAME=VALUE; else NULL. */
static const char *value_of(const char *word, const char *name)
{
	while (*name && *word == *name)
		word++, name++;
	return !*name && *word == '=' && word[1] ? word + 1 : NULL;
}

static _Noreturn void refuse(const char *word)
{
	print("minikernel: bad option '");
	print(word);
	print("'; known: policy=NAME silence=NAME test=NAME irq=fast main-id=0xHEX "
	      "cache-type=0xHEX\n");
	bail_out("bad option");
}

static uint32_t hex(const char *text, const char *word)
{
	uint32_t value = 0, digits = 0;

	if (text[0] != '0' || text[1] != 'x')
		refuse(word);
	for (text += 2; *text; text++, digits++) {
		uint32_t letter = (uint32_t)(*text | 0x20);

		if (letter - '0' < 10)
			value = value << 4 | (letter - '0');
		else if (letter - 'a' < 6)
			value = value << 4 | (letter - 'a' + 10);
		else
			refuse(word);
	}
	if (!digits || digits > 8)
		refuse(word);
	return value;
}

static void option(const char *word)
{
	const char *v;

	if ((v = value_of(word, "policy")))
		options.policy = v;
	else if ((v = value_of(word, "silence")))
		options.silence = v;
	else if ((v = value_of(word, "test")))
		options.test = v;
	else if ((v = value_of(word, "main-id")))
		options.main_id = hex(v, word);
	else if ((v = value_of(word, "cache-type")))
		options.cache_type = hex(v, word);
	else if (text_is(word, "irq=fast"))
		options.fast = true;
	else
		refuse(word);
}

static void read_line(char *at)
{
	while (*at) {
		char *word = at;

		while (*at && *at != ' ')
			at++;
		if (*at)
			*at++ = 0;
		if (*word)
			option(word);
	}
}

/* Each tag: its length in words with these two, its kind, its contents. */
void options_read(const uint32_t *tags)
{
	uint32_t i = 0;

	if (tags[1] != ATAG_CORE)
		return; /* booted without any: by a debugger, say */
	while (tags[1] != ATAG_NONE && tags[0] && tags[1] != ATAG_CMDLINE)
		tags += tags[0];
	if (tags[1] != ATAG_CMDLINE)
		return;
	for (const char *text = (const char *)(tags + 2); *text; text++) {
		if (i == LINE_MAX_ - 1)
			panic("the command line is too long:", i);
		line[i++] = *text;
	}
	read_line(line);
}
