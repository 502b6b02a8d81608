"""The memory table of the sparse completion network: one step of training and one inference at 64 to 512.

    python benchmarks/learn/memory.py OUT.json [--dense-512]

needs `cargo build --release -p medshape-learn --example memory`. One process a row; the number is the
most memory that the process had (VmHWM). The seed's numbers, from its slides, are of a GPU and contain
some 1.45 GB of framework. Dense at 512 needs more than an ordinary machine has to spare: with
`--dense-512` those two rows alone are measured.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = Path(os.environ.get("OURS", ROOT / "target/release/examples/memory"))
SEED_GB = {
    ("train", "sparse"): {64: 1.512, 128: 1.626, 256: 2.734, 512: 11.305},
    ("infer", "sparse"): {64: 1.452, 128: 1.510, 256: 1.891, 512: 2.799},
    ("train", "dense"): {64: 1.654, 128: 1.904, 256: 4.815, 512: None},
    ("infer", "dense"): {64: 1.67, 128: 1.82, 256: 2.69, 512: None},
}
ROWS = [(r, m, k, "small") for k in ("sparse", "dense") for m in ("train", "infer") for r in (64, 128, 256, 512)]
DENSE_512 = [row for row in ROWS if row[0] == 512 and row[2] == "dense"]
ROWS = [row for row in ROWS if row not in DENSE_512] + [(256, "train", "sparse", "large")]


def main(out, asked):
    rows = []
    for resolution, mode, kind, width in sorted(asked, key=lambda row: (row[2] == "dense", row[3], row[0] < 512)):
        run = subprocess.run([OURS, str(resolution), mode, kind, width], capture_output=True, text=True, check=True)
        row = {"resolution": resolution, "mode": mode, "kind": kind, "width": width, **json.loads(run.stdout)}
        seed = SEED_GB[mode, kind][resolution] if width == "small" else None
        if seed:
            row["seed_over_ours"] = round(seed * 1000 / row["peak_mb"], 1)
        rows.append(row)
        print(json.dumps(row), flush=True)
    Path(out).write_text(json.dumps({"rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], DENSE_512 if "--dense-512" in sys.argv else ROWS)
