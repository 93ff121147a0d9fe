/** What a generated module begins with: what TensorFlow.js computes and PyTorch has no module of. */
export const PREAMBLE = `"""Written by tfjs-multitask. Weights: model.load_state_dict(safetensors.torch.load_file(path)); then model.eval()."""

import torch
import torch.nn.functional as F
from torch import nn


def same(x, size, strides, dilation=None, value=0.0):
    """Pads as TensorFlow does: the odd pixel behind."""
    pads = []
    dilation = dilation or (1,) * len(size)
    for length, k, s, d in reversed(list(zip(x.shape[2:], size, strides, dilation))):
        total = max((-(-length // s) - 1) * s + (k - 1) * d + 1 - length, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)


def max_pool_same(x, size, strides):
    pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[len(size) - 1]
    return pool(same(x, size, strides, value=float("-inf")), size, strides)


def avg_pool_same(x, size, strides):
    """The mean over the pixels that are there."""
    pool = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[len(size) - 1]
    inside = pool(same(torch.ones_like(x[:1, :1]), size, strides), size, strides)
    return pool(same(x, size, strides), size, strides) / inside


class LayerNorm(nn.Module):
    """Over any axes."""

    def __init__(self, axes, epsilon, weight, bias):
        super().__init__()
        self.axes, self.epsilon = axes, epsilon
        self.weight = None if weight is None else nn.Parameter(torch.ones(weight))
        self.bias = None if bias is None else nn.Parameter(torch.zeros(bias))

    def forward(self, x):
        centred = x - x.mean(dim=self.axes, keepdim=True)
        y = centred / torch.sqrt((centred * centred).mean(dim=self.axes, keepdim=True) + self.epsilon)
        y = y if self.weight is None else y * self.weight
        return y if self.bias is None else y + self.bias


class PReLU(nn.Module):
    """With a slope for any axes."""

    def __init__(self, shape):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(shape))

    def forward(self, x):
        return F.relu(x) - self.weight * F.relu(-x)
`;
