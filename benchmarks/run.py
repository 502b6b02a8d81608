"""Times and memory of medshape beside what a user would write in Python instead, on the same inputs in one run.

    python3 benchmarks/run.py target/release/medshape [cohort] [case] [serve]

Results go to benchmarks/runs/<date>-spine/; without names of parts all three are run.

Three questions:
  cohort   how long the whole-body cohort (27 label maps and one folder of 117 masks) takes, part by part, and how
           much memory
  case     one label map to one STL file a structure: medshape against nibabel + scikit-image + trimesh and against
           nibabel + zmesh + trimesh, on one thread
  serve    resident memory of the portal after every page of that collection was visited

Peers: pip install nibabel scikit-image zmesh trimesh. Inputs are looked for in ../shared/data beside the clone.
"""

import datetime
import json
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
WHOLEBODY = DATA / "volumes" / "wholebody"
METADATA = DATA / "metadata" / "totalsegmentator_v2_metadata.xlsx"
ADDRESS = "127.0.0.1:18097"
# One case of average size and one that lies oblique in its image.
CASES = ["completor_s0511_full.nii.gz", "completor_s0585_full.nii.gz"]

PEER_COMMON = """
import sys, nibabel, numpy as np, trimesh
from scipy import ndimage
from pathlib import Path
image = nibabel.load(sys.argv[1])
labels = np.asarray(image.dataobj).astype(np.uint8)
out = Path(sys.argv[2])
"""
PEERS = {
    "scikit-image": PEER_COMMON
    + """
from skimage.measure import marching_cubes
for value, box in enumerate(ndimage.find_objects(labels), 1):
    if box is None or value > 12: continue
    mask = np.pad(labels[box] == value, 1)
    positions, faces, _, _ = marching_cubes(mask, 0.5)
    positions += [part.start - 1 for part in box]
    positions = nibabel.affines.apply_affine(image.affine, positions)
    trimesh.Trimesh(positions, faces, process=False).export(out / f"{value}.stl")
""",
    "zmesh": PEER_COMMON
    + """
from zmesh import Mesher
mesher = Mesher((1, 1, 1))
mesher.mesh(labels)
for value in mesher.ids():
    if value > 12: continue
    mesh = mesher.get(value)
    positions = nibabel.affines.apply_affine(image.affine, mesh.vertices)
    trimesh.Trimesh(positions, mesh.faces, process=False).export(out / f"{value}.stl")
""",
}


def main():
    if not WHOLEBODY.is_dir():
        sys.exit("the whole-body cohort is not in ../shared/data: nothing to measure")
    program = Path(sys.argv[1]).resolve()
    parts = sys.argv[2:] or ["cohort", "case", "serve"]
    folder = ROOT / "benchmarks" / "runs" / f"{datetime.date.today()}-spine"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        results = {
            "command": f"python3 benchmarks/run.py target/release/medshape {' '.join(parts)}",
            "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        }
        if "cohort" in parts or "serve" in parts:
            results["cohort"] = cohort(program, scratch / "store")
        if "case" in parts:
            results["case"] = [case(program, WHOLEBODY / name, scratch) for name in CASES]
        if "serve" in parts:
            results["serve"] = serve(program, scratch / "store")
    (folder / "results.json").write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps(results, indent=2))


