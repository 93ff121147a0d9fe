"""Runs TorchJD's GradDrop on small Jacobians, its random numbers given, and writes grad-drop.json beside it."""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from torchjd import aggregation as jd

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(7)


def jacobians():
    """Random ones of 1 to 8 tasks, and the awkward kinds."""
    cases = {f"{k} random": rng.normal(0, 1, (k, 12)) for k in range(1, 9)}
    cases["3 of very different length"] = rng.normal(0, 1, (3, 12)) * np.array([[20], [1], [0.05]])
    cases["4, half of the elements zero"] = rng.normal(0, 1, (4, 12)) * rng.integers(0, 2, (4, 12))
    cases["3, one of them zero"] = np.vstack([rng.normal(0, 1, (2, 12)), np.zeros((1, 12))])
    cases["2 opposite"] = np.outer([1, -1], rng.normal(0, 1, 12))
    cases["3 of one sign"] = np.abs(rng.normal(0, 1, (3, 12))) * np.where(np.arange(12) % 2, 1, -1)
    cases["2 zero"] = np.zeros((2, 12))
    return {name: np.round(j, 3) for name, j in cases.items()}


def with_draws(run, draws):
    """Runs `run` with torch.rand giving `draws`."""
    real = torch.rand
    torch.rand = lambda shape, **_: torch.tensor(draws).reshape(shape)
    try:
        return run().tolist()
    finally:
        torch.rand = real


def case(j):
    t = torch.tensor(j)
    draws = np.round(rng.uniform(0.001, 0.999, j.shape[1]), 3)
    leak = np.round(rng.uniform(0, 1, len(j)), 2)
    return {
        "jacobian": j.tolist(),
        "draws": draws.tolist(),
        "leak": leak.tolist(),
        "plain": with_draws(lambda: jd.GradDrop()(t), draws),
        "leaking": with_draws(lambda: jd.GradDrop(leak=torch.tensor(leak))(t), draws),
    }


cases = {name: case(j) for name, j in jacobians().items()}
for one in cases.values():
    one["leaking"] = [float(f"{v:.10g}") for v in one["leaking"]]
    one["plain"] = [float(f"{v:.10g}") for v in one["plain"]]
versions = {name: version(name) for name in ("torchjd", "torch", "numpy")}
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(one)}" for name, one in cases.items())
text = f'{{"versions": {json.dumps(versions)},\n"cases": {{\n{lines}\n}}}}\n'
Path(__file__).with_name("grad-drop.json").write_text(text)
