"""Runs generated modules of PyTorch with their weights: prints what cases.py prints."""

import json
import sys

import numpy
import torch
from cases import cases, first, report


def load_file(path):
    """What safetensors.torch.load_file returns."""
    with open(path, "rb") as file:
        content = file.read()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = (start + at for at in entry["data_offsets"])
        values = numpy.frombuffer(content[begin:end], numpy.float32).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors


torch.set_num_threads(1)
for case, entry, path in cases(sys.argv[1], "torch"):

    def outputs():
        scope = {}
        with open(path.replace(".safetensors", ".py")) as file:
            exec(compile(file.read(), path, "exec"), scope)
        model = scope["Model"]()
        model.load_state_dict(load_file(path))
        model.eval()
        nchw = entry["layout"] == "NCHW"
        with torch.no_grad():
            found = model(*(torch.from_numpy(first(x) if nchw else x) for x in case["x"]))
        if isinstance(found, dict):
            found = [found[name] for name in case["outputs"]]
        return [y.numpy() for y in found], [first(y) if nchw else y for y in case["y"]]

    report(case, entry, outputs)
