"""How well and how fast similar shapes are found.

    python benchmarks/similar.py cohort DATA WORK OUT     # real anatomy: ingest, features, quality
    python benchmarks/similar.py evaluate WORK OUT        # the last step of it alone
    python benchmarks/similar.py scale WORK               # writes the descriptor's scale anew
    python benchmarks/similar.py faults WORK OUT          # planted wrong labels, sides, copies
    python benchmarks/similar.py speed WORK OUT           # 100,000 descriptors, beside usearch and faiss

DATA is the folder of real inputs, WORK a folder for what is made on the way, OUT one in benchmarks/runs.
Build before: cargo build --release --bins, and cargo build --release -p medshape --example similar_speed.
Needed: numpy, scipy, nibabel; for speed faiss-cpu and usearch.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

# One thread for everything that is timed, ours and theirs.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
MEDSHAPE = ROOT / "target/release/medshape"
BENCH = ROOT / "target/release/examples/similar_speed"
SCALE = ROOT / "crates/geometry/src/describe/descriptor/scale.txt"
EVEN, CHIRAL, SIZE = slice(0, 181), slice(181, 248), slice(248, 256)
END = 5.0
# Each question is asked so often in a row, and the shortest time counts: others use the machine, too.
N_RUNS = 5

COHORT = """id = "cohort"
title = "Cohort with sides"
citation = "See the source."
licence = "LicenseRef-unknown"
licence_evidence = "Made for a measurement; not passed on."
privacy_class = "P1"
[terms]
attribution = false
share_alike = false
non_commercial = false
no_derivatives = false
redistributable = false
dua_required = false
[layout]
files = ["{subject}"]
[labels]
2 = "heart"
3 = "spleen"
4 = "stomach"
5 = "pancreas"
6 = "spine"
7 = "rib cage"
8 = "liver"
10 = "aorta"
12 = "pulmonary artery"
20 = "left lung"
21 = "right lung"
22 = "left kidney"
23 = "right kidney"
24 = "left autochthonous back muscle"
25 = "right autochthonous back muscle"
"""


RIBS = COHORT.split("[labels]")[0].replace('"cohort"', '"ribs"') + "[labels]\n" + "".join(
    f'{12 * right + number} = "{side} rib {number}"\n'
    for right, side in enumerate(("left", "right"))
    for number in range(1, 13)
)


def halves(voxels, label, out, left, right):
    """Parts a label into its two largest pieces, the left one by its place; none if there are not two."""
    from scipy import ndimage

    pieces, _ = ndimage.label(voxels == label)
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    first, second = np.argsort(sizes)[::-1][:2]
    if sizes[second] < 0.2 * sizes[first]:
        return
    # RAS+: the first axis runs to the person's right.
    at = {piece: np.nonzero(pieces == piece)[0].mean() for piece in (first, second)}
    low, high = sorted(at, key=at.get)
    out[pieces == low] = left
    out[pieces == high] = right


def single_ribs(voxels):
    """Each rib as a label of its own: 1 to 12 left, 13 to 24 right, from above. Only where the label has 24
    pieces of 300 voxels and more, twelve on each side of the spine: then they can be counted."""
    from scipy import ndimage

    pieces, _ = ndimage.label(voxels == 7, np.ones((3, 3, 3)))
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    places = ndimage.find_objects(pieces)
    middle = np.nonzero(voxels == 6)[0].mean()
    large = [piece for piece in np.flatnonzero(sizes >= 300)]
    centre = ndimage.center_of_mass(pieces > 0, pieces, large)
    sides = [[], []]
    for piece, at in zip(large, centre):
        sides[int(at[0] > middle)].append((-places[piece - 1][2].stop, piece))
    if [len(side) for side in sides] != [12, 12]:
        return None
    out = np.zeros(voxels.shape, np.uint8)
    for number, (_, piece) in enumerate(sorted(sides[0]) + sorted(sides[1])):
        out[pieces == piece] = 1 + number
    return out


def cohort_maps(data, folder, ribs):
    """Label maps of the whole-body subjects, with lungs, kidneys and back muscles parted by side."""
    import nibabel

    folder.mkdir(parents=True, exist_ok=True)
    ribs.mkdir(parents=True, exist_ok=True)
    for path in sorted(Path(data, "volumes/wholebody").glob("completor_s????_full.nii.gz")):
        made = folder / f"{path.name.split('_')[1]}.nii.gz"
        if made.exists():
            continue
        image = nibabel.as_closest_canonical(nibabel.load(path))
        voxels = np.rint(np.asarray(image.dataobj)).astype(np.int16)
        out = np.zeros(voxels.shape, np.uint8)
        for label in (2, 3, 4, 5, 6, 7, 8, 10, 12):
            out[voxels == label] = label
        for label, left, right in ((1, 20, 21), (9, 22, 23), (11, 24, 25)):
            halves(voxels, label, out, left, right)
        counted = single_ribs(voxels)
        if counted is not None:
            nibabel.save(nibabel.Nifti1Image(counted, image.affine), ribs / made.name)
        nibabel.save(nibabel.Nifti1Image(out, image.affine), made)


def ingest(folder, store, dataset):
    run = [MEDSHAPE, "ingest", folder, "--dataset", dataset, "--store", store]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL)


class Shapes:
    """Names, structures with their sides, subjects and numbers of a store's shapes."""

    def __init__(self, work):
        files = [work / name for name in ("features.jsonl", "ribs.jsonl")]
        rows = [json.loads(line) for file in files for line in file.read_text().splitlines()]
        # Single ribs would be half of all shapes: the scale is that of the others.
        self.of_scale = np.array([not row["name"].startswith("ribs/") for row in rows])
        self.names = np.array([row["name"] for row in rows])
        called = [" ".join(filter(None, (row["side"], row["structure"]))) for row in rows]
        self.called = np.array(called)
        self.structures = np.array([row["structure"] for row in rows])
        self.subjects = np.array([row["subject"] for row in rows])
        self.features = np.array([row["features"] for row in rows])
        self.descriptors = np.array([row["descriptor"] for row in rows], np.float32)
        self.seconds = np.array([row["seconds"] for row in rows])


