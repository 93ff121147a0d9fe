"""Writes torch-encoders.json: feature maps of torchvision's residual networks with weights by formula.py.

Debian's python3-torch and python3-torchvision: /usr/bin/python3 make_torch_encoders.py
"""

import json
from pathlib import Path

import numpy as np
import torch
import torchvision
from formula import image, summary, weight

# The second size is odd; of 34 only that. 101 and 152 have the blocks of 50, as often as Keras's, which encoders.json has.
SIZES = [(64, 64), (49, 75)]
BOTH = [18, 50]
DEPTHS = [18, 34, 50]

NORM = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}


def layer_of(name):
    """The name that Keras gives a layer of torchvision, e.g. conv2_block1_1_conv for layer1.0.conv1."""
    if name in ("conv1", "bn1"):
        return "conv1_conv" if name == "conv1" else "conv1_bn"
    stage, block, rest = name.split(".", 2)
    place = f"conv{int(stage[-1]) + 1}_block{int(block) + 1}"
    if rest.startswith("downsample"):
        return f"{place}_0_{'conv' if rest.endswith('.0') else 'bn'}"
    return f"{place}_{rest[-1]}_{rest[:-1]}"


def set_weights(net):
    for name, module in net.named_modules():
        if isinstance(module, torch.nn.Conv2d):
            out, channels, height, width = module.weight.shape
            kernel = weight(layer_of(name), "kernel", (height, width, channels, out))
            module.weight.data = torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
        elif isinstance(module, torch.nn.BatchNorm2d):
            for own, keras in NORM.items():
                getattr(module, own).data = torch.from_numpy(weight(layer_of(name), keras, tuple(module.weight.shape)))


def run(depth):
    net = getattr(torchvision.models, f"resnet{depth}")(weights=None).eval()
    set_weights(net)
    images = []
    for height, width in SIZES if depth in BOTH else SIZES[1:]:
        with torch.no_grad():
            x = torch.from_numpy(image(height, width).transpose(0, 3, 1, 2).copy())
            x = net.relu(net.bn1(net.conv1(x)))
            levels = [x]
            x = net.maxpool(x)
            for layer in (net.layer1, net.layer2, net.layer3, net.layer4):
                x = layer(x)
                levels.append(x)
        images.append({"size": [height, width], "levels": [summary(y.numpy().transpose(0, 2, 3, 1)) for y in levels]})
    convolutions = [m for m in net.modules() if isinstance(m, torch.nn.Conv2d)]
    norms = [m for m in net.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    count = sum(m.weight.numel() for m in convolutions) + sum(4 * m.weight.numel() for m in norms)
    return {"parameters": count, "images": images}


# The fine-tuning: which weights are looked at, by their names in torch and in Keras.
LOOKED_AT = {
    "layer3.0.conv1.weight": "conv4_block1_1_conv/kernel",
    "layer3.0.bn1.bias": "conv4_block1_1_bn/beta",
    "layer4.1.conv2.weight": "conv5_block2_2_conv/kernel",
    "layer4.1.bn2.weight": "conv5_block2_2_bn/gamma",
    "layer4.1.bn2.running_mean": "conv5_block2_2_bn/moving_mean",
}


def fine_tune():
    """Two steps of SGD on a ResNet18 whose first three stages are frozen, the others at a tenth of the head's rate."""
    net = torchvision.models.resnet18(weights=None)
    set_weights(net)
    head = torch.nn.Linear(2048, 1)
    head.weight.data = torch.from_numpy(weight("grade", "kernel", (2048, 1)).T.copy())
    head.bias.data = torch.from_numpy(weight("grade", "bias", (1,)))
    frozen = [net.conv1, net.bn1, net.layer1, net.layer2]
    net.train()
    for part in frozen:
        part.eval().requires_grad_(False)
    free = [parameter for part in (net.layer3, net.layer4) for parameter in part.parameters()]
    rates = [{"params": free, "lr": 0.005}, {"params": head.parameters(), "lr": 0.05}]
    optimizer = torch.optim.SGD(rates, lr=0.05, momentum=0.9)
    images = np.concatenate([image(64, 64), 1 - image(64, 64)])
    x = torch.from_numpy(images.transpose(0, 3, 1, 2).copy())
    y = torch.tensor([[1.0], [-1.0]])
    before = {name: value.clone() for name, value in net.state_dict().items()}
    before_head = head.weight.detach().clone()
    losses = []
    for _ in range(2):
        features = net.maxpool(net.relu(net.bn1(net.conv1(x))))
        for layer in (net.layer1, net.layer2, net.layer3, net.layer4):
            features = layer(features)
        loss = ((head(features.permute(0, 2, 3, 1).flatten(1)) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    after = net.state_dict()
    changes = {keras: after[name] - before[name] for name, keras in LOOKED_AT.items()}
    changes["grade/kernel"] = head.weight.detach() - before_head
    layout = lambda value: value.permute(2, 3, 1, 0) if value.dim() == 4 else value.T if value.dim() == 2 else value
    return {"losses": losses, "changes": {name: summary(layout(value)[None].numpy()) for name, value in changes.items()}}


def main():
    versions = {"torch": torch.__version__, "torchvision": torchvision.__version__, "numpy": np.__version__}
    golden = {"versions": versions, "nets": {f"resnet{depth}": run(depth) for depth in DEPTHS}}
    golden["fineTuning"] = fine_tune()
    text = json.dumps(golden, separators=(",", ":"))
    Path(__file__).with_name("torch-encoders.json").write_text(
        text.replace('"nets":', '\n"nets":').replace('},"', '},\n"') + "\n"
    )


if __name__ == "__main__":
    main()
