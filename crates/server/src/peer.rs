//! Who asks: the address at the other end.

use std::net::IpAddr;

use axum::http::Request;

use crate::http::headers::FORWARDED_FOR;

/// The address at the other end of a request, and whether a proxy stands between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// The client's address, as far as it is known.
    pub address: IpAddr,
    /// Whether the request came by way of others.
    pub is_forwarded: bool,
}

impl Peer {
    /// Who sent a request over a connection from `address`. What a header says of the client is believed
    /// only if a proxy of the operator's own wrote it: then the last address that it names is the one
    /// that the proxy saw.
    pub(crate) fn of<B>(request: &Request<B>, address: IpAddr, behind_proxy: bool) -> Self {
        let forwarded = request.headers().get_all(FORWARDED_FOR).iter().next_back();
        let is_forwarded = forwarded.is_some();
        let named = forwarded
            .filter(|_| behind_proxy)
            .and_then(|text| text.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
        Self { address: named.unwrap_or(address).to_canonical(), is_forwarded }
    }

    /// Whether the request was sent from this machine or from its own network.
    pub(crate) fn is_near(self) -> bool {
        let is_private = match self.address {
            IpAddr::V4(address) => address.is_private() || address.is_link_local(),
            IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
        };
        !self.is_forwarded && (self.address.is_loopback() || is_private)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(forwarded: Option<&str>, behind_proxy: bool) -> (String, bool) {
        let request = Request::builder();
        let request = match forwarded {
            Some(text) => request.header(FORWARDED_FOR, text),
            None => request,
        };
        let request = request.body(()).unwrap();
        let peer = Peer::of(&request, "10.0.0.7".parse().unwrap(), behind_proxy);
        (peer.address.to_string(), peer.is_near())
    }

    #[test]
    fn only_a_proxy_of_ones_own_says_who_the_client_is() {
        assert_eq!(peer(None, true), ("10.0.0.7".to_owned(), true));
        assert_eq!(peer(Some("203.0.113.9"), false), ("10.0.0.7".to_owned(), false));
        assert_eq!(peer(Some("1.2.3.4, 203.0.113.9"), true), ("203.0.113.9".to_owned(), false));
        assert_eq!(peer(Some("127.0.0.1"), true), ("127.0.0.1".to_owned(), false));
        assert_eq!(peer(Some("nonsense"), true), ("10.0.0.7".to_owned(), false));
    }
}
