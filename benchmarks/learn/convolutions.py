"""Submanifold convolutions of 3x3x3 on real surfaces: ours beside spconv, ocnn and dense PyTorch, on the
same voxels, one thread each, in turn.

    python benchmarks/learn/convolutions.py OUT.json [--spconv-alone] NAME=VOLUME.nii.gz[:STEP]...

needs `cargo build --release -p medshape-learn --example convolution`, and torch, spconv, ocnn and nibabel.
Times are CPU seconds of one thread, the best of a few; ours and spconv take turns several times, since what
else a machine does changes from minute to minute. A STEP takes every so-manieth voxel.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import nibabel
import numpy as np
import torch

torch.set_num_threads(1)

ROOT = Path(__file__).resolve().parents[2]
OURS = Path(os.environ.get("OURS", ROOT / "target/release/examples/convolution"))
ROUNDS = 4
REPEATS = 2
WIDTHS = (16, 32, 64)


def voxels(volume):
    path, _, step = volume.partition(":")
    step = int(step or 1)
    data = np.asarray(nibabel.load(path).dataobj)[::step, ::step, ::step]
    return np.argwhere(data > 0).astype(np.int32), data.shape


def ours(places, width):
    with tempfile.NamedTemporaryFile(suffix=".u32") as file:
        places.astype("<u4").tofile(file.name)
        run = subprocess.run([OURS, file.name, str(width), str(REPEATS)], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def timed(work):
    start = time.thread_time()
    result = work()
    return time.thread_time() - start, result


def spconv_times(places, shape, width):
    import spconv.pytorch as spconv

    # Its way back asks for a stream of a GPU before it looks whether there is one to use.
    spconv.ops.get_current_stream = lambda: 0
    batch = np.zeros(len(places), np.int32)
    indices = torch.from_numpy(np.ascontiguousarray(np.c_[batch, places]))
    layer = spconv.SubMConv3d(width, width, 3, bias=False, indice_key="k")
    features = torch.rand(len(places), width, requires_grad=True)
    x = spconv.SparseConvTensor(features, indices, list(shape), 1)
    layer(x)
    return forward_and_backward(lambda: layer(x).features, REPEATS)


def ocnn_times(places, shape, width):
    import ocnn

    depth = int(np.ceil(np.log2(max(shape))))
    octree = ocnn.octree.Octree(depth, full_depth=2)
    octree.build_octree(ocnn.octree.Points(torch.from_numpy((places + 0.5) / 2 ** (depth - 1) - 1).float()))
    index_s, _ = timed(octree.construct_all_neigh)
    assert octree.nnum_nempty[depth] == len(places)
    layer = ocnn.nn.OctreeConv(width, width, [3], nempty=True)
    features = torch.rand(len(places), width, requires_grad=True)
    return {**forward_and_backward(lambda: layer(features, octree, depth), REPEATS), "index_s": index_s}


def dense_times(places, shape, width):
    low, high = places.min(0), places.max(0) + 1
    layer = torch.nn.Conv3d(width, width, 3, padding=1, bias=False)
    x = torch.rand(1, width, *(high - low), requires_grad=True)
    return forward_and_backward(lambda: layer(x), 1)


def forward_and_backward(forward, repeats):
    best = {"forward_s": float("inf"), "backward_s": float("inf")}
    for _ in range(repeats):
        seconds, y = timed(forward)
        best["forward_s"] = min(best["forward_s"], seconds)
        loss = (y**2).mean()
        best["backward_s"] = min(best["backward_s"], timed(loss.backward)[0])
    return best


def main(out, volumes, peers):
    rows = []
    for name, volume in volumes:
        places, shape = voxels(volume)
        for width in WIDTHS:
            row = {"shape": name, "voxels": len(places), "width": width}
            for _ in range(ROUNDS):
                row["ours"] = least(row.get("ours", {}), ours(places, width))
                row["spconv"] = least(row.get("spconv", {}), spconv_times(places, shape, width))
            for peer, times in peers.items():
                if peer != "dense" or width == WIDTHS[0]:
                    row[peer] = times(places, shape, width)
            for peer in ["spconv", *peers]:
                if peer in row:
                    row[f"{peer}_over_ours"] = ratios(row[peer], row["ours"])
            rows.append(row)
            print(json.dumps(row), flush=True)
    Path(out).write_text(json.dumps({"machine": cpu(), "rows": rows}, indent=1) + "\n")


def least(a, b):
    return {key: min(a.get(key, value), value) for key, value in b.items()}


def ratios(peer, ours):
    both = [times["forward_s"] + times["backward_s"] for times in (peer, ours)]
    found = {"forward": peer["forward_s"] / ours["forward_s"], "forward_and_backward": both[0] / both[1]}
    if "index_s" in peer:
        found["index"] = peer["index_s"] / ours["index_s"]
    return found


def cpu():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), "unknown")


if __name__ == "__main__":
    alone = "--spconv-alone" in sys.argv
    volumes = [argument.split("=", 1) for argument in sys.argv[2:] if "=" in argument]
    main(sys.argv[1], volumes, {} if alone else {"ocnn": ocnn_times, "dense": dense_times})
