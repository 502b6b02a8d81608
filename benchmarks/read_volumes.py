"""Reading `.nii.gz` label maps: CPU seconds of one thread, user and system, the result's memory included.

    python3 benchmarks/read_volumes.py BENCH [--inputs FOLDER] [--out FOLDER] [--rounds N] [--rows N]

BENCH is what `cargo build --release -p medshape-formats --bench volumes` made: target/release/deps/volumes-<hash>.
Every program runs in a process of its own, three times, in turn with the others; the least CPU time counts.
medshape makes a label map: one byte a voxel up to 256 values, two beyond, every value looked at, checksum and end of the file checked.
The peers give the numbers as stored. flate2 and libdeflate only unpack, for information; flate2 keeps nothing.

With --huge-pages everything is run a second time with glibc asking for huge pages
(GLIBC_TUNABLES=glibc.malloc.hugetlb=1): where they are on request only, pages of 4 KiB cost more than all else.

Peers: pip install numpy nibabel SimpleITK deflate
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import inputs

VOLUMES = inputs.DATA.parent
ONE_THREAD = {
    "RAYON_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "1",
}
HUGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}

PEER = """
import json, sys, time
paths = json.load(sys.stdin)
{imports}
def cpu_s():
    before = time.process_time()
    for path in paths:
        {read}
    return time.process_time() - before
cpu_s()
print(min(cpu_s() for _ in range({times})))
"""

PEERS = {
    "nibabel": ("import nibabel, numpy as np", "np.asarray(nibabel.load(path).dataobj)"),
    "SimpleITK, image": ("import SimpleITK as sitk", "sitk.ReadImage(path)"),
    "SimpleITK, array": ("import SimpleITK as sitk", "sitk.GetArrayFromImage(sitk.ReadImage(path))"),
    "libdeflate alone": ("import deflate", "deflate.gzip_decompress(open(path, 'rb').read())"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--inputs", type=Path, default=Path(tempfile.gettempdir()) / "medshape-bench-inputs")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, help="only so many rows, the first ones")
    parser.add_argument("--huge-pages", action="store_true")
    arguments = parser.parse_args()
    files = packed_inputs(arguments.inputs)
    if files is None:
        sys.exit("benchmark skipped: the data are not beside the clone")
    results = {"command": sys.argv, "machine": f"{platform.machine()}, {os.cpu_count()} cores", "rows": {}}
    for name, paths in list(files.items())[: arguments.rows]:
        for pages in [{}, HUGE_PAGES] if arguments.huge_pages else [{}]:
            title = name + (", huge pages" if pages else "")
            results["rows"][title] = row(arguments.bench.resolve(), paths, pages, arguments.rounds)
            show(title, paths, results["rows"][title])
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        (arguments.out / "read_volumes.json").write_text(json.dumps(results, indent=1) + "\n")


def packed_inputs(folder):
    """Name and files of each row; `big` and `smooth` are packed as nibabel does by default and as gzip does."""
    made = inputs.ensure(folder, ("big", "smooth"))
    if made is None:
        return None
    files = {}
    for name, path in made.items():
        for level in (1, 6):
            packed = path.with_name(f"{name}.{level}.nii.gz")
            if not packed.exists():
                pack(path, packed, level)
            files[f"{name}, uint8, level {level}"] = [packed]
    files["completor_s0224, float64"] = [inputs.DATA / "completor_s0224_full.nii.gz"]
    files["synthseg_seg_05, int32"] = [VOLUMES / "brain" / "synthseg_training_seg_05.nii.gz"]
    files["s0328, all masks"] = sorted((inputs.DATA / "totalsegv2_s0328").rglob("*.nii.gz"))
    return files


def pack(path, out, level):
    import gzip

    import nibabel

    labels, spacing_mm = inputs.read_labels(path)
    image = nibabel.Nifti1Image(labels.astype(np.uint8, order="F"), np.diag([*spacing_mm, 1]))
    with tempfile.NamedTemporaryFile(dir=out.parent, delete=False) as file:
        with gzip.GzipFile("", "wb", level, file, 0) as packed:
            packed.write(image.to_bytes())
    Path(file.name).rename(out)


def row(bench, paths, pages, rounds):
    """Least CPU seconds of each program."""
    environment = {**os.environ, **ONE_THREAD, **pages}
    runs = {}
    for _ in range(rounds):
        for peer, (imports, read) in PEERS.items():
            script = PEER.format(imports=imports, read=read, times=3 if len(paths) == 1 else 1)
            done = subprocess.run(
                [sys.executable, "-c", script], env=environment, input=json.dumps([str(path) for path in paths]),
                capture_output=True, text=True,
            )
            if done.returncode == 0:
                runs.setdefault(peer, []).append(float(done.stdout))
        done = subprocess.run([bench, *paths], env=environment, capture_output=True, text=True, check=True)
        ours = json.loads(done.stdout)
        runs.setdefault("medshape", []).append(ours["label_map_s"])
        runs.setdefault("flate2 alone", []).append(ours["flate2_s"])
    least = {program: min(seconds) for program, seconds in runs.items()}
    return {"cpu_s": least, "runs": runs, "n_voxels": ours["n_voxels"], "peak_bytes": ours["peak_bytes"]}


def show(title, paths, found):
    seconds = found["cpu_s"]
    n_bytes = sum(path.stat().st_size for path in paths)
    print(
        f"\n{title}: {found['n_voxels'] / 1e6:.1f} M voxels in {n_bytes / 1e6:.2f} MB;"
        f" medshape's largest memory {found['peak_bytes'] / 1e6:.0f} MB"
    )
    print("| | CPU s | × medshape |\n|---|---|---|")
    for program in ["medshape", *PEERS, "flate2 alone"]:
        if program in seconds:
            print(f"| {program} | {seconds[program]:.3f} | {seconds[program] / seconds['medshape']:.2f} |")
        else:
            print(f"| {program} | failed | |")


if __name__ == "__main__":
    main()
