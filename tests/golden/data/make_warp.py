"""Writes warp.json: images under affine maps, by torch.nn.functional.grid_sample with zeros outside."""

import json
import math
from pathlib import Path

import numpy
import torch
from torch.nn.functional import grid_sample

generator = numpy.random.default_rng(11)
HEIGHT, WIDTH, CHANNELS = 6, 5, 2
angle = math.radians(23)
MAPS = [
    [1, 0, 0, 0, 1, 0],
    [-1, 0, 0, 0, 1, 0],
    [1, 0, 0.75, 0, 1, -1.25],
    [math.cos(angle), math.sin(angle), 0, -math.sin(angle), math.cos(angle), 0],
    [0.8, 0.1, 0.3, -0.2, 1.15, -0.4],
]

image = generator.integers(0, 100, (HEIGHT, WIDTH, CHANNELS))
batch = torch.from_numpy(image.transpose(2, 0, 1)[None].astype(numpy.float64))
cases = []
for a, b, c, d, e, f in MAPS:
    rows, columns = numpy.mgrid[0:HEIGHT, 0:WIDTH].astype(numpy.float64)
    dx, dy = columns - (WIDTH - 1) / 2, rows - (HEIGHT - 1) / 2
    x = a * dx + b * dy + c + (WIDTH - 1) / 2
    y = d * dx + e * dy + f + (HEIGHT - 1) / 2
    grid = torch.from_numpy(numpy.stack([(2 * x + 1) / WIDTH - 1, (2 * y + 1) / HEIGHT - 1], axis=-1)[None])
    result = grid_sample(batch, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    expected = result[0].numpy().transpose(1, 2, 0).ravel()
    cases.append({"map": [a, b, c, d, e, f], "bilinear": [round(float(value), 6) for value in expected]})

golden = {
    "versions": {"torch": torch.__version__, "numpy": numpy.__version__},
    "shape": [HEIGHT, WIDTH, CHANNELS],
    "image": image.ravel().tolist(),
    "cases": cases,
}
Path(__file__).with_name("warp.json").write_text(json.dumps(golden) + "\n")
