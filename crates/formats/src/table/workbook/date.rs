//! Days since 1900 or 1904 as dates.

/// `2024-02-29`, with a time where there is one, and the time alone where there is no day; `None` for a
/// number that is no date.
pub(super) fn text(value: f64, is_since_1904: bool) -> Option<String> {
    const DAY: i64 = 86_400;
    // Up to the end of the year 9999.
    if !(0.0..2_958_466.0).contains(&value) {
        return None;
    }
    let seconds = (value * DAY as f64).round() as i64;
    let (days, second) = (seconds / DAY, seconds % DAY);
    let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    // Days are counted from the last one of 1899; the count has a 29 February 1900, which was none.
    let since_1970 = match (is_since_1904, days) {
        (true, days) => days - 24_107,
        (false, 0) => return Some(time),
        (false, days @ 1..60) => days - 25_568,
        (false, days) => days - 25_569,
    };
    let [year, month, day] = civil(since_1970);
    let date = format!("{year:04}-{month:02}-{day:02}");
    Some(if second == 0 { date } else { format!("{date}T{time}") })
}

/// Year, month and day of a day counted from 1 January 1970 (Hinnant, 2013); years begin in March.
fn civil(days: i64) -> [i64; 3] {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    [year + 400 * era + i64::from(month <= 2), month, day]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: f64, is_since_1904: bool, expected: &str) {
        assert_eq!(text(value, is_since_1904).as_deref(), Some(expected));
    }

    #[test]
    fn days_are_those_of_excel() {
        check(1.0, false, "1900-01-01");
        check(59.0, false, "1900-02-28");
        check(61.0, false, "1900-03-01");
        check(25_569.0, false, "1970-01-01");
        check(45_351.0, false, "2024-02-29");
        check(45_352.0, false, "2024-03-01");
        check(2_958_465.0, false, "9999-12-31");
        check(0.0, true, "1904-01-01");
        check(43_889.0, true, "2024-02-29");
        check(45_351.75, false, "2024-02-29T18:00:00");
        check(45_351.999_999_9, false, "2024-03-01");
        check(0.5, false, "12:00:00");
        assert_eq!(text(-1.0, false), None);
        assert_eq!(text(2_958_466.0, false), None);
        assert_eq!(text(f64::NAN, false), None);
    }
}
