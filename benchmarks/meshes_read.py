"""CPU seconds to read a sphere of a million triangles: medshape beside trimesh, with and without its processing.

    cargo bench -p medshape-formats --bench read --no-run      # names the program
    python3 benchmarks/meshes_read.py READ [--out FOLDER]

READ writes the sphere in each format and reads it back. Each program runs alone on one processor; each read takes the
file into memory and makes vertices that triangles share. Python takes turns with READ, five times; the least counts.
trimesh with `process=False` leaves the corners of an STL as they are, three a triangle.

Peers: pip install numpy scipy trimesh
"""

import argparse
import datetime
import json
import os
import platform
import subprocess
import tempfile
import time
from pathlib import Path

os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")})
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import trimesh  # noqa: E402

RUNS = Path(__file__).resolve().parent / "runs"
FILES = ("binary.stl", "binary.ply", "text.stl", "text.ply", "text.obj", "text.off")
PEERS = {"trimesh": True, "trimesh, process=False": False}
N_ROUNDS = 5


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("read", type=Path)
    arguments.add_argument("--out", type=Path, default=RUNS / f"{datetime.date.today()}-formats")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        subprocess.run([options.read.resolve(), "--make", folder], check=True)
        rows = [row(options.read.resolve(), folder / name) for name in FILES]
    result = {
        "command": "python3 benchmarks/meshes_read.py READ",
        "machine": machine(),
        "versions": versions(),
        "rows": rows,
    }
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "meshes_read.json").write_text(json.dumps(result, indent=1) + "\n")
    show(rows)


def machine():
    model = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    return {"cpu": model[0] if model else platform.processor(), "system": platform.platform(), "load": os.getloadavg()}


def versions():
    from importlib.metadata import version

    return {name: version(name) for name in ("trimesh", "scipy", "numpy")}


def row(program, path):
    ours, peers = [], {name: [] for name in PEERS}
    for _ in range(N_ROUNDS):
        ours.append(json.loads(subprocess.run([program, path], capture_output=True, check=True).stdout))
        for name, is_processed in PEERS.items():
            peers[name].append(peer(path, is_processed))
    least = {name: min(found, key=lambda one: one["cpu_s"]) for name, found in peers.items()}
    mine = min(ours, key=lambda one: one["cpu_s"])
    assert mine["n_faces"] == least["trimesh"]["n_faces"], "the same triangles"
    assert mine["n_vertices"] == least["trimesh"]["n_vertices"], "the same vertices"
    return {"file": path.name, "n_bytes": path.stat().st_size, "ours": mine, "peers": least}


def peer(path, is_processed):
    started = time.process_time()
    mesh = trimesh.load(path, process=is_processed)
    seconds = time.process_time() - started
    return {"n_faces": len(mesh.faces), "n_vertices": len(mesh.vertices), "cpu_s": round(seconds, 5)}


def show(rows):
    print(f"| file, {rows[0]['ours']['n_faces']:,} triangles | MB | ours, CPU s | " + " | ".join(PEERS) + " | ratios |")
    print("|---|---|---|" + "---|" * len(PEERS) + "---|")
    for one in rows:
        mine = one["ours"]["cpu_s"]
        theirs = [one["peers"][name]["cpu_s"] for name in PEERS]
        ratios = ", ".join(f"{seconds / mine:.1f}" for seconds in theirs)
        cells = " | ".join(f"{seconds:.3f}" for seconds in theirs)
        print(f"| {one['file']} | {one['n_bytes'] / 1e6:.0f} | {mine:.4f} | {cells} | {ratios} |")


if __name__ == "__main__":
    main()
