//! A structure and its side as two conditions.

use crate::{Meaning, Side, Term};

/// `left kidney` as `kidney` and `left`, where that asks the same: all structures that are asked
/// for are of that side, and nothing else is said of sides.
pub(super) fn sides_apart(mut terms: Vec<Term>) -> Vec<Term> {
    let Some(side) = common_side(&terms) else { return terms };
    let mut last = 0;
    for (position, term) in terms.iter_mut().enumerate() {
        if let Term { meaning: Meaning::Structure { side, .. }, negated: false } = term {
            *side = None;
            last = position;
        }
    }
    terms.insert(last + 1, Term { meaning: Meaning::Side(side), negated: false });
    terms
}

fn common_side(terms: &[Term]) -> Option<Side> {
    let mut common = None;
    for term in terms.iter().filter(|term| !term.negated) {
        match &term.meaning {
            Meaning::Side(_) | Meaning::Structure { side: None, .. } => return None,
            Meaning::Structure { side, .. } if common.is_some() && common != *side => return None,
            Meaning::Structure { side, .. } => common = *side,
            _ => {}
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Query;

    fn check(text: &str, expected: &[&str]) {
        let terms = sides_apart(Query::parse(text).terms);
        assert_eq!(terms.iter().map(Term::syntax).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn a_side_is_a_condition_of_its_own_where_that_asks_the_same() {
        check(
            "female left kidney ct",
            &["sex:female", "structure:kidney", "side:left", "modality:ct"],
        );
        check("left kidney left lung", &["structure:kidney", "structure:lung", "side:left"]);
        check("left kidney right lung", &["structure:kidney-left", "structure:lung-right"]);
        check("left kidney spleen", &["structure:kidney-left", "structure:spleen"]);
        check("kidney", &["structure:kidney"]);
        check("lung -left kidney", &["structure:lung", "-structure:kidney-left"]);
    }
}
