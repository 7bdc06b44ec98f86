# SPDX-License-Identifier: GPL-2.0-or-later
#
# The tests of Debian's user space, read by /init.  A test is a function t_NAME, with _
# for each - of its name, that runs with `set -e` in a shell of its own.  A line that begins with SKIP says why a
# test cannot be run here.  No test counts seconds: each does a fixed amount of work.

# What the stressors of stress-ng are, and how many of its operations each does.
stressors="
mmap:60 mmapfork:2 mremap:200 munmap:6 madvise:10 msync:200 mlock:100 mincore:500
fork:150 vfork:150 exec:40 clone:100 daemon:20 zombie:60
vm:3000 vm-rw:60 vm-splice:500 brk:2000 stack:5 stackmmap:40
fault:400 pagemove:4 remap:4 shm:20 shm-sysv:20 malloc:5000 memfd:10
pipe:3000 splice:500 tee:500 sendfile:200 sockpair:500 sock:40 udp:50
sigsegv:300 sigfpe:200 sigtrap:300 sigsuspend:300 signest:60 ptrace:300 icache:200
aio:300 aiol:30 io-uring:300 userfaultfd:300 ksm-vm:500
dentry:100 copy-file:20 fallocate:40 hdd:60 seek:200 readahead:200 rename:200
inotify:10 futex:3000 mq:2000 sem-sysv:2000 switch:3000 pthread:100 xattr:40
"
fio_engines="psync libaio mmap direct io_uring"

all_stress=$(for s in $stressors; do echo "stress-${s%:*}"; done)
all_fio=$(for d in scsi virtio; do for e in $fio_engines; do echo "fio-$e-$d"; done; done)
debuggers="strace gdb-break gdb-step gdb-core uprobe kprobe"
memory="swap-zram swap-disk merge compact"
devices="loop fuse modules raw-scsi raw-virtio net-tftp net-tcp"

# Names of groups stand for their tests.
expand() {
	for name; do
		case $name in
		all) echo programs python sqlite-scsi sqlite-virtio $debuggers $memory $devices $all_fio $all_stress ;;
		short) echo programs gdb-break uprobe kprobe merge modules raw-scsi net-tftp net-tcp \
			fio-libaio-scsi fio-mmap-virtio stress-mmap stress-vm-rw ;;
		stress) echo $all_stress ;;
		fio) echo $all_fio ;;
		debuggers) echo $debuggers ;;
		memory) echo $memory ;;
		devices) echo $devices ;;
		*) echo "$name" ;;
		esac
	done
}

skip() { echo "SKIP $*"; exit 1; }

# The file system on the disk $1, scsi or virtio, at /$1.
work_on() {
	case $1 in
	scsi) disk=/dev/sdb ;;
	virtio) disk=/dev/vda ;;
	esac
	[ -b $disk ] || skip "no $disk"
	grep -q " /$1 ext4" /proc/mounts || mount -t ext4 $disk "/$1"
}

# What was read from the disk is read again from there.
forget() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
}

module() { insmod "/lib/modules/$1.ko"; }
loaded() { grep -q "^$1 " /proc/modules; }

t_programs() {
	ldconfig
	ls -lR /usr/lib /etc >/tmp/one
	forget
	ls -lR /usr/lib /etc >/tmp/two
	cmp /tmp/one /tmp/two
	sqlite3 :memory: 'select 6 * 7' | grep -qx 42
	strace -V >/dev/null
	gdb --version >/dev/null
	find /usr/lib -type f | head -n 300 | xargs sha256sum >/tmp/sums
	forget
	sha256sum -c -s /tmp/sums
	# A program that is not in memory any more.
	for i in 1 2 3; do
		forget
		/tests/target 100 | grep -qx 'sum 328350'
	done
}

t_python() {
	[ "$(python3 /tests/objects.py)" = good ]
	forget
	[ "$(python3 /tests/objects.py)" = good ]
}

sqlite() {
	work_on "$1"
	for mode in delete wal; do
		db=/$1/$mode.db
		rm -f "$db"*
		sqlite3 "$db" <<-SQL
			pragma journal_mode = $mode;
			pragma mmap_size = 4194304;
			create table t (a integer primary key, b text, c blob);
			create index i on t (b);
			with recursive n (x) as (select 1 union all select x + 1 from n where x < 3000)
				insert into t select x, hex(x * 7919), zeroblob(x % 300) from n;
			update t set b = b || 'x' where a % 3 = 0;
			delete from t where a % 5 = 0;
			vacuum;
		SQL
		forget
		sqlite3 "$db" 'pragma mmap_size = 4194304; pragma integrity_check; select count(*) from t' >/tmp/said
		grep -qx ok /tmp/said
		grep -qx 2400 /tmp/said
	done
}
t_sqlite_scsi() { sqlite scsi; }
t_sqlite_virtio() { sqlite virtio; }

