//! What a parser that has turned against us would try, tried after the process is confined.
//!
//! Tests start a child with one of these names and look at what came of it. It is compiled always,
//! for what is tested has to be the program that people run; it gives nobody anything, since a probe
//! is tried by a process that has given up all that a reader gives up.

use std::fs;
use std::io::{self, Write};
use std::net::{TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, parent_id};
use std::process::Command;

use super::request::{Refusal, Request};

/// Tries what `name` says, and tells what came of it; some names do not come back.
pub(super) fn run(name: &str, request: &Request, to: &mut dyn Write) -> io::Result<Refusal> {
    let path = request.input.path();
    let beside = path.with_file_name("made-by-a-probe");
    let tried = match name {
        "read-the-input" => fs::read(path).map(|_| ()),
        "read-another-file" => fs::read("/etc/passwd").map(|_| ()),
        "read-a-file-beside" => fs::read(path.with_file_name("secret.txt")).map(|_| ()),
        "read-the-parent" => fs::read(format!("/proc/{}/environ", parent_id())).map(|_| ()),
        "list-a-folder" => fs::read_dir("/etc").map(|_| ()),
        "make-a-file" => fs::write(beside, "x"),
        "make-a-folder" => fs::create_dir(beside),
        "change-the-input" => fs::OpenOptions::new().write(true).open(path).map(|_| ()),
        "remove-the-input" => fs::remove_file(path),
        "move-the-input" => fs::rename(path, beside),
        "link-the-input" => fs::hard_link(path, beside),
        "connect" => connect(),
        "send" => UdpSocket::bind("127.0.0.1:0").map(|_| ()),
        "connect-here" => UnixStream::pair().map(|_| ()),
        "become-another-program" => Err(Command::new("/bin/true").exec()),
        "start-another-program" => Command::new("/bin/true").spawn().map(|_| ()),
        "start-a-thread" => std::thread::Builder::new().spawn(|| ()).map(|_| ()),
        "take-memory" => Vec::<u8>::new().try_reserve_exact(8 << 30).map_err(io::Error::other),
        "open-many-files" => {
            (0..64).map(|_| fs::File::open(path)).collect::<Result<Vec<_>, _>>().map(|_| ())
        }
        "see-the-environment" => environment(),
        "signal-the-parent" => on_linux::signal_the_parent(),
        "raise-the-limits" => on_linux::raise_the_limits(),
        _ => misbehave(name, to),
    };
    let reason = match tried {
        Ok(()) => "allowed".to_owned(),
        Err(cause) => format!("refused: {cause}"),
    };
    Ok(Refusal { code: "probe".to_owned(), reason })
}

/// Nobody listens there, which is an answer from the network.
fn connect() -> io::Result<()> {
    match TcpStream::connect("127.0.0.1:9") {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
        other => other.map(|_| ()),
    }
}

fn environment() -> io::Result<()> {
    match std::env::vars_os().count() {
        0 => Err(io::Error::other("it is empty")),
        _ => Ok(()),
    }
}

/// What no system refuses, and the parent has to bear.
fn misbehave(name: &str, to: &mut dyn Write) -> io::Result<()> {
    match name {
        "abort" => std::process::abort(),
        "panic" => panic!("a probe panicked"),
        "exit" => std::process::exit(0),
        "run-out-of-memory" => drop(std::hint::black_box(vec![1_u8; 8 << 30])),
        "run-out-of-stack" => drop(std::hint::black_box(deeper(1))),
        "run-out-of-cpu" => loop {
            std::hint::spin_loop();
        },
        // Nothing more comes from the parent, which waits.
        "hang" => drop(io::stdin().read_line(&mut String::new())?),
        "answer-nonsense" => to.write_all(&[7; 64])?,
        // A volume as large as any: the bytes never come.
        "answer-with-a-lie" => to.write_all(&lie())?,
        "answer-without-end" => loop {
            to.write_all(&[0; 1 << 16])?;
        },
        "unpack-to-elsewhere" => to.write_all(b"\0\x01\x0b\0\0\0\0\0\0\0../evil.stl")?,
        "unpack-without-end" => {
            to.write_all(b"\0\x01\x01\0\0\0\0\0\0\0a")?;
            loop {
                to.write_all(b"\x01\x04\0\0\0\0\0\0\0evil")?;
            }
        }
        "complain-without-end" => loop {
            io::stderr().write_all(&[b'x'; 1 << 16])?;
        },
        "complain-in-colours" => {
            io::stderr().write_all(b"\x1b[31mred\x07\n")?;
            std::process::exit(3);
        }
        _ => return Err(io::Error::other("there is no such probe")),
    }
    to.flush()?;
    std::process::exit(0);
}

fn deeper(depth: u64) -> u64 {
    let here = std::hint::black_box([depth; 512]);
    if here[7] == 0 { 0 } else { deeper(here[3] + 1) + here[5] }
}

/// A sound answer that begins with a grid of 2³¹ voxels and ends there.
fn lie() -> Vec<u8> {
    let mut bytes = vec![0];
    bytes.extend(1_u64.to_le_bytes());
    bytes.extend([2048_u64, 1024, 1024].into_iter().flat_map(u64::to_le_bytes));
    let rows = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]];
    bytes.extend(rows.as_flattened().iter().copied().flat_map(f64::to_le_bytes));
    // One byte a voxel.
    bytes.push(1);
    bytes.extend((1_u64 << 31).to_le_bytes());
    bytes
}

#[cfg(target_os = "linux")]
mod on_linux {
    use std::io;

    use rustix::process::{Resource, Rlimit, getppid, setrlimit, test_kill_process};

    pub(super) fn signal_the_parent() -> io::Result<()> {
        let parent = getppid().ok_or_else(|| io::Error::other("there is no parent"))?;
        Ok(test_kill_process(parent)?)
    }

    pub(super) fn raise_the_limits() -> io::Result<()> {
        Ok(setrlimit(Resource::As, Rlimit { current: None, maximum: None })?)
    }
}

#[cfg(not(target_os = "linux"))]
mod on_linux {
    use std::io;

    pub(super) fn signal_the_parent() -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) use signal_the_parent as raise_the_limits;
}
