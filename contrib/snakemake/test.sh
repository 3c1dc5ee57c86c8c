#!/bin/bash
# Runs the workflow for real on stub cases, one of which is killed; then puts it right and runs it again.
#   contrib/snakemake/test.sh target/release/straydose                 (needs snakemake 9 on the PATH)
#   contrib/snakemake/test.sh target/release/straydose slurm           (on a Slurm, from a folder that its nodes share)
set -euo pipefail
program=$(realpath "$1")
profile=${2:-local}
here=$(dirname "$(realpath "$0")")
place=$(mktemp -d "$PWD/snakemake-test.XXXX")
# Stub jobs last a second; the profile's pace of questions is that of real ones.
pace=()
if [ "$profile" = slurm ]; then pace=(--slurm-init-seconds-before-status-checks 2 --latency-wait 10); fi
trap 'rm -rf "$place"' EXIT
cd "$place"
export RUNS="$place/runs"
fail() { echo "contrib/snakemake/test.sh: $1" >&2; tail -n 20 log >&2; exit 1; }

mkdir studies
echo case_id,study > cases.csv
for n in $(seq 0 11); do
    mkdir "studies/$n"
    echo "ok $n" > "studies/$n/file"
    echo "C$n,studies/$n" >> cases.csv
done
echo kill > studies/7/file
echo refuse > studies/3/file

run() {
    rm -f runs
    snakemake -s "$here/Snakefile" --profile "$here/$profile" "${pace[@]}" --config manifest=cases.csv out=results shards=3 \
        "program=$program" "options=--program $here/../stub.sh" > log 2>&1
}
run && fail "a shard with a killed case did not fail the workflow"
[ "$(wc -l < runs)" -eq 12 ] || fail "the other cases were not all run"
[ ! -e results/cohort ] || fail "a cohort was gathered without its failed case"
echo "ok 7" > studies/7/file
run || fail "the second run failed"
[ "$(wc -l < runs)" -eq 1 ] || fail "the second run did not run the one missing case alone"
grep -q '^C3,refused' results/cohort/refused.csv || fail "the refused case is not in refused.csv"
run || fail "the third run failed"
[ ! -e runs ] || fail "the third run ran cases again"
echo "snakemake ($profile): a killed case failed its shard alone, the second run ran it alone, the third nothing"