t_strace() {
	strace -f -o /tmp/trace sh -c '/tests/target 50; /tests/target 60 | cat' >/tmp/said
	grep -qx 'sum 40425' /tmp/said
	grep -qx 'sum 70210' /tmp/said
	grep -q 'execve("/tests/target"' /tmp/trace
	grep -q 'write(1, "sum 40425' /tmp/trace
}

debug() {
	gdb -q -nx -batch -ex 'set debuginfod enabled off' "$@" --args /tests/target 20 >/tmp/said 2>&1
	cat /tmp/said
}

t_gdb_break() {
	debug -ex 'break add' -ex run -ex 'ignore 1 8' -ex continue -ex 'print i' -ex backtrace \
		-ex delete -ex 'print add(1, 5)' -ex continue
	grep -q '^$1 = 9' /tmp/said
	grep -q '^$2 = 26' /tmp/said
	grep -q '^sum 2470' /tmp/said
}

t_gdb_step() {
	debug -ex 'break add' -ex run -ex 'delete' -ex 'stepi 300' -ex 'next' -ex 'set variable sum = 1000' \
		-ex 'finish' -ex 'info registers' -ex continue
	grep -q 'exited normally' /tmp/said
}

t_gdb_core() {
	debug -ex 'break add if i == 7' -ex run -ex 'generate-core-file /tmp/core' -ex continue
	grep -q '^sum 2470' /tmp/said
	gdb -q -nx -batch -ex 'print i' -ex backtrace /tests/target /tmp/core >/tmp/said 2>&1
	cat /tmp/said
	rm -f /tmp/core
	grep -q '^$1 = 7' /tmp/said
}

tracing=/sys/kernel/tracing

# Counts the hits of probe $2 in file $1 ($3: its definition, and others) while the rest runs.
probe() {
	file=$1
	name=$2
	definition=$3
	shift 3
	[ -e $tracing/$file ] || skip "no $file"
	echo "$definition" >$tracing/$file
	echo >$tracing/trace
	echo 1 >$tracing/events/${file%_events}s/enable
	"$@" || failed=yes
	echo 0 >$tracing/events/${file%_events}s/enable
	hits=$(grep -c "$name:" $tracing/trace) || hits=0
	echo >$tracing/$file
	echo "$hits hits"
	[ -z "$failed" ]
}

sums() {
	for i in 1 2 3; do /tests/target 30 | grep -qx 'sum 8555' || return 1; done
}

t_uprobe() {
	failed=
	# Where add() is in the file, as image.sh found it.
	add=/tests/target:$(cat /tests/target.add)
	probe uprobe_events hit "p:uprobes/hit $add i=%r1" sums
	[ "$hits" = 90 ]
	probe uprobe_events hit "r:uprobes/hit $add sum=\$retval" sums
	[ "$hits" = 90 ]
	# Two probes, whose instructions the kernel executes at one place in turn.
	probe uprobe_events hit "p:uprobes/hit $add
p:uprobes/next /tests/target:$(printf 0x%x $(($(cat /tests/target.add) + 4)))" sums
	[ "$hits" = 90 ]
}

t_kprobe() {
	failed=
	probe kprobe_events hit "p:kprobes/hit do_sys_openat2 name=+0(%r1):string" sums
	[ "$hits" -ge 3 ]
	probe kprobe_events hit "r:kprobes/hit do_sys_openat2 fd=\$retval" sums
	[ "$hits" -ge 3 ]
	probe kprobe_events hit "p:kprobes/hit handle_mm_fault" sums
	[ "$hits" -ge 100 ]
}

t_swap_zram() {
	loaded zsmalloc || module zsmalloc
	loaded zram || module zram
	echo 67108864 >/sys/block/zram0/disksize
	mkswap /dev/zram0 >/dev/null
	swapon /dev/zram0
	python3 /tests/memory.py pageout 16
	swapoff /dev/zram0
	echo 1 >/sys/block/zram0/reset
	rmmod zram
}