def scale_of(features):
    """Mean and deviation; a mirror turns what is chiral around, so that keeps its zero."""
    mean = features.mean(0)
    mean[CHIRAL] = 0
    return mean, np.sqrt(((features - mean) ** 2).mean(0)) + 1e-9


def scaled(features, scale):
    return np.clip((features - scale[0]) / scale[1], -END, END)


def distances(shapes, used):
    """Distances from each shape, in the scale of all subjects but its own."""
    table = np.empty((len(shapes.names),) * 2)
    for subject in np.unique(shapes.subjects):
        own = shapes.subjects == subject
        numbers = scaled(shapes.features, scale_of(shapes.features[~own & shapes.of_scale]))[:, used]
        for row in np.flatnonzero(own):
            table[row] = ((numbers - numbers[row]) ** 2).sum(1)
    return table


def quality(shapes, table, called, asked):
    """For each structure: how many shapes, how often the nearest is right, mean average precision."""
    found = {}
    for row in np.flatnonzero(asked):
        others = np.flatnonzero(shapes.subjects != shapes.subjects[row])
        others = others[np.argsort(table[row, others], kind="stable")]
        right = called[others] == called[row]
        if right.any():
            places = np.flatnonzero(right)
            precision = np.mean((1 + np.arange(len(places))) / (1 + places))
            found.setdefault(called[row], []).append((right[0], precision))
    return found


def summary(found):
    pairs = np.array([pair for pairs in found.values() for pair in pairs], float)
    return {"n": len(pairs), "nearest": pairs[:, 0].mean(), "mean_average_precision": pairs[:, 1].mean()}


def cohort(data, work, out):
    data, work, out = Path(data), Path(work), Path(out)
    cohort_maps(data, work / "cohort", work / "ribs")
    (work / "cohort.toml").write_text(COHORT)
    (work / "ribs.toml").write_text(RIBS)
    ingest(work / "cohort", work / "store", work / "cohort.toml")
    ingest(data / "volumes/wholebody/totalsegv2_s0328", work / "store", ROOT / "datasets/totalsegmentator-v2.toml")
    ingest(work / "ribs", work / "ribs-store", work / "ribs.toml")
    for store, name in (("store", "features.jsonl"), ("ribs-store", "ribs.jsonl")):
        with (work / name).open("w") as file:
            subprocess.run([BENCH, "features", work / store], check=True, stdout=file)
    evaluate(work, out)


