//! Days, as ISO 8601 writes them.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_from_other_texts() {
        let dates = ["2026-11-28", "2000-02-29", "2024-02-29"];
        assert!(dates.into_iter().all(is_date));
        let others =
            ["2026-11-31", "2026-13-01", "1900-02-29", "2026-1-1", "28.11.2026", "", "+026-01-01"];
        assert!(!others.into_iter().any(is_date));
    }
}
