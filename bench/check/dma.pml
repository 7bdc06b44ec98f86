/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The system of dma.litmus.  One copy a line: physical caches have no aliases. */
#define COPIES 5
#define LINES  5
#define HOME(c) (c)
#include "cache.pml"

byte r0, r1, r2, r3, r4, go;

active proctype P0()
{
	d_step { store0(0, 1) };
	d_step { store0(1, 2) };
	d_step { store0(2, 3) };
	d_step { store0(3, 8) };
	d_step { store0(4, 9) };
	d_step { clean(0); drop(0) };
	d_step { clean(1); drop(1) };
	d_step { clean(2); drop(2) };
	d_step { clean(3); drop(3) };
	d_step { clean(4); drop(4) };
	d_step { go = 1 };
	d_step { go == 2 };
	d_step { drop(0) };
	d_step { load0(0, r0) };
	d_step { drop(1) };
	d_step { load0(1, r1) };
	d_step { drop(2) };
	d_step { load1(2, r2) };
	d_step { drop(3) };
	d_step { load0(3, r3) };
	d_step { drop(4) };
	d_step { load0(4, r4); finished++ }
}

active proctype D0()
{
	d_step { go == 1 };
	d_step { dma_write0(0, 4) };
	d_step { dma_write0(1, 5) };
	d_step { dma_write1(2, 6) };
	d_step { dma_write1(0, 7) };
	d_step { dma_write0(3, 10) };
	d_step { dma_write0(4, 11) };
	d_step { dma_write1(3, 12) };
	d_step { go = 2; finished++ }
}

active proctype hardware()
{
end:	do
	:: d_step { valid[0] && finished < 2; clean(0); drop(0) }
	:: d_step { valid[1] && finished < 2; clean(1); drop(1) }
	:: d_step { valid[2] && finished < 2; clean(2); drop(2) }
	:: d_step { valid[3] && finished < 2; clean(3); drop(3) }
	:: d_step { valid[4] && finished < 2; clean(4); drop(4) }
	:: d_step { !valid[0] && finished < 2; fill(0) }
	:: d_step { !valid[1] && finished < 2; fill(1) }
	:: d_step { !valid[2] && finished < 2; fill(2) }
	:: d_step { !valid[3] && finished < 2; fill(3) }
	:: d_step { !valid[4] && finished < 2; fill(4) }
	:: finished == 2 -> break
	od;
	assert(!stale)
}
