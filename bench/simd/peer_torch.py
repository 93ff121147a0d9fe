"""The paper's three-task U-Net in PyTorch: the peer of bench/simd/main.ts.

python peer_torch.py '{"size": {"image", "filters", "batch", "accumulate"}, "threads"}', then a line on stdin for each task,
`step N`, `forward N` or `memory`, and an answer in JSON on stdout for each.
"""
import json
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

spec = json.loads(sys.argv[1])
image, filters, batch = (spec["size"][name] for name in ("image", "filters", "batch"))
accumulate = spec["size"].get("accumulate", 1)
torch.set_num_threads(spec["threads"])
torch.manual_seed(1)


def resident(field):
    """Resident memory in MiB, now (VmRSS) or at its highest (VmHWM)."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(field)) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def conv(i, o, k=3):
    return nn.Sequential(nn.Conv2d(i, o, k, padding="same"), nn.ReLU())


class Decoder(nn.Module):
    def __init__(self, out):
        super().__init__()
        self.up = nn.ModuleList(conv(2 * m, m, 2) for m in levels[3::-1])
        self.body = nn.ModuleList(nn.Sequential(conv(2 * m, m), conv(m, m)) for m in levels[3::-1])
        self.tail = nn.Sequential(conv(levels[0], 2), nn.Conv2d(2, out, 1))

    def forward(self, skips, x):
        for up, body, skip in zip(self.up, self.body, skips[::-1]):
            x = body(torch.cat([skip, up(F.interpolate(x, scale_factor=2.0))], 1))
        return self.tail(x)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        before = [1, *levels[:-1]]
        self.down = nn.ModuleList(nn.Sequential(conv(i, o), conv(o, o)) for i, o in zip(before, levels))
        self.reconstruction, self.segmentation = Decoder(1), Decoder(1)
        side = image // 32
        self.classification = nn.Sequential(
            conv(levels[4], 128), nn.MaxPool2d(2), nn.Flatten(),
            nn.Linear(128 * side * side, 128), nn.ELU(), nn.Dropout(0.5), nn.Linear(128, 64), nn.ELU(), nn.Dropout(0.5), nn.Linear(64, 1),
        )

    def forward(self, x):
        skips = []
        for block in self.down[:4]:
            x = block(x)
            skips.append(x)
            x = F.max_pool2d(x, 2)
        x = self.down[4](x)
        return self.reconstruction(skips, x), torch.sigmoid(self.segmentation(skips, x)), torch.sigmoid(self.classification(x))


before = resident("VmRSS")
levels = [filters * 2**i for i in range(5)]
model = Model()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
x = torch.rand(batch, 1, image, image)
mask = torch.rand(batch, 1, image, image).round()
label = torch.rand(batch, 1).round()


def step():
    optimizer.zero_grad()
    for _ in range(accumulate):
        reconstruction, segmentation, classification = model(x)
        overlap = (mask * segmentation).sum((1, 2, 3))
        dice = 1 - (2 * overlap + 1) / (mask.sum((1, 2, 3)) + segmentation.sum((1, 2, 3)) + 1)
        loss = F.mse_loss(reconstruction, x) + dice.mean() + F.binary_cross_entropy(classification, label)
        (loss / accumulate).backward()
        loss.item()
    optimizer.step()


def forward():
    with torch.no_grad():
        return [y.sum() for y in model(x)]


def timed(body, repeats):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        body()
        times.append((time.perf_counter() - start) * 1000)
    return times


def answer(value):
    print(json.dumps(value), flush=True)


answer({"ready": True, "version": f"PyTorch {torch.__version__}", "parameters": sum(p.numel() for p in model.parameters())})
for line in sys.stdin:
    task, *count = line.split()
    if task == "memory":
        answer({"beforeMiB": before, "peakMiB": resident("VmHWM")})
    else:
        answer({"ms": timed({"step": step, "forward": forward}[task], int(count[0]))})
