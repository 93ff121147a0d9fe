"""Runs models of ONNX with onnxruntime: prints a line of JSON for each, with the largest difference from what is expected."""

import sys

import numpy
import onnx
import onnxruntime
from cases import cases, first, report

for case, entry, path in cases(sys.argv[1], "onnx"):

    def difference():
        onnx.checker.check_model(path, full_check=True)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        nchw = entry["layout"] == "NCHW"
        feeds = {
            node.name: first(x) if nchw else x for node, x in zip(session.get_inputs(), case["x"], strict=True)
        }
        found = session.run(None, feeds)
        return [numpy.asarray(y) for y in found], [first(y) if nchw else y for y in case["y"]]

    report(case, entry, difference)
