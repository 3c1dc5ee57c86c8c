#!/bin/sh
# Stands for `straydose estimate` in tests of the engines: what it does is what the case's one file says, every run leaves a line in $RUNS.
set -e
what=$(cat in/study/00001.dcm)
echo "$what" >> "$RUNS"
case "$what" in
  refuse*) echo "straydose: there is no plan" >&2; exit 3;;
  panic*) echo "thread 'main' panicked" >&2; exit 101;;
  kill*) kill -9 $$;;
  nothing*) exit 0;;
esac
[ -z "$SLOW" ] || sleep "$SLOW"
mkdir out
printf 'organ,from,volume_cm3,mean_gy,original_name\nBrain,ct,1000,%s,Brain\n' "${what#ok }" > out/organs.csv
printf 'organ,dose_gy,volume_cm3,volume_percent\nBrain,0,1000,100\nBrain,1,0,0\n' > out/dvh.csv
echo 'label,name,material,mass_g,from' > out/anatomy.csv
echo "{\"histories\": 1000, \"beams\": [], \"beams_left_out\": [], \"planned_dose\": null, \"warnings\": [], \"stage_seconds\": {\"read\": $$}}" > out/run.json
