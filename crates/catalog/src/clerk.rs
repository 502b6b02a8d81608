use std::fmt;
use std::time::SystemTime;

use crate::Moment;

/// The variable of the environment that says who acts, where it is not the user of the system.
const WHO: &str = "MEDSHAPE_WHO";

/// Who changes a store, and the clock that says when. The log keeps both.
#[derive(Clone)]
pub struct Clerk {
    who: String,
    clock: fn() -> SystemTime,
}

impl Clerk {
    /// Someone, with a clock.
    pub fn new(who: &str, clock: fn() -> SystemTime) -> Self {
        Self { who: who.to_owned(), clock }
    }

    /// Who the environment variable `MEDSHAPE_WHO` names (a role, say), or else the number of the
    /// user of the system, with the system's clock.
    pub fn of_system() -> Self {
        let who = std::env::var(WHO).ok().filter(|who| !who.trim().is_empty());
        Self { who: who.unwrap_or_else(user), clock: SystemTime::now }
    }

    pub(crate) fn who(&self) -> &str {
        &self.who
    }

    pub(crate) fn now(&self) -> Moment {
        Moment::of((self.clock)())
    }
}

impl fmt::Debug for Clerk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clerk").field("who", &self.who).finish_non_exhaustive()
    }
}

/// A number, for the name of an account is often that of a person.
#[cfg(unix)]
fn user() -> String {
    format!("uid {}", rustix::process::geteuid().as_raw())
}

#[cfg(not(unix))]
fn user() -> String {
    "unknown".to_owned()
}
