/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* ops: what both models call the things that programs do to caches. */
#ifndef COH_MODEL_OPS_H
#define COH_MODEL_OPS_H

/* How the page table (and the cache switches) let an access use the cache. */
enum coh_attr {
	COH_UNCACHED,	   /* memory itself is read and written */
	COH_WRITE_BACK,	   /* a store stays in the line until it is cleaned */
	COH_WRITE_THROUGH, /* a store updates a present line and memory */
};

/* Cache maintenance.  Flush is clean and invalidate, never anything else. */
enum coh_op {
	COH_CLEAN,
	COH_INVALIDATE,
	COH_FLUSH,
	COH_OPS,
};

enum coh_side {
	COH_DATA,
	COH_INSN,
};

#endif