def measured(command, **environment):
    """Runs a command; wall and CPU seconds and peak memory of it and its children."""
    started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["/usr/bin/env", *[f"{key}={value}" for key, value in environment.items()], *map(str, command)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peak_kb = 0
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"failed: {' '.join(command)}")
    cpu_s = usage.ru_utime + usage.ru_stime
    return out, {"wall_s": round(time.monotonic() - started, 2), "cpu_s": round(cpu_s, 2), "peak_mb": usage.ru_maxrss // 1024}


def cohort(program, store):
    maps = sorted(WHOLEBODY.glob("completor_s*_full.nii.gz"))
    parts = [("medshapenet-completor", maps), ("totalsegmentator-v2", [WHOLEBODY / "totalsegv2_s0328"])]
    runs = []
    for dataset, paths in parts:
        command = [program, "ingest", "--json", "--store", store, "--dataset", dataset, "--metadata", METADATA, *paths]
        out, cost = measured(command)
        lines = [json.loads(line) for line in out.splitlines()]
        cases = [line["case"] for line in lines if "case" in line]
        summary = next(line["summary"] for line in lines if "summary" in line)
        timing = {
            part: round(sum(case["timing"][part] for case in cases) / len(cases), 2)
            for part in ("read_s", "surface_s", "finish_s", "store_s")
        }
        n_faces = sum(case["n_faces"] for case in cases)
        runs.append(
            {"dataset": dataset, "n_cases": len(cases), **cost, "mean_seconds_per_case": timing,
             "n_faces": n_faces, "totals": summary["totals"], "notes": summary["notes_by_kind"]}
        )
    size = sum(path.stat().st_size for path in store.rglob("*") if path.is_file())
    return {"runs": runs, "store_mb": round(size / 1e6, 1)}


def case(program, path, scratch):
    """One label map to one STL a structure, on one thread, each three times in turn; medians."""
    costs = {"medshape": [], **{peer: [] for peer in PEERS}}
    for turn in range(3):
        store, out = scratch / f"{path.name}-{turn}", scratch / f"{path.name}-{turn}-stl"
        ingest = [program, "ingest", "--store", store, "--dataset", "medshapenet-completor", path]
        download = [program, "download", "", out, "--format", "stl", "--store", store]
        _, first = measured(ingest, RAYON_NUM_THREADS=1)
        _, second = measured(download, RAYON_NUM_THREADS=1)
        costs["medshape"].append(
            {"cpu_s": first["cpu_s"] + second["cpu_s"], "wall_s": first["wall_s"] + second["wall_s"],
             "peak_mb": max(first["peak_mb"], second["peak_mb"])}
        )
        for peer, script in PEERS.items():
            out = scratch / f"{path.name}-{turn}-{peer}"
            out.mkdir()
            command = [sys.executable, "-c", script, path, out]
            _, cost = measured(command, OMP_NUM_THREADS=1, OPENBLAS_NUM_THREADS=1)
            costs[peer].append(cost)
    median = lambda values: sorted(values)[len(values) // 2]
    rows = {
        who: {key: round(median([run[key] for run in runs]), 2) for key in ("cpu_s", "wall_s", "peak_mb")}
        for who, runs in costs.items()
    }
    ratios = {f"{peer} / medshape, CPU": round(rows[peer]["cpu_s"] / rows["medshape"]["cpu_s"], 2) for peer in PEERS}
    return {"input": path.name, "rows": rows, "ratios": ratios}


def serve(program, store):
    server = subprocess.Popen([program, "serve", "--store", store, "--listen", ADDRESS], stdout=subprocess.DEVNULL)
    try:
        wait_for(f"http://{ADDRESS}/healthz")
        visited, n_bytes = visit_everything(f"http://{ADDRESS}")
        resident_kb = int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{server.pid}/status").read_text())[1])
        highest_kb = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{server.pid}/status").read_text())[1])
    finally:
        server.terminate()
        server.wait()
    return {"pages_visited": visited, "mb_read": n_bytes // 10**6, "resident_mb": resident_kb // 1024,
            "highest_resident_mb": highest_kb // 1024}


def wait_for(url):
    for _ in range(100):
        try:
            return urllib.request.urlopen(url).read()
        except OSError:
            time.sleep(0.1)
    sys.exit(f"no answer from {url}")


def visit_everything(base):
    """Follows every link of the portal, downloads and pictures too."""
    seen, todo, n_bytes = {"/"}, ["/"], 0
    while todo:
        with urllib.request.urlopen(base + todo.pop()) as answer:
            body = answer.read()
            kind = answer.headers.get_content_type()
        n_bytes += len(body)
        if kind != "text/html":
            continue
        for link in re.findall(r'(?:href|src|poster)="(/[^"#]*)"', body.decode()):
            link = link.replace("&amp;", "&")
            if link not in seen:
                seen.add(link)
                todo.append(link)
    return len(seen), n_bytes


if __name__ == "__main__":
    main()
