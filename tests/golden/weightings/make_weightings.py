"""Runs the scalarizers of TorchJD, and GradNorm by torch's autograd, on made-up losses; writes weightings.json beside it.

Each case holds the losses of a few steps, and for each step the joint loss and its gradient with respect to the losses
and to what the weighting learns. Run with Python 3.11 and the packages that the JSON names.
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from torchjd import scalarization as jd

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(5)
LOSSES = np.round(rng.uniform(0.05, 3, (8, 3)), 3)


def listed(values):
    return [float(f"{v:.10g}") for v in np.asarray(values).ravel()]


def joint(scalarizer, losses, learned=None, value=None):
    """Value and gradients of one joint loss."""
    x = torch.tensor(losses, requires_grad=True)
    if learned is not None:
        with torch.no_grad():
            learned.copy_(torch.tensor(value))
    total = scalarizer(x)
    wanted = [x] if learned is None else [x, learned]
    grads = torch.autograd.grad(total, wanted)
    out = {"losses": losses.tolist(), "value": float(total), "slopes": listed(grads[0])}
    if learned is not None:
        out |= {"learned": list(value), "learnedSlopes": listed(grads[1])}
    return out


def plain(scalarizer):
    return [joint(scalarizer, losses) for losses in LOSSES[:3]]


def with_learned(scalarizer, learned):
    values = np.round(rng.normal(0, 0.7, (3, 3)), 3).tolist()
    return [joint(scalarizer, losses, learned, value) for losses, value in zip(LOSSES[:3], values)]


def dwa():
    """Epochs of one batch: the joint loss of an epoch's batch, then the epoch's end."""
    scalarizer = jd.DWA(temperature=2.0)
    out = []
    for losses in LOSSES:
        out.append(joint(scalarizer, losses))
        scalarizer.step()
    return out


def famo():
    scalarizer = jd.FAMO(3, lr=0.025, weight_decay=1e-3)
    out = []
    for before, after in zip(LOSSES[:-1], LOSSES[1:] * 0.9):
        case = joint(scalarizer, before)
        scalarizer.update(torch.tensor(after))
        out.append(case | {"after": listed(after)})
    return out


def grad_norm(alpha=1.5, rate=0.025):
    """Algorithm 1 of arXiv:1711.02257 with w = K softmax(s) and Adam, the gradient of the weights by autograd."""
    s = torch.zeros(3, requires_grad=True)
    optimizer = torch.optim.Adam([s], lr=rate)
    out = []
    first = torch.tensor(LOSSES[0])
    for losses in LOSSES:
        jacobian = torch.tensor(np.round(rng.normal(0, 1, (3, 5)) * [[3], [1], [0.2]], 3))
        weights = 3 * torch.softmax(s, 0)
        norms = (weights[:, None] * jacobian).norm(dim=1)
        ratios = torch.tensor(losses) / first
        goal = (norms.mean() * (ratios / ratios.mean()) ** alpha).detach()
        optimizer.zero_grad()
        (norms - goal).abs().sum().backward()
        out.append({"losses": losses.tolist(), "jacobian": jacobian.tolist(), "weights": listed(weights.detach())})
        optimizer.step()
    return out


uw, imtl = jd.UW(3), jd.IMTLL(3)
preference, ideal = [0.2, 0.5, 0.3], [0.01, 0.02, 0.0]
cases = {
    "equalWeights": plain(jd.Mean()),
    "geometricLoss": plain(jd.GeometricMean()),
    "smoothTchebycheff": plain(jd.STCH(mu=0.1)),
    "smoothTchebycheff preference": plain(
        jd.STCH(mu=0.5, weights=torch.tensor(preference), reference=torch.tensor(ideal))
    ),
    "uncertainty": with_learned(uw, next(uw.parameters())),
    "imtlL": with_learned(imtl, next(imtl.parameters())),
    "dynamicWeightAverage": dwa(),
    "famo": famo(),
    "gradNorm": grad_norm(),
}
versions = {name: version(name) for name in ("torchjd", "torch", "numpy")}
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(case)}" for name, case in cases.items())
text = f'{{"versions": {json.dumps(versions)}, "preference": {preference}, "ideal": {ideal},\n"cases": {{\n{lines}\n}}}}\n'
Path(__file__).with_name("weightings.json").write_text(text)
