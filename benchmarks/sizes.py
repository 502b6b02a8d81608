"""Bytes a triangle of organs and vessel trees: as medshape stores them, beside Draco, STL, PLY and plain GLB.

    python3 benchmarks/sizes.py BENCH MEDSHAPE [--out FOLDER]

BENCH is what `cargo build --release -p medshape-formats --benches` made: target/release/deps/sizes-<hash>.
MEDSHAPE is the program; it surfaces two cases of the cohort and a phantom, all structures.
Every codec gets the same triangles and the same lattice of positions: steps of 2^-8 mm, as stored at spacings from 1
to 2 mm, and of 2^-7 mm, the coarsest within 0.01 mm. Times are CPU seconds of one thread, the least of three.

Peers: pip install numpy trimesh DracoPy zstandard
"""

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import DracoPy
import numpy as np
import trimesh
import zstandard

import inputs

ROOT = Path(__file__).resolve().parents[1]
WHOLEBODY = ROOT.parent / "shared" / "data" / "volumes" / "wholebody"
CASES = ["completor_s0511_full.nii.gz", "completor_s0585_full.nii.gz"]
VESSELS = ("aorta", "artery", "vein", "vessel", "cava")
EXPONENTS = [-8, -7]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("bench", type=Path)
    arguments.add_argument("medshape", type=Path)
    folder = ROOT / "benchmarks" / "runs" / f"{datetime.date.today()}-surfaces-and-meshes"
    arguments.add_argument("--out", type=Path, default=folder)
    options = arguments.parse_args()
    os.environ["RAYON_NUM_THREADS"] = "1"
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for kind, path in meshes(options.medshape.resolve(), Path(scratch)):
            for exponent in EXPONENTS:
                rows.append(row(options.bench.resolve(), kind, path, exponent))
    groups = [(kind, exponent) for kind in ("organs", "vessels", "phantom vessels") for exponent in EXPONENTS]
    table = [summary(kind, exponent, rows) for kind, exponent in groups]
    options.out.mkdir(parents=True, exist_ok=True)
    result = {
        "command": "python3 benchmarks/sizes.py BENCH MEDSHAPE",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": {"DracoPy": DracoPy.__version__ if hasattr(DracoPy, "__version__") else "2", "zstandard": zstandard.__version__},
        "table": table,
        "rows": rows,
    }
    (options.out / "sizes.json").write_text(json.dumps(result, indent=1) + "\n")
    show(table)


def meshes(program, folder):
    """Kind and `.mesh` file of each structure."""
    store, cohort = folder / "store", folder / "cohort"
    run(program, "phantom", cohort, "--subjects", "1", "--seed", "7")
    run(program, "ingest", "--store", store, "--dataset", "phantom", cohort)
    if WHOLEBODY.is_dir():
        cases = [WHOLEBODY / case for case in CASES]
        run(program, "ingest", "--store", store, "--dataset", "medshapenet-completor", *cases)
    else:
        print("the cohort is not in ../shared/data: phantoms only", file=sys.stderr)
    run(program, "download", "", folder / "ply", "--format", "ply", "--store", store)
    for path in sorted((folder / "ply").glob("*.ply")):
        is_vessel = any(word in path.name for word in VESSELS)
        is_phantom = path.name.endswith("-phantom.ply")
        if is_phantom and not is_vessel:
            continue
        mesh = trimesh.load(path, process=False)
        out = path.with_suffix(".mesh")
        inputs.write_mesh(out, mesh.vertices, mesh.faces)
        yield ("phantom vessels" if is_phantom else "vessels" if is_vessel else "organs"), out


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(map(str, command))}\n{done.stderr}")
    return done.stdout


def row(bench, kind, path, exponent):
    ours = json.loads(run(bench, exponent, path))
    positions, faces = inputs.read_mesh(path)
    draco = draco_at(positions, faces, 2.0**exponent)
    return {"kind": kind, "mesh": path.stem, "exponent": exponent, **{k: v for k, v in ours.items() if k != "mesh"}, **draco}


def draco_at(positions, faces, step):
    """Draco's own default level, with its positions on the same lattice."""
    origin = np.floor(positions.min(0) / step) * step
    extent = float((positions.max(0) - origin).max())
    bits = int(np.ceil(np.log2(extent / step + 2)))
    encode = lambda: DracoPy.encode(
        positions, faces, quantization_bits=bits, compression_level=7,
        quantization_range=(2**bits - 1) * step, quantization_origin=origin.tolist(),
    )
    packed, encode_s = timed(encode)
    decoded, decode_s = timed(lambda: DracoPy.decode(packed))
    error = nearest_error(positions, np.asarray(decoded.points))
    return {"draco": len(packed), "draco_encode_s": encode_s, "draco_decode_s": decode_s, "draco_error_mm": error}


def nearest_error(positions, decoded):
    from scipy.spatial import cKDTree

    return float(cKDTree(decoded).query(positions)[0].max())


def timed(work):
    least, result = float("inf"), None
    for _ in range(3):
        started = time.process_time()
        result = work()
        least = min(least, time.process_time() - started)
    return result, least


def summary(kind, exponent, rows):
    rows = [row for row in rows if (row["kind"], row["exponent"]) == (kind, exponent)]
    if not rows:
        return None
    total = lambda key: sum(row[key] for row in rows)
    n_faces = total("n_faces")
    rate = lambda key: round(n_faces / total(key) / 1e6, 1) if total(key) > 0 else None
    return {
        "kind": kind,
        "step_mm": 2.0**exponent,
        "n_meshes": len(rows),
        "n_faces": n_faces,
        "stored_bytes_a_face": round(total("packed") / n_faces, 3),
        "glb_bytes_a_face": round(total("compressed") / n_faces, 3),
        "draco_bytes_a_face": round(total("draco") / n_faces, 3),
        "stl_over_stored": round(50 * n_faces / total("packed"), 1),
        "largest_error_mm": round(max(row["largest_error_mm"] for row in rows), 5),
        "draco_error_mm": round(max(row["draco_error_mm"] for row in rows), 5),
        "million_faces_a_s": {
            "store": rate("pack_s"), "read stored": rate("unpack_s"), "read GLB": rate("decode_s"),
            "Draco encodes": rate("draco_encode_s"), "Draco decodes": rate("draco_decode_s"),
        },
    }


def show(table):
    print("| meshes | step mm | stored B/face | GLB | Draco | STL / stored | error mm | Draco's |")
    print("|---|---|---|---|---|---|---|---|")
    for row in filter(None, table):
        keys = ("stored_bytes_a_face", "glb_bytes_a_face", "draco_bytes_a_face", "stl_over_stored", "largest_error_mm", "draco_error_mm")
        print(f"| {row['n_meshes']} {row['kind']}, {row['n_faces']} faces | {row['step_mm']:.5f} | " + " | ".join(str(row[key]) for key in keys) + " |")
    for row in filter(None, table):
        print(row["kind"], row["step_mm"], row["million_faces_a_s"])


if __name__ == "__main__":
    main()