def evaluate(work, out):
    work, out = Path(work), Path(out)
    shapes = Shapes(work)
    result = {"n_shapes": len(shapes.names), "n_subjects": len(np.unique(shapes.subjects)),
              "median_ms_a_shape": 1e3 * float(np.median(shapes.seconds))}
    parts = {"form, mirror, size": np.r_[0:256], "form and mirror": np.r_[0:248],
             "form and size": np.r_[0:181, 248:256], "form": np.r_[0:181]}
    is_rib = np.array([name.startswith("ribs/") for name in shapes.names])
    asked = (shapes.subjects != "s0328") & ~is_rib
    sides = np.array([called.split()[0] if " " in called else "" for called in shapes.called])
    family = np.where(np.char.startswith(shapes.structures, "rib-"), "rib", shapes.structures)
    family = np.where(shapes.structures == "rib-cage", "rib-cage", family)
    for what, used in parts.items():
        table = distances(shapes, used)
        result[what] = {
            "strict: structure and side": summary(quality(shapes, table, shapes.called, asked)),
            "structure alone": summary(quality(shapes, table, shapes.structures, asked)),
            "single ribs, strict: number and side": summary(quality(shapes, table, shapes.called, is_rib)),
            "single ribs, number": summary(quality(shapes, table, shapes.structures, is_rib)),
            "single ribs, side": summary(quality(shapes, table, np.char.add(family, sides), is_rib)),
            "single ribs, any rib": summary(quality(shapes, table, family, is_rib)),
        }
    found = quality(shapes, distances(shapes, np.r_[0:256]), shapes.called, asked | is_rib)
    result["structures"] = {name: summary({name: found[name]}) for name in sorted(found)}
    out.mkdir(parents=True, exist_ok=True)
    (out / "cohort.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def scale(work):
    shapes = Shapes(Path(work))
    used = shapes.features[shapes.of_scale]
    mean, deviation = scale_of(used)
    head = (f"# Mean and deviation of each feature over {len(used)} shapes of "
            f"{len(np.unique(shapes.subjects))} people:\n"
            "# whole-body label maps of the Anatomy Completor (TotalSegmentator v1) with sides, and s0328 of "
            "TotalSegmentator v2.\n# Made by `python benchmarks/similar.py scale`.\n")
    lines = (f"{m:.6g} {d:.6g}\n" for m, d in zip(mean, deviation))
    SCALE.write_text(head + "".join(lines))


def faulty_maps(work):
    """Plants faults into copies of the cohort's label maps, one kind a subject, and says which."""
    import nibabel

    folder = work / "faulty"
    folder.mkdir(exist_ok=True)
    subjects = sorted((work / "cohort").glob("*.nii.gz"))
    # Each kind in every ninth subject.
    swaps = [(3, 22), (4, 8), (2, 4), (22, 23), (24, 25), (20, 21), (10, 12), (5, 3)]
    planted = []
    for number, path in enumerate(subjects):
        image = nibabel.load(path)
        voxels = np.asarray(image.dataobj).copy()
        subject = path.name.split(".")[0]
        if number % 3 == 0:
            one, other = swaps[number // 3 % len(swaps)]
            if (voxels == one).any() and (voxels == other).any():
                voxels[voxels == one], voxels[voxels == other] = 99, one
                voxels[voxels == 99] = other
                planted.append(["swap", subject, [one, other]])
        elif number % 9 == 1:
            voxels = voxels[::-1]
            planted.append(["mirror", subject, []])
        elif number % 9 == 2:
            # Another scan of another person under this name: all shapes are copies.
            voxels, image = np.asarray(nibabel.load(subjects[number - 1]).dataobj), nibabel.load(subjects[number - 1])
            planted.append(["copy", subject, [subjects[number - 1].name.split(".")[0]]])
        nibabel.save(nibabel.Nifti1Image(np.ascontiguousarray(voxels), image.affine), folder / path.name)
    return planted


def faults(work, out):
    """Counts what is found of planted faults."""
    work, out = Path(work), Path(out)
    planted = faulty_maps(work)
    ingest(work / "faulty", work / "faulty-store", work / "cohort.toml")
    answers = {}
    for kind, store in (("clean", "store"), ("planted", "faulty-store")):
        run = [MEDSHAPE, "similar", "--doubts", "--json", "--store", work / store]
        answers[kind] = json.loads(subprocess.run(run, check=True, capture_output=True).stdout)
    run = [MEDSHAPE, "check", "--json", "--store", work / "faulty-store"]
    checked = json.loads(subprocess.run(run, check=True, capture_output=True).stdout)["subjects"]
    of_sides = ("mirrored", "sides-exchanged")
    rules = [[subject["subject"], flag["code"]] for subject in checked for flag in subject["flags"]
             if flag["code"] in of_sides]
    result = {"faults": planted, **answers, "found by check": rules}
    out.mkdir(parents=True, exist_ok=True)
    (out / "faults.json").write_text(json.dumps(result, indent=1) + "\n")
    for kind, answer in answers.items():
        print(kind, answer["n_compared"], answer["told_sides"])
        for doubt in answer["doubts"]:
            print("  ", doubt["kind"], doubt["shapes"][:2], len(doubt["shapes"]), doubt["text"][:110])
    print(planted)


def clustered(descriptors, n, random):
    """Descriptors like real ones: between two of one structure, with half of their difference as noise."""
    shapes = descriptors
    near = np.argsort(((shapes[:, None] - shapes[None]) ** 2).sum(2), axis=1)[:, 1:9]
    one = random.integers(len(shapes), size=n)
    other = near[one, random.integers(near.shape[1], size=n)]
    share = random.uniform(0, 1, (n, 1)).astype(np.float32)
    between = shapes[one] + share * (shapes[other] - shapes[one])
    noise = random.normal(0, 0.5, between.shape).astype(np.float32)
    return (between + noise * np.abs(shapes[other] - shapes[one])).astype(np.float32)


def resident_kb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4


def timed(ask, queries):
    seconds, found = [], []
    for query in queries:
        runs = []
        for _ in range(N_RUNS):
            started = time.perf_counter()
            answer = ask(query)
            runs.append(time.perf_counter() - started)
        seconds.append(min(runs))
        found.append([int(at) for at in answer])
    return seconds, found


def speed(work, out, n=100_000, n_queries=1000):
    import faiss
    import usearch
    from usearch.index import Index, MetricKind, search

    work, out = Path(work), Path(out)
    faiss.omp_set_num_threads(1)
    random = np.random.default_rng(4)
    shapes = Shapes(work)
    everything = clustered(shapes.descriptors, n + n_queries, random)
    base, queries = everything[:n], everything[n:]
    base.tofile(work / "base.f32")
    queries.tofile(work / "queries.f32")

    def built(index, add):
        before, started = resident_kb(), time.perf_counter()
        add(index)
        return index, time.perf_counter() - started, (resident_kb() - before) * 1024

    def train_and_add(index):
        index.train(base)
        index.add(base)

    # All are built before the first is timed, so that all are timed close together.
    flat, flat_s, _ = built(faiss.IndexFlatL2(256), lambda index: index.add(base))
    eight_bits = faiss.IndexScalarQuantizer(256, faiss.ScalarQuantizer.QT_8bit)
    eight_bits, eight_bits_s, _ = built(eight_bits, train_and_add)
    graph = faiss.IndexHNSWFlat(256, 32)
    graph.hnsw.efConstruction = 128
    graph, graph_s, graph_bytes = built(graph, lambda index: index.add(base))
    other = Index(ndim=256, metric=MetricKind.L2sq, dtype="f32", connectivity=32, expansion_add=128)
    other, other_s, _ = built(other, lambda index: index.add(np.arange(n), base, threads=1))

    engines = {}
    seconds, exact = timed(lambda query: flat.search(query[None], 10)[1][0], queries)
    engines["faiss flat, exact"] = (flat_s, base.nbytes, seconds, exact)
    run = [BENCH, "scan", work / "base.f32", work / "queries.f32", "10", str(N_RUNS)]
    ours = json.loads(subprocess.run(run, check=True, capture_output=True).stdout)
    engines["medshape"] = (ours["build_s"], ours["bytes"], ours["seconds"], ours["found"])
    seconds, found = timed(lambda query: eight_bits.search(query[None], 10)[1][0], queries)
    engines["faiss flat, 8 bits"] = (eight_bits_s, n * 256, seconds, found)
    for effort in (64, 256):
        graph.hnsw.efSearch = effort
        seconds, found = timed(lambda query: graph.search(query[None], 10)[1][0], queries)
        engines[f"faiss HNSW, ef {effort}"] = (graph_s, graph_bytes, seconds, found)
    for effort in (64, 256):
        other.expansion_search = effort
        seconds, found = timed(lambda query: other.search(query, 10, threads=1).keys, queries)
        engines[f"usearch HNSW, ef {effort}"] = (other_s, int(other.memory_usage), seconds, found)
    few = queries[:100]
    seconds, found = timed(lambda query: search(base, query, 10, MetricKind.L2sq, exact=True, threads=1).keys, few)
    engines["usearch exact"] = (0.0, base.nbytes, seconds, found)

    result = {"n": n, "n_numbers": 256, "n_queries": n_queries,
              "versions": {"faiss": faiss.__version__, "usearch": usearch.__version__}}
    for name, (build_s, n_bytes, seconds, found) in engines.items():
        recall = np.mean([len(set(one) & set(right)) / 10 for one, right in zip(found, exact)])
        result[name] = {"build_s": build_s, "mb": n_bytes / 1e6, "recall_at_10": recall,
                        "p50_ms": 1e3 * np.percentile(seconds, 50), "p99_ms": 1e3 * np.percentile(seconds, 99)}
        print(f"{name:24} {json.dumps(result[name])}", flush=True)
    out.mkdir(parents=True, exist_ok=True)
    (out / "speed.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    what, *words = sys.argv[1:]
    {"cohort": cohort, "evaluate": evaluate, "scale": scale, "faults": faults, "speed": speed}[what](*words)
