//! Whether the client holds the current representation already (RFC 9110, section 13).

use axum::http::{HeaderMap, header};

/// Whether one of the client's entity tags is `etag`; a weak tag matches a strong one here.
pub(crate) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let mut lists = headers.get_all(header::IF_NONE_MATCH).iter();
    lists.any(|list| list.to_str().is_ok_and(|list| lists_tag(list, etag)))
}

// No tag of ours holds a comma.
fn lists_tag(list: &str, etag: &str) -> bool {
    list.split(',')
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == etag)
}

#[cfg(test)]
mod tests {
    use super::lists_tag;

    #[test]
    fn a_tag_is_found_in_a_list() {
        assert!(lists_tag("\"a\"", "\"a\""));
        assert!(lists_tag("\"b\", W/\"a\"", "\"a\""));
        assert!(lists_tag("*", "\"a\""));
        assert!(!lists_tag("\"b\"", "\"a\""));
        assert!(!lists_tag("a", "\"a\""));
    }
}
