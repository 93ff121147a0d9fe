"""The peer of bench/gpu/worker.ts in PyTorch on the same GPU: the model of bench/simd/peer_torch.py.

python peer_torch.py [256x64x4,256x64x16] [REPEATS] [cuda] prints the medians of a step and a forward pass, in fp32 and in TF32.
"""
import json
import pathlib
import statistics
import subprocess
import sys

PEER = next(p for p in (pathlib.Path(__file__).with_name("peer_torch_simd.py"), pathlib.Path(__file__).parent.parent / "simd/peer_torch.py") if p.exists())
# The peer times by this clock, which here waits for the GPU; what it makes without naming a device is made there.
BEFORE = """
import runpy, sys, time, torch
torch.set_default_device({device!r})
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = {tf32}
torch.backends.cudnn.benchmark = True
clock = time.perf_counter
wait = torch.cuda.synchronize if {device!r} == "cuda" else lambda: None
time.perf_counter = lambda: (wait(), clock())[1]
sys.argv[1:] = [{spec!r}]
runpy.run_path({peer!r}, run_name="__main__")
"""

sizes, repeats, device = [*sys.argv[1:], *["256x64x4,256x64x16", "10", "cuda"][len(sys.argv) - 1 :]]
for size in sizes.split(","):
    image, filters, batch = map(int, size.split("x"))
    spec = json.dumps({"size": {"image": image, "filters": filters, "batch": batch}, "threads": 1})
    for tf32 in (False, True) if device == "cuda" else (False,):
        code = BEFORE.format(tf32=tf32, spec=spec, peer=str(PEER), device=device)
        asked = f"step 3\nstep {repeats}\nforward 3\nforward {repeats}\n"
        done = subprocess.run([sys.executable, "-c", code], input=asked, capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        ready, _, steps, _, forwards = map(json.loads, done.stdout.splitlines())
        step, forward = (statistics.median(answer["ms"]) for answer in (steps, forwards))
        print(f"{size}: {ready['version']}, {'TF32' if tf32 else 'fp32'}: step {step:.1f} ms, forward {forward:.1f} ms", flush=True)
