//! Volumes as people write them: `>1200ml`, `5..20 ml`, `1.2l`.

/// The range in mm³ that a text means, both ends included.
pub(super) fn range_mm3(text: &str) -> Option<(f64, f64)> {
    if let Some(bound) = text.strip_prefix(">=").or_else(|| text.strip_prefix('>')) {
        return Some((mm3(bound, None)?, f64::INFINITY));
    }
    if let Some(bound) = text.strip_prefix("<=").or_else(|| text.strip_prefix('<')) {
        return Some((0.0, mm3(bound, None)?));
    }
    let (from, to) = text.split_once("..")?;
    let unit = split(to).map(|(_, unit)| unit).filter(|unit| !unit.is_empty());
    match (from, to) {
        ("", to) => Some((0.0, mm3(to, None)?)),
        (from, "") => Some((mm3(from, None)?, f64::INFINITY)),
        (from, to) => {
            // `5..20ml`: the unit of the upper end is that of the lower one too.
            let (from, to) = (mm3(from, unit)?, mm3(to, None)?);
            Some((from.min(to), from.max(to)))
        }
    }
}

/// A range as it reads back.
pub(super) fn syntax(min_mm3: f64, max_mm3: f64) -> String {
    match (min_mm3, max_mm3) {
        (min, f64::INFINITY) => format!(">{}", amount(min)),
        (0.0, max) => format!("<{}", amount(max)),
        (min, max) => format!("{}..{}", amount(min), amount(max)),
    }
}

/// In ml, unless that would round it.
fn amount(volume_mm3: f64) -> String {
    let ml = volume_mm3 / 1000.0;
    if ml * 1000.0 == volume_mm3 { format!("{ml}ml") } else { format!("{volume_mm3}mm3") }
}

/// A range for people.
pub(super) fn words(min_mm3: f64, max_mm3: f64) -> String {
    match (min_mm3, max_mm3) {
        (min, f64::INFINITY) => format!("volume from {} ml", min / 1000.0),
        (0.0, max) => format!("volume up to {} ml", max / 1000.0),
        (min, max) => format!("volume {} to {} ml", min / 1000.0, max / 1000.0),
    }
}

fn mm3(text: &str, unit_if_none: Option<&str>) -> Option<f64> {
    let (number, unit) = split(text)?;
    let unit = if unit.is_empty() { unit_if_none.unwrap_or("ml") } else { unit };
    let factor = match unit {
        "mm3" | "mm³" | "ul" | "µl" => 1.0,
        "ml" | "cm3" | "cm³" | "cc" => 1e3,
        "dl" => 1e5,
        "l" => 1e6,
        _ => return None,
    };
    Some(number * factor).filter(|volume| volume.is_finite())
}

fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number = text[..end].parse().ok()?;
    Some((number, text[end..].trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_are_read_in_the_units_that_people_use() {
        for (text, min, max) in [
            (">1200ml", 1.2e6, f64::INFINITY),
            (">=1.2l", 1.2e6, f64::INFINITY),
            ("<5", 0.0, 5e3),
            ("5..20ml", 5e3, 2e4),
            ("500mm3..20ml", 500.0, 2e4),
            ("20..5cc", 5e3, 2e4),
            ("..1dl", 0.0, 1e5),
            ("3..", 3e3, f64::INFINITY),
        ] {
            let read = range_mm3(text).unwrap_or((f64::NAN, f64::NAN));
            assert_eq!(read, (min, max), "{text}");
            assert_eq!(range_mm3(&syntax(min, max)), Some(read), "{text}");
        }
    }

    #[test]
    fn what_is_no_volume_is_not_read_as_one() {
        for text in ["", "big", "5", ">", "..", "5..6kg", "1e9..2", &"9".repeat(400)] {
            assert_eq!(range_mm3(text), None, "{text}");
        }
        assert_eq!(range_mm3(&format!(">{}", "9".repeat(400))), None);
    }
}
