"""The API, asked in every way that its own description allows and in many that it does not, by schemathesis.

    python3 tests/oracles/api.py target/release/medshape

A phantom is ingested, released and served. No answer may be a fault of the server, of a kind or with a status that
the description does not name, or of another form than it says. Skips with a reason where there is no schemathesis.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import alone

SEED = "20261128"
# What is there to be found. A mesh is not to be made up by chance: of those that are sent only the refusal is
# described, so that a refusal of what the schema allows is no fault there. Nor is it where shapes are to be found
# for a question or names, or where an address has to be a page of the site.
CONFIGURATION = """
[parameters]
"path.name" = "{name}"
"path.source" = "phantom"
"path.subject" = "{subject}"
"path.file" = "release.json"
"query.url" = "http://localhost/s/{name}"

[[operations]]
include-operation-id = ["similarToFile", "keepSelection", "previewSelection", "shorten"]
checks.positive_data_acceptance.enabled = false
"""


def check(program):
    """How many runs pass, and how many do not."""
    schemathesis = shutil.which(os.environ.get("SCHEMATHESIS") or "schemathesis")
    if not schemathesis:
        print("oracle test of the API skipped: no schemathesis (pip install -r tests/oracles/api.txt)")
        return 0, 0
    # It is run in a folder of its own.
    schemathesis = Path(schemathesis).absolute()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        store = make_store(program, folder)
        passed = [ask(program, schemathesis, folder, store, prefix) for prefix in ("/", "/shapes")]
    return passed.count(True), passed.count(False)


def make_store(program, folder):
    store, cohort = folder / "store", folder / "cohort"
    run(program, "phantom", cohort, "--subjects", "1", "--seed", "7", "--spacing", "6")
    run(program, "ingest", cohort, "--dataset", "phantom", "--metadata", cohort / "subjects.tsv", "--store", store)
    run(program, "release", "create", "--title", "Phantoms", "--publisher", "A test", "--store", store)
    return store


def run(program, *arguments):
    command = [str(program), *(str(argument) for argument in arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def ask(program, schemathesis, folder, store, prefix):
    found = re.search(r"phantom/([^/\s]+)/liver", run(program, "search", "liver", "--store", store))
    configuration = folder / "schemathesis.toml"
    configuration.write_text(CONFIGURATION.format(name=found[0], subject=found[1]))
    serve = [program, "serve", "--store", store, "--listen", "127.0.0.1:0", "--prefix", prefix]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            address = re.search(r"http://[0-9.:]+(/\S+)?", server.stdout.readline())[0].rstrip("/")
            command = [
                schemathesis, "--config-file", configuration, "run", f"{address}/v1/openapi.json",
                "--phases", "examples,coverage,fuzzing", "--max-examples", "30", "--seed", SEED,
                "--generation-database", "none", "--no-color",
            ]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        finally:
            server.terminate()
    if done.returncode != 0:
        print(f"FAILED API below {prefix}:\n{done.stdout[-6000:]}{done.stderr[-2000:]}")
    return done.returncode == 0


if __name__ == "__main__":
    alone.main(__doc__, check)
