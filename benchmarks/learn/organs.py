"""The table of organs at 512 voxels in plane: share of the volume, memory of training and inference.

    python benchmarks/learn/organs.py OUT.json MODEL NAME=FILE:LABEL...

needs `cargo build --release -p medshape-studies --example organ_memory`. One process a row; the number is the
most memory that the process had after the file was read (VmHWM). Rows are super-resolution of the shape by 8
by MODEL, all of its surface in one step, and the published completion network
of 434,695 parameters on the same shapes. The seed's numbers, from its slides, are of a GPU, of other subjects,
and contain some 1.45 GB of framework.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = Path(os.environ.get("OURS", ROOT / "target/release/examples/organ_memory"))
SEED = {
    "aorta": {"occupancy_percent": 0.20, "train": 2.05, "infer": 1.75},
    "heart": {"occupancy_percent": 0.79, "train": 2.46, "infer": 2.38},
    "trachea": {"occupancy_percent": 0.04, "train": 1.73, "infer": 1.64},
    "oesophagus": {"occupancy_percent": 0.05, "train": 1.77, "infer": 1.64},
}


def main(out, model, *organs):
    rows = []
    for organ in organs:
        name, file = organ.split("=", 1)
        file, label = file.rsplit(":", 1)
        for mode in ("train", "infer", "seed-train", "seed-infer"):
            command = [OURS, file, label, "512", "8", mode, model]
            run = subprocess.run(command, capture_output=True, text=True, check=True)
            row = {"organ": name, "file": Path(file).name, "mode": mode, **json.loads(run.stdout)}
            row["seed_gb"] = SEED.get(name, {}).get(mode.removeprefix("seed-"))
            row["seed_occupancy_percent"] = SEED.get(name, {}).get("occupancy_percent")
            rows.append(row)
            print(json.dumps(row), flush=True)
    Path(out).write_text(json.dumps({"rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
