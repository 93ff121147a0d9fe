"""State dicts of PyTorch, the same as safetensors and ONNX, and what the net returns; writes the files of PyTorch beside
this one, and torch.json. Images are flat lists in NHWC.

Ran with Debian's torch 1.13.1 and safetensors: python make_torch.py
"""
import json
from collections import OrderedDict
from pathlib import Path

import safetensors
import torch
from safetensors.torch import save_file

HERE = Path(__file__).parent
torch.manual_seed(5)


class Small(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = torch.nn.Conv2d(3, 4, 3, padding=1)
        self.stem_bn = torch.nn.BatchNorm2d(4, eps=1e-3)
        self.dw = torch.nn.Conv2d(4, 8, 3, padding=1, groups=4)
        self.dw_bn = torch.nn.BatchNorm2d(8, eps=1e-3)
        self.up = torch.nn.ConvTranspose2d(8, 3, 2, stride=2)
        self.fc = torch.nn.Linear(3 * 16 * 16, 4)
        self.out = torch.nn.Linear(4, 4)

    def forward(self, x):
        x = torch.relu(self.stem_bn(self.stem(x)))
        x = self.dw_bn(self.dw(x))
        x = self.up(x)
        return self.out(torch.relu(self.fc(x.flatten(1))))


net = Small().eval()
with torch.no_grad():
    for name, value in net.state_dict().items():
        if value.dtype != torch.float32:
            continue
        value.copy_(torch.randn(value.shape) * 0.4)
        if name.endswith("running_var") or name in ("stem_bn.weight", "dw_bn.weight"):
            value.copy_(0.5 + value.abs())
state = net.state_dict()


def save(name, value, **options):
    torch.save(value, HERE / name, **options)


save("small.pth", state)
save("small-legacy.pth", state, _use_new_zipfile_serialization=False)
half = OrderedDict((name, v.half() if v.dtype == torch.float32 else v) for name, v in state.items())
save("small-half.pth", half)
bfloat = OrderedDict((name, v.bfloat16() if v.dtype == torch.float32 else v) for name, v in state.items())
save("small-bfloat.pth", bfloat)
double = OrderedDict((name, v.double() if v.dtype == torch.float32 else v) for name, v in state.items())
save("small-double.pth", double)
optimizer = torch.optim.Adam(net.parameters())
save("small-checkpoint.pth", {"epoch": 3, "best": 0.5, "state_dict": state, "optimizer": optimizer.state_dict()})

# Views of one storage: transposed, every second number, from the middle, one number many times.
base = torch.arange(24.0)
views = OrderedDict(
    transposed=base[:12].reshape(3, 4).t(),
    strided=base[1::2],
    middle=base[5:11].reshape(2, 3),
    repeated=base[7:8].expand(3, 4),
    scalar=torch.tensor(2.5),
    empty=torch.zeros(0, 3),
)
save("views.pth", views)
save("views-legacy.pth", views, _use_new_zipfile_serialization=False)

save_file({name: v.contiguous() for name, v in state.items()}, HERE / "small.safetensors", metadata={"format": "pt"})
save_file({name: v.contiguous() for name, v in bfloat.items()}, HERE / "small-bfloat.safetensors")

with torch.no_grad():
    x = (torch.randn(2, 3, 8, 8) * 100).round() / 100
    options = {"opset_version": 13, "input_names": ["image"], "output_names": ["out"]}
    preserve = {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}
    torch.onnx.export(net, x[:1], HERE / "small.onnx", **preserve, **options)
    torch.onnx.export(net, x[:1], HERE / "small-folded.onnx", **options)
    y = net(x)


class Evil:
    def __reduce__(self):
        import os

        return os.system, ("echo this must not run",)


save("evil.pth", OrderedDict([("stem.weight", Evil())]))
save("evil-legacy.pth", OrderedDict([("stem.weight", Evil())]), _use_new_zipfile_serialization=False)
save("module.pth", torch.nn.Linear(2, 2))

golden = {
    "versions": {"torch": torch.__version__, "safetensors": safetensors.__version__},
    "x": [round(float(v), 2) for v in x.permute(0, 2, 3, 1).flatten()],
    "y": [[round(float(v), 6) for v in row] for row in y],
    "views": {name: {"shape": list(v.shape), "values": v.flatten().tolist()} for name, v in views.items()},
    "stem.weight": state["stem.weight"].flatten().tolist(),
}
(HERE / "torch.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