t_swap_disk() {
	work_on scsi
	dd if=/dev/zero of=/scsi/swap bs=64k count=640 2>/dev/null
	mkswap /scsi/swap >/dev/null
	sync
	swapon /scsi/swap
	python3 /tests/memory.py pageout 16
	swapoff /scsi/swap
	rm /scsi/swap
}

t_merge() { [ -e /sys/kernel/mm/ksm/run ] || skip "no KSM"; python3 /tests/memory.py merge; }
t_compact() { python3 /tests/memory.py compact; }

t_loop() {
	work_on scsi
	dd if=/dev/zero of=/scsi/image bs=64k count=256 2>/dev/null
	losetup /dev/loop0 /scsi/image
	mke2fs -q -t ext4 -F /dev/loop0
	mkdir -p /mnt/loop
	mount -t ext4 /dev/loop0 /mnt/loop
	cp /usr/bin/gdb /mnt/loop/gdb
	fio --name=loop --filename=/mnt/loop/data --rw=randwrite --bs=4k --size=1m --ioengine=mmap \
		--verify=crc32c --thread --randseed=1 --minimal >/dev/null
	umount /mnt/loop
	e2fsck -fn /dev/loop0
	forget
	mount -t ext4 /dev/loop0 /mnt/loop
	cmp /usr/bin/gdb /mnt/loop/gdb
	/mnt/loop/gdb --version >/dev/null
	umount /mnt/loop
	losetup -d /dev/loop0
	rm /scsi/image
}

t_fuse() {
	work_on scsi
	dd if=/dev/zero of=/scsi/image bs=64k count=160 2>/dev/null
	mke2fs -q -t ext4 -F /scsi/image
	mkdir -p /mnt/fuse
	fuse2fs /scsi/image /mnt/fuse
	head -c 4000000 /usr/bin/gdb >/mnt/fuse/gdb
	head -c 4000000 /usr/bin/gdb >/tmp/gdb
	cmp /tmp/gdb /mnt/fuse/gdb
	cp /tests/target /mnt/fuse/target
	umount /mnt/fuse
	# The server ends some time after the file system is gone.
	while pidof fuse2fs >/dev/null; do sleep 0.1; done
	e2fsck -fn /scsi/image
	fuse2fs /scsi/image /mnt/fuse
	/mnt/fuse/target 100 | grep -qx 'sum 328350'
	cmp /tmp/gdb /mnt/fuse/gdb
	umount /mnt/fuse
	while pidof fuse2fs >/dev/null; do sleep 0.1; done
	rm /scsi/image /tmp/gdb
}

t_modules() {
	for i in 1 2 3; do
		for m in test_module nls_base nls_iso8859-1 nls_cp850 minix; do module $m; done
		for m in minix nls_cp850 nls_iso8859_1 nls_base test_module; do
			loaded $m
			rmmod $m
		done
		forget
	done
	# A test that the kernel brings for its own allocator of virtual addresses; it is
	# never loaded, and says so.
	if insmod /lib/modules/test_vmalloc.ko run_test_mask=1 nr_threads=1 test_loop_count=200; then
		rmmod test_vmalloc
	fi
}

# A device's bytes, written and read past the page cache and through it.
raw() {
	[ -b "$1" ] || skip "no $1"
	umount "$1" 2>/dev/null || true
	head -c $(($2 * 1024)) /usr/bin/gdb >/tmp/bytes
	dd if="$1" of=/tmp/before bs=64k count=$(($2 / 64)) 2>/dev/null
	dd if=/tmp/bytes of="$1" bs=64k conv=fsync 2>/dev/null
	forget
	dd if="$1" bs=64k count=$(($2 / 64)) 2>/dev/null | cmp - /tmp/bytes
	dd if="$1" iflag=direct bs=16k count=$(($2 / 16)) 2>/dev/null | cmp - /tmp/bytes
	dd if=/tmp/before of="$1" bs=64k conv=fsync 2>/dev/null
	rm /tmp/before /tmp/bytes
}
t_raw_scsi() { raw /dev/sdb 8192; }
t_raw_virtio() { raw /dev/vda 8192; }

