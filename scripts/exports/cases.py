"""The cases of a folder, and how what came out of a runtime is told."""

import json
import os

import numpy


def first(x):
    """Channels behind the batch."""
    return numpy.ascontiguousarray(numpy.moveaxis(x, -1, 1)) if x.ndim > 2 else x


def arrays(tensors):
    return [numpy.array(t["values"], numpy.float32).reshape(t["shape"]) for t in tensors]


def cases(folder, format):
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name, "case.json")) as file:
            case = json.load(file)
        case["x"], case["y"] = arrays(case["x"]), arrays(case["y"])
        for entry in case["written"]:
            if entry["format"] == format:
                yield case, entry, os.path.join(folder, name, entry["file"])


def report(case, entry, run):
    """Differences are relative to the largest value of an output, where that is above 1."""
    result = {"name": case["name"], "file": entry["file"]}
    try:
        found, expected = run()
        if [y.shape for y in found] != [y.shape for y in expected]:
            raise ValueError(f"shapes {[y.shape for y in found]}, not {[y.shape for y in expected]}")
        result["difference"] = max(
            float(numpy.abs(a - b).max() / max(1, numpy.abs(b).max())) for a, b in zip(found, expected)
        )
    except Exception as error:  # all that a runtime can say of a file
        result["error"] = f"{type(error).__name__}: {error}"[:2000]
    print(json.dumps(result), flush=True)
