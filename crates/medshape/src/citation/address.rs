//! Addresses and licences in citations.

use medshape_catalog::Licence;

/// Whether it is an address of the web, and nothing else.
pub(crate) fn is_web(url: &str) -> bool {
    let address = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    address.is_some_and(|address| {
        !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_graphic())
    })
}

/// The DOI that an address of `doi.org` holds.
pub(crate) fn doi(url: &str) -> Option<&str> {
    let doi = url.strip_prefix("https://doi.org/")?;
    let (prefix, suffix) = doi.strip_prefix("10.")?.split_once('/')?;
    let is_prefix = (4..=9).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_digit());
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"/_;-.()".contains(&b);
    (is_prefix && !suffix.is_empty() && suffix.bytes().all(is_plain)).then_some(doi)
}

/// Where the text of a licence stands; `None` for one that is not on the list of SPDX.
pub fn licence_address(id: &str) -> Option<String> {
    let is_plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.+".contains(&byte));
    let is_listed = is_plain && !id.starts_with("LicenseRef-") && id != Licence::UNKNOWN;
    is_listed.then(|| format!("https://spdx.org/licenses/{id}.html"))
}

/// Whether it is an id of the SPDX list, as far as the form of an id tells.
pub(crate) fn is_listed(id: &str) -> bool {
    const LISTED: [&str; 9] = [
        "CC0-1.0",
        "PDDL-1.0",
        "0BSD",
        "Unlicense",
        "MIT",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ODbL-1.0",
    ];
    let kinds = ["CC-BY-", "CC-BY-SA-", "CC-BY-NC-", "CC-BY-ND-", "CC-BY-NC-SA-", "CC-BY-NC-ND-"];
    let is_version = |text: &str| ["1.0", "2.0", "2.5", "3.0", "4.0"].contains(&text);
    let is_cc = kinds.iter().any(|kind| id.strip_prefix(kind).is_some_and(is_version));
    is_cc || LISTED.contains(&id)
}
