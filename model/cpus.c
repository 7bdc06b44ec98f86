// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Known cores and what follows from their caches.
 *
 * The main ID register values and masks are those that Linux 6.1 matches on
 * (arch/arm/mm/proc-*.S, arch/arm/include/asm/cputype.h).
 */
#include <string.h>

#include "model/bits.h"
#include "model/cpus.h"

#define NAME_MAX_ 32 /* longer names are no core's */

#define TAGGED(kib, ways_, line_, kind_, policy_, alloc_, span_kib, tag_hi, tag_lo)                \
	{                                                                                          \
		.size = (kib)*1024u, .line = line_, .ways = ways_, .kind = COH_##kind_,            \
		.policy = COH_STORE_##policy_, .alloc = COH_ALLOC_##alloc_,                        \
		.span = (span_kib)*1024u, .tag = { tag_hi, tag_lo },                               \
	}
#define CACHE(kib, ways, line, kind, policy, alloc)                                                \
	TAGGED(kib, ways, line, kind, policy, alloc, 0, 0, 0)
#define ICACHE(kib, ways, line, kind) CACHE(kib, ways, line, kind, READ_ONLY, READ)
#define MIDR(value, mask)	      .midr = value, .midr_mask = mask
#define INSN			      .speculates = COH_SPECULATES_INSN
/* ARMv7-A lets any Normal memory be read ahead at any time (ARM DDI 0406, chapter A3). */
#define DATA .speculates = COH_SPECULATES_DATA

#define TYPICAL_32K "32 KiB data and instruction caches"