# The network device whose address ends in $1, see run.sh: 0 for those with the host
# behind them, 1 for those among themselves; then 1 e1000, 2 8139C+, 3 virtio.
device() {
	for d in /sys/class/net/*; do
		case $(cat "$d/address") in
		52:54:00:00:00:"$1") basename "$d"; return ;;
		esac
	done
}

t_net_tftp() {
	for address in 01 02 03; do
		dev=$(device $address)
		ip addr add 10.0.2.15/24 dev "$dev"
		ip link set "$dev" up
		cd /tmp
		tftp -g -r file -b 1400 10.0.2.2
		sha256sum -c -s /tests/file.sha256
		rm file
		ip addr flush dev "$dev"
		ip link set "$dev" down
	done
}

# TCP from one to the other, each device in a namespace of its own.
over_the_wire() {
	mkdir -p /run/netns
	ip netns add one
	ip netns add two
	ip link set "$1" netns one
	ip link set "$2" netns two
	ip -n one addr add 192.168.7.1/24 dev "$1"
	ip -n two addr add 192.168.7.2/24 dev "$2"
	ip -n one link set "$1" up
	ip -n two link set "$2" up
	: >/tmp/server
	ip netns exec one python3 /tests/net.py serve 192.168.7.1 >/tmp/server 2>&1 &
	server=$!
	while ! grep -q . /tmp/server; do sleep 0.1; done
	ip netns exec two python3 /tests/net.py talk 192.168.7.1 2048 >/tmp/client 2>&1 || kill $server
	wait $server || true
	cat /tmp/server /tmp/client
	ip netns del one
	ip netns del two
	grep -qx good /tmp/client
	# The devices come back when the last user of the namespace is gone.
	while [ ! -e "/sys/class/net/$1" ] || [ ! -e "/sys/class/net/$2" ]; do sleep 0.1; done
}

t_net_tcp() {
	over_the_wire "$(device 11)" "$(device 12)"
	over_the_wire "$(device 12)" "$(device 13)"
}

# fio ENGINE DISK: random writes and reads with verification.
run_fio() {
	work_on "$2"
	engine=$1
	direct=0
	[ "$1" != direct ] || { engine=psync; direct=1; }
	case $1 in libaio | io_uring) direct=1 ;; esac
	fio --name=work --directory="/$2" --rw=randrw --bsrange=4k-32k --size=4m --ioengine=$engine \
		--direct=$direct --iodepth=8 --verify=crc32c --verify_fatal=1 --randseed=7 --thread \
		--numjobs=2 --fsync=64 --minimal >/dev/null
	fio --name=check --filename="/$2/whole" --rw=write --bs=64k --size=4m --ioengine=$engine \
		--direct=$direct --iodepth=4 --verify=sha256 --do_verify=0 --randseed=7 --thread --minimal >/dev/null
	forget
	fio --name=check --filename="/$2/whole" --rw=read --bs=64k --size=4m --ioengine=$engine \
		--direct=$direct --iodepth=4 --verify=sha256 --randseed=7 --thread --minimal >/dev/null
	rm -f "/$2"/work.* "/$2/whole"
}

# stress-ng verifies what it can (--verify) and fails if a stressor fails.
run_stress() {
	work_on scsi
	mkdir -p /scsi/stress
	cd /scsi/stress
	ops=$(for s in $stressors; do [ "${s%:*}" != "$1" ] || echo "${s#*:}"; done)
	case $1 in
	ksm-vm)
		echo 1 >/sys/kernel/mm/ksm/run
		set -- --vm 1 --vm-ops "$ops" --vm-bytes 8m --vm-keep --vm-madvise mergeable
		;;
	vm) set -- --vm 2 --vm-ops "$ops" --vm-bytes 4m ;;
	mmap | mmapfork | munmap | mremap | madvise | msync | vm-rw | userfaultfd | pagemove)
		case $1 in
		mmap | mremap | msync | vm-rw | userfaultfd) set -- --$1 1 --$1-ops "$ops" --$1-bytes 2m ;;
		*) set -- --$1 1 --$1-ops "$ops" ;;
		esac ;;
	hdd) set -- --hdd 1 --hdd-ops "$ops" --hdd-bytes 4m ;;
	shm | shm-sysv) set -- --$1 1 --$1-ops "$ops" --$1-bytes 1m ;;
	*) set -- "--$1" 1 "--$1-ops" "$ops" ;;
	esac
	stress-ng --verify --no-rand-seed --metrics-brief --oomable "$@"
	echo 2 >/sys/kernel/mm/ksm/run
	echo 0 >/sys/kernel/mm/ksm/run
	cd /
	rm -rf /scsi/stress
}

for s in $stressors; do
	eval "t_stress_$(echo "${s%:*}" | tr - _)() { run_stress ${s%:*}; }"
done
for d in scsi virtio; do
	for e in $fio_engines; do
		eval "t_fio_${e}_$d() { run_fio $e $d; }"
	done
done
