// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * coherer cpus: the known cores, and what their caches mean for a kernel.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "model/cpus.h"

static const char *const kinds[] = {
	[COH_VIVT] = "VIVT",
	[COH_VIPT] = "VIPT",
	[COH_PIPT] = "PIPT",
};

static const char *const policies[] = {
	[COH_STORE_READ_ONLY] = "never written",
	[COH_STORE_THROUGH] = "write-through",
	[COH_STORE_BACK] = "write-back",
	[COH_STORE_PAGE] = "write-through or write-back by page",
};

static const char *const allocs[] = {
	[COH_ALLOC_READ] = "read",
	[COH_ALLOC_READ_WRITE] = "read+write",
	[COH_ALLOC_PAGE] = "by page",
};

static const char *const alloc_sentences[] = {
	[COH_ALLOC_READ] = "a store that misses goes to memory and fills no line",
	[COH_ALLOC_READ_WRITE] = "a store that misses fills a line",
	[COH_ALLOC_PAGE] = "whether a store that misses fills a line is up to the page",
};

static const char *const speculation[] = {
	[COH_SPECULATES_NOTHING] = "no",
	[COH_SPECULATES_INSN] = "insn",
	[COH_SPECULATES_DATA] = "data",
};

static const char *const speculation_sentences[] = {
	[COH_SPECULATES_NOTHING] = "none",
	[COH_SPECULATES_INSN] =
		"instruction fetches only\n"
		"    a buffer that was invalidated before DMA into it stays so unless touched",
	[COH_SPECULATES_DATA] =
		"data lines may be filled at any time\n"
		"    after DMA into a buffer it must be invalidated again, touched or not",
};

static void usage(FILE *out)
{
	fputs("usage: coherer cpus [NAME]...\n"
	      "\n"
	      "Without a NAME, lists the known cores and their caches; with one, says what\n"
	      "follows for a kernel that runs there, and where the facts are from.\n"
	      "Case and punctuation in NAME do not count.\n"
	      "\n"
	      "examples:\n"
	      "  coherer cpus\n"
	      "  coherer cpus arm926ej-s\n",
	      out);
}

/* A size as 512B, 16K or 4M, whichever is exact, into text. */
static const char *size_text(uint32_t bytes, char text[16])
{
	if (bytes % 1024)
		snprintf(text, 16, "%uB", (unsigned int)bytes);
	else if (bytes % (1024 * 1024))
		snprintf(text, 16, "%uK", (unsigned int)bytes / 1024);
	else
		snprintf(text, 16, "%uM", (unsigned int)bytes / (1024 * 1024));
	return text;
}

static const char *cache_text(const struct coh_cache *cache, char text[64])
{
	char size[16];

	snprintf(text, 64, "%s %u-way %uB %s", size_text(cache->size, size),
		 (unsigned int)cache->ways, (unsigned int)cache->line, kinds[cache->kind]);
	return text;
}

static void print_row(const struct coh_cpu *cpu)
{
	char d[64], i[64] = "unified", colours[24], page[16];

	cache_text(&cpu->dcache, d);
	if (cpu->icache.size)
		cache_text(&cpu->icache, i);
	snprintf(colours, sizeof(colours), "%u",
		 (unsigned int)coh_cache_colours(&cpu->dcache, cpu->page));
	if (cpu->page != 4096)
		snprintf(colours + strlen(colours), sizeof(colours) - strlen(colours), " (%s)",
			 size_text(cpu->page, page));
	printf("%-17s %-11s %-20s %-20s %-7s %-7s %-10s %s\n", cpu->name, cpu->arch, d, i, colours,
	       coh_cache_aliasing(&cpu->dcache, cpu->page) ? "yes" : "no",
	       allocs[cpu->dcache.alloc], speculation[cpu->speculates]);
}

static void print_table(void)
{
	printf("%-17s %-11s %-20s %-20s %-7s %-7s %-10s %s\n", "NAME", "ARCH", "D-CACHE", "I-CACHE",
	       "COLOURS", "ALIASES", "ALLOCATES", "SPECULATES");
	for (size_t i = 0; i < coh_cpu_count(); i++)
		print_row(coh_cpu_get(i));
	puts("\nCOLOURS and ALIASES: of the data cache, with 4K pages unless another size\n"
	     "stands there.  Configurable cores: typical sizes, see 'coherer cpus NAME'.");
}

static void print_bits(const struct coh_cache *cache, uint32_t page)
{
	struct coh_bits index = coh_cache_index(cache), tag = coh_cache_tag(cache, page);
	const char *index_space = cache->kind == COH_PIPT ? "physical" : "virtual";
	const char *tag_space = cache->kind == COH_VIVT ? "virtual" : "physical";

	if (index.hi)
		printf("    index: %s address bits %u..%u; ", index_space, index.hi, index.lo);
	else if (coh_cache_sets(cache) == 1)
		printf("    index: none, there is one set; ");
	else
		printf("    index: of the %s address, not a plain bit range; ", index_space);
	if (cache->kind == COH_VIVT || cache->tag.hi)
		printf("tag: %s address bits %u..%u\n", tag_space, tag.hi, tag.lo);
	else
		printf("tag: the physical address from bit %u up\n", tag.lo);
}

