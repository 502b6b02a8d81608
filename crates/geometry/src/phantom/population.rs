//! The table of what phantoms are drawn from.

use super::person::Sex;

const TABLE: &str = include_str!("population.tsv");

/// A normal law of a quantity in a population.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Law {
    pub(super) mean: f64,
    pub(super) deviation: f64,
}

/// The law of a quantity of the table for a sex.
pub(super) fn law(quantity: &str, sex: Sex) -> Option<Law> {
    let sex = if sex == Sex::Female { "female" } else { "male" };
    let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    let mut rows = rows.map(|line| line.split('\t').collect::<Vec<_>>());
    let row = rows.find(|row| row.first() == Some(&quantity) && row.get(2) == Some(&sex))?;
    Some(Law { mean: row.get(3)?.parse().ok()?, deviation: row.get(4)?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_a_law_with_a_source() {
        let rows: Vec<&str> = TABLE.lines().filter(|line| !line.starts_with('#')).skip(1).collect();
        assert!(!rows.is_empty());
        for row in rows {
            let cells: Vec<&str> = row.split('\t').collect();
            assert_eq!(cells.len(), 6, "{row}");
            let sex = if cells[2] == "female" { Sex::Female } else { Sex::Male };
            let law = law(cells[0], sex).unwrap();
            assert!(law.mean > 0.0 && law.deviation > 0.0 && !cells[5].is_empty(), "{row}");
        }
        assert_eq!(law("cavity", Sex::Male), Some(Law { mean: 1538.0, deviation: 137.0 }));
        assert_eq!(law("cavities", Sex::Male), None);
    }
}
