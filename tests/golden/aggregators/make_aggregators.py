"""Runs the aggregators of TorchJD on small Jacobians and writes aggregators.json beside it.

A Jacobian holds one gradient a row. The expected value is the aggregated gradient, not the weights: where gradients
depend on each other several weights give the same. TorchJD stops some of its solvers early, so those are solved again:
MGDA over all faces, CAGrad, FairGrad and Nash-MTL by cvxpy. Run with Python 3.11 and the packages that the JSON names.
"""

import json
from importlib.metadata import version
from itertools import combinations
from pathlib import Path

import cvxpy as cp
import numpy as np
import torch
from torchjd import aggregation as jd

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(11)


def jacobians():
    """Random ones of 1 to 8 tasks, and the awkward kinds."""
    cases = {}
    for k in range(1, 9):
        cases[f"{k} random"] = rng.normal(0, 1, (k, 10))
    for k in (2, 3, 5):
        cases[f"{k} in conflict"] = rng.normal(0, 1, (k, 6)) - 1.5 * np.eye(k, 6) @ np.ones((6, 6)) / 3
    cases["3 of very different length"] = rng.normal(0, 1, (3, 6)) * np.array([[20], [1], [0.05]])
    cases["3 orthogonal"] = np.diag([1.0, 2.0, 0.5]) @ np.eye(3, 5)
    cases["3 and a fourth that depends on them"] = (lambda j: np.vstack([j, 0.5 * j[0] + 0.25 * j[1]]))(
        rng.normal(0, 1, (3, 6)).round(1)
    )
    cases["5 of rank 2"] = rng.normal(0, 1, (5, 2)).round(1) @ rng.normal(0, 1, (2, 6)).round(1)
    cases["2 alike"] = np.array([[1.0, 2.0, -1.0], [1.0, 2.0, -1.0]])
    cases["3, one of them zero"] = np.vstack([rng.normal(0, 1, (2, 5)), np.zeros((1, 5))])
    cases["2 zero"] = np.zeros((2, 3))
    return {name: np.round(j, 3) for name, j in cases.items()}


CLARABEL = {"solver": cp.CLARABEL, "tol_gap_abs": 1e-12, "tol_gap_rel": 1e-12, "tol_feas": 1e-12}


def mgda(j):
    """The shortest vector of the convex hull, by looking at every face."""
    best = None
    for size in range(1, len(j) + 1):
        for face in map(list, combinations(range(len(j)), size)):
            rows = j[face]
            system = np.block([[rows @ rows.T, np.ones((size, 1))], [np.ones((1, size)), np.zeros((1, 1))]])
            w = np.linalg.lstsq(system, np.r_[np.zeros(size), 1], rcond=1e-12)[0][:-1]
            vector = rows.T @ w
            if (w > -1e-12).all() and (best is None or np.linalg.norm(vector) < np.linalg.norm(best) - 1e-12):
                best = vector
    return best


def polish(j, w, linear, radius):
    """Newton steps for linear'w + radius |j'w| over the simplex, on the face that cvxpy found."""
    face = np.flatnonzero(w > 1e-5)
    gramian = (j @ j.T)[np.ix_(face, face)]
    v, ones = w[face] / w[face].sum(), np.ones((len(face), 1))
    for _ in range(5):
        length = np.sqrt(v @ gramian @ v)
        if length < 1e-4:
            return w
        slope = linear[face] + radius * gramian @ v / length
        hessian = radius * (gramian / length - np.outer(gramian @ v, gramian @ v) / length**3)
        system = np.block([[hessian, ones], [ones.T, np.zeros((1, 1))]])
        v = v + np.linalg.lstsq(system, np.r_[-slope, 0], rcond=1e-12)[0][:-1]
    assert (v > 0).all() and abs(v.sum() - 1) < 1e-12
    result = np.zeros(len(w))
    result[face] = v
    return result


def cagrad(j, c):
    k = len(j)
    size = np.linalg.norm(j)
    if size == 0:
        return np.ones(k) / k
    unit = j / size
    mean = unit.mean(0)
    radius = c * np.linalg.norm(mean)
    w = cp.Variable(k, nonneg=True)
    cp.Problem(cp.Minimize((unit @ mean) @ w + radius * cp.norm(unit.T @ w, 2)), [cp.sum(w) == 1]).solve(**CLARABEL)
    w = polish(unit, w.value, unit @ mean, radius)
    length = np.linalg.norm(unit.T @ w)
    return np.ones(k) / k + radius / length * w if length >= 1e-4 else np.zeros(k)


