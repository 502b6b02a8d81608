"""What goes with downloads, read by those it is for: `CITATION.cff` by cffconvert, `references.bib` by
bibtexparser. Every source that comes with the program is in one bundle; a second run gives the same bytes.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

DATASETS = Path(__file__).resolve().parents[2] / "datasets"


def check(program):
    """How many checks passed and failed."""
    try:
        import bibtexparser
    except ImportError as missing:
        print(f"oracle tests of citations skipped: {missing} (pip install -r tests/oracles/requirements.txt)")
        return 0, 0
    cffconvert = os.environ.get("CFFCONVERT") or shutil.which("cffconvert")
    if not cffconvert:
        print("oracle tests of citations skipped: no cffconvert (pip install -r tests/oracles/citations.txt)")
        return 0, 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        ids = sorted(path.stem for path in DATASETS.glob("*.toml"))
        bundle, again = (bundle_of_all(program, folder, ids, name) for name in ("one", "two"))
        citation = (bundle / "CITATION.cff").read_text()
        library = bibtexparser.parse_string((bundle / "references.bib").read_text())
        keys = [entry.key for entry in library.entries]
        licences = {path.stem for path in (bundle / "LICENSES").iterdir()}
        papers = [path.relative_to(bundle) for path in bundle.rglob("*") if path.is_file()]
        checks = {
            "CITATION.cff is valid": is_valid(cffconvert, bundle / "CITATION.cff"),
            "every source is cited": citation.count("- type: data") == len(ids),
            "every source is in references.bib": keys == ids,
            "authors and titles are read": not library.failed_blocks
            and all({"author", "title"} <= e.fields_dict.keys() for e in library.entries),
            "licences have texts": len(licences) > 5,
            "every paper has the same bytes again": all(
                (bundle / path).read_bytes() == (again / path).read_bytes() for path in papers
            ),
        }
    for name, is_good in checks.items():
        if not is_good:
            print(f"FAILED papers: {name}")
    n_good = sum(checks.values())
    return n_good, len(checks) - n_good


def is_valid(cffconvert, path):
    """Its own program, since it wants an older jsonschema than the other peers."""
    done = subprocess.run([cffconvert, "--validate", "-i", path], capture_output=True, text=True)
    if done.returncode != 0:
        print(f"{path.name}: {done.stdout}{done.stderr}", file=sys.stderr)
    return done.returncode == 0


def bundle_of_all(program, folder, ids, name):
    """One small mesh from each source, downloaded together."""
    store, bundle = folder / f"store-{name}", folder / name
    mesh = folder / "liver.stl"
    mesh.write_text(TETRAHEDRON)
    for dataset in ids:
        command = [program, "ingest", mesh, "--dataset", dataset, "--store", store, "--units", "mm"]
        subprocess.run(command, check=True, capture_output=True)
    subprocess.run([program, "download", "", bundle, "--store", store], check=True, capture_output=True)
    return bundle


def facet(*corners):
    lines = "".join(f"vertex {x} {y} {z}\n" for x, y, z in corners)
    return f"facet normal 0 0 0\nouter loop\n{lines}endloop\nendfacet\n"


A, B, C, D = (0, 0, 0), (100, 0, 0), (0, 100, 0), (0, 0, 100)
TETRAHEDRON = "solid\n" + facet(A, C, B) + facet(A, B, D) + facet(A, D, C) + facet(B, C, D) + "endsolid\n"


if __name__ == "__main__":
    n_passed, n_failed = check(Path(sys.argv[1]).resolve())
    print(f"oracles: {n_passed} passed, {n_failed} failed")
    sys.exit(1 if n_failed else 0)
