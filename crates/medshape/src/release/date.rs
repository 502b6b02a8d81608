//! Moments and days, as ISO 8601 writes them.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now, UTC, to the second: `2026-11-28T12:00:00Z`.
pub(super) fn now() -> String {
    // A clock before 1970 is taken for its beginning.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    moment(since.as_secs())
}

/// Whether a text is a day, such as `2026-11-28`.
pub fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let number = |text: &str, n_digits: usize| {
        let is_plain = text.len() == n_digits && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_plain { text.parse::<u32>().ok() } else { None }
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2))
    else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let n_days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    year > 0 && (1..=n_days).contains(&day)
}

fn moment(seconds: u64) -> String {
    let [year, month, day] = civil(seconds / 86_400);
    let second = seconds % 86_400;
    let [hour, minute, second] = [second / 3600, second / 60 % 60, second % 60];
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of a day counted from 1970 (Hinnant, 2013, `civil_from_days`).
fn civil(day: u64) -> [u64; 3] {
    // Years begin in March, so that the day that some of them have more is their last.
    let day = day + 719_468;
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, wrap) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    [400 * era + year + wrap, month, day]
}

#[cfg(test)]
mod tests {
    use super::*;

    // `date -u -d @N`.
    #[test]
    fn moments_are_those_of_date() {
        assert_eq!(moment(0), "1970-01-01T00:00:00Z");
        assert_eq!(moment(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(moment(1_795_863_599), "2026-11-28T10:59:59Z");
    }

    #[test]
    fn days_are_told_from_other_texts() {
        let dates = ["2026-11-28", "2000-02-29", "2024-02-29"];
        assert!(dates.into_iter().all(is_date));
        let others =
            ["2026-11-31", "2026-13-01", "1900-02-29", "2026-1-1", "28.11.2026", "", "+026-01-01"];
        assert!(!others.into_iter().any(is_date));
    }
}
