#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Who reads, and when, where the symbols fit the guest and where they do not:
#
#   tests/watch/who.sh
#
# guests.sh has the words that are right.  Here are the cases in which nothing may be told: each
# run has the same reports as always, none of them a name of a task, and a note says why.
# Exits 0 if all passed, 1 if not, 2 if something is missing.
#
# shellcheck disable=SC2086 # $board is a list of words
set -eu
cd "$(dirname "$0")/../.."
. tests/verdict.sh

case ${1:-} in
-h | --help) sed -n '4,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
'') ;;
*) echo "who.sh: unexpected argument '$1', see --help" >&2; exit 2 ;;
esac

coherer=${COHERER:-build/coherer}
cross=${CROSS_COMPILE:-arm-linux-gnueabi-}
bug=build/guests/process-bug.elf # six reports, the last of a device
board="qemu-system-arm -M versatilepb -m 32 -nographic -no-reboot -audio none -monitor none
	-serial stdio"
for file in "$coherer" "$bug"; do
	[ -f "$file" ] || { echo "who.sh: $file is missing: run make all guests" >&2; exit 2; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

why=
wrong() { why="${why:+$why; }$*"; }
finish() {
	verdict "$1" "$why"
	[ -z "$why" ] || tail -n 20 "$work/err" | sed 's/^/#  /'
	why=
}

watch() { # OPTIONS OF WATCH...
	status=0
	timeout 900 "$coherer" watch --json "$work/json" "$@" -- $board -kernel "$bug" \
		</dev/null >"$work/console" 2>"$work/err" || status=$?
	[ "$status" = 1 ] || wrong "exit status $status, expected 1"
}

# An expression over the parsed file j.
json_is() {
	python3 - "$work/json" "$1" <<-'EOF' || wrong "JSON: invalid, or not: $1"
	import json, sys
	j = json.load(open(sys.argv[1]))
	r = [report["read"] for report in j["reports"]]
	w = [report["write"] for report in j["reports"]]
	sys.exit(not eval(sys.argv[2]))
	EOF
}

nobody_is_named() {
	json_is 'len(r) == 6 and not any("task" in a or "time_ns" in a for a in r)'
	json_is 'not any("mm_last_seen_with" in a for a in w)'
}

no_note() { json_is 'j["complete"] and j["notes"] == []'; }

watch --symbols "$bug"
no_note
json_is 'r[0]["task"] == {"name": "cat?[7m", "pid": 43, "tgid": 43, "kernel_thread": False}'
json_is 'r[0]["time_ns"] == 100234567890'
json_is '[a.get("level") for a in r] == ["task", "soft interrupt", "hard interrupt", "task", None, None]'
json_is '"time_ns" not in r[3] and r[4]["time_ns"] == 104234567890'
json_is 'w[0]["mm_last_seen_with"]["pid"] == 42 and not w[0]["mm_last_seen_with"]["others_before"]'
json_is 'w[4]["mm_last_seen_with"]["pid"] == 46 and w[4]["mm_last_seen_with"]["others_before"]'
json_is '"task" not in r[5] and w[5]["mm_last_seen_with"]["pid"] == 42'
finish "the symbols of this very kernel: who and when"

# QEMU's plugin interface reads with the current privilege, which is the kernel's here.
COHERER_NO_RAM=1
export COHERER_NO_RAM
watch --symbols "$bug"
json_is 'r[0]["task"]["pid"] == 43 and r[0]["time_ns"] == 100234567890'
finish "an emulator that does not show its RAM: who and when all the same"
unset COHERER_NO_RAM

watch
nobody_is_named
no_note
finish "no symbols: nobody is named"

sed 's/Linux version 6.1.0-guest/Linux version 6.1.1-guest/' "$bug" >"$work/other.elf"
watch --symbols "$work/other.elf"
nobody_is_named
json_is 'len(j["notes"]) == 1 and "its banner is another" in j["notes"][0] and j["complete"]'
finish "another kernel's symbols: nobody is named, and a note"

"${cross}objcopy" --strip-debug "$bug" "$work/bare.elf"
watch --symbols "$work/bare.elf"
nobody_is_named
json_is 'len(j["notes"]) == 1 and "no debug information for struct task_struct" in j["notes"][0]'
finish "symbols without debug information: nobody is named, and a note"

# The plugin's argument is the runner's affair, but wrong ones must not be taken for right.
for argument in '' 0 1:2:3 "$(printf '0:%.0s' $(seq 1 40))0" nonsense; do
	status=0
	timeout 60 $board -kernel "$bug" -plugin "build/libcoherer-watch.so,fd=9,kernel=$argument" \
		9>/dev/null </dev/null >"$work/console" 2>"$work/err" || status=$?
	[ "$status" != 0 ] || wrong "it was taken"
	grep -q "unknown plugin option 'kernel=" "$work/err" || wrong "it says nothing"
	finish "kernel=$(printf %.12s "$argument") is refused"
done

# ---- modules ----

# A module as a file, with a build ID; its code needs no relocation.  It is called fake-mod,
# and the kernel says fake_mod.
build_module() { # DIRECTORY OPTIONS OF THE COMPILER...
	mkdir -p "$1/kernel/drivers"
	out=$1
	shift
	"${cross}gcc" -c -g -O1 -marm -march=armv5te -mfloat-abi=soft -ffreestanding -fno-pic \
		-ffile-prefix-map="$PWD=" "$@" -x c -o "$out/module.o" - <<-'EOF'
	#line 1 "module.c"
	unsigned module_load(unsigned va)
	{
		return *(volatile unsigned *)va;
	}
	void module_store(unsigned va, unsigned value)
	{
		*(volatile unsigned *)va = value;
	}
	unsigned module_outer(unsigned (*load)(unsigned), unsigned va)
	{
		return load(va) + MORE;
	}
	EOF
	"${cross}ld" -r --build-id=sha1 -o "$out/kernel/drivers/fake-mod.ko" "$out/module.o"
}

# The kernel that has loaded it.  SECOND: when it has run, another module takes its place.
build_kernel() { # NAME OPTIONS OF THE COMPILER...
	name=$1
	shift
	ko=$work/right/kernel/drivers/fake-mod.ko
	"${cross}objcopy" -O binary -j .text "$ko" "$work/text"
	"${cross}objcopy" -O binary -j .note.gnu.build-id --set-section-flags \
		.note.gnu.build-id=alloc "$ko" "$work/note"
	at() { "${cross}nm" "$ko" | sed -n "s/^\([0-9a-f]*\) T $1\$/0x\1/p"; }
	"${cross}gcc" -I. -std=gnu11 -marm -march=armv4 -mfloat-abi=soft -O2 -g -Wall -Wextra -Werror \
		-ffreestanding -fno-pic -fno-stack-protector -fno-optimize-sibling-calls \
		-nostdlib -static -no-pie -T guests/guest.ld -Wl,--build-id=none \
		-Wl,-z,noexecstack -Wl,--no-warn-rwx-segments "-DTEXT=\"$work/text\"" \
		"-DNOTE=\"$work/note\"" "-DLOAD=$(at module_load)" "-DSTORE=$(at module_store)" \
		"-DOUTER=$(at module_outer)" "$@" -o "$work/$name.elf" \
		-x c - -x none build/guests/start.o build/guests/lib.o build/guests/cache.o \
		-lgcc <<-'EOF'
	#include <stddef.h>
	#include "guests/lib.h"

	const char guest_name[] = "modules";
	const char linux_banner[] = "Linux version 6.1.0-modules\n";

	struct list_head { struct list_head *next, *prev; };
	struct thread_info { int preempt_count; };
	struct mm_struct { uint32_t *pgd; };
	struct task_struct {
		struct thread_info thread_info;
		void *stack;
		unsigned int flags;
		struct mm_struct *mm;
		int pid, tgid;
		char comm[16];
	};
	struct attribute { const char *name; };
	struct bin_attribute { struct attribute attr; int size; };
	struct module_sect_attr { struct bin_attribute battr; unsigned long address; };
	struct module_sect_attrs { int grp; unsigned int nsections; struct module_sect_attr attrs[3]; };
	struct module_layout { void *base; unsigned int size; };
	struct module {
		unsigned int state;
		struct list_head list;
		char name[60];
		struct module_layout core_layout;
		struct module_sect_attrs *sect_attrs;
	};

	#define BASE 0x00300000u
	#define CODE (BASE + 0x40)
	#define NOTES (BASE + 0x400)

	__asm__(".section .rodata\n.balign 4\n"
		"module_text: .incbin \"" TEXT "\"\nmodule_text_end:\n"
		".balign 4\nmodule_note: .incbin \"" NOTE "\"\nmodule_note_end:\n.text");
	extern const char module_text[], module_text_end[], module_note[], module_note_end[];

	static struct task_struct init = { .pid = 1, .tgid = 1, .comm = "init" };
	struct task_struct *__current = &init;

	static struct module_sect_attrs sections = { .nsections = 3, .attrs = {
		{ { { ".init.text" }, 0 }, 0x00200000 },
		{ { { ".text" }, 0 }, CODE },
		{ { { ".note.gnu.build-id" }, 0 }, NOTES },
	} };
	struct list_head modules;
	static struct module unformed = { .state = 3, .name = "unformed", .core_layout = { (void *)BASE, 4096 } };
	static struct module fake = { .name = "fake_mod", .core_layout = { (void *)BASE, 4096 },
				      .sect_attrs = &sections };
	static struct module second = { .name = "second", .core_layout = { (void *)BASE, 4096 } };

	/* The last one's successor is nonsense. */
	static void list(struct module *module)
	{
		modules.next = &unformed.list;
		unformed.list.next = &module->list;
		module->list.next = (struct list_head *)3;
	}

	static void copy(uint32_t to, const char *from, const char *end)
	{
		for (; from < end; from++)
			*(volatile char *)to++ = *from;
	}

	STORE_FUNCTION(kernel_store)

	static void once(uint32_t n)
	{
		uint32_t (*outer)(uint32_t, uint32_t) = (void *)(CODE + OUTER);
		void (*store)(uint32_t, uint32_t) = (void *)(CODE + STORE);
		uint32_t user = USER + n * PAGE_SIZE;

		(void)WORD(user);
		if (n)
			kernel_store(user, NEW);
		else
			store(user, NEW);
		expect("outer", outer(CODE + LOAD, PAGE + n * PAGE_SIZE), NEW + 1);
	}

	void guest(void)
	{
		copy(CODE, module_text, module_text_end);
		copy(NOTES, module_note, module_note_end);
		map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
		map_page(TABLE_A, USER + PAGE_SIZE, OTHER_PAGE, MEMORY_WRITE_BACK);
		mmu_on(TABLE_A);
		list(&fake);
		once(0);
	#ifdef SECOND
		list(&second);
		once(1);
	#else
		(void)second;
	#endif
	}
	EOF
	bug=$work/$name.elf
}

says() { grep -qF -- "$1" "$work/err" || wrong "does not say '$1'"; }
silent_on() { ! grep -qF -- "$1" "$work/err" || wrong "says '$1'"; }

build_module "$work/right" -DMORE=1
build_module "$work/wrong" -DMORE=2
build_kernel modules

watch --symbols "$bug" --modules "$work/right"
no_note
json_is 'len(r) == 1 and j["reports"][0]["title"] == "missed-clean in module_load / module_store"'
json_is 'r[0]["module"] == "fake_mod" and r[0]["module_offset"] == "0x40" and r[0]["line"] == 3'
says "module_load+0x0 [fake_mod]  module.c:3"
says "module_store+0x0 [fake_mod]  module.c:7"
says "    module_outer+"
says "    guest+"
finish "a module's functions and lines, and the calls through it"

watch --symbols "$bug"
no_note
json_is 'r[0]["module"] == "fake_mod" and "function" not in r[0] and not w[0]["user"]'
says "missed-clean in 0x00300040 / 0x"
says "  pc 0x00300040  [fake_mod]+0x40"
finish "no files: the module's name and the offset in it"

watch --symbols "$bug" --modules "$work/wrong"
json_is 'r[0]["module"] == "fake_mod" and "function" not in r[0]'
json_is 'len(j["notes"]) == 1 and "fake-mod.ko: its build ID is not that" in j["notes"][0]'
finish "the file of another build: the module's name, and a note"

mv "$work/wrong/kernel/drivers" "$work/right/kernel/another"
watch --symbols "$bug" --modules "$work/right"
no_note
says "module_load+0x0 [fake_mod]"
finish "two files of one name: the one that fits"

build_kernel reused -DSECOND
watch --symbols "$bug" --modules "$work/right"
json_is 'len(r) == 2 and r[0]["module"] == "fake_mod" and "module" not in r[1]'
json_is '"function" not in r[1] and "kernel_store" in j["reports"][1]["title"]'
finish "another module in the place of the first: no name there"

for dir in "$work/none" "$bug"; do
	status=0
	"$coherer" watch --symbols "$bug" --modules "$dir" -- $board -kernel "$bug" \
		</dev/null >/dev/null 2>"$work/err" || status=$?
	[ "$status" = 2 ] || wrong "exit status $status, expected 2"
	says "expected a directory with the kernel's modules"
	finish "--modules ${dir#"$work"/}"
done

"${cross}objcopy" --only-keep-debug "$work/right/kernel/drivers/fake-mod.ko" "$work/debug"
"${cross}strip" --strip-debug -o "$work/bare.ko" "$work/right/kernel/drivers/fake-mod.ko"
id=$("${cross}readelf" -n "$work/bare.ko" | sed -n 's/.*Build ID: //p')
rest=${id#??}
mkdir -p "$work/debug-dir/.build-id/${id%"$rest"}" "$work/bare"
mv "$work/debug" "$work/debug-dir/.build-id/${id%"$rest"}/$rest.debug"
mv "$work/bare.ko" "$work/bare/fake-mod.ko"
bug=$work/modules.elf
watch --symbols "$bug" --modules "$work/bare" --debug-dir "$work/debug-dir"
no_note
says "module_load+0x0 [fake_mod]  module.c:3"
finish "a module's lines from separate debug information"

watch --symbols "$bug" --modules "$work/bare" --debug-dir "$work"
no_note
says "module_load+0x0 [fake_mod]"
silent_on "module.c"
finish "no debug information for the module: its functions only"

for dir in "$work/none" "$bug"; do
	status=0
	"$coherer" watch --symbols "$bug" --debug-dir "$dir" -- $board -kernel "$bug" \
		</dev/null >/dev/null 2>"$work/err" || status=$?
	[ "$status" = 2 ] || wrong "exit status $status, expected 2"
	says "expected a directory with .build-id in it"
	finish "--debug-dir ${dir#"$work"/}"
done

# ---- programs and libraries ----

# A program with one function, whose text is a page of the file.
build_program() { # FILE OPTIONS OF THE COMPILER...
	mkdir -p "$(dirname "$1")"
	file=$1
	shift
	"${cross}gcc" -g -O1 -marm -march=armv4 -mfloat-abi=soft -ffreestanding -fno-pic -nostdlib \
		-static -no-pie -Wl,-Ttext=0x11000,-z,max-page-size=4096,--build-id=none \
		-ffile-prefix-map="$PWD=" "$@" -o "$file" -x c - <<-'EOF'
	#line 1 "program.c"
	unsigned _start(unsigned va)
	{
		return *(volatile unsigned *)(va + MORE);
	}
	EOF
}

# The kernel that runs its text in user mode, in an area that maps the program's file.
build_areas() { # NAME OPTIONS OF THE COMPILER...
	name=$1
	shift
	offset=$("${cross}readelf" -SW "$work/root/bin/program" |
		sed -n 's/.* \.text *PROGBITS *[0-9a-f]* *\([0-9a-f]*\) .*/0x\1/p')
	tail -c "+$((offset + 1))" "$work/root/bin/program" | head -c 4096 >"$work/text"
	"${cross}gcc" -I. -std=gnu11 -marm -march=armv4 -mfloat-abi=soft -O2 -g -Wall -Wextra -Werror \
		-ffreestanding -fno-pic -fno-stack-protector -nostdlib -static -no-pie \
		-T guests/guest.ld -Wl,--build-id=none -Wl,-z,noexecstack \
		-Wl,--no-warn-rwx-segments "-DTEXT=\"$work/text\"" "-DOFFSET=$offset" "$@" \
		-o "$work/$name.elf" -x c - -x none build/guests/start.o build/guests/lib.o \
		build/guests/cache.o -lgcc <<-'EOF'
	#include "guests/lib.h"

	const char guest_name[] = "areas";
	const char linux_banner[] = "Linux version 6.1.0-areas\n";

	struct vm_area_struct;
	struct thread_info { int preempt_count; };
	struct maple_tree { void *ma_root; };
	struct mm_struct {
		uint32_t *pgd;
	#ifdef LIST
		struct vm_area_struct *mmap;
	#else
		struct maple_tree mm_mt;
	#endif
	};
	struct task_struct {
		struct thread_info thread_info;
		void *stack;
		unsigned int flags;
		struct mm_struct *mm;
		int pid, tgid;
		char comm[16];
	};
	struct maple_range_64 {
		void *parent;
		unsigned long pivot[31];
		union {
			void *slot[32];
			int pad;
		};
	};
	struct maple_arange_64 { void *parent; unsigned long pivot[20]; void *slot[21]; };
	struct qstr { uint64_t hash_len; const char *name; };
	struct dentry { struct dentry *d_parent; struct qstr d_name; };
	struct path { void *mnt; struct dentry *dentry; };
	struct file { struct path f_path; };
	struct vm_area_struct {
		unsigned long vm_start, vm_end;
		struct vm_area_struct *vm_next;
		struct mm_struct *vm_mm;
		unsigned long vm_pgoff;
		struct file *vm_file;
	};

	__asm__(".section .rodata\n.balign 4\ntext: .incbin \"" TEXT "\"\ntext_end:\n.text");
	extern const char text[], text_end[];

	static struct mm_struct mm = { .pgd = (uint32_t *)TABLE_A }, other_mm;
	static struct task_struct sh = { .mm = &mm, .pid = 42, .tgid = 42, .comm = "sh" };
	struct task_struct *__current = &sh;

	#ifndef DIRECTORY
	#define DIRECTORY "bin"
	#endif
	static struct dentry root = { &root, { 0, "/" } };
	static struct dentry bin = { &root, { 0, DIRECTORY } };
	static struct dentry program = { &bin, { 0, "program" } };
	static struct file file = { { 0, &program } };
	static struct vm_area_struct stack = { 0xb0000000, 0xb0001000, 0, &mm, 0, 0 };
	static struct vm_area_struct area = { USER_2, USER_2 + PAGE_SIZE, &stack, &mm, OFFSET >> 12,
					      &file };
	static struct vm_area_struct first = { 0x1000, 0x2000, &area, &mm, 0, 0 };

	/* Up to each pivot; nothing, the first, nothing, the area, and nothing behind it. */
	struct maple_range_64 leaf __attribute__((aligned(256))) = {
		.pivot = { 0xfff, 0x1fff, USER_2 - 1, USER_2 + PAGE_SIZE - 1 },
		.slot = { 0, &first, 0, &area, 0 },
	};
	struct maple_arange_64 node __attribute__((aligned(256))) = {
		.pivot = { 0x5fffffff, 0xffffffff },
	};

	/* A node's address has its type in its lowest bits, and the root a mark. */
	static inline void *node_entry(void *node, uint32_t type, uint32_t mark)
	{
		return (void *)((uint32_t)node | type << 3 | 4 | mark);
	}

	static void map(void)
	{
	#ifdef LIST
		mm.mmap = &first;
	#else
		node.slot[0] = node_entry(&leaf, 1, 0);
		mm.mm_mt.ma_root = node_entry(&node, 3, 2);
	#endif
	#ifdef DAMAGE
		DAMAGE;
	#endif
		(void)other_mm;
	}

	LOAD_FUNCTION(kernel_load)
	STORE_FUNCTION(kernel_store)

	void guest(void)
	{
		for (uint32_t i = 0; text + i < text_end; i++)
			*(volatile char *)(OTHER_PAGE + i) = text[i];
		map();
		map_page(TABLE_A, USER, PAGE, MEMORY_WRITE_BACK);
		map_page(TABLE_A, USER_2, OTHER_PAGE, MEMORY_WRITE_BACK);
		mmu_on(TABLE_A);
		kernel_load(PAGE);
		kernel_store(PAGE, NEW);
		expect("load", call_in_user_mode((user_function)(USER_2 + OFFSET % 4096), USER, 0), NEW);
	}
	EOF
	bug=$work/$name.elf
}

build_program "$work/root/bin/program" -DMORE=0
build_program "$work/false/bin/program" -DMORE=4
mkdir "$work/empty" "$work/stripped" "$work/stripped/bin"
"${cross}strip" -o "$work/stripped/bin/program" "$work/root/bin/program"

for kind in TREE LIST; do
	build_areas "areas-$kind" "-D$kind"
	watch --symbols "$bug" --user-symbols "$work/root"
	no_note
	json_is 'j["reports"][0]["title"] == "missed-clean in user mode / kernel_store"'
	json_is 'r[0]["program"] == "/bin/program" and r[0]["program_offset"] == "0x1000"'
	json_is 'r[0]["function"] == "_start" and r[0]["line"] == 3 and r[0]["user"]'
	says "  pc 0x40100000  user mode, _start+0x0 [/bin/program]  program.c:3"
	finish "$kind: a program's function and line"
done

watch --symbols "$bug"
no_note
says "  pc 0x40100000  user mode, [/bin/program]+0x1000"
finish "no directory: the program and the offset in it"

no_names() { # NOTE
	json_is 'r[0]["program"] == "/bin/program" and "function" not in r[0]'
	json_is "j['notes'] == ['no names for /bin/program of the guest: $1']"
}

watch --symbols "$bug" --user-symbols "$work/false"
no_names "the file has other code than the guest executes"
finish "the file of another build: no names, and a note"

watch --symbols "$bug" --user-symbols "$work/empty"
no_names "it is not below the directory of --user-symbols"
finish "no such file: no names, and a note"

watch --symbols "$bug" --user-symbols "$work/stripped"
no_names "the file has no symbol table"
finish "a stripped file: no names, and a note"

# A library's text is not at the address that its file says.
cp -r "$work/root" "$work/library"
build_program "$work/root/bin/program" -DMORE=0 -shared -Wl,-Ttext=0x15000
build_areas library
watch --symbols "$bug" --user-symbols "$work/root"
no_note
says "user mode, _start+0x0 [/bin/program]  program.c:3"
json_is 'r[0]["program_offset"] != "0x15000" and r[0]["pc"] == "0x40100000"'
finish "a library, at another address than it says"
cp "$work/library/bin/program" "$work/root/bin/program"

# DAMAGE: a statement in C.
damaged() { # NAME DAMAGE OPTIONS OF THE COMPILER...
	what=$1
	damage=$2
	shift 2
	build_areas damaged "-DDAMAGE=$damage" "$@"
	watch --symbols "$bug" --user-symbols "$work/root"
	no_note
	json_is 'len(r) == 1 and r[0]["task"]["pid"] == 42 and "program" not in r[0]'
	finish "$what: the task, and no program"
}
damaged "a tree that leads to itself" "node.slot[0] = mm.mm_mt.ma_root"
damaged "a tree of other nodes" "mm.mm_mt.ma_root = node_entry(&node, 7, 2)"
damaged "a list that leads to itself" "first.vm_next = &first" -DLIST
damaged "an area of another address space" "area.vm_mm = &other_mm"
damaged "an area that is elsewhere" "area.vm_start = USER_2 + 2048"
damaged "a file without a name" "program.d_name.name = (char *)0xf0000000"
damaged "an area without a file" "area.vm_file = 0"

build_areas climbing '-DDIRECTORY="../root/bin"'
mkdir "$work/root/sub"
watch --symbols "$bug" --user-symbols "$work/root/sub"
json_is '"function" not in r[0] and "not below the directory" in j["notes"][0]'
finish "a name with .. in it: nothing above the directory is read"

build_areas linked
mkdir -p "$work/links/bin"
ln -s "$work/root/bin/program" "$work/links/bin/program"
watch --symbols "$bug" --user-symbols "$work/links"
json_is '"function" not in r[0] and "not below the directory" in j["notes"][0]'
finish "a link that leads out of the directory: not followed"

mkdir -p "$work/within/bin"
cp "$work/root/bin/program" "$work/within/bin/real"
ln -s real "$work/within/bin/program"
watch --symbols "$bug" --user-symbols "$work/within"
json_is '"function" in r[0]'
finish "a link within the directory: followed"

build_areas looping '-DDAMAGE=root.d_parent = &bin'
watch --symbols "$bug" --user-symbols "$work/root"
json_is '"function" not in r[0]'
finish "directories that lead to themselves: no names"

for dir in "$work/none" "$bug"; do
	status=0
	"$coherer" watch --symbols "$bug" --user-symbols "$dir" -- $board -kernel "$bug" \
		</dev/null >/dev/null 2>"$work/err" || status=$?
	[ "$status" = 2 ] || wrong "exit status $status, expected 2"
	says "expected a directory with the guest's programs"
	finish "--user-symbols ${dir#"$work"/}"
done

for option in --modules --user-symbols --debug-dir; do
	status=0
	"$coherer" watch $option "$work" -- $board -kernel "$bug" \
		</dev/null >/dev/null 2>"$work/err" || status=$?
	[ "$status" = 2 ] || wrong "exit status $status, expected 2"
	says " need --symbols"
	finish "$option without --symbols"
done
all_passed
