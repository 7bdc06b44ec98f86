// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/who.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TASK_WORDS 96

/* A process may give itself any bytes as a name.  Returns to. */
static const char *clean_name(const struct wire_task *t, char to[WIRE_COMM + 1])
{
	size_t n = strnlen(t->comm, WIRE_COMM);

	for (size_t i = 0; i < n; i++)
		to[i] = t->comm[i] < ' ' || t->comm[i] > '~' ? '?' : t->comm[i];
	to[n] = '\0';
	return to;
}

static void task_words(const struct wire_task *t, char out[TASK_WORDS])
{
	char name[WIRE_COMM + 1];
	int n = snprintf(out, TASK_WORDS, "%s%s, pid %u", t->kernel_thread ? "kernel thread " : "",
			 clean_name(t, name), t->pid);

	if (t->tgid != t->pid && n > 0 && n < TASK_WORDS)
		snprintf(out + n, (size_t)(TASK_WORDS - n), ", tgid %u", t->tgid);
}

static const char *level_words(uint32_t level)
{
	return level == WIRE_LEVEL_HARD	  ? "a hard interrupt, over "
	       : level == WIRE_LEVEL_SOFT ? "a soft interrupt, over "
					  : "";
}

void who_read(const struct wire_context *c, char *out, size_t size)
{
	char task[TASK_WORDS] = "", when[32] = "";

	out[0] = '\0';
	if (c->task.known)
		task_words(&c->task, task);
	if (c->time_known)
		snprintf(when, sizeof(when), "at %" PRIu64 ".%03" PRIu64 " s",
			 c->time_ns / 1000000000, c->time_ns / 1000000 % 1000);
	if (c->task.known)
		snprintf(out, size, "in %s%s%s%s", level_words(c->level), task, *when ? ", " : "",
			 when);
	else
		snprintf(out, size, "%s", when);
}

void who_owned(const struct wire_owner *o, char *out, size_t size)
{
	char task[TASK_WORDS];

	out[0] = '\0';
	if (!o->task.known)
		return;
	task_words(&o->task, task);
	snprintf(out, size, ", last seen with %s%s", task,
		 o->others ? "; others had it before" : "");
}

static json_t *task_json(const struct wire_task *t)
{
	char name[WIRE_COMM + 1];

	return json_pack("{s:s, s:I, s:I, s:b}", "name", clean_name(t, name), "pid",
			 (json_int_t)t->pid, "tgid", (json_int_t)t->tgid, "kernel_thread",
			 (int)t->kernel_thread);
}

void who_read_json(json_t *read, const struct wire_context *c)
{
	static const char *const level[] = {
		[WIRE_LEVEL_TASK] = "task",
		[WIRE_LEVEL_SOFT] = "soft interrupt",
		[WIRE_LEVEL_HARD] = "hard interrupt",
	};

	if (c->task.known) {
		json_object_set_new(read, "task", task_json(&c->task));
		json_object_set_new(read, "level",
				    json_string(level[c->level <= WIRE_LEVEL_HARD ? c->level : 0]));
	}
	if (c->time_known)
		json_object_set_new(read, "time_ns", json_integer((json_int_t)c->time_ns));
}

void who_owned_json(json_t *access, const struct wire_owner *o)
{
	json_t *task;

	if (!o->task.known)
		return;
	task = task_json(&o->task);
	json_object_set_new(task, "others_before", json_boolean(o->others));
	json_object_set_new(access, "mm_last_seen_with", task);
}
