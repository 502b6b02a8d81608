"""The completion network in plain PyTorch: dense convolutions, masked to the voxels that there are.

    cargo build --release -p medshape-learn --example twin
    python crates/learn/python/twin.py target/release/examples/twin

has the example write the weights of a network and what it says of a shape, loads them, runs the same
shape, and compares the logits of all six resolutions. It is what the names and shapes in our weight
files mean.
"""

import json
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import torch
    import torch.nn.functional as F
except ModuleNotFoundError as missing:
    print(f"twin in PyTorch skipped: {missing}")
    sys.exit(0)

LEVELS = 6
MIN_ROWS = 16


def load(path):
    """The tensors of a safetensors file."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, about in header.items():
        if name != "__metadata__":
            start, end = about["data_offsets"]
            flat = torch.frombuffer(bytearray(data[8 + length + start : 8 + length + end]), dtype=torch.float32)
            tensors[name] = flat.reshape(about["shape"])
    return tensors


class Twin:
    def __init__(self, weights):
        self.weights = weights

    def kernel(self, name):
        """Taps, in, out with x fastest becomes what conv3d takes: out, in, z, y, x."""
        kernel = self.weights[f"{name}.kernel"]
        edge = round(kernel.shape[0] ** (1 / 3))
        return kernel.reshape(edge, edge, edge, *kernel.shape[1:]).permute(4, 3, 0, 1, 2)

    def norm(self, name, x, mask):
        """Each volume by itself, over the voxels that there are."""
        rows = x[0, :, mask[0, 0]]
        if rows.shape[1] >= MIN_ROWS:
            mean, var = rows.mean(1), rows.var(1, unbiased=False)
            x = (x - mean[:, None, None, None]) / (var + 1e-5).sqrt()[:, None, None, None]
        x = x * self.weights[f"{name}.bn.weight"][:, None, None, None]
        return F.relu(x + self.weights[f"{name}.bn.bias"][:, None, None, None]) * mask

    def same(self, name, index, x, mask):
        x = F.conv3d(x, self.kernel(f"{name}.{index}"), padding=1) * mask
        return self.norm(f"{name}.{index + 1}", x, mask)

    def down(self, name, x, mask):
        mask = F.max_pool3d(mask.float(), 2) > 0
        x = F.conv3d(x, self.kernel(f"{name}.0"), stride=2)
        return self.norm(f"{name}.1", x * mask, mask), mask

    def up(self, name, x, mask):
        kernel = self.kernel(f"{name}.0").transpose(0, 1)
        reached = F.conv_transpose3d(mask.float(), torch.ones(1, 1, *kernel.shape[2:]), stride=2) > 0
        x = F.conv_transpose3d(x, kernel, stride=2)
        return self.norm(f"{name}.1", x * reached, reached), reached

    def run(self, mask, target):
        encoded = [(self.same("enc_block_s1", 0, mask.float(), mask), mask)]
        for level in range(LEVELS):
            name = f"enc_block_s{1 << level}s{2 << level}"
            x, coarse = self.down(name, *encoded[-1])
            encoded.append((self.same(name, 3, x, coarse), coarse))
        x, mask = encoded.pop()
        for level in reversed(range(LEVELS)):
            name = f"dec_block_s{2 << level}s{1 << level}"
            x, made = self.up(name, x, mask)
            x = self.same(name, 3, x, made)
            before, before_mask = (fit(part, x.shape) for part in encoded.pop())
            x, mask = x + before, made | before_mask
            head = f"dec_s{1 << level}_cls"
            weight, bias = self.weights[f"{head}.kernel"], self.weights[f"{head}.bias"]
            logits = F.conv3d(x, weight[0].T[:, :, None, None, None], bias[0])
            yield 1 << level, logits[0, 0], mask[0, 0]
            wanted = F.max_pool3d(target.float(), 1 << level) > 0
            mask = mask & ((logits > 0) | fit(wanted, x.shape))
            x = x * mask


def fit(x, shape):
    """Space at the end, where the kernel of 4 reaches beyond."""
    add = [shape[axis] - x.shape[axis] for axis in (4, 3, 2)]
    return F.pad(x, (0, add[0], 0, add[1], 0, add[2]))


def dense(voxels, edge):
    mask = torch.zeros(1, 1, edge, edge, edge, dtype=torch.bool)
    x, y, z = voxels.long().T
    mask[0, 0, z, y, x] = True
    return mask


def main(folder):
    twin = Twin(load(folder / "weights.safetensors"))
    ours = load(folder / "logits.safetensors")
    edge = 64 * (int(max(ours["input"].max(), ours["target"].max())) // 64 + 1)
    worst = 0.0
    with torch.no_grad():
        for level, logits, mask in twin.run(dense(ours["input"], edge), dense(ours["target"], edge)):
            x, y, z = ours[f"voxels.s{level}"].long().T
            if int(mask.sum()) != len(x) or not bool(mask[z, y, x].all()):
                sys.exit(f"s{level}: the twin has {int(mask.sum())} voxels, and we have {len(x)}, or others")
            difference = (logits[z, y, x] - ours[f"logits.s{level}"][:, 0]).abs().max().item()
            print(f"s{level}: {len(x)} voxels, largest difference {difference:.2e}")
            worst = max(worst, difference)
    if worst > 1e-4:
        sys.exit(f"logits differ by {worst:.2e}, more than 1e-4")


if __name__ == "__main__":
    example = Path(sys.argv[1])
    if not example.exists():
        print(f"twin in PyTorch skipped: `{example}` is not built")
        sys.exit(0)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([example, folder], check=True)
        main(Path(folder))
