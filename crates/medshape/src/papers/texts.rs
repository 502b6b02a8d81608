//! Texts of licences, as SPDX publishes them (spdx/license-list-data).

use medshape_catalog::{Licence, Terms};

/// Licences of the sources that we know whose authors let everybody reproduce the text.
const TEXTS: [(&str, &str); 7] = [
    ("CC0-1.0", include_str!("licences/CC0-1.0.txt")),
    ("CC-BY-4.0", include_str!("licences/CC-BY-4.0.txt")),
    ("CC-BY-SA-4.0", include_str!("licences/CC-BY-SA-4.0.txt")),
    ("CC-BY-NC-4.0", include_str!("licences/CC-BY-NC-4.0.txt")),
    ("CC-BY-NC-SA-2.0", include_str!("licences/CC-BY-NC-SA-2.0.txt")),
    ("CC-BY-NC-SA-4.0", include_str!("licences/CC-BY-NC-SA-4.0.txt")),
    ("CC-BY-NC-ND-4.0", include_str!("licences/CC-BY-NC-ND-4.0.txt")),
];

/// The text of a licence; of one whose text is not here, where to read it and what is known of it.
pub(super) fn text(licence: &Licence) -> String {
    match TEXTS.iter().find(|(id, _)| *id == licence.id) {
        Some((_, text)) => (*text).to_owned(),
        None => known(licence),
    }
}

fn known(licence: &Licence) -> String {
    let Licence { id, terms, evidence, .. } = licence;
    let Terms { attribution, share_alike, non_commercial, no_derivatives, .. } = *terms;
    let Terms { redistributable, dua_required, .. } = *terms;
    let mut text = format!("{id}\n\n");
    if licence.is_unknown() {
        text += "Nobody has said what the licence is. Nothing is allowed until somebody does.\n";
        return text + &format!("What was found: {evidence}\n");
    }
    text += &match crate::citation::is_listed(id) {
        true => format!("The text is not reproduced here: https://spdx.org/licenses/{id}.html\n"),
        false => "The text is with the source and not reproduced here.\n".to_owned(),
    };
    text += &format!("Who says so: {evidence}\n\nTerms, as far as they are known:\n");
    let said = |is: bool| if is { "yes" } else { "no" };
    for (what, is) in [
        ("The authors must be named", attribution),
        ("What is made of it must stay under the same licence", share_alike),
        ("Commercial use is forbidden", non_commercial),
        ("What is made of it must not be passed on", no_derivatives),
        ("Meshes made of it may be passed on", redistributable),
        ("Each recipient must sign an agreement", dua_required),
    ] {
        text += &format!("- {what}: {}\n", said(is));
    }
    text
}
