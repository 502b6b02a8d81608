"""The portal under load: answers to searches, and pictures and records beside nginx with the same bytes.

    python3 benchmarks/portal.py target/release/medshape DATA OUT

DATA is the folder of real inputs, OUT one in benchmarks/runs. The published list of 106,101 names is imported, and one
whole body is ingested beside it. Then

- `search`: questions are sent at 50 a second for a minute, at times that do not wait for answers: a late answer makes
  the next ones late as well, and that counts. Half of them ask for the page, half for the API.
- `files`: wrk asks for one thumbnail and one record, with 32 connections that stay open, in turns of five seconds from
  medshape and from an nginx that serves the same bytes from a file, with its log off and a worker for each core.

Resident memory of the server is the most that is seen during the load. Needs nginx and wrk.
"""

import http.client
import json
import os
import queue
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import quote_plus

PER_SECOND, SECONDS, SENDERS = 50, 60, 32
TURNS, TURN_SECONDS, CONNECTIONS = 5, 5, 32
WORDS = ["liver", "left kidney", "kidney_left", "rib", "bladder", "ear", "heart", "brain tumor", "glioblastoma",
         "skull", "lung", "vertebra L1", "aorta", "femur", "spleen", "pancreas", "hip right", "ct", "mri", "tumour",
         "livr", "left kidny", "SCT:10200004", "abdomen", "rib 7", "gluteus", "trachea", "stomach", "teeth", "vessel"]
MORE = ["", "", "male", "female", "age:60..70", "sex:f", "-left", "quality:good", "source:totalsegmentator"]
NGINX = """daemon off; worker_processes auto; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=100;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    types {{ image/png png; image/webp webp; application/json json; }}
    server {{ listen 127.0.0.1:{port}; root {folder}/www; }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"nothing answers at port {port}")


def get(port, path, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers or {})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        sys.exit(f"{path}: status {response.status}")
    return body


def resident_mb(pid):
    """Resident memory of now, and the part of it that is not pages of files."""
    status = Path(f"/proc/{pid}/status").read_text()
    kb = {key: int(re.search(rf"{key}:\s+(\d+)", status)[1]) for key in ("VmRSS", "RssAnon")}
    return kb["VmRSS"] / 1024, kb["RssAnon"] / 1024


class Watch(threading.Thread):
    """Looks at the memory of a process ten times a second."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.most, self.most_anon, self.ended = pid, 0.0, 0.0, threading.Event()

    def run(self):
        while not self.ended.wait(0.1):
            resident, anon = resident_mb(self.pid)
            self.most, self.most_anon = max(self.most, resident), max(self.most_anon, anon)


def questions(n):
    chance = random.Random(5)
    paths = []
    for number in range(n):
        words = f"{chance.choice(WORDS)} {chance.choice(MORE)}".strip()
        paths.append(("/search" if number % 2 else "/v1/search") + "?q=" + quote_plus(words))
    return paths


def send(port, todo, seconds, failed):
    """One connection that asks what is due. Time counts from when the question was due."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while (task := todo.get()) is not None:
        due, path = task
        time.sleep(max(0.0, due - time.perf_counter()))
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        response.read()
        seconds.append((path.split("?")[0], time.perf_counter() - due))
        if response.status != 200:
            failed.append((path, response.status))


def searches(port, pid):
    paths = questions(PER_SECOND * SECONDS)
    todo, seconds, failed = queue.Queue(), [], []
    senders = [threading.Thread(target=send, args=(port, todo, seconds, failed)) for _ in range(SENDERS)]
    watch = Watch(pid)
    watch.start()
    begin = time.perf_counter() + 0.5
    for number, path in enumerate(paths):
        todo.put((begin + number / PER_SECOND, path))
    for sender in senders:
        todo.put(None)
        sender.start()
    for sender in senders:
        sender.join()
    watch.ended.set()
    if failed:
        sys.exit(f"{len(failed)} searches failed, such as {failed[0]}")
    report = {"n": len(seconds), "per_second": PER_SECOND, "resident_mb": watch.most,
              "resident_anon_mb": watch.most_anon}
    for kind in sorted({kind for kind, _ in seconds}):
        times = sorted(1e3 * taken for of, taken in seconds if of == kind)
        report[kind] = {f"p{share}_ms": times[min(len(times) - 1, len(times) * share // 100)]
                        for share in (50, 95, 99)} | {"max_ms": times[-1]}
    return report


def wrk(url, seconds):
    run = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", url]
    told = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        sys.exit(f"{url}: {told}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])


def files(port, pid, folder):
    record = json.loads(get(port, "/v1/search?q=liver+source:totalsegmentator-v2&limit=1"))["items"][0]
    paths = {"record": f"/v1/shapes/{record['name']}"}
    page = get(port, f"/s/{record['name']}").decode()
    paths["thumbnail"] = re.search(r'"(/files/[^"]*(?:png|webp|jpe?g)[^"]*)"', page)[1]
    for kind, path in paths.items():
        target = folder / "www" / (kind + (".json" if kind == "record" else ".png"))
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(get(port, path))
    peer_port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=peer_port))
    peer = subprocess.Popen(["nginx", "-c", folder / "nginx.conf"])
    report = {}
    try:
        wait_for(peer_port)
        watch = Watch(pid)
        watch.start()
        for kind, path in paths.items():
            name = next((folder / "www").glob(kind + ".*"))
            rates = {"medshape": [], "nginx": []}
            urls = {"medshape": f"http://127.0.0.1:{port}{path}",
                    "nginx": f"http://127.0.0.1:{peer_port}/{name.name}"}
            for url in urls.values():
                wrk(url, 1)
            for _ in range(TURNS):
                for who, url in urls.items():
                    rates[who].append(wrk(url, TURN_SECONDS))
            middle = {who: statistics.median(of) for who, of in rates.items()}
            report[kind] = {"path": path, "bytes": name.stat().st_size, "per_second": rates, "median": middle,
                            "ratio": middle["medshape"] / middle["nginx"]}
        watch.ended.set()
        report["resident_mb"], report["resident_anon_mb"] = watch.most, watch.most_anon
    finally:
        peer.terminate()
        peer.wait()
    return report


def main():
    program, data, out = (Path(argument).resolve() for argument in sys.argv[1:4])
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        os.chmod(folder, 0o755)
        store = folder / "store"
        quietly = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        metadata = data / "metadata"
        subprocess.run([program, "import-names", metadata / "MedShapeNetDataset.txt.gz", "--metadata",
                        f"totalsegmentator-v1={metadata}/totalsegmentator_v2_metadata.xlsx", "--store", store], **quietly)
        subprocess.run([program, "ingest", data / "volumes/wholebody/totalsegv2_s0328", "--dataset",
                        Path(__file__).parent.parent / "datasets/totalsegmentator-v2.toml", "--store", store],
                       **quietly)
        port = free_port()
        server = subprocess.Popen([program, "serve", "--listen", f"127.0.0.1:{port}", "--store", store],
                                  stdout=subprocess.DEVNULL)
        try:
            wait_for(port)
            began = time.perf_counter()
            get(port, "/v1/search?q=liver")
            first_s = time.perf_counter() - began
            report = {"command": " ".join(["python3", *sys.argv]), "cores": os.cpu_count(), "first_answer_s": first_s,
                      "search": searches(port, server.pid), "files": files(port, server.pid, folder)}
        finally:
            server.terminate()
            server.wait()
    out.mkdir(parents=True, exist_ok=True)
    (out / "portal.json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
