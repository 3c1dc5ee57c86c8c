#!/bin/bash
# Runs the scripts on a Slurm: stub cases of which one fails and one is refused, a task that is killed, a second run of what is missing.
#   contrib/slurm/one_machine.sh contrib/slurm/test.sh target/release/straydose        (or on a cluster, from a folder that its nodes share)
set -euo pipefail
program=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
place=$(mktemp -d "$PWD/slurm-test.XXXX")
trap 'rm -rf "$place"' EXIT
cd "$place"
export RUNS="$place/runs" SLOW=1
fail() { echo "contrib/slurm/test.sh: $1" >&2; tail -n 20 ./*.log >&2 || true; exit 1; }

mkdir studies
echo case_id,study > cases.csv
for n in $(seq 0 11); do
    mkdir "studies/$n"
    echo "ok $n" > "studies/$n/file"
    echo "C$n,studies/$n" >> cases.csv
done
echo kill > studies/7/file
echo refuse > studies/3/file

# Every third case is a shard's: 7 is in the second, 0, 3, 6 and 9 in the first.
submit() {
    rm -f runs
    job=$(sbatch --parsable --array=1-3 \
        --export=ALL,SHARDS=3,MANIFEST=cases.csv,OUT=results,STRAYDOSE="$program",OPTIONS="--program $here/../stub.sh" \
        "$here/batch.sbatch")
}
runs() { if [ -e runs ]; then wc -l < runs; else echo 0; fi; }
wait_for() { for _ in $(seq 150); do [ -z "$(squeue --noheader --jobs "$1" 2>/dev/null)" ] && return; sleep 0.4; done; fail "job $1 did not end"; }
state() { scontrol --oneliner show job "$1" | grep -o 'JobState=[A-Z_]*'; }

submit
until [ -n "$(ls results 2>/dev/null)" ]; do sleep 0.1; done
scancel --signal=KILL --full "${job}_1"
wait_for "$job"
[ "$(state "${job}_2")" = JobState=FAILED ] || fail "the shard with a failed case did not fail"
[ "$(state "${job}_3")" = JobState=COMPLETED ] || fail "the third shard did not end well"
[ "$(state "${job}_1")" != JobState=COMPLETED ] || fail "the killed shard ended well"
done=$(cat results/*/status.json | grep -c '"status": "\(ok\|refused\)"')
[ "$done" -ge 7 ] && [ "$done" -lt 11 ] || fail "$done cases are done, 7 to 10 were expected"
# Tables wait for all shards, and so for ever after this run.
tables=$(sbatch --parsable --dependency="afterok:$job" --export=ALL,OUT=results,COHORT=cohort,STRAYDOSE="$program" "$here/gather.sbatch")
sleep 1
[ ! -e cohort ] || fail "a cohort was gathered without its failed case"
scancel "$tables"

echo "ok 7" > studies/7/file
submit
tables=$(sbatch --parsable --dependency="afterok:$job" --export=ALL,OUT=results,COHORT=cohort,STRAYDOSE="$program" "$here/gather.sbatch")
wait_for "$job"
[ "$(runs)" -eq $((12 - done)) ] || fail "the second run ran $(runs) cases and not the $((12 - done)) that were missing"
wait_for "$tables"
grep -q '^C3,refused' cohort/refused.csv || fail "the refused case is not in refused.csv"
[ -s cohort/cases.parquet ] || fail "there is no table"

submit
wait_for "$job"
[ "$(runs)" -eq 0 ] || fail "the third run ran cases again"
echo "slurm: of 12 cases $done were done when one had failed and a task was killed; the second run ran the other $((12 - done)), the third nothing"