def fair(j, alpha):
    """G w = w^(-1/alpha), w > 0: the minimum of a convex problem by cvxpy, then Newton steps in log w."""
    k = len(j)
    gramian = j @ j.T
    w = cp.Variable(k, pos=True)
    utility = {1: cp.log, 2: lambda v: 2 * cp.sqrt(v)}[alpha]
    cp.Problem(cp.Minimize(cp.sum_squares(j.T @ w) / 2 - cp.sum(utility(w)))).solve(**CLARABEL)
    v = np.log(w.value)
    for _ in range(5):
        products = gramian @ np.exp(v)
        slope = gramian * np.exp(v)[None] / products[:, None] + np.eye(k) / alpha
        v -= np.linalg.solve(slope, np.log(products) + v / alpha)
    assert np.abs(np.log(gramian @ np.exp(v)) + v / alpha).max() < 1e-12
    return np.exp(v)


def nash(j):
    w = fair(j, 1)
    norm = np.linalg.norm(j.T @ w)
    return w / norm if norm > 1 else w


def in_order(run, orders):
    """Runs `run` with torch.randperm giving the orders one after the other."""
    queue = [list(order) for order in orders]
    real = torch.randperm
    torch.randperm = lambda n, **_: torch.tensor(queue.pop(0))
    try:
        return run()
    finally:
        torch.randperm = real


def listed(x):
    return None if x is None else [float(f"{v:.10g}") for v in np.asarray(x).ravel()]


def expected(j):
    k = len(j)
    t = torch.tensor(j)
    gramian = j @ j.T
    full_rank = np.linalg.matrix_rank(j) == k
    results = {
        "meanGradient": jd.Mean()(t),
        "sumGradient": jd.Sum()(t),
        "imtlG": jd.IMTLG()(t),
        "upGrad": jd.UPGrad()(t),
        "dualProj": jd.DualProj()(t),
        "alignedMtl": jd.AlignedMTL()(t),
        "alignedMtl rms": jd.AlignedMTL(scale_mode="rmse")(t),
        "alignedMtl median": jd.AlignedMTL(scale_mode="median")(t),
        "conFig": jd.ConFIG()(t),
        "mgda": mgda(j),
        "caGrad 0.5": j.T @ cagrad(j, 0.5),
        "caGrad 2": j.T @ cagrad(j, 2),
        # Their own solvers, which stop early: compared loosely.
        "mgda TorchJD": jd.MGDA(epsilon=1e-9, max_iters=20000)(t),
        "caGrad 0.5 TorchJD": jd.CAGrad(c=0.5)(t),
    }
    if full_rank:
        results["fairGrad 1"] = j.T @ fair(j, 1)
        results["fairGrad 2"] = j.T @ fair(j, 2)
        results["fairGrad 2 TorchJD"] = jd.FairGrad(alpha=2.0, max_iters=2000)(t)
        results["nashMtl"] = j.T @ nash(j)
        if k > 1:  # cvxpy cannot multiply by a 1 x 1 matrix
            nash_mtl = jd.NashMTL(n_tasks=k, optim_niter=200)
            result = nash_mtl(t)
            shares = gramian @ nash_mtl.weighting.prvs_alpha * nash_mtl.weighting.prvs_alpha
            if np.ptp(shares) < 1e-2 * shares.mean():  # where its sequence of cone programs arrived
                results["nashMtl TorchJD"] = result
    preference = np.round(rng.uniform(0.2, 2, k), 2)
    p = torch.tensor(preference)
    preferred = {
        "upGrad": jd.UPGrad(pref_vector=p / k)(t),
        "dualProj": jd.DualProj(pref_vector=p / k)(t),
        "alignedMtl": jd.AlignedMTL(pref_vector=p / k)(t),
        "conFig": jd.ConFIG(pref_vector=p)(t),
    }
    orders = [[int(v) for v in rng.permutation(k)] for _ in range(k)]
    others = [[i for i in order if i != row] for row, order in enumerate(orders)]
    # GradVac permutes the places in the list of others.
    vac = jd.GradVac(beta=0.3)
    places = [[o - (o > row) for o in order] for row, order in enumerate(others)]
    vaccinated = []
    for share in (1.0, 0.7, 1.3):
        moved = torch.tensor(j * np.linspace(1, share, k)[:, None] + (share - 1) * np.roll(j, 1, 0))
        vaccinated.append(listed(in_order(lambda: vac(moved), places)))
    return {
        "jacobian": j.tolist(),
        "fullRank": bool(full_rank),
        "expected": {name: listed(value) for name, value in results.items()},
        "preference": preference.tolist(),
        "preferred": {name: listed(value) for name, value in preferred.items()},
        "orders": others,
        "pcGrad": listed(in_order(lambda: jd.PCGrad()(t), orders)),
        "gradVac": vaccinated,
    }


packages = ("torchjd", "torch", "numpy", "scipy", "cvxpy", "clarabel", "quadprog", "ecos")
cases = {name: expected(j) for name, j in jacobians().items()}
versions = {name: version(name) for name in packages}
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(case)}" for name, case in cases.items())
text = f'{{"versions": {json.dumps(versions)},\n"cases": {{\n{lines}\n}}}}\n'
Path(__file__).with_name("aggregators.json").write_text(text)