/* Where a suggestion is a tie the first row wins, so the commonest comes first. */
/* clang-format off */ /* a row is read as four or five lines, not field by field */
static const struct coh_cpu cpus[] = {
	{ .name = "arm926ej-s", .aliases = "arm926 arm926ej arm926t", .arch = "ARMv5TEJ",
	  MIDR(0x41069260, 0xff0ffff0), INSN, .page = 4096,
	  .dcache = CACHE(16, 4, 32, VIVT, PAGE, READ),
	  .icache = ICACHE(16, 4, 32, VIVT),
	  .typical = "16 KiB caches; the core is sold with 4 to 128 KiB",
	  .source = "ARM926EJ-S Technical Reference Manual (ARM DDI 0198D), 4.1" },
	{ .name = "arm920t", .aliases = "arm920 s3c2410", .arch = "ARMv4T",
	  MIDR(0x41009200, 0xff00fff0), INSN, .page = 4096,
	  .dcache = CACHE(16, 64, 32, VIVT, PAGE, READ),
	  .icache = ICACHE(16, 64, 32, VIVT),
	  .source = "ARM920T Technical Reference Manual (ARM DDI 0151), chapter 4" },
	{ .name = "arm922t", .aliases = "arm922", .arch = "ARMv4T",
	  MIDR(0x41009220, 0xff00fff0), INSN, .page = 4096,
	  .dcache = CACHE(8, 64, 32, VIVT, PAGE, READ),
	  .icache = ICACHE(8, 64, 32, VIVT),
	  .source = "ARM922T Technical Reference Manual (ARM DDI 0184B), 4.1 and 4.2" },
	{ .name = "ti925t", .aliases = "arm925t arm925 omap1510 omap310", .arch = "ARMv4T",
	  MIDR(0x54029250, 0xfffffff0), INSN, .page = 4096,
	  .dcache = CACHE(8, 2, 16, VIVT, PAGE, READ),
	  .icache = ICACHE(16, 2, 16, VIVT),
	  .source = "geometry: Linux 6.1 arch/arm/mm/proc-arm925.S and the cache type register that "
		    "QEMU reports (0x5109149); allocation (unconfirmed)" },
	{ .name = "arm720t", .aliases = "arm720", .arch = "ARMv4T",
	  MIDR(0x41807200, 0xffffff00), INSN, .page = 4096,
	  .dcache = CACHE(8, 4, 16, VIVT, THROUGH, READ),
	  .source = "ARM720T Technical Reference Manual (ARM DDI 0229), chapter 4 (unconfirmed); "
		    "no write-back: Linux 6.1 arch/arm/mm/proc-arm720.S" },
	{ .name = "arm1026ej-s", .aliases = "arm1026 arm1026ej", .arch = "ARMv5TEJ",
	  MIDR(0x4106a260, 0xff0ffff0), INSN, .page = 4096,
	  .dcache = CACHE(16, 4, 32, VIVT, PAGE, READ),
	  .icache = ICACHE(16, 4, 32, VIVT),
	  .typical = "16 KiB caches",
	  .source = "ARM1026EJ-S Technical Reference Manual (ARM DDI 0244) (unconfirmed); line: "
		    "Linux 6.1 arch/arm/mm/proc-arm1026.S" },
	{ .name = "sa-110", .aliases = "strongarm strongarm110", .arch = "ARMv4",
	  MIDR(0x4401a100, 0xfffffff0), INSN, .page = 4096,
	  .dcache = CACHE(16, 32, 32, VIVT, BACK, READ), .sweep = COH_SWEEP_LOADS,
	  .icache = ICACHE(16, 32, 32, VIVT),
	  .source = "SA-110 Technical Reference Manual (unconfirmed); the sweep: Linux 6.1 "
		    "arch/arm/mm/cache-v4wb.S" },
	{ .name = "sa-1100", .aliases = "strongarm1100", .arch = "ARMv4",
	  MIDR(0x4401a110, 0xfffffff0), INSN, .page = 4096,
	  .dcache = CACHE(8, 32, 32, VIVT, BACK, READ), .sweep = COH_SWEEP_LOADS, .mini = 512,
	  .icache = ICACHE(16, 32, 32, VIVT),
	  .source = "Intel StrongARM SA-1100 Developer's Manual, 1.4.4, 1.4.5 and 6.1 (a 512-byte "
		    "mini-cache beside the data cache); that it has "
		    "no write-through is (unconfirmed)" },
	{ .name = "sa-1110", .aliases = "strongarm1110", .arch = "ARMv4",
	  MIDR(0x6901b110, 0xfffffff0), INSN, .page = 4096,
	  .dcache = CACHE(8, 32, 32, VIVT, BACK, READ), .sweep = COH_SWEEP_LOADS, .mini = 512,
	  .icache = ICACHE(16, 32, 32, VIVT),
	  .source = "Intel StrongARM SA-1110 Developer's Manual, 1.4.4 and 1.4.5 (a 512-byte "
		    "mini-cache beside the data cache); that it has "
		    "no write-through is (unconfirmed)" },
	{ .name = "xscale", .arch = "ARMv5TE", MIDR(0x69052000, 0xffffe000), INSN, .page = 4096,
	  .aliases = "80200 iop321 pxa210 pxa250 pxa255 pxa260 pxa261 pxa262",
	  .dcache = TAGGED(32, 32, 32, VIVT, PAGE, PAGE, 0, 31, 10), .sweep = COH_SWEEP_EITHER,
	  .mini = 2048,
	  .icache = TAGGED(32, 32, 32, VIVT, READ_ONLY, READ, 0, 31, 10),
	  .source = "Intel 80200 Developer's Manual, 4.1 and 6.1.1, and the same sections for PXA255 "
		    "(and a 2 KiB mini data cache)" },
	{ .name = "pxa270", .arch = "ARMv5TE", MIDR(0x69054000, 0xffffe000), INSN, .page = 4096,
	  .aliases = "xscale2 pxa27x pxa270a0 pxa270a1 pxa270b0 pxa270b1 pxa270c0 pxa270c5 iop331 "
		     "ixp4xx ixp42x ixp43x ixp46x ixp2400 ixp2800",
	  .dcache = TAGGED(32, 32, 32, VIVT, PAGE, PAGE, 0, 31, 10), .sweep = COH_SWEEP_EITHER,
	  .mini = 2048,
	  .icache = TAGGED(32, 32, 32, VIVT, READ_ONLY, READ, 0, 31, 10),
	  .source = "Intel IXP42X Developer's Manual (252480-006US), 3.2 and figure 12; PXA270 taken "
		    "to be the same (unconfirmed)" },
	{ .name = "xscale3", .arch = "ARMv5TE", MIDR(0x69056000, 0xffffe000), INSN, .page = 4096,
	  .aliases = "xsc3 pxa3xx pxa300 pxa310 pxa320 iop13xx",
	  .dcache = CACHE(32, 4, 32, VIVT, PAGE, PAGE),
	  .icache = ICACHE(32, 4, 32, VIVT),
	  .l2 = "256 or 512 KiB unified (unconfirmed)",
	  .source = "geometry: the set and way loop of Linux 6.1 arch/arm/mm/proc-xsc3.S; Linux "
		    "treats it as VIVT, whether the tags are virtual is (unconfirmed)" },
	{ .name = "feroceon", .aliases = "88fr131 88f6281 kirkwood sheeva88sv131", .arch = "ARMv5TE",
	  MIDR(0x56251310, 0xfffffff0), INSN, .page = 4096,
	  .dcache = CACHE(16, 4, 32, VIVT, PAGE, READ),
	  .icache = ICACHE(16, 4, 32, VIVT),
	  .l2 = "256 KiB unified, 4 ways",
	  .source = "measured geometry of the 88F6281 (7-cpu.com, Kirkwood); VIVT: Linux 6.1 "
		    "arch/arm/mm/Kconfig, CPU_FEROCEON; allocation (unconfirmed)" },
	{ .name = "arm1136", .aliases = "arm1136j-s arm1136jf-s arm1136r2", .arch = "ARMv6",
	  MIDR(0x4100b360, 0xff00fff0), INSN, .page = 4096,
	  .dcache = CACHE(32, 4, 32, VIPT, PAGE, READ),
	  .icache = ICACHE(32, 4, 32, VIPT),
	  .typical = TYPICAL_32K "; up to 16 KiB there is no aliasing, 64 KiB have 4 colours",
	  .source = "ARM1136JF-S Technical Reference Manual (ARM DDI 0211H), 6.11.3 and 7.2; "
		    "allocation as on ARM1176 (unconfirmed)" },
	{ .name = "arm1176", .aliases = "arm1176jz-s arm1176jzf-s bcm2835", .arch = "ARMv6K",
	  MIDR(0x4100b760, 0xff00fff0), INSN, .page = 4096,
	  .dcache = CACHE(32, 4, 32, VIPT, PAGE, READ),
	  .icache = ICACHE(32, 4, 32, VIPT),
	  .typical = TYPICAL_32K "; up to 16 KiB, or with the CZ bit set, there is no aliasing",
	  .source = "ARM1176JZF-S Technical Reference Manual (ARM DDI 0301H), 6.11.3 and 7.2.1" },
	{ .name = "arm11mpcore", .aliases = "mpcore mp11", .arch = "ARMv6K",
	  MIDR(0x4100b020, 0xff00fff0), INSN, .page = 4096,
	  .dcache = CACHE(32, 4, 32, PIPT, PAGE, PAGE),
	  .icache = ICACHE(32, 4, 32, VIPT),
	  .typical = TYPICAL_32K,
	  .source = "the cache type register that QEMU reports (0x1d192992): colouring restricts the "
		    "instruction side only; ARM DDI 0360, chapter 6 (unconfirmed)" },
	{ .name = "cortex-a8", .aliases = "omap3 am335x", .arch = "ARMv7-A",
	  MIDR(0x4100c080, 0xff00fff0), DATA, .page = 4096,
	  .dcache = CACHE(32, 4, 64, PIPT, PAGE, READ),
	  .icache = ICACHE(32, 4, 64, VIPT),
	  .typical = TYPICAL_32K "; 16 KiB instruction caches do not alias",
	  .l2 = "0 to 1 MiB unified, 8 ways, physical",
	  .source = "Hennessy and Patterson, Computer Architecture, figure 2.16 (virtual index, "
		    "aliases resolved by hardware); ARM DDI 0344, chapter 7; allocation (unconfirmed)" },
	{ .name = "cortex-a9", .aliases = "omap4 zynq7000", .arch = "ARMv7-A",
	  MIDR(0x4100c090, 0xff00fff0), DATA, .page = 4096,
	  .dcache = CACHE(32, 4, 32, PIPT, PAGE, PAGE),
	  .icache = ICACHE(32, 4, 32, VIPT),
	  .typical = TYPICAL_32K "; 16 KiB instruction caches do not alias",
	  .l2 = "outside the core, often a PL310, physical",
	  .source = "Cortex-A9 Technical Reference Manual (ARM DDI 0388I), 7.1.1" },
	{ .name = "cortex-a5", .aliases = "", .arch = "ARMv7-A",
	  MIDR(0x4100c050, 0xff00fff0), DATA, .page = 4096,
	  .dcache = CACHE(32, 4, 32, PIPT, PAGE, PAGE),
	  .icache = ICACHE(32, 2, 32, VIPT),
	  .typical = TYPICAL_32K,
	  .source = "Cortex-A5 Technical Reference Manual (ARM DDI 0433), chapter 6 (unconfirmed)" },
	{ .name = "cortex-a7", .aliases = "bcm2836", .arch = "ARMv7-A",
	  MIDR(0x4100c070, 0xff00fff0), DATA, .page = 4096,
	  .dcache = CACHE(32, 4, 64, PIPT, PAGE, PAGE),
	  .icache = ICACHE(32, 2, 32, VIPT),
	  .typical = TYPICAL_32K,
	  .l2 = "0 to 1 MiB unified, physical (unconfirmed)",
	  .source = "lines and instruction side: the cache type register that QEMU reports "
		    "(0x84448003); data ways: ARM DDI 0464, chapter 6 (unconfirmed)" },
	{ .name = "cortex-a15", .aliases = "", .arch = "ARMv7-A",
	  MIDR(0x4100c0f0, 0xff00fff0), DATA, .page = 4096,
	  .dcache = CACHE(32, 2, 64, PIPT, BACK, PAGE),
	  .icache = ICACHE(32, 2, 64, PIPT),
	  .l2 = "512 KiB to 4 MiB unified, physical (unconfirmed)",
	  .source = "Cortex-A15 MPCore Technical Reference Manual, 6.4 and table 6-1; geometry: the "
		    "cache registers that QEMU reports (CTR 0x8444c004, CCSIDR 0x701fe00a)" },
	{ .name = "cortex-a53", .aliases = "bcm2837 imx8m", .arch = "ARMv8-A", DATA, .page = 4096,
	  .dcache = CACHE(32, 4, 64, PIPT, BACK, PAGE),
	  .icache = ICACHE(32, 2, 64, VIPT),
	  .typical = TYPICAL_32K "; 8 to 64 KiB",
	  .l2 = "0 to 2 MiB unified, physical (unconfirmed)",
	  .source = "geometry: the cache registers that QEMU reports (CTR 0x84448004, CCSIDR "
		    "0x700fe01a and 0x201fe00a); write-through as non-cacheable: ARM DDI 0500, "
		    "chapter 6 (unconfirmed)" },
	{ .name = "cortex-a55", .aliases = "", .arch = "ARMv8.2-A", DATA, .page = 4096,
	  .dcache = CACHE(32, 4, 64, PIPT, BACK, PAGE),
	  .icache = ICACHE(32, 4, 64, VIPT),
	  .typical = TYPICAL_32K "; 16 to 64 KiB",
	  .source = "geometry: the cache registers that QEMU reports (CTR 0x84448004, CCSIDR "
		    "0x700fe01a and 0x200fe01a); policies: ARM 100442, chapter A6 (unconfirmed)" },
	{ .name = "cortex-a72", .aliases = "bcm2711", .arch = "ARMv8-A", DATA, .page = 4096,
	  .dcache = CACHE(32, 2, 64, PIPT, BACK, PAGE),
	  .icache = ICACHE(48, 3, 64, PIPT),
	  .l2 = "512 KiB to 4 MiB unified, physical (unconfirmed)",
	  .source = "geometry: the cache registers that QEMU reports (CTR 0x8444c004, CCSIDR "
		    "0x701fe00a and 0x201fe012); policies: ARM 100095, chapter 6 (unconfirmed)" },
	{ .name = "cortex-m7", .aliases = "stm32f7 stm32h7 imxrt imxrt1050 imxrt1060 same70 samv71",
	  .arch = "ARMv7E-M", DATA, .page = 4096,
	  .dcache = CACHE(16, 4, 32, PIPT, PAGE, PAGE),
	  .icache = ICACHE(16, 2, 32, PIPT),
	  .typical = "16 KiB caches, as STM32H7 and SAM E70 have; 4 to 64 KiB. No MMU, so no aliases",
	  .source = "Cortex-M7 Technical Reference Manual (ARM DDI 0489F), 5.9 (allocation by "
		    "region); line: ARM DUI 0646C, 4.5.2; ways (unconfirmed); read ahead: as "
		    "ARMv7-M lets Normal memory be" },
	{ .name = "cortex-r5", .aliases = "cortex-r5f zynqmp-rpu am64x", .arch = "ARMv7-R",
	  DATA, .page = 4096,
	  .dcache = CACHE(32, 4, 32, PIPT, PAGE, PAGE),
	  .icache = ICACHE(32, 4, 32, PIPT),
	  .typical = TYPICAL_32K "; 4 to 64 KiB. No MMU, so no aliases",
	  .source = "Cortex-R5 Technical Reference Manual (ARM DDI 0460), chapter 8 (unconfirmed)" },
	{ .name = "c906", .aliases = "thead-c906 allwinner-d1", .arch = "RV64GC", DATA, .page = 4096,
	  .dcache = CACHE(32, 2, 64, PIPT, BACK, READ_WRITE),
	  .icache = ICACHE(32, 4, 64, PIPT),
	  .typical = TYPICAL_32K ", as the Allwinner D1 has; 64 KiB data on the CV1800B",
	  .source = "geometry: Linux arch/riscv/boot/dts/allwinner/sun20i-d1s.dtsi; no aliases seen by "
		    "software: Linux arch/riscv flushes none; policies (unconfirmed)" },
	{ .name = "u74", .aliases = "sifive-u74 fu740", .arch = "RV64GC", DATA, .page = 4096,
	  .dcache = CACHE(32, 8, 64, PIPT, BACK, READ_WRITE),
	  .icache = ICACHE(32, 4, 64, PIPT),
	  .l2 = "2 MiB unified, 16 ways, physical (FU740)",
	  .source = "geometry: Linux 6.1 arch/riscv/boot/dts/sifive/fu740-c000.dtsi "
		    "(unconfirmed); policies (unconfirmed)" },
	{ .name = "esp32-s3", .aliases = "esp32s3", .arch = "Xtensa LX7", INSN, .page = 4096,
	  .dcache = CACHE(32, 8, 32, VIVT, BACK, READ_WRITE),
	  .icache = ICACHE(16, 8, 32, VIVT),
	  .typical = "as ESP-IDF sets it by default: 32 KiB data, 16 KiB instruction cache, lines of "
		     "32 bytes. Of external memory only; both CPUs share them",
	  .source = "sizes, ways, lines: ESP-IDF components/esp_system/port/soc/esp32s3/Kconfig.cache "
		    "(unconfirmed); known by virtual address (unconfirmed); autoload, which reads "
		    "ahead, is taken to be off (unconfirmed)" },
	{ .name = "esp32-p4", .aliases = "esp32p4", .arch = "RV32IMAFC", DATA, .page = 4096,
	  .dcache = CACHE(64, 2, 64, PIPT, BACK, READ_WRITE),
	  .icache = ICACHE(16, 4, 64, PIPT),
	  .l2 = "128 to 512 KiB unified, 8 ways",
	  .source = "ESP32-P4 Technical Reference Manual, chapter Cache (unconfirmed)" },
	{ .name = "xtensa-lx7", .aliases = "lx7 hifi4", .arch = "Xtensa LX7", DATA, .page = 4096,
	  .dcache = CACHE(32, 4, 64, PIPT, PAGE, PAGE),
	  .icache = ICACHE(32, 4, 64, PIPT),
	  .typical = "an audio DSP without MMU: " TYPICAL_32K ", lines of 64 bytes; each design differs",
	  .source = "Xtensa LX7 Microprocessor Data Book (unconfirmed)" },
	{ .name = "mc68040", .aliases = "68040 m68040", .arch = "m68k", INSN, .page = 4096,
	  .dcache = CACHE(4, 4, 16, PIPT, PAGE, PAGE),
	  .icache = ICACHE(4, 4, 16, PIPT),
	  .source = "M68040 User's Manual (M68040UM/AD), section 4 (unconfirmed)" },
	{ .name = "e300", .aliases = "e300c1 mpc8349 mpc83xx", .arch = "PowerPC", DATA, .page = 4096,
	  .dcache = CACHE(32, 8, 32, PIPT, PAGE, PAGE),
	  .icache = ICACHE(32, 8, 32, PIPT),
	  .typical = TYPICAL_32K "; e300c2 and c3 have 16 KiB, 4 ways",
	  .source = "e300 Power Architecture Core Family Reference Manual, chapter 4 (unconfirmed); "
		    "reading ahead: the architecture allows it of memory that is not guarded" },
	{ .name = "mips-4kc", .aliases = "4kc rc32438", .arch = "MIPS32",
	  INSN, .page = 4096,
	  .dcache = CACHE(16, 4, 16, VIPT, THROUGH, READ),
	  .icache = ICACHE(16, 4, 16, VIPT),
	  .typical = "16 KiB 4-way caches; a way never exceeds 4 KiB",
	  .source = "79RC32438 User Reference Manual, chapter 2 (4Kc cache organisation); "
		    "write-through without allocation (unconfirmed)" },
	{ .name = "mips-24k", .aliases = "24k 24kc 24kf 24kec", .arch = "MIPS32r2",
	  INSN, .page = 4096,
	  .dcache = CACHE(32, 4, 32, VIPT, PAGE, PAGE),
	  .icache = ICACHE(32, 4, 32, VIPT),
	  .typical = TYPICAL_32K "; 16 KiB do not alias, nor do cores with Config7.AR set",
	  .source = "Linux 6.1 arch/mips/mm/c-r4k.c, probe_pcache (kind, Config7.AR); geometry: "
		    "MIPS32 24K data sheet (unconfirmed)" },
	{ .name = "mips-34k", .aliases = "34k 34kc 34kf", .arch = "MIPS32r2",
	  INSN, .page = 4096,
	  .dcache = CACHE(32, 4, 32, VIPT, PAGE, PAGE),
	  .icache = ICACHE(32, 4, 32, VIPT),
	  .typical = TYPICAL_32K "; 16 KiB do not alias, nor do cores with Config7.AR set",
	  .source = "Linux 6.1 arch/mips/mm/c-r4k.c, probe_pcache (kind, Config7.AR); geometry: "
		    "MIPS32 34Kc data sheet MD00418 (unconfirmed)" },
	{ .name = "mips-74k", .aliases = "74k 74kc 74kf", .arch = "MIPS32r2",
	  INSN, .page = 4096,
	  .dcache = CACHE(32, 4, 32, VIPT, PAGE, PAGE),
	  .icache = ICACHE(32, 4, 32, VIPT),
	  .typical = TYPICAL_32K "; sold with 0 to 64 KiB",
	  .source = "MIPS32 74Kc data sheet (instruction cache); Programming the MIPS32 74K Core "
		    "Family 02.14, B.3.2 (seen by software as VIPT); no data speculation: Linux 6.1 "
		    "arch/mips/mm/dma-noncoherent.c (unconfirmed)" },
	{ .name = "mips-1004k", .aliases = "1004k 1004kc", .arch = "MIPS32r2",
	  INSN, .page = 4096,
	  .dcache = CACHE(32, 4, 32, VIPT, PAGE, PAGE),
	  .icache = ICACHE(32, 4, 32, VIPT),
	  .typical = TYPICAL_32K,
	  .source = "Linux 6.1 arch/mips/mm/c-r4k.c, probe_pcache (kind); geometry (unconfirmed)" },
	{ .name = "r4000", .aliases = "r4000pc", .arch = "MIPS III",
	  INSN, .page = 4096,
	  .dcache = CACHE(8, 1, 16, VIPT, BACK, READ_WRITE),
	  .icache = ICACHE(8, 1, 16, VIPT),
	  .typical = "16-byte lines (32 can be chosen at boot), no second level: with one, an alias "
		     "raises a virtual coherency exception",
	  .source = "MIPS R4000 Microprocessor User's Manual, 11.3; 8 KiB (unconfirmed)" },
	{ .name = "r10000", .aliases = "", .arch = "MIPS IV", DATA, .page = 4096,
	  .dcache = CACHE(32, 2, 32, PIPT, BACK, READ_WRITE),
	  .icache = ICACHE(32, 2, 64, PIPT),
	  .l2 = "unified, 2 ways; its tags hold virtual index bits, by which hardware resolves aliases",
	  .source = "MIPS R10000 Microprocessor User's Manual, chapter 4, and SGI on the PIdx field of "
		    "its secondary cache tag; data line: Linux 6.1 "
		    "arch/mips/mm/c-r4k.c" },
	{ .name = "sh-4", .aliases = "sh4 sh7750 sh7751", .arch = "SH-4",
	  INSN, .page = 4096,
	  .dcache = TAGGED(16, 1, 32, VIPT, PAGE, PAGE, 0, 28, 10),
	  .icache = TAGGED(8, 1, 32, VIPT, READ_ONLY, READ, 0, 28, 10),
	  .typical = "index mode and RAM mode off (CCR.OIX = CCR.ORA = 0)",
	  .source = "SH7751 and SH7750 Hardware Manuals, 4.3.2 and 4.4.2; size: Linux 6.1 "
		    "arch/sh/kernel/cpu/sh4/probe.c" },
	{ .name = "sh-4a", .aliases = "sh4a sh7763 sh7780", .arch = "SH-4A",
	  INSN, .page = 4096,
	  .dcache = TAGGED(32, 4, 32, VIPT, PAGE, PAGE, 0, 28, 10),
	  .icache = TAGGED(32, 4, 32, VIPT, READ_ONLY, READ, 0, 28, 10),
	  .typical = TYPICAL_32K,
	  .source = "SH7763 Hardware Manual, 7.3.1; instruction side (unconfirmed)" },
	{ .name = "pa-8500", .aliases = "pcx-w pa-8600", .arch = "PA-RISC 2.0",
	  DATA, .page = 4096,
	  .dcache = TAGGED(1024, 4, 64, VIPT, BACK, READ_WRITE, 4096, 0, 0),
	  .icache = TAGGED(512, 4, 64, VIPT, READ_ONLY, READ, 4096, 0, 0),
	  .source = "openpa.net, PA-8500; boundary of equivalent aliases: SHM_COLOUR in Linux 6.1 "
		    "arch/parisc/include/asm/shmparam.h" },
	{ .name = "pa-8700", .aliases = "pcx-w2", .arch = "PA-RISC 2.0",
	  DATA, .page = 4096,
	  .dcache = TAGGED(1536, 4, 64, VIPT, BACK, READ_WRITE, 4096, 0, 0),
	  .icache = TAGGED(768, 4, 64, VIPT, READ_ONLY, READ, 4096, 0, 0),
	  .source = "openpa.net, PA-8700 (sizes), ways and line as on PA-8500 (unconfirmed); boundary: "
		    "SHM_COLOUR in Linux 6.1 arch/parisc/include/asm/shmparam.h" },
	{ .name = "pa-8800", .aliases = "mako pa-8900", .arch = "PA-RISC 2.0",
	  DATA, .page = 4096,
	  .dcache = TAGGED(768, 4, 64, VIPT, BACK, READ_WRITE, 4096, 0, 0),
	  .icache = TAGGED(768, 4, 64, VIPT, READ_ONLY, READ, 4096, 0, 0),
	  .l2 = "32 MiB unified outside the chip, 4 ways, physical",
	  .source = "openpa.net, PA-8800 (sizes), ways and line as on PA-8500 (unconfirmed); boundary: "
		    "SHM_COLOUR in Linux 6.1 arch/parisc/include/asm/shmparam.h" },
	{ .name = "ck610", .aliases = "csky610 c-sky-610", .arch = "C-SKY abiv1",
	  INSN, .page = 4096,
	  .dcache = TAGGED(16, 4, 16, VIPT, PAGE, PAGE, 16, 0, 0),
	  .icache = TAGGED(16, 4, 16, VIPT, READ_ONLY, READ, 16, 0, 0),
	  .typical = "16 KiB caches",
	  .source = "Linux 6.1 arch/csky: abiv1/mmap.c (aliasing VIPT), shmparam.h (boundary), Kconfig "
		    "(line); size, ways and policies (unconfirmed)" },
	{ .name = "nios2-f", .aliases = "nios2 niosii niosii-f", .arch = "Nios II",
	  INSN, .page = 4096,
	  .dcache = CACHE(32, 1, 32, VIPT, BACK, READ_WRITE),
	  .icache = ICACHE(32, 1, 32, VIPT),
	  .typical = "32 KiB caches and an MMU, as the kernel's development boards; 0.5 to 64 KiB",
	  .source = "Nios II Processor Reference Guide (683836), 5.2.3.2; size: Linux 6.1 "
		    "arch/nios2/boot/dts" },
	{ .name = "xtensa-mmuhifi-c3", .aliases = "mmuhifi-c3", .arch = "Xtensa",
	  INSN, .page = 4096,
	  .dcache = CACHE(16, 2, 32, VIPT, PAGE, PAGE),
	  .icache = ICACHE(16, 2, 32, VIPT),
	  .typical = "one configuration of many; dc232b and dc233c have 4 ways and do not alias",
	  .source = "Linux 6.1 arch/xtensa/variants/test_mmuhifi_c3/include/variant/core.h; allocation "
		    "(unconfirmed)" },
	{ .name = "arc700", .aliases = "arc770d", .arch = "ARCompact",
	  INSN, .page = 8192,
	  .dcache = CACHE(32, 4, 32, VIPT, BACK, READ_WRITE),
	  .icache = ICACHE(32, 2, 32, VIPT),
	  .typical = TYPICAL_32K "; a 64 KiB data cache aliases",
	  .source = "ways: Linux 6.1 arch/arc/mm/cache.c, read_decode_cache_bcr; size, line and "
		    "policies (unconfirmed)" },
	{ .name = "ultrasparc-i", .aliases = "ultrasparc ultrasparc-ii", .arch = "SPARC V9",
	  INSN, .page = 8192,
	  .dcache = CACHE(16, 1, 32, VIPT, THROUGH, READ),
	  .icache = ICACHE(16, 2, 32, PIPT),
	  .l2 = "unified outside the chip, physical",
	  .source = "UltraSPARC User's Manual, 3.1.1" },
};
/* clang-format on */

