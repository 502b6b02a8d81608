"""Small networks in ONNX for the tests of `medshape segment`, sound ones and broken ones.

    python3 tests/oracles/segment_models.py crates/segment/tests/models     # makes them anew

Their answers are known without running them: `threshold` says of each voxel whether it is above a half.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT


def conv(weights, bias=None, pads=None, shape=(8, 8, 8), n_batch=1, elem=FLOAT, after=(), out_shape=None):
    """A model of one convolution, and of what comes after it."""
    weights = np.asarray(weights, np.float32)
    n_out, n_in = weights.shape[:2]
    kernel = list(weights.shape[2:])
    pads = pads if pads is not None else [k // 2 for k in kernel] * 2
    dtype = np.float16 if elem == TensorProto.FLOAT16 else np.float32
    stored = [numpy_helper.from_array(weights.astype(dtype), "weights")]
    names = ["image", "weights"]
    if bias is not None:
        stored.append(numpy_helper.from_array(np.asarray(bias, dtype), "bias"))
        names.append("bias")
    last = "convolved" if after else "answer"
    nodes = [helper.make_node("Conv", names, [last], kernel_shape=kernel, pads=pads)]
    for at, (operator, extra, attributes) in enumerate(after):
        inputs = [last]
        for value in extra:
            stored.append(numpy_helper.from_array(np.asarray(value), f"constant{at}"))
            inputs.append(f"constant{at}")
        last = "answer" if at == len(after) - 1 else f"step{at}"
        nodes.append(helper.make_node(operator, inputs, [last], **attributes))
    out_elem = next((attributes["to"] for _, _, attributes in after if "to" in attributes), elem)
    out_shape = [n_batch, n_out, *shape] if out_shape is None else out_shape
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("image", elem, [n_batch, n_in, *shape])],
        [helper.make_tensor_value_info("answer", out_elem, out_shape)],
        stored,
    )
    # Old enough for the oldest library that is taken.
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="medshape")
    model.ir_version = 8
    return model


ANY = ("z", "y", "x")
#: Background where a value is below a half, a structure where it is above.
THRESHOLD = np.array([0.0, 1.0]).reshape(2, 1, 1, 1, 1)
BIAS = [0.0, -0.5]


def sound():
    two = np.array([[0, 0], [1, 0], [0, 1]], float).reshape(3, 2, 1, 1, 1)
    # A region of what is above a half, and one in it of what is above three quarters.
    regions = np.array([1.0, 1.0]).reshape(2, 1, 1, 1, 1)
    # Ahead of its neighbour along the fastest axis: it tells mirrored from plain.
    ahead = np.zeros((2, 1, 1, 1, 3))
    ahead[1, 0, 0, 0] = [1, 0, 0]
    return {
        "threshold": conv(THRESHOLD, BIAS),
        "threshold_any": conv(THRESHOLD, BIAS, shape=ANY),
        "threshold_flat": conv(THRESHOLD[..., 0], BIAS, shape=(8, 8)),
        "two_channels": conv(two, [0.0, -0.5, -0.5], shape=ANY),
        "regions": conv(regions, [-0.5, -0.75], shape=ANY),
        "ahead": conv(ahead, BIAS, shape=ANY),
    }


def broken():
    nan = [("Sub", [np.float32(1e9)], {}), ("Sqrt", [], {})]
    flat = [("Flatten", [], {"axis": 1})]
    double = [("Cast", [], {"to": TensorProto.DOUBLE})]
    ones = np.ones((2, 1, 3, 3, 3))
    return {
        "nan": conv(THRESHOLD, BIAS, shape=ANY, after=nan),
        "rank": conv(THRESHOLD, BIAS, after=flat, out_shape=[1, 1024]),
        "double": conv(THRESHOLD, BIAS, after=double),
        "half": conv(THRESHOLD, BIAS, elem=TensorProto.FLOAT16),
        "batch": conv(THRESHOLD, BIAS, n_batch=2),
        "shrinks": conv(ones, BIAS, pads=[0] * 6, shape=ANY, out_shape=[1, 2, "c", "b", "a"]),
        "shrinks_openly": conv(ones, BIAS, pads=[0] * 6, out_shape=[1, 2, 6, 6, 6]),
        "outside": outside(),
        "unknown_operator": unknown(),
    }


def outside():
    """Weights that are said to lie in a file of another folder."""
    model = conv(THRESHOLD, BIAS, shape=ANY)
    weights = model.graph.initializer[0]
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    for key, value in {"location": "../outside.bin", "offset": "0", "length": "8"}.items():
        weights.external_data.add(key=key, value=value)
    return model


def unknown():
    model = conv(THRESHOLD, BIAS)
    model.graph.node[0].op_type = "Convulse"
    return model


def main():
    folder = Path(sys.argv[1])
    for name, model in {**sound(), **broken()}.items():
        if name not in ("outside", "unknown_operator"):
            onnx.checker.check_model(model)
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
