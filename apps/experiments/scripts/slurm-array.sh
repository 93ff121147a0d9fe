#!/usr/bin/env bash
# A grid as a Slurm array: each task of the array is a shard. In the folder of the repository, which all nodes see:
#
#   sbatch --array=1-8 apps/experiments/scripts/slurm-array.sh --data DIR --grid quick --out runs/quick
#
# The shards share --out, and the last one to finish writes the report. A task that is preempted or cancelled saves its runs
# where they are; --requeue, or the same command again, goes on from there.
#SBATCH --job-name=experiments
#SBATCH --cpus-per-task=2
#SBATCH --time=12:00:00
#SBATCH --requeue
#SBATCH --signal=B:TERM@120
#SBATCH --output=experiments-%A-%a.log
set -euo pipefail

if [[ -z ${SLURM_ARRAY_TASK_ID:-} ]]; then
  echo 'This is a script for an array: sbatch --array=1-8 apps/experiments/scripts/slurm-array.sh ...' >&2
  exit 1
fi
# An array may begin at any number; --array=0-7 and 1-8 are eight shards alike.
index=$((SLURM_ARRAY_TASK_ID - SLURM_ARRAY_TASK_MIN + 1))

cd "${SLURM_SUBMIT_DIR:-.}"
# In the background, as bash passes on a signal of Slurm (--signal=B:) only while it waits. It is not npm: that would not wait.
node apps/experiments/bin/experiments.mjs "$@" --shard "$index/$SLURM_ARRAY_TASK_COUNT" &
experiments=$!
trap 'kill -TERM "$experiments"' TERM
status=0
wait "$experiments" || status=$?
# `wait` ends with the signal; the shard has yet to save its runs.
while kill -0 "$experiments" 2>/dev/null; do
  status=0
  wait "$experiments" || status=$?
done
exit "$status"
