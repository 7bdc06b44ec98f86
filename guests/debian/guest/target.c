// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A program for debuggers and probes to look at.  It calls add() a number of times
 * and prints the sum; whoever puts breakpoints or probes there must not change it.
 */
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) unsigned add(unsigned sum, unsigned i)
{
	return sum + i * i;
}

int main(int argc, char **argv)
{
	unsigned n = argc > 1 ? (unsigned)atoi(argv[1]) : 10;
	unsigned sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum = add(sum, i);
	printf("sum %u\n", sum);
	return 0;
}