uint32_t coh_cache_way_size(const struct coh_cache *cache)
{
	return cache->size / cache->ways;
}

uint32_t coh_cache_sets(const struct coh_cache *cache)
{
	return coh_cache_way_size(cache) / cache->line;
}

uint32_t coh_cache_span(const struct coh_cache *cache)
{
	return cache->span ? cache->span : coh_cache_way_size(cache);
}

uint32_t coh_cache_colours(const struct coh_cache *cache, uint32_t page)
{
	if (cache->kind == COH_PIPT || coh_cache_span(cache) <= page)
		return 1;
	return coh_cache_span(cache) / page;
}

enum coh_alias coh_cache_alias(const struct coh_cache *cache, uint32_t page)
{
	if (cache->kind == COH_VIVT)
		return COH_ALIAS_EVERY;
	return coh_cache_colours(cache, page) > 1 ? COH_ALIAS_COLOUR : COH_ALIAS_NONE;
}

bool coh_cache_aliasing(const struct coh_cache *cache, uint32_t page)
{
	return coh_cache_alias(cache, page) != COH_ALIAS_NONE;
}

struct coh_bits coh_cache_index(const struct coh_cache *cache)
{
	struct coh_bits bits = { 0, 0 };
	uint32_t sets = coh_cache_sets(cache);

