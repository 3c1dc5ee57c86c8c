#!/bin/bash
# Runs a command under a Slurm of this one machine, for tests: munged, slurmctld and slurmd are started as root and stopped at the end.
#   contrib/slurm/one_machine.sh contrib/slurm/test.sh target/release/straydose        (needs Debian's slurmctld, slurmd, munge)
set -euo pipefail
mark="# Made by contrib/slurm/one_machine.sh"
# Jobs look for their controller here and nowhere else; a SLURM_CONF of our own would not reach them.
conf=/etc/slurm/slurm.conf
fail() { echo "contrib/slurm/one_machine.sh: $1" >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || fail "it starts daemons as root"
if [ -e "$conf" ] && [ "$(head -n 1 "$conf")" != "$mark" ]; then fail "$conf is there: this machine has a Slurm, which is left alone"; fi

# One at a time: the daemons' ports are the machine's.
exec 9> /run/lock/straydose-one-machine
flock 9

place=$(mktemp -d)
chmod 755 "$place" # munged wants its socket where everybody may go
daemons=()
stop() {
    for daemon in "${daemons[@]}"; do kill "$daemon" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$place" "$conf"
}
trap stop EXIT
host=$(hostname -s)
mkdir "$place/state" "$place/spool" /etc/slurm 2>/dev/null || true
# The node claims more than the machine may have, so that the scripts run with what they ask for.
cat > "$conf" <<CONF
$mark
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$place/munge.socket
CredType=cred/munge
StateSaveLocation=$place/state
SlurmdSpoolDir=$place/spool
SlurmctldPidFile=$place/slurmctld.pid
SlurmdPidFile=$place/slurmd.pid
SlurmctldLogFile=$place/slurmctld.log
SlurmdLogFile=$place/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=2
MailProg=/bin/true
ReturnToService=2
KillWait=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=16 RealMemory=64000 State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
head -c 1024 /dev/urandom > "$place/munge.key"
chmod 600 "$place/munge.key"
munged --foreground --key-file="$place/munge.key" --socket="$place/munge.socket" --pid-file="$place/munge.pid" \
    --log-file="$place/munge.log" --seed-file="$place/munge.seed" 2> "$place/munged.log" & daemons+=($!)
until [ -S "$place/munge.socket" ]; do kill -0 "${daemons[0]}" || fail "munged did not start"; sleep 0.1; done
slurmctld -D 2> "$place/slurmctld.err" & daemons+=($!)
slurmd -D -N "$host" 2> "$place/slurmd.err" & daemons+=($!)
for _ in $(seq 300); do
    [ "$(sinfo --noheader --format=%t 2>/dev/null)" = idle ] && break
    sleep 0.2
done
[ "$(sinfo --noheader --format=%t)" = idle ] || { tail -n 20 "$place"/*.log "$place"/*.err >&2; fail "the node is not idle"; }
"$@"
