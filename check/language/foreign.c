// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* What a user of herd7 or of the Linux memory model writes, and what is written here instead. */
#include <string.h>

#include "check/language/foreign.h"

struct foreign {
	const char *word, *instead;
};

#define ACCESS                                                                                     \
	"an access names an alias, load(U) or store(U, 1), and a shared flag is a variable, x = 1"
#define ORDER	"each step here is seen by all at once: leave it out (herd7 explores memory order)"
#define RCU	"there is no RCU here: say what waits for what by variables and await(x == 1)"
#define ATOMIC	"of variables there is r0 = x, x = 1 and r0 = exchange(x, 1)"
#define NO_LOOP "there are no loops: wait for a variable by await(x == 1)"

static const struct foreign operations[] = {
	{ "READ_ONCE", ACCESS },
	{ "WRITE_ONCE", ACCESS },
	{ "smp_load_acquire", ACCESS },
	{ "smp_store_release", ACCESS },
	{ "smp_store_mb", ACCESS },
	{ "rcu_dereference", ACCESS },
	{ "rcu_assign_pointer", ACCESS },
	{ "smp_mb", ORDER },
	{ "smp_rmb", ORDER },
	{ "smp_wmb", ORDER },
	{ "mb", ORDER },
	{ "rmb", ORDER },
	{ "wmb", ORDER },
	{ "dma_rmb", ORDER },
	{ "dma_wmb", ORDER },
	{ "barrier", ORDER },
	{ "fence", ORDER },
	{ "__fence", ORDER },
	{ "smp_mb__before_atomic", ORDER },
	{ "smp_mb__after_atomic", ORDER },
	{ "smp_mb__after_spinlock", ORDER },
	{ "rcu_read_lock", RCU },
	{ "rcu_read_unlock", RCU },
	{ "synchronize_rcu", RCU },
	{ "synchronize_srcu", RCU },
	{ "spin_lock", "a lock is declared by 'lock l;' and taken by lock(l)" },
	{ "spin_unlock", "a lock is given back by unlock(l)" },
	{ "spin_trylock", "a lock is taken by lock(l)" },
	{ "spin_lock_irq", "that is lock_irq(l)" },
	{ "spin_unlock_irq", "that is unlock_irq(l)" },
	{ "spin_lock_irqsave", "that is r0 = lock_irqsave(l)" },
	{ "spin_unlock_irqrestore", "that is unlock_irqrestore(l, r0)" },
	{ "local_irq_disable", "that is irq_disable()" },
	{ "local_irq_enable", "that is irq_enable()" },
	{ "local_irq_save", "that is r0 = irq_save()" },
	{ "local_irq_restore", "that is irq_restore(r0)" },
	{ "atomic_read", ATOMIC },
	{ "atomic_set", ATOMIC },
	{ "atomic_inc", ATOMIC },
	{ "atomic_dec", ATOMIC },
	{ "atomic_add", ATOMIC },
	{ "atomic_add_return", ATOMIC },
	{ "atomic_load_explicit", ATOMIC },
	{ "atomic_store_explicit", ATOMIC },
	{ "xchg", ATOMIC },
	{ "cmpxchg", ATOMIC },
	{ "while", NO_LOOP },
	{ "for", NO_LOOP },
	{ "do", NO_LOOP },
	{ "goto", NO_LOOP },
	{ "dma_map_single", "the layer's is coh_dma_map(p, to_device); one of raw operations is "
			    "clean(K) or invalidate(K)" },
	{ "dma_unmap_single", "the layer's is coh_dma_unmap(p, from_device); one of raw "
			      "operations is invalidate(K)" },
	{ "flush_dcache_page", "the layer's is coh_flush_dcache_page(p)" },
	{ NULL, NULL },
};

static const char *const architectures[] = { "AArch64", "ARM",	"PPC",	"X86", "X86_64", "RISCV",
					     "MIPS",	"LISA", "Bell", "ASL", NULL };

static const char *const types[] = { "int",	 "long",       "char",	     "short",	 "unsigned",
				     "signed",	 "void",       "volatile",   "const",	 "struct",
				     "atomic_t", "atomic_int", "spinlock_t", "uint32_t", "uint64_t",
				     "int64_t",	 "u8",	       "u32",	     "u64",	 NULL };

static bool is_one_of(const char *const *words, const char *word)
{
	while (*words && strcmp(*words, word))
		words++;
	return *words;
}

const char *foreign_operation(const char *word)
{
	const struct foreign *f = operations;

	while (f->word && strcmp(f->word, word))
		f++;
	return f->instead;
}

bool foreign_is_architecture(const char *word)
{
	return is_one_of(architectures, word);
}

bool foreign_is_type(const char *word)
{
	return is_one_of(types, word);
}

const char *foreign_sign(char sign)
{
	switch (sign) {
	case '*':
		return ACCESS;
	case '&':
		return "names stand without '&', and in a condition 'and' is /\\";
	case '|':
		return "in a condition 'or' is \\/, and contexts stand one below another";
	case '!':
		return "'not' is ~";
	case '"':
		return "what a test is about stands in a comment, (* ... *)";
	case '#':
		return "there is no preprocessor; a comment is // ...";
	default:
		return NULL;
	}
}
