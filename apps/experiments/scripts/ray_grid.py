#!/usr/bin/env python3
"""A grid on a Ray cluster (pip install ray): each shard is a task. In the folder of the repository, which all nodes see:

    python3 apps/experiments/scripts/ray_grid.py --shards 8 --cpus 2 -- --data DIR --grid quick --out runs/quick

What stands behind `--` goes to the experiments. The shards share --out, and the last one to finish writes the report. A task
whose machine is lost is started again by Ray, and goes on from the last checkpoints.
"""

import argparse
import os
import subprocess
import sys

import ray

COMMAND = ["node", "apps/experiments/bin/experiments.mjs"]
FAILED_RUNS = 1


def run_shard(folder: str, arguments: list[str], shard: str) -> tuple[str, int]:
    """Returns the shard's exit code; raises, so that Ray tries again, where it did not come to its end."""
    code = subprocess.run([*COMMAND, *arguments, "--shard", shard], cwd=folder, check=False).returncode
    if code not in (0, FAILED_RUNS):
        raise RuntimeError(f"shard {shard} ended with {code}")
    return shard, code


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=int, required=True)
    parser.add_argument("--cpus", type=float, default=2, help="of each shard; with --jobs N give it N times as many")
    parser.add_argument("--address", default=None, help="of the cluster; default: RAY_ADDRESS, or this machine alone")
    parser.add_argument("arguments", nargs="*", metavar="-- ...")
    options = parser.parse_args()
    if options.shards < 1:
        parser.error(f"--shards must be at least 1, got {options.shards}")

    ray.init(address=options.address)
    task = ray.remote(num_cpus=options.cpus, max_retries=3, retry_exceptions=True)(run_shard)
    folder = os.getcwd()
    pending = [task.remote(folder, options.arguments, f"{i}/{options.shards}") for i in range(1, options.shards + 1)]
    failed = []
    while pending:
        [done], pending = ray.wait(pending)
        try:
            shard, code = ray.get(done)
            print(f"shard {shard}: {'complete' if code == 0 else 'some runs failed'}", flush=True)
            if code != 0:
                failed.append(shard)
        except ray.exceptions.RayError as error:
            print(error, file=sys.stderr)
            failed.append("lost")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
