//! seccomp: the system calls that reading a file takes, and no other.
//!
//! A call that is not listed fails with `EPERM`, like one that the system does not have, and nothing
//! comes of it: no process, no socket, no file that is written.

use std::collections::BTreeMap;
use std::io;

use seccompiler::SeccompCmpArgLen::{Dword, Qword};
use seccompiler::SeccompCmpOp::{Eq, MaskedEq};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
    apply_filter,
};

/// Allowed with any argument: they touch nothing but the process itself and what it has open.
const ALLOWED: &[i64] = &[
    libc::SYS_brk,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_fadvise64,
    libc::SYS_fstat,
    libc::SYS_fstatfs,
    libc::SYS_futex,
    libc::SYS_getcwd,
    libc::SYS_getdents64,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_gettimeofday,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_newfstatat,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_read,
    libc::SYS_readlinkat,
    libc::SYS_readv,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_sigaltstack,
    libc::SYS_statx,
    libc::SYS_uname,
    libc::SYS_write,
    libc::SYS_writev,
];

/// The same, under the names that only the oldest of the 64-bit systems has.
#[cfg(target_arch = "x86_64")]
const ALLOWED_OLD: &[i64] =
    &[libc::SYS_access, libc::SYS_lstat, libc::SYS_readlink, libc::SYS_stat, libc::SYS_time];
#[cfg(not(target_arch = "x86_64"))]
const ALLOWED_OLD: &[i64] = &[];

/// Installs the list for this thread, the only one of a child.
pub(super) fn allow_only_reading() -> io::Result<()> {
    let program = program().map_err(io::Error::other)?;
    apply_filter(&program).map_err(io::Error::other)
}

fn program() -> Result<BpfProgram, seccompiler::BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        ALLOWED.iter().chain(ALLOWED_OLD).map(|&call| (call, Vec::new())).collect();
    rules.extend(allowed_with()?);
    let denied = SeccompAction::Errno(libc::EPERM as u32);
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    SeccompFilter::new(rules, denied, SeccompAction::Allow, arch)?.try_into()
}

/// Allowed with some arguments only.
fn allowed_with() -> Result<Vec<(i64, Vec<SeccompRule>)>, seccompiler::BackendError> {
    // Nothing is made, cut or opened for writing.
    let writes = libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC | libc::O_TMPFILE | libc::O_APPEND;
    // A folder may be opened, and its flag is a part of that of a nameless file.
    let writes = (writes & !libc::O_DIRECTORY) as u64;
    let reads = |flags: u8| SeccompCondition::new(flags, Dword, MaskedEq(writes), 0);
    // No code but the program's own.
    let no_code = || SeccompCondition::new(2, Qword, MaskedEq(libc::PROT_EXEC as u64), 0);
    // A signal to itself: this is how a process aborts.
    let me = u64::from(std::process::id());
    let control =
        |command: i32| SeccompRule::new(vec![SeccompCondition::new(1, Dword, Eq, command as u64)?]);
    let controls = [libc::F_GETFD, libc::F_GETFL, libc::F_SETFD, libc::F_DUPFD_CLOEXEC];
    Ok(vec![
        (libc::SYS_openat, vec![SeccompRule::new(vec![reads(2)?])?]),
        #[cfg(target_arch = "x86_64")]
        (libc::SYS_open, vec![SeccompRule::new(vec![reads(1)?])?]),
        (libc::SYS_mmap, vec![SeccompRule::new(vec![no_code()?])?]),
        (libc::SYS_mprotect, vec![SeccompRule::new(vec![no_code()?])?]),
        (libc::SYS_tgkill, vec![SeccompRule::new(vec![SeccompCondition::new(0, Dword, Eq, me)?])?]),
        (libc::SYS_fcntl, controls.into_iter().map(control).collect::<Result<_, _>>()?),
    ])
}
