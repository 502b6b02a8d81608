//! How a child gives up what it does not need.
//!
//! Each protection stands alone: where one is not to be had, the others hold, and the parent is told.

use super::protections::Protections;
use super::request::Confinement;

/// Confines this process, once and for all; says what is in force.
#[cfg(not(target_os = "linux"))]
pub(super) fn confine(_: &Confinement) -> Protections {
    Protections::default()
}

/// Confines this process, once and for all; says what is in force.
#[cfg(target_os = "linux")]
pub(super) fn confine(confinement: &Confinement) -> Protections {
    // Nobody waits for an answer when the parent has died. Where this fails, the answer does.
    let _ = linux::die_with_parent();
    Protections {
        limits: linux::limit(confinement).is_ok(),
        no_new_privs: linux::give_up_privileges().is_ok(),
        landlock: linux::see_only(&confinement.files),
        // Last, for it forbids all of the above.
        seccomp: super::calls::allow_only_reading().is_ok(),
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::path::PathBuf;

    use landlock::{
        ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
        RulesetStatus, Scope, path_beneath_rules,
    };
    use rustix::process::{
        DumpableBehavior, Resource, Rlimit, Signal, getrlimit, set_dumpable_behavior,
        set_parent_process_death_signal, setrlimit,
    };
    use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities, set_no_new_privs};

    use super::super::protections::Extent;
    use super::Confinement;

    /// Open files: the streams, their copies, and a few for the input.
    const MAX_OPEN_FILES: u64 = 32;
    /// The Landlock that is asked for (Linux 6.12): files, network, signals. Sockets that it leaves out
    /// are left to seccomp.
    const LANDLOCK: ABI = ABI::V6;

    pub(super) fn die_with_parent() -> io::Result<()> {
        Ok(set_parent_process_death_signal(Some(Signal::KILL))?)
    }

    pub(super) fn limit(confinement: &Confinement) -> io::Result<()> {
        let wanted = [
            (Resource::As, confinement.memory),
            (Resource::Cpu, confinement.cpu_s),
            (Resource::Fsize, 0),
            (Resource::Nofile, MAX_OPEN_FILES),
            (Resource::Core, 0),
            (Resource::Nproc, 0),
        ];
        for (resource, most) in wanted {
            // Where there is less to be had, less it is.
            let most = getrlimit(resource).maximum.map_or(most, |maximum| maximum.min(most));
            // At the soft limit of CPU time a signal says what it was, at the hard one none does.
            let maximum = if resource == Resource::Cpu { most + 1 } else { most };
            setrlimit(resource, Rlimit { current: Some(most), maximum: Some(maximum) })?;
        }
        Ok(())
    }

    /// All but one: an administrator may take files that only their owner can read, and only that is
    /// left to the child.
    pub(super) fn give_up_privileges() -> io::Result<()> {
        set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
        set_no_new_privs(true)?;
        let held = rustix::thread::capabilities(None)?;
        let left = held.permitted & CapabilitySet::DAC_READ_SEARCH;
        let none = CapabilitySet::empty();
        let sets =
            CapabilitySets { effective: left & held.effective, permitted: left, inheritable: none };
        Ok(set_capabilities(None, sets)?)
    }

    pub(super) fn see_only(files: &[PathBuf]) -> Extent {
        match restrict(files) {
            Ok(RulesetStatus::FullyEnforced) => Extent::Full,
            Ok(RulesetStatus::PartiallyEnforced) => Extent::Partial,
            Ok(RulesetStatus::NotEnforced) | Err(_) => Extent::None,
        }
    }

    fn restrict(files: &[PathBuf]) -> Result<RulesetStatus, RulesetError> {
        let status = Ruleset::default()
            .handle_access(AccessFs::from_all(LANDLOCK))?
            .handle_access(AccessNet::from_all(LANDLOCK))?
            .scope(Scope::from_all(LANDLOCK))?
            .create()?
            // A file that is not there gets no rule; its reader will say that it is not there.
            .add_rules(path_beneath_rules(files, AccessFs::ReadFile | AccessFs::ReadDir))?
            .restrict_self()?;
        Ok(status.ruleset)
    }
}
