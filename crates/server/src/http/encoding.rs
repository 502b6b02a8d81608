//! Whether the client can take gzip (RFC 9110, section 12.5.3).

use axum::http::{HeaderMap, header};

/// Whether the client says that it takes gzip. One that says nothing is taken to want plain bytes:
/// it may store them under the name that it asked for.
pub(crate) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let mut lists = headers.get_all(header::ACCEPT_ENCODING).iter();
    lists.any(|list| list.to_str().is_ok_and(lists_gzip))
}

fn lists_gzip(list: &str) -> bool {
    list.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        is_gzip && weight.is_none_or(|weight| weight.parse().is_ok_and(|q: f32| q > 0.0))
    })
}

#[cfg(test)]
mod tests {
    use super::lists_gzip;

    #[test]
    fn gzip_is_found_where_it_is_wanted() {
        assert!(lists_gzip("gzip"));
        assert!(lists_gzip("br;q=1.0, GZIP; q=0.8, *;q=0.1"));
        assert!(!lists_gzip("gzip;q=0, br"));
        assert!(!lists_gzip("gzip;q=0.000"));
        assert!(!lists_gzip("identity, br"));
        assert!(!lists_gzip(""));
    }
}
