"""Takes each guard of the server out, and sees a test fail.

    python3 tests/guards.py [NAME...]

The last commit is taken into a tree of its own below `target/guards`, each guard gets a switch there, the tests are
built once, and run once with all guards and once without each. A guard whose tests pass without it fails this check.
With names, those alone are taken out.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "target" / "guards"
SWITCH = 'std::env::var("GUARD_OUT").is_ok_and(|out| out == "{name}")'
SRC = "crates/server/src/"

# Headers that every answer has: each is left out by its name.
HEADERS = [
    "content-security-policy", "x-content-type-options", "referrer-policy", "x-frame-options",
    "cross-origin-opener-policy", "cross-origin-resource-policy", "permissions-policy",
]

# Name, file, what is there, and what would be there without the guard.
GUARDS = [
    ("scripts-in-pages", SRC + "http/headers.rs", "HeaderValue::from_static(value)",
     "HeaderValue::from_static(value.replace(\"script-src\", \"script-src 'unsafe-inline'\").leak())"),
    ("readers-of-a-curator", SRC + "http/headers.rs", "is_shared && site.audience() == Audience::Public", "is_shared"),
    ("markup-in-json", SRC + "pages/parts.rs", "json.replace('<', \"\\\\u003c\")", "json.to_owned()"),
    ("markup-in-texts", SRC + "texts.rs", "Escaper::new(&mut out).write_str(text)", "out.write_str(text)"),
    ("markup-in-titles", SRC + "pages/shape.rs", "h1 { (label) }", "h1 { (maud::PreEscaped(label.to_string())) }"),
    ("markup-in-subjects", SRC + "pages/subject.rs", "dd { (pathology) }", "dd { (maud::PreEscaped(pathology.clone())) }"),
    ("markup-in-notes", SRC + "pages/subject.rs", 'li lang="en" { (words::capitalised(&note.text)) }',
     'li lang="en" { (maud::PreEscaped(words::capitalised(&note.text).to_string())) }'),
    ("markup-in-sources", SRC + "pages/source.rs", "h1 { (source.title) }",
     "h1 { (maud::PreEscaped(source.title.clone())) }"),
    ("links-that-run", SRC + "pages/parts.rs",
     'address.starts_with("https://") || address.starts_with("http://")', "true"),
    ("host", SRC + "address.rs", "is_loopback || is_local || hosts.iter().any(|known| known.eq_ignore_ascii_case(name))",
     "true"),
    ("origin-of-links", SRC + "address.rs", "host.is_empty() || !host.bytes().all(is_plain)", "false"),
    ("rate", SRC + "watch.rs", "limit.admit(peer.address)", "Ok::<(), std::time::Duration>(())"),
    ("rate-of-reports", SRC + "pages/report.rs", "site.report_limit().admit(address)", "Ok::<(), std::time::Duration>(())"),
    ("rate-of-writing", SRC + "site.rs", "self.0.writing.admit(peer.address)", "Ok::<(), std::time::Duration>(())"),
    ("reports-of-other-sites", SRC + "pages/report.rs", 'sent_from(headers).is_some_and(|site| !matches!(site, "same-origin" | "none"))', "false"),
    ("views-in-reports", SRC + "pages/report.rs",
     "view.starts_with('?') && view.len() < 500 && !view.chars().any(char::is_control)", "!view.is_empty()"),
    ("selections-of-other-sites", SRC + "taking.rs", 'sent_from(request) == Some("cross-site")', "false"),
    ("short-links-of-other-sites", SRC + "api/short_links.rs", 'sent_from(&request) == Some("cross-site")', "false"),
    ("short-links-to-other-sites", SRC + "api/short_links.rs", "!is_own_page(&address)", "false"),
    ("documents-of-a-release", SRC + "api/releases.rs",
     "published.release.files.iter().find(|document| document.name == name).cloned()",
     "Some(Document { name: name.to_owned(), size: 1, sha256: published.sha256 })"),
    ("proxies-that-are-believed", SRC + "peer.rs", ".filter(|_| behind_proxy)", ".filter(|_| true)"),
    ("who-reads-metrics", SRC + "metrics.rs", "!peer.is_some_and(|Extension(peer)| peer.is_near())", "false"),
    ("links-in-a-store", "crates/catalog/src/folder.rs", "openat(&at, name, always, Mode::empty())?",
     "openat(&at, name, OFlags::CLOEXEC, Mode::empty())?"),
    ("folders-above-a-store", "crates/catalog/src/folder.rs",
     "!below.components().all(|part| matches!(part, Component::Normal(_)))", "false"),
]


def main():
    prepare()
    for name, file, there, without in GUARDS:
        put_switch(PLACE / "tree" / file, name, there, without)
    put_headers(PLACE / "tree" / SRC / "http/headers.rs")
    programs = build()
    if failed(programs, None):
        sys.exit("the tests fail with all guards in place")
    known = [name for name, *_ in GUARDS] + HEADERS
    names = sys.argv[1:] or known
    if not set(names) <= set(known):
        sys.exit(f"there are: {', '.join(known)}")
    unseen = [name for name in names if not report(name, failed(programs, name))]
    if unseen:
        sys.exit(f"no test fails without: {', '.join(unseen)}")
    print(f"{len(names)} guards: without each, a test fails")


def prepare():
    """The last commit in a tree of its own, with the viewer that was built."""
    tree = PLACE / "tree"
    if tree.exists():
        shutil.rmtree(tree)
    tree.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", tree], input=archive, check=True)
    if (ROOT / "web/dist").is_dir():
        shutil.copytree(ROOT / "web/dist", tree / "web/dist", dirs_exist_ok=True)


def put_switch(path, name, there, without):
    text = path.read_text()
    if text.count(there) != 1:
        sys.exit(f"{path.relative_to(PLACE / 'tree')}: {name}: its guard is there {text.count(there)} times: {there}")
    switch = SWITCH.format(name=name)
    if there.split()[0] in ("h1", "dd", "li"):
        text = text.replace(there, f"@if {switch} {{ {without} }} @else {{ {there} }}")
    elif there.startswith(".filter"):
        text = text.replace(there, there.replace("behind_proxy", f"behind_proxy || {switch}"))
    else:
        text = text.replace(there, f"(if {switch} {{ {without} }} else {{ {there} }})")
    path.write_text(text)


def put_headers(path):
    """Leaves out the header that the switch names."""
    text = path.read_text()
    loop = "for (name, value) in ALWAYS {"
    switch = 'if std::env::var("GUARD_OUT").is_ok_and(|out| out == name.as_str()) { continue; }'
    assert text.count(loop) == 1, f"{path}: {loop}"
    path.write_text(text.replace(loop, f"{loop} {switch}"))


def build():
    """The test programs of both crates, built with the switches."""
    command = ["cargo", "test", "--release", "--no-run", "-p", "medshape-server", "-p", "medshape-catalog",
               "--lib", "--test", "all"]
    environment = {**os.environ, "CARGO_TARGET_DIR": str(PLACE / "build")}
    done = subprocess.run(command, cwd=PLACE / "tree", env=environment, capture_output=True, text=True)
    programs = re.findall(r"Executable .*\((.+)\)", done.stderr)
    if done.returncode != 0 or len(programs) != 4:
        sys.exit(done.stderr[-4000:])
    return [Path(program) for program in programs]


def failed(programs, guard):
    """The tests that fail without a guard."""
    names = []
    for program in programs:
        crate = "catalog" if "catalog" in program.name or is_of_catalog(program) else "server"
        environment = {**os.environ, "GUARD_OUT": guard or ""}
        done = subprocess.run([program, "-q"], cwd=PLACE / "tree" / "crates" / crate, env=environment,
                              capture_output=True, text=True)
        names += re.findall(r"^    ([\w:]+)$", done.stdout.rsplit("failures:", 1)[-1], re.M) if done.returncode else []
    return names


def is_of_catalog(program):
    listed = subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout
    return "migrations::" in listed


def report(name, tests):
    shown = ", ".join(tests[:3]) + (f" and {len(tests) - 3} more" if len(tests) > 3 else "")
    print(f"{name:28} {shown or 'NO TEST FAILS'}", flush=True)
    return bool(tests)


if __name__ == "__main__":
    main()
