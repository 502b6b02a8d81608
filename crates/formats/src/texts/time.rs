//! Times that packers note, as ISO 8601.

/// Seconds since 1970, UTC; `None` for the beginning of 1970, which stands for no time.
pub(super) fn unix(seconds: u64) -> Option<String> {
    const DAY: u64 = 86_400;
    const YEAR_9999: u64 = 253_402_300_799;
    if !(DAY..=YEAR_9999).contains(&seconds) {
        return None;
    }
    let [year, month, day] = date(seconds / DAY);
    let second = seconds % DAY;
    let [hour, minute, second] = [second / 3600, second / 60 % 60, second % 60];
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

/// Year, month and day of a day counted from 1970 (Hinnant, 2013, `civil_from_days`).
fn date(day: u64) -> [u64; 3] {
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

/// MS-DOS date and time, of no time zone; `None` for the beginning of 1980, which stands for none.
pub(super) fn dos(date: u16, time: u16) -> Option<String> {
    const FIRST: u16 = 0x21;
    if date <= FIRST {
        return None;
    }
    let [year, month, day] = [1980 + (date >> 9), date >> 5 & 15, date & 31];
    let [hour, minute, second] = [time >> 11, time >> 5 & 63, (time & 31) * 2];
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar() {
        let check = |seconds, expected: &str| assert_eq!(unix(seconds).as_deref(), Some(expected));
        check(951_782_400, "2000-02-29T00:00:00Z");
        check(1_700_000_000, "2023-11-14T22:13:20Z");
        check(4_107_542_399, "2100-02-28T23:59:59Z");
        check(4_107_542_400, "2100-03-01T00:00:00Z");
        assert_eq!((unix(0), unix(u64::MAX)), (None, None));
    }

    #[test]
    fn days_of_ms_dos() {
        let date = (2021 - 1980) << 9 | 3 << 5 | 4;
        assert_eq!(dos(date, 13 << 11 | 5 << 5 | 8).as_deref(), Some("2021-03-04T13:05:16"));
        assert_eq!((dos(0x21, 0), dos(0, 7)), (None, None));
    }
}
