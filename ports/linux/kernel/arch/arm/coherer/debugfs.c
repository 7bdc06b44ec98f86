// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* /sys/kernel/debug/coherer: the policy, and what the layer did and could leave out. */
#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/seq_file.h>

#include "internal.h"

static int policy_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%s\n", coh_policy_name(coherer.policy));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(policy);

/* Approximate: an interrupt may lose a count. */
static int counters_show(struct seq_file *m, void *unused)
{
	int i;

	for (i = 0; i < COH_COUNTERS; i++)
		seq_printf(m, "%-20s %10u\n", coh_counter_name(i), READ_ONCE(coherer.counters[i]));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

static int hooks_show(struct seq_file *m, void *unused)
{
	coherer_skip_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(hooks);

static int __init coherer_debugfs(void)
{
	struct dentry *dir = debugfs_create_dir("coherer", NULL);

	debugfs_create_file("policy", 0444, dir, NULL, &policy_fops);
	debugfs_create_file("counters", 0444, dir, NULL, &counters_fops);
	if (IS_ENABLED(CONFIG_COHERER_FAULT))
		debugfs_create_file("hooks", 0444, dir, NULL, &hooks_fops);
	return 0;
}
late_initcall(coherer_debugfs);
