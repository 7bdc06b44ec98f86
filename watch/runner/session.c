// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/runner/session.h"

#include <errno.h>

#include "model/shadow.h"
#include "watch/runner/advice_words.h"
#include "watch/runner/again.h"
#include "watch/runner/report.h"
#include "watch/runner/scenario.h"

/* So many nameless places, and none named, are no accident. */
#define UNNAMED_MAX 4

static void on_hello(struct session *s, const struct wire_hello *hello)
{
	if (hello->version != WIRE_VERSION) {
		progress_erase(&s->progress);
		fprintf(s->out,
			"coherer: the plugin speaks version %u, this program %u; expected both"
			" from one build\n",
			hello->version, WIRE_VERSION);
		s->wrong_version = s->stop_wanted = true;
		return;
	}
	s->tally.hello = *hello;
	s->tally.hello.cpu[sizeof(hello->cpu) - 1] = '\0';
	s->tally.hello.qemu[sizeof(hello->qemu) - 1] = '\0';
	s->tally.hello.why_not[sizeof(hello->why_not) - 1] = '\0';
	s->tally.has_hello = true;
}

static void on_refusal(struct session *s, const struct wire_refusal *refusal)
{
	progress_erase(&s->progress);
	fprintf(s->out, "coherer watch: %.*s\n", (int)sizeof(refusal->text), refusal->text);
	s->refused = true;
}

static void misfit(struct session *s, const char *why, uint32_t pc)
{
	struct wire_note note = { .warning = 1 };

	if (s->misfit_told)
		return;
	s->misfit_told = true;
	snprintf(note.text, sizeof(note.text),
		 "the symbols do not fit what the guest runs: %s (0x%08x); names and lines are"
		 " wrong, give the vmlinux of this very kernel",
		 why, pc);
	progress_erase(&s->progress);
	fprintf(s->out, "coherer: warning: %s\n", note.text);
	tally_note(&s->tally, &note);
}

/* A file of another build gives names as well: the instruction tells. */
static void check_fit(struct session *s, const struct code_place *at, bool is_load)
{
	enum insn_kind kind;

	if (!s->symbols || at->user || at->module[0])
		return;
	s->named += at->function[0] != '\0';
	s->unnamed += at->function[0] == '\0';
	if (!at->function[0])
		s->last_unnamed = at->pc;
	if (!s->named && s->unnamed >= UNNAMED_MAX)
		misfit(s, "no address has a name", at->pc);
	kind = at->function[0] ? symbols_insn(s->symbols, at->pc) : INSN_UNKNOWN;
	if (kind != INSN_UNKNOWN && kind != INSN_BOTH && kind != (is_load ? INSN_LOAD : INSN_STORE))
		misfit(s,
		       is_load ? "there is no load at a reader's address"
			       : "there is no store at a writer's address",
		       at->pc);
}

static void write_litmus(struct session *s, const struct report *r, const struct advice *a)
{
	if (!s->litmus || s->litmus_error)
		return;
	switch (scenario_write(s->litmus, r, &s->tally.hello, a, s->symbols)) {
	case SCENARIO_WRITTEN:
		s->litmus_written++;
		break;
	case SCENARIO_UNSAID:
		s->litmus_unsaid++;
		break;
	case SCENARIO_FAILED:
		s->litmus_error = errno;
		break;
	}
}

/* Whole, or a line that names the first of its group. */
static void show(struct session *s, const struct report *r, uint32_t title)
{
	enum group_show how = GROUP_WHOLE;

	if (s->printed >= s->max || s->stop_wanted)
		return;
	if (!s->all)
		how = group_show(&s->groups, title, group_rank(r));
	if (how == GROUP_WHOLE) {
		s->printed++;
		progress_erase(&s->progress);
		report_print(s->out, r, s->colour);
	} else if (how != GROUP_NOTHING) {
		progress_erase(&s->progress);
		fprintf(s->out, "coherer: also %s, which goes with %s%s\n", r->title,
			s->tally.title[group_of(&s->groups, title)].title,
			how == GROUP_LAST_LINE ? "; more that do are only counted" : "");
		fflush(s->out);
	}
}

void session_finding(struct session *s, const struct wire_finding *sent)
{
	struct wire_finding copy = *sent;
	const struct wire_finding *f = &copy;
	struct suppression *by;
	struct tally_title *t;
	struct group_lack lack;
	struct advice advice;
	struct report r;
	uint32_t title;
	bool is_new;

	copy.reader[WIRE_NAME - 1] = copy.writer[WIRE_NAME - 1] = '\0';
	if (!f->granule || f->granule > COH_GRANULE_MAX)
		return; /* nothing that a plugin of ours sends */
	report_make(&r, f, again_writer(s->again, f), s->symbols, &s->library);
	user_files_name(&s->user, &s->tally, &r);
	again_judge(s->again, &r);
	by = suppress_find(&s->suppressions, r.kind,
			   (struct suppress_names){ r.reader, r.reader_leaf },
			   (struct suppress_names){ r.writer, r.writer_leaf });
	title = tally_finding(&s->tally, f->id, r.title, by, &is_new);
	if (title == TALLY_NONE)
		return;
	t = &s->tally.title[title];
	if (!by)
		group_finding(&s->groups, title, &r, s->symbols);
	s->tally.out_of_memory |= s->groups.out_of_memory;
	if (!by && group_rank(&r) < t->rank)
		t->rank = group_rank(&r);
	if (again_keeps(s, f, is_new ? t : NULL) || !is_new)
		return;
	report_advise(&r, &copy, &s->tally.hello, s->symbols, &advice);
	if (!by && group_lack(&r, &advice, s->symbols, &s->library, &lack))
		group_lacking(&s->groups, title, &r, &lack, s->symbols);
	json_report(&s->json, &r, &advice, s->symbols,
		    by ? 0 : s->tally.title[group_of(&s->groups, title)].id);
	if (by)
		return;
	write_litmus(s, &r, &advice);
	show(s, &r, title);
	if (f->by == COH_BY_LOAD)
		check_fit(s, &r.read, true);
	if (f->write.known && !f->by_device)
		check_fit(s, &r.write, false);
	if (s->first && s->printed)
		s->stop_wanted = true;
}

void session_end(struct session *s)
{
	progress_erase(&s->progress);
	if (s->unnamed && !s->named)
		misfit(s, "no address has a name", s->last_unnamed);
	tally_settle_suppressions(&s->tally);
	callers_sort(&s->callers);
}

void session_message(void *context, enum wire_type type, const void *body)
{
	struct session *s = context;

	if (s->wrong_version)
		return;
	switch (type) {
	case WIRE_HELLO:
		on_hello(s, body);
		break;
	case WIRE_FINDING:
		session_finding(s, body);
		break;
	case WIRE_REPEAT:
		tally_repeat(&s->tally, body);
		break;
	case WIRE_MAINT_SITE:
		tally_site(&s->tally, body);
		break;
	case WIRE_PATH:
		callers_add(&s->callers, body, s->symbols);
		break;
	case WIRE_WRITER:
		again_take_writer(s->again, body);
		break;
	case WIRE_NOTE:
		tally_note(&s->tally, body);
		break;
	case WIRE_DEVICE:
		tally_device(&s->tally, body);
		break;
	case WIRE_MODULE:
		modules_loaded(&s->modules, s->symbols, &s->tally, body);
		break;
	case WIRE_REFUSAL:
		on_refusal(s, body);
		break;
	case WIRE_PROGRESS:
		progress_tell(&s->progress, body);
		break;
	case WIRE_END:
		s->tally.end = *(const struct wire_end *)body;
		s->tally.has_end = true;
		break;
	}
}