static void print_cache(const char *title, const struct coh_cache *cache, uint32_t page)
{
	char text[64], way[16];

	printf("  %s: %s, %s\n", title, cache_text(cache, text), policies[cache->policy]);
	printf("    %u sets, %s in a way\n", (unsigned int)coh_cache_sets(cache),
	       size_text(coh_cache_way_size(cache), way));
	print_bits(cache, page);
	if (cache->policy != COH_STORE_READ_ONLY)
		printf("    %s\n", alloc_sentences[cache->alloc]);
}

static void print_data_aliases(const struct coh_cpu *cpu)
{
	const struct coh_cache *cache = &cpu->dcache;
	char span[16], page[16];

	switch (coh_cache_alias(cache, cpu->page)) {
	case COH_ALIAS_NONE:
		puts("  aliases: none; all mappings of a page share their lines\n"
		     "    a kernel has nothing to do for them");
		break;
	case COH_ALIAS_COLOUR:
		printf("  aliases: yes, %u colours at %s pages\n"
		       "    mappings share their lines if they are a multiple of %s apart;\n"
		       "    one alias of the right colour is enough to write back and invalidate\n"
		       "    what all mappings of that colour left: a temporary one will do\n",
		       (unsigned int)coh_cache_colours(cache, cpu->page),
		       size_text(cpu->page, page), size_text(coh_cache_span(cache), span));
		break;
	case COH_ALIAS_EVERY:
		puts("  aliases: always, whatever the addresses\n"
		     "    every user alias of a page in the current address space must be\n"
		     "    written back and invalidated, each by its own address;\n"
		     "    lines outlive a switch of page tables: a virtual address may hit\n"
		     "    the line of another page (homonym)");
		break;
	}
	if (cache->policy == COH_STORE_THROUGH)
		puts("    no line is ever dirty: to invalidate is enough");
}

static void print_code(const struct coh_cpu *cpu)
{
	const struct coh_cache *i = coh_cpu_icache(cpu);

	if (i == &cpu->dcache) {
		puts("  code: the cache is unified, fetches see new code at the alias that wrote "
		     "it");
		return;
	}
	printf("  code: instruction fetches do not look into the data cache\n"
	       "    after code was written, %sinvalidate the instruction cache%s\n",
	       cpu->dcache.policy == COH_STORE_THROUGH ? "" : "write it back, then ",
	       coh_cache_aliasing(i, cpu->page) ? ",\n    under every alias that executes it" : "");
}

static void print_cpu(const struct coh_cpu *cpu)
{
	printf("%s (%s)\n", cpu->name, cpu->arch);
	if (cpu->aliases[0])
		printf("  also: %s\n", cpu->aliases);
	if (cpu->midr_mask)
		printf("  main ID register: 0x%08x under mask 0x%08x\n", (unsigned int)cpu->midr,
		       (unsigned int)cpu->midr_mask);
	if (cpu->typical)
		printf("  typical: %s\n", cpu->typical);
	print_cache(cpu->icache.size ? "D-cache" : "unified cache", &cpu->dcache, cpu->page);
	if (cpu->icache.size)
		print_cache("I-cache", &cpu->icache, cpu->page);
	if (cpu->l2)
		printf("  second level: %s\n", cpu->l2);
	print_data_aliases(cpu);
	print_code(cpu);
	printf("  speculation: %s\n", speculation_sentences[cpu->speculates]);
	printf("  source: %s\n", cpu->source);
}

static int unknown(const char *name)
{
	const struct coh_cpu *near = coh_cpu_nearest(name);

	fprintf(stderr, "coherer: no core '%s'", name);
	if (near)
		fprintf(stderr, " (nearest: %s)", near->name);
	fputs("; 'coherer cpus' lists them\n", stderr);
	return EXIT_USAGE;
}

static int print_named(int count, char **names)
{
	/* All names are looked up first: no half of an answer before an error. */
	for (int i = 0; i < count; i++)
		if (!coh_cpu_find(names[i]))
			return unknown(names[i]);
	for (int i = 0; i < count; i++) {
		if (i)
			putchar('\n');
		print_cpu(coh_cpu_find(names[i]));
	}
	return EXIT_OK;
}

int cli_cpus(int argc, char **argv)
{
	int first = 1;

	if (argc > 1 && argv[1][0] == '-') {
		if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
			usage(stdout);
			return EXIT_OK;
		}
		if (strcmp(argv[1], "--")) {
			fprintf(stderr, "coherer: cpus: unknown option '%s'\n", argv[1]);
			usage(stderr);
			return EXIT_USAGE;
		}
		first = 2;
	}
	if (first >= argc)
		print_table();
	else if (print_named(argc - first, argv + first))
		return EXIT_USAGE;
	if (fflush(stdout) || ferror(stdout)) {
		perror("coherer: cpus: cannot write");
		return EXIT_USAGE;
	}
	return EXIT_OK;
}
