"""Writes resize.json: images and masks resized by torch.nn.functional.interpolate, percentiles by numpy."""

import json
from pathlib import Path

import numpy
import torch
from torch.nn.functional import interpolate

SIZES = [((5, 7, 1), (5, 7)), ((4, 6, 2), (8, 9)), ((9, 7, 1), (4, 3)), ((16, 12, 3), (5, 20)), ((1, 3, 1), (4, 1))]

generator = numpy.random.default_rng(7)
cases = []
for shape, size in SIZES:
    image = generator.integers(0, 256, shape)
    batch = torch.from_numpy(image.transpose(2, 0, 1)[None].astype(numpy.float64))

    def resized(**options):
        result = interpolate(batch, size=size, **options)[0].numpy().transpose(1, 2, 0)
        return [round(float(value), 6) for value in result.ravel()]

    cases.append(
        {
            "shape": shape,
            "size": size,
            "image": image.ravel().tolist(),
            "bilinear": resized(mode="bilinear", align_corners=False, antialias=False),
            "antialiased": resized(mode="bilinear", align_corners=False, antialias=True),
            "nearest": resized(mode="nearest-exact"),
        }
    )

values = generator.normal(0, 300, 40).round(3)
percentiles = [0, 1, 12.5, 50, 99, 100]
golden = {
    "versions": {"torch": torch.__version__, "numpy": numpy.__version__},
    "resize": cases,
    "percentiles": {
        "values": values.tolist(),
        "q": percentiles,
        "expected": [round(float(value), 6) for value in numpy.percentile(values, percentiles)],
    },
}
path = Path(__file__).with_name("resize.json")
path.write_text(json.dumps(golden) + "\n")
