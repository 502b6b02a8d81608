//! How many requests one address may send.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

/// A page with its pictures is many requests at once: so many seconds' worth may come together.
const BURST_S: u32 = 6;
/// Reports that one address may send in an hour.
const REPORTS_PER_HOUR: NonZeroU32 = NonZeroU32::new(10).unwrap();
/// After so many requests, addresses that have been silent are forgotten.
const FORGET_EVERY: u32 = 4096;

/// Lets each address send so many requests a second.
#[derive(Debug)]
pub(crate) struct RateLimit {
    limiter: RateLimiter<Network, HashMapStateStore<Network>, MonotonicClock>,
    n_asked: AtomicU32,
}

/// Addresses that count as one client: of version 6, all of one customer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Network {
    Address(u32),
    Customer(u64),
}

impl Network {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::Address(address.to_bits()),
            IpAddr::V6(address) => Self::Customer((address.to_bits() >> 64) as u64),
        }
    }
}

impl RateLimit {
    pub(crate) fn new(per_second: NonZeroU32) -> Self {
        let burst = per_second.saturating_mul(NonZeroU32::MIN.saturating_add(BURST_S - 1));
        Self::of(Quota::per_second(per_second).allow_burst(burst))
    }

    /// Lets each address say a few times an hour that something is wrong.
    pub(crate) fn of_reports() -> Self {
        Self::of(Quota::per_hour(REPORTS_PER_HOUR))
    }

    fn of(quota: Quota) -> Self {
        let limiter = RateLimiter::new(quota, HashMapStateStore::default(), MonotonicClock);
        Self { limiter, n_asked: AtomicU32::new(0) }
    }

    /// Counts a request from `address`.
    ///
    /// # Errors
    /// It comes too soon, by so much.
    pub(crate) fn admit(&self, address: IpAddr) -> Result<(), Duration> {
        if self.n_asked.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        let admitted = self.limiter.check_key(&Network::of(address));
        admitted.map_err(|early| early.wait_time_from(self.limiter.clock().now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_who_asks_too_often_waits_and_others_do_not() {
        let limit = RateLimit::new(NonZeroU32::new(2).unwrap());
        let [a, b, c]: [IpAddr; 3] =
            ["203.0.113.1", "2001:db8::1", "2001:db8::2"].map(|text| text.parse().unwrap());
        let n_admitted = (0..100).filter(|_| limit.admit(a).is_ok()).count();
        assert!((12..=14).contains(&n_admitted), "{n_admitted}");
        let wait = limit.admit(a).unwrap_err();
        assert!(wait <= Duration::from_millis(500), "{wait:?}");
        assert_eq!((0..12).filter(|_| limit.admit(b).is_ok()).count(), 12);
        assert!((0..100).filter(|_| limit.admit(c).is_ok()).count() <= 2, "one customer");
    }
}
