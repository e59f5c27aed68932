#!/bin/sh
# Slurm carries a sweep out: a controller, a node and their authentication of the test's own, started
# and ended here. The bits are those of the local executor, whatever is killed, queued again or
# cancelled on the way, and nothing is submitted twice. Skipped where slurm-wlm and munge are missing.
PATH=$PATH:/usr/sbin:/sbin
for program in sbatch slurmctld slurmd munged; do
    command -v $program > /dev/null || { echo "no $program"; exit 77; }
done
. "$(dirname "$0")/tools.sh"

# ---- a cluster of this machine -----------------------------------------------------------

export SLURM_CONF="$work/slurm.conf"

started()
{
    [ -s "$1" ] && kill -0 "$(cat "$1")" 2> /dev/null
}

end_of() # file of a daemon's pid
{
    started "$1" || return 0
    pid=$(cat "$1")
    kill "$pid" 2> /dev/null || true
    for _ in $(seq 50); do
        kill -0 "$pid" 2> /dev/null || return 0
        sleep 0.1
    done
    kill -KILL "$pid" 2> /dev/null || true
}

end_cluster()
{
    if started "$work/ctld.pid"; then
        scancel --me > /dev/null 2>&1 || true
        for _ in $(seq 80); do
            [ -n "$(squeue --me -h 2> /dev/null)" ] || break
            sleep 0.1
        done
    fi
    for daemon in slurmd ctld munged; do
        end_of "$work/$daemon.pid"
    done
}

clean_up()
{
    code=$?
    trap - EXIT
    end_cluster
    if [ $code != 0 ]; then
        tail -n 20 "$work"/*.log "$work"/*/slurm/log/*.log > "$work/said" 2> /dev/null || true
        cat "$work/said" >&2
    fi
    rm -rf "$work"
    exit $code
}
trap clean_up EXIT
trap 'exit 143' TERM INT HUP

# a test that is killed cleans nothing up: a process that is nobody's child does then
(
    (
        while kill -0 $$; do
            sleep 1
        done
        [ ! -d "$work" ] || end_cluster
        rm -rf "$work"
    ) < /dev/null > /dev/null 2>&1 &
)

until_() # what for, seconds, command...
{
    what=$1
    tries=$(($2 * 10))
    shift 2
    until "$@" > /dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || fail "waited too long for $what: $(squeue --me -r 2>&1)"
        sleep 0.1
    done
}

host=$(hostname -s)
port=$((20000 + $$ % 20000))
mkdir -m 755 "$work/munge" "$work/spool" "$work/state"
chmod 755 "$work"
(umask 077 && head -c 1024 /dev/urandom > "$work/munge.key")
cat > "$work/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/ctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/ctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1
KillWait=5
MaxArraySize=3
NodeName=here NodeHostname=$host NodeAddr=127.0.0.1 CPUs=3 State=UNKNOWN
PartitionName=work Nodes=here Default=YES MaxTime=INFINITE State=UP
END
munged --force --num-threads=1 --socket="$work/munge/socket" --key-file="$work/munge.key" \
    --pid-file="$work/munged.pid" --log-file="$work/munged.log" --seed-file="$work/munge.seed"
slurmctld -c
slurmd -c -N here
until_ "the cluster" 60 sh -c 'sinfo -h -o %T | grep -q idle'

# ---- a sweep ----------------------------------------------------------------------------

epochs=25
sweep()
{
    "$kdbench" run "$here/tiny.lua" --set train.epochs=$epochs "$@"
}

slurm()
{
    sweep --executor slurm --slurm-option time=30 "$@"
}

jobs_left()
{
    squeue --me -h -r -o '%i'
}

no_jobs_left()
{
    [ -z "$(jobs_left)" ]
}

run_of() # folder of a method's run
{
    echo "$work/jobs/idx/$1"/*/seed0-*
}

# its job as squeue has it: the script that lists it, and its line there
job_of()
{
    for list in "$work"/jobs/slurm/*.jsonl; do
        line=$(grep -n "\"label\":\"idx/$1/lenet-[^\"]*\",\"needs\"" "$list" | cut -d: -f1)
        [ -z "$line" ] || squeue --me -h -r -o '%i %o' | grep "${list%.jsonl}.sh" |
            sed -n "s/^\([0-9]*_$line\) .*/\1/p"
    done
}

epochs_kept() # method, how many at least
{
    [ "$(wc -l < "$(run_of "$1")/journal.jsonl")" -ge "$2" ]
}

sweep -q -j 2 -o "$work/whole" || fail "the sweep itself"

# scripts only: what a shell can read, and nothing written
slurm -o "$work/dry" --slurm-option partition=work --dry-run -j 2 > "$work/scripts" || fail "--dry-run"
[ ! -e "$work/dry" ] || fail "--dry-run left something"
bash -n "$work/scripts" || fail "scripts that no shell reads: $(cat "$work/scripts")"
[ "$(grep -c '^#SBATCH --partition=work$' "$work/scripts")" = 4 ] || fail "not four scripts"
[ "$(grep -c '^#SBATCH --array=1-[12]%2$' "$work/scripts")" = 4 ] || fail "arrays that are too long"
grep -q '^job2=.*afterany:${job1}" ' "$work/scripts" || fail "a cache does not wait for its teacher"

