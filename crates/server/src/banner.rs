//! A line on every page: who is served here, and how many shapes are kept back from whom.

use std::cell::RefCell;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use maud::{Markup, html};
use medshape::catalog::Audience;

use crate::Site;
use crate::texts::key;

tokio::task_local! {
    /// What the page that this task makes says.
    static SAID: RefCell<Option<Standing>>;
}

#[derive(Clone, Copy)]
struct Standing {
    audience: Audience,
    n_kept_back: u64,
}

/// Lets the pages of a request say how the site stands.
pub(crate) async fn around(State(site): State<Site>, request: Request, next: Next) -> Response {
    let kept_back = site.read(|catalog| Ok((catalog.audience(), catalog.n_kept_back()?))).await;
    // A store that fails says so in the page itself.
    let standing = kept_back.ok().map(|(audience, n_kept_back)| Standing { audience, n_kept_back });
    SAID.scope(RefCell::new(standing), next.run(request)).await
}

/// Whether the page is for whoever keeps the collection.
pub(crate) fn is_for_curator() -> bool {
    let standing = SAID.try_with(|said| *said.borrow()).ok().flatten();
    standing.is_some_and(|standing| standing.audience == Audience::Curator)
}

/// The line; nothing where all is for everybody.
pub(crate) fn line() -> Markup {
    let standing = SAID.try_with(|said| *said.borrow()).ok().flatten();
    let Some(Standing { audience, n_kept_back: n @ 1.. }) = standing else { return html! {} };
    html! {
        aside.audience aria-label=(key::banner::LABEL) {
            p {
                @match audience {
                    Audience::Curator => { strong { (key::banner::CURATOR) } " " (key::banner::SHOWN.counted(n)) }
                    Audience::Public => { strong { (key::banner::PUBLIC) } " " (key::banner::KEPT_BACK.counted(n)) }
                }
            }
        }
    }
}
