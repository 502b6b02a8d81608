"""Release and compare a collection of 100,050 shapes, beside DuckDB comparing the same two manifests.

    python3 benchmarks/releases.py target/release/medshape [OUT.json]

Two phantoms are ingested; their records are repeated under new subjects, with the same files. Between the two releases
one shape in 100 gets another volume, and 50 subjects lose their shapes. Seconds are of the CPU (user and system) and of
the clock; runs alternate, the median of five counts. Needs duckdb.
"""

import hashlib
import json
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TIMES = 434
RUNS = 5
# What differs, of shapes that both have, and which shapes only one has.
QUERY = """
import duckdb
one, two = "{one}", "{two}"
con = duckdb.connect()
con.sql("SET threads = 1")
columns = [row[0] for row in con.sql(f"describe select * from '{{two}}'").fetchall()]
other = " or ".join(f"a.{{c}} is distinct from b.{{c}}" for c in columns)
print(con.sql(f"select sum((a.name is null)::int), sum((b.name is null)::int), "
    f"sum((a.name = b.name and ({{other}}))::int) "
    f"from '{{one}}' a full join '{{two}}' b on a.name = b.name").fetchall()[0])
"""


def main():
    program = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        store = make_store(program, folder)
        create = [program, "release", "create", "--store", store]
        report = {"first_release": timed(create)[0]}
        change(store)
        report["second_release"] = timed(create)[0]
        ours, theirs = [], []
        releases = store / "releases"
        query = QUERY.format(one=releases / "1/manifest.parquet", two=releases / "2/manifest.parquet")
        for _ in range(RUNS):
            took, out = timed([program, "release", "diff", "1", "2", "--json", "--store", store])
            ours.append(took)
            diff = json.loads(out)
            took, out = timed([sys.executable, "-c", query])
            theirs.append(took)
            found = tuple(int(n) for n in out.strip(" ()\n").split(","))
            counts = tuple(len(diff[kind]) for kind in ("added", "removed", "changed"))
            assert found == counts, f"{found} by DuckDB, {counts} by medshape"
        report |= {"counts": counts, "medshape_diff": ours, "duckdb_diff": theirs}
        median = [statistics.median(run["cpu_s"] for run in runs) for runs in (ours, theirs)]
        report["cpu_medshape_to_duckdb"] = round(median[0] / median[1], 3)
    text = json.dumps(report, indent=1)
    print(text)
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(text + "\n")


def timed(command):
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    out = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout
    after, seconds = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - started
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu_s": round(cpu, 3), "clock_s": round(seconds, 3)}, out


def make_store(program, folder):
    cohort, store = folder / "cohort", folder / "store"
    for command in (
        ["phantom", cohort, "--subjects", 2, "--seed", 7],
        ["ingest", cohort, "--dataset", "phantom", "--metadata", cohort / "subjects.tsv", "--store", store],
    ):
        timed([program, *command])
    db = sqlite3.connect(store / "catalog.sqlite")
    for key, subject in db.execute("SELECT key, id FROM subject").fetchall():
        for number in range(TIMES):
            repeat(db, key, subject, f"{subject}-{number:04}")
    db.execute("UPDATE change SET n = n + 1")
    db.commit()
    return store


def repeat(db, key, subject, new):
    def copied(table, where, value, **other):
        names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        for row in db.execute(f"SELECT {', '.join(names)} FROM {table} WHERE {where} = ?", (value,)).fetchall():
            row = dict(zip(names, row))
            old = dict(row)
            for name, make in other.items():
                row[name] = make(old)
            row = {name: value for name, value in row.items() if name != "key"}
            places = ", ".join("?" * len(row))
            cursor = db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", list(row.values()))
            yield old, cursor.lastrowid

    ((_, subject_key),) = copied("subject", "key", key, id=lambda _: new)
    unit = hashlib.sha256(new.encode()).digest()
    ((_, case_key),) = copied(
        "ingested", "subject_key", key, unit=lambda _: unit, subject_key=lambda _: subject_key
    )

    def name_key(old):
        (name,) = db.execute("SELECT name FROM name WHERE key = ?", (old["name_key"],)).fetchone()
        name = name.replace(f"/{subject}/", f"/{new}/")
        return db.execute("INSERT INTO name (name) VALUES (?)", (name,)).lastrowid

    shapes = copied(
        "shape", "subject_key", key,
        name_key=name_key, subject_key=lambda _: subject_key, ingested_key=lambda _: case_key, subject=lambda _: new,
    )
    for old, new_key in shapes:
        for _ in copied("shape_file", "name_key", old["name_key"], name_key=lambda _: new_key):
            pass


def change(store):
    db = sqlite3.connect(store / "catalog.sqlite")
    db.execute("UPDATE shape SET measures = json_set(measures, '$.volume_mm3', 1.5) WHERE name_key % 100 = 7")
    gone = "subject LIKE 'p002-00%' AND subject < 'p002-0050'"
    db.execute(f"DELETE FROM shape_file WHERE name_key IN (SELECT name_key FROM shape WHERE {gone})")
    db.execute(f"DELETE FROM shape WHERE {gone}")
    db.execute("UPDATE change SET n = n + 1")
    db.commit()


if __name__ == "__main__":
    main()