# what Slurm does not know, it refuses, and nothing stays behind in the queue
if slurm -q -o "$work/nowhere" --slurm-option partition=nowhere 2> "$work/said"; then
    fail "a partition that is not there was accepted"
fi
grep -q 'sbatch refused' "$work/said" || fail "refused without a word: $(cat "$work/said")"

# twice, while it is queued: once
export KD_TEST_KILL_LOG="$work/points"
slurm -o "$work/jobs" 2> "$work/said" || fail "submitting: $(cat "$work/said")"
grep -q '5 of 5 runs submitted' "$work/said" || fail "not five runs: $(cat "$work/said")"
slurm -o "$work/jobs" 2> "$work/said" || fail "submitting again: $(cat "$work/said")"
grep -q ' 0 of 5 runs submitted' "$work/said" || fail "submitted twice: $(cat "$work/said")"
if sweep -q -o "$work/jobs" 2> "$work/said"; then
    fail "a second executor works in the same folder"
fi
grep -q "in Slurm's queue" "$work/said" || fail "refused without a reason: $(cat "$work/said")"
[ "$(ls "$work"/jobs/slurm/*.sh | wc -l)" = 4 ] || fail "scripts: $(ls "$work/jobs/slurm")"

# one is cancelled, one told to stop as before its time limit, one put back into the queue
until_ "none" 120 epochs_kept none 3
cancelled=$(job_of none)
scancel "$cancelled" || fail "scancel $cancelled"
until_ "dml" 120 epochs_kept dml 3
told=$(job_of dml)
scancel --batch --signal=TERM "$told" || fail "signal $told"
until_ "crd" 120 epochs_kept crd 3
requeued=$(job_of crd)
scontrol requeue "$requeued" || fail "requeue $requeued"

for job in $requeued $told; do
    until_ "$job in the queue again" 60 sh -c "[ \"\$(squeue -h -r -j $job -o %T)\" = PENDING ]"
    # two minutes are usual; at once, the node would take it for the job that it has just ended
    scontrol update JobId="$job" StartTime=now+3seconds || fail "no start of $job"
done
for method in crd dml none; do
    [ ! -e "$(run_of $method)/run.h5" ] || fail "$method was over before it was stopped"
done
until_ "the end of all jobs" 300 no_jobs_left
for method in crd dml; do
    [ -e "$(run_of $method)/run.h5" ] || fail "$method was not gone on with"
done
[ ! -e "$(run_of none)/run.h5" ] || fail "a cancelled run has a result"

kept=$(wc -l < "$(run_of none)/journal.jsonl")

# what was cancelled is submitted again, alone; its worker is killed, and started again by its job
"$kdbench" resume "$work/jobs" --executor slurm 2> "$work/said" || fail "resume: $(cat "$work/said")"
grep -q '[12] of 5 runs submitted, [34] done' "$work/said" || fail "resume: $(cat "$work/said")"
until_ "none again" 120 epochs_kept none $((kept + 4))
pkill -KILL -f "worker $(run_of none)" || fail "no worker to kill"
until_ "the end of what was left" 300 no_jobs_left
same_content "$work/whole" "$work/jobs" "by Slurm"
[ -z "$(find "$work/jobs" -name status.json)" ] || fail "something says that it failed"

# each stop cost the epoch that was under way, not those before it: they came from checkpoints
all=$((1 + 3 * epochs))
done_=$(grep -c '^worker epoch' "$work/points")
[ "$done_" -gt $all ] && [ "$done_" -le $((all + 4)) ] ||
    fail "$done_ epochs were begun, $all and one for each of four stops are right"
unset KD_TEST_KILL_LOG

# all is done: nothing to submit; the report finds results and times
slurm -o "$work/jobs" 2> "$work/said" || fail "all is done: $(cat "$work/said")"
grep -q ' 0 of 5 runs submitted, 5 done' "$work/said" || fail "all is done: $(cat "$work/said")"
"$kdbench" report "$work/jobs" -q --tables > /dev/null || fail "report"
grep -q '^| students .* [1-9]' "$work/jobs/report/times.md" || fail "$(cat "$work/jobs/report/times.md")"

# a teacher that fails: its students are skipped, as the local executor says it
sed 's/teacher = { train = { epochs = 1 } }/teacher = { train = { epochs = 4, lr = 1000 } }/' \
    "$here/tiny.lua" > "$work/fails.lua"
ends()
{
    (cd "$1" && find . -name status.json | sort | while read -r file; do
        echo "$file $(sed "s|$1|DIR|g" "$file")"
    done)
}
code=0
"$kdbench" run "$work/fails.lua" -q -o "$work/failed" 2> /dev/null || code=$?
[ $code = 1 ] || fail "a teacher that should have failed: exit code $code"
"$kdbench" run "$work/fails.lua" -q -o "$work/skipped" --executor slurm || fail "submitting"
until_ "the end of those that fail" 120 no_jobs_left
ends "$work/failed" > "$work/one"
ends "$work/skipped" > "$work/two"
grep -q '"state":"skipped"' "$work/one" || fail "no student was skipped: $(cat "$work/one")"
diff "$work/one" "$work/two" || fail "not what the local executor says"
echo "Slurm ends with the same bits"
