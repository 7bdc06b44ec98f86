// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The tests, in KTAP: "ok N NAME checksum 0x...".  The checksum is over all that a test asks
 * for: sums of what users, kernel and disk read, and numbers; each was compared with what it
 * should be, by the pattern that was stored.  Where time decides what comes (in interrupted, what
 * users read) there is only the outcome of the comparison in it.
 */
#include "examples/minikernel/kernel.h"

struct file *program;

static struct test *const suites[] = { tests_memory, tests_io, tests_code, tests_port };
#define SUITES (sizeof(suites) / sizeof(suites[0]))

uint32_t pattern_sum_from(uint32_t seed, uint32_t first, uint32_t words)
{
	uint32_t sum = CHECKSUM_START;

	for (uint32_t i = first; i < first + words; i++)
		sum = checksum_add(sum, pattern(seed, i));
	return sum;
}

uint32_t pattern_sum(uint32_t seed, uint32_t words)
{
	return pattern_sum_from(seed, 0, words);
}

void expect(struct test *t, const char *what, uint32_t got, uint32_t wanted)
{
	t->sum = checksum_add(t->sum, got);
	if (got == wanted)
		return;
	t->failed = true;
	print("# ");
	print(t->name);
	print(": ");
	print(what);
	print(" is ");
	print_hex(got);
	print(", not ");
	print_hex(wanted);
	print("\n");
}

static bool is_wanted(const struct test *t)
{
	return !options.test || text_is(options.test, t->name);
}

static _Noreturn void refuse_name(void)
{
	print("minikernel: no test '");
	print(options.test);
	print("'; there are:");
	for (uint32_t s = 0; s < SUITES; s++)
		for (struct test *t = suites[s]; t->name; t++) {
			print(" ");
			print(t->name);
		}
	print("\n");
	bail_out("bad option");
}

static uint32_t count(void)
{
	uint32_t n = 0;

	for (uint32_t s = 0; s < SUITES; s++)
		for (struct test *t = suites[s]; t->name; t++)
			n += is_wanted(t);
	return n;
}

static void run(struct test *t, uint32_t number)
{
	t->sum = CHECKSUM_START;
	t->run(t);
	print(t->failed ? "not ok " : "ok ");
	print_number(number);
	print(" ");
	print(t->name);
	print(" checksum ");
	print_hex(t->sum);
	print("\n");
}

static void run_all(void)
{
	uint32_t number = 0, failed = 0;

	for (uint32_t s = 0; s < SUITES; s++)
		for (struct test *t = suites[s]; t->name; t++) {
			if (!is_wanted(t))
				continue;
			run(t, ++number);
			failed += t->failed;
		}
	print("# Totals: pass:");
	print_number(number - failed);
	print(" fail:");
	print_number(failed);
	print(" skip:0\n");
}

static void print_counters(void)
{
	print("# the layer:");
	for (int i = 0; i < COH_COUNTERS; i++) {
		if (!coh.counters[i])
			continue;
		print(" ");
		print(coh_counter_name((enum coh_counter)i));
		print(" ");
		print_number(coh.counters[i]);
	}
	print("\n");
}

void tests_run(void)
{
	uint32_t n = count();

	if (!n)
		refuse_name();
	print("1..");
	print_number(n);
	print("\n");
	program = file_new(0);
	run_all();
	file_free(program);
	print_counters();
}