	if (sets > 1 && is_pow2(sets)) {
		bits.lo = log2_of(cache->line);
		bits.hi = bits.lo + log2_of(sets) - 1;
	}
	return bits;
}

struct coh_bits coh_cache_tag(const struct coh_cache *cache, uint32_t page)
{
	uint32_t way = coh_cache_way_size(cache);
	struct coh_bits bits = { 31, 0 };

	if (cache->tag.hi)
		return cache->tag;
	/* Above the page offset a virtual index says nothing of the physical address. */
	if (cache->kind == COH_VIPT && way > page)
		way = page;
	bits.lo = log2_of(way);
	return bits;
}

static int check_geometry(const struct coh_cache *cache)
{
	if (!is_pow2(cache->line) || cache->line < 16 || cache->line > 128)
		return COH_CACHE_BAD_LINE;
	/* 64 KiB of lines in one set: more would only overflow the product below. */
	if (!cache->ways || cache->ways > 512)
		return COH_CACHE_BAD_WAYS;
	if (!cache->size || cache->size % (cache->ways * cache->line))
		return COH_CACHE_BAD_SIZE;
	if (!cache->span && !is_pow2(coh_cache_sets(cache)))
		return COH_CACHE_BAD_SETS;
	if (cache->span && (!is_pow2(cache->span) || cache->span < coh_cache_way_size(cache)))
		return COH_CACHE_BAD_SPAN;
	return 0;
}

