"""Releases, read by the programs that people will read them with.

    python3 tests/oracles/releases.py target/release/medshape

A phantom is ingested and released twice. The manifest is read by pyarrow and DuckDB, the list of blobs by sha256sum,
the description by mlcroissant (which validates it and gives the rows), the metadata by the JSON schema that the
package datacite brings, the citation by cffconvert. Each part skips with a reason where its program is missing.
"""

import hashlib
import json
import subprocess
import tempfile
from pathlib import Path

import alone


def check(program):
    """How many checks of a release pass, and how many do not."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        store = make_release(program, Path(folder))
        release = store / "releases" / "1"
        hits = json.loads(run(program, "search", "", "--json", "--limit", "100000", "--store", store))["hits"]
        for part in (sums, parquet, duck, merkle, croissant, datacite, citation):
            try:
                fault = part(store, release, hits)
            except ImportError as missing:
                print(f"oracle test of releases ({part.__name__}) skipped: {missing}")
                continue
            results.append(fault is None)
            if fault is not None:
                print(f"FAILED release, {part.__name__}: {fault}")
    return results.count(True), results.count(False)


def make_release(program, folder):
    store, cohort = folder / "store", folder / "cohort"
    run(program, "phantom", cohort, "--subjects", "1", "--seed", "7")
    run(program, "ingest", cohort, "--dataset", "phantom", "--metadata", cohort / "subjects.tsv", "--store", store)
    run(program, "release", "create", "--title", "Phantoms", "--publisher", "A test", "--store", store)
    run(program, "release", "create", "--note", "The same again", "--store", store)
    return store


def run(program, *arguments):
    command = [str(program), *(str(argument) for argument in arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def sums(store, release, hits):
    """`sha256sum` finds every blob as the list says, and misses one that is damaged."""
    command = ["sha256sum", "--check", "--quiet", str(release / "manifest.sha256")]
    checked = subprocess.run(command, cwd=store, capture_output=True, text=True)
    return None if checked.returncode == 0 else checked.stdout[:200]


def parquet(store, release, hits):
    """Every shape has a row; numbers and hashes are those that the collection gives, and of the files themselves."""
    import pyarrow.parquet

    rows = pyarrow.parquet.read_table(release / "manifest.parquet").to_pylist()
    names = [row["name"] for row in rows]
    if names != sorted(hit["name"] for hit in hits):
        return f"{len(names)} rows for {len(hits)} shapes"
    by_name = {hit["name"]: hit for hit in hits}
    for row in rows:
        measures = by_name[row["name"]]["measures"]
        for column in ("volume_mm3", "area_mm2", "n_faces", "n_vertices", "n_voxels"):
            if row[column] != measures[column]:
                return f"{row['name']}: {column} is {row[column]}, not {measures[column]}"
        for role in ("mesh", "thumbnail", "label_map"):
            sha256 = row[f"{role}_sha256"]
            bytes = (store / "blobs" / sha256[:2] / sha256[2:4] / sha256).read_bytes()
            if hashlib.sha256(bytes).hexdigest() != sha256 or len(bytes) != row[f"{role}_size"]:
                return f"{row['name']}: the {role} is another"
    return None


def duck(store, release, hits):
    """DuckDB reads the same rows, gaps included."""
    import duckdb

    path = release / "manifest.parquet"
    query = f"select count(*), sum(n_faces), count(side), count(distinct structure) from '{path}'"
    found = duckdb.sql(query).fetchall()[0]
    expected = (
        len(hits),
        sum(hit["measures"]["n_faces"] for hit in hits),
        sum(hit["side"] is not None for hit in hits),
        len({hit["structure"] for hit in hits}),
    )
    return None if found == expected else f"{found}, not {expected}"


def merkle(store, release, hits):
    """The root is that of the lines (RFC 6962, 2.1), computed here by its recursive definition, and the chain holds."""

    def root(lines):
        if len(lines) == 1:
            return hashlib.sha256(b"\0" + lines[0]).digest()
        k = 1 << (len(lines) - 1).bit_length() - 1
        return hashlib.sha256(b"\1" + root(lines[:k]) + root(lines[k:])).digest()

    lines = (release / "manifest.sha256").read_bytes().splitlines()
    record = json.loads((release / "release.json").read_bytes())
    if record["merkle"] != {"root": root(lines).hex(), "n_leaves": len(lines)}:
        return "another root"
    for document in record["files"]:
        bytes = (release / document["name"]).read_bytes()
        if hashlib.sha256(bytes).hexdigest() != document["sha256"]:
            return f"{document['name']} has another hash"
    next_record = json.loads((release.parent / "2" / "release.json").read_bytes())
    before = hashlib.sha256((release / "release.json").read_bytes()).hexdigest()
    return None if next_record["previous"] == {"number": 1, "sha256": before} else "the chain is broken"


def croissant(store, release, hits):
    """mlcroissant finds nothing to complain of, and gives the rows of the manifest."""
    import mlcroissant

    dataset = mlcroissant.Dataset(jsonld=str(release / "croissant.json"))
    issues = dataset.metadata.ctx.issues
    if issues.errors or issues.warnings:
        return issues.report()
    volumes = {}
    for record in dataset.records("shapes"):
        volumes[record["shapes/name"].decode()] = record["shapes/volume_mm3"]
    expected = {hit["name"]: hit["measures"]["volume_mm3"] for hit in hits}
    return None if volumes == expected else f"{len(volumes)} records for {len(expected)} shapes"


def datacite(store, release, hits):
    """The metadata fit the schema of DataCite 4.5."""
    import datacite as package
    import jsonschema

    validator = getattr(jsonschema, "Draft201909Validator", None)
    if validator is None:
        raise ImportError("jsonschema from 4.0 on")
    schema = json.loads((Path(package.__file__).parent / "schemas" / "datacite-v4.5.json").read_text())
    errors = validator(schema).iter_errors(json.loads((release / "datacite.json").read_text()))
    return next((error.message[:200] for error in errors), None)


def citation(store, release, hits):
    """The citation is one in the format that GitHub and Zenodo read (YAML is read by cffconvert's reader)."""
    from ruamel.yaml import YAML

    text = (release / "CITATION.cff").read_text()
    cff = YAML(typ="safe").load(text)
    expected = {"cff-version": "1.2.0", "type": "dataset", "title": "Phantoms", "version": "1"}
    wrong = {key: cff.get(key) for key, value in expected.items() if cff.get(key) != value}
    if wrong or cff["authors"] != [{"name": "A test"}]:
        return f"{wrong} {cff['authors']}"
    return None


if __name__ == "__main__":
    alone.main(__doc__, check)