/* Index and tag together must tell any two lines apart. */
static bool tag_possible(const struct coh_cache *cache)
{
	struct coh_bits index = coh_cache_index(cache), tag = cache->tag;

	if (!tag.hi && !tag.lo)
		return true;
	if (tag.hi < tag.lo || tag.hi > 63)
		return false;
	return tag.lo <= (index.hi ? index.hi + 1 : log2_of(cache->line));
}

int coh_cache_check(const struct coh_cache *cache)
{
	int error = check_geometry(cache);

	if (error)
		return error;
	if (cache->kind < COH_VIVT || cache->kind > COH_PIPT)
		return COH_CACHE_BAD_KIND;
	if (!tag_possible(cache))
		return COH_CACHE_BAD_TAG;
	if (cache->policy < COH_STORE_READ_ONLY || cache->policy > COH_STORE_PAGE ||
	    cache->alloc < COH_ALLOC_READ || cache->alloc > COH_ALLOC_PAGE)
		return COH_CACHE_BAD_POLICY;
	return 0;
}

const char *coh_cache_error_text(int error)
{
	static const char *const text[] = {
		[0] = "possible",
		[-COH_CACHE_BAD_LINE] = "the line size is not a power of two from 16 to 128",
		[-COH_CACHE_BAD_WAYS] = "the number of ways is not from 1 to 512",
		[-COH_CACHE_BAD_SIZE] = "the size is not a multiple of ways times line size",
		[-COH_CACHE_BAD_SETS] = "the number of sets is not a power of two",
		[-COH_CACHE_BAD_SPAN] = "the span is not a power of two of at least a way's size",
		[-COH_CACHE_BAD_TAG] = "the tag bits are not a range that meets the index bits",
		[-COH_CACHE_BAD_KIND] = "the kind is none of VIVT, VIPT and PIPT",
		[-COH_CACHE_BAD_POLICY] = "the write or allocation policy is unknown",
	};

	if (error > 0 || error < -(int)(sizeof(text) / sizeof(text[0]) - 1))
		return "unknown error";
	return text[-error];
}

const struct coh_cache *coh_cpu_icache(const struct coh_cpu *cpu)
{
	return cpu->icache.size ? &cpu->icache : &cpu->dcache;
}

size_t coh_cpu_count(void)
{
	return sizeof(cpus) / sizeof(cpus[0]);
}

const struct coh_cpu *coh_cpu_get(size_t i)
{
	return i < coh_cpu_count() ? &cpus[i] : NULL;
}

const struct coh_cpu *coh_cpu_find_midr(uint32_t midr)
{
	for (size_t i = 0; i < coh_cpu_count(); i++)
		if (cpus[i].midr_mask && (midr & cpus[i].midr_mask) == cpus[i].midr)
			return &cpus[i];
	return NULL;
}

/*
 * The letters and digits of text up to the character stop, in lower case, into
 * plain.  Returns what follows stop; plain is empty if they do not fit.
 */
static const char *plain_name(const char *text, char stop, char plain[NAME_MAX_])
{
	size_t n = 0;

	for (; *text && *text != stop; text++) {
		char c = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			continue;
		if (n < NAME_MAX_)
			plain[n] = c;
		n++;
	}
	plain[n < NAME_MAX_ ? n : 0] = '\0';
	return *text ? text + 1 : text;
}

/* Levenshtein's distance, one row at a time. */
static unsigned int edits(const char *a, const char *b)
{
	unsigned int row[NAME_MAX_], diagonal, above;
	size_t n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 0; a[i]; i++) {
		diagonal = row[0]++;
		for (size_t j = 0; j < n; j++) {
			unsigned int best = diagonal + (a[i] != b[j]);

			above = row[j + 1];
			if (above + 1 < best)
				best = above + 1;
			if (row[j] + 1 < best)
				best = row[j] + 1;
			diagonal = above;
			row[j + 1] = best;
		}
	}
	return row[n];
}

/* The fewest edits from the plain name to one of the core's names. */
static unsigned int cpu_edits(const struct coh_cpu *cpu, const char *name)
{
	char word[NAME_MAX_];
	unsigned int best, here;

	plain_name(cpu->name, '\0', word);
	best = edits(name, word);
	for (const char *rest = cpu->aliases; *rest;) {
		rest = plain_name(rest, ' ', word);
		here = edits(name, word);
		if (here < best)
			best = here;
	}
	return best;
}

/* The first core that is fewest edits away, if that is at most limit. */
static const struct coh_cpu *within(const char *name, unsigned int limit)
{
	const struct coh_cpu *found = NULL;

	for (size_t i = 0; i < coh_cpu_count(); i++) {
		unsigned int here = cpu_edits(&cpus[i], name);

		if (here <= limit && (!found || here < cpu_edits(found, name)))
			found = &cpus[i];
	}
	return found;
}

const struct coh_cpu *coh_cpu_find(const char *name)
{
	char plain[NAME_MAX_];

	plain_name(name, '\0', plain);
	return plain[0] ? within(plain, 0) : NULL;
}

const struct coh_cpu *coh_cpu_nearest(const char *name)
{
	char plain[NAME_MAX_];

	plain_name(name, '\0', plain);
	return within(plain, (unsigned int)strlen(plain) / 3);
}
