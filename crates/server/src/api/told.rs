//! What is told of a shape below its record: what is similar, how to cite it, its links, its view.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use medshape::catalog::{ShapeName, ShapePage};
use medshape::citation::{Form, Work};

use super::similar;
use crate::failure::Problem;
use crate::http::headers::REVALIDATE;
use crate::pages::{Scene, numbered_label};
use crate::{Site, address, links, signposts, words};

/// One of these things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Similar,
    Cited(Form),
    Linked,
    Scene,
}

impl Told {
    /// The name in an address, and what is to be told of it.
    pub(super) fn of(text: &str) -> Option<(&str, Self)> {
        let (name, last) = text.rsplit_once('/')?;
        let told = match last {
            "similar" => Self::Similar,
            "scene.json" => Self::Scene,
            signposts::LINK_SET => Self::Linked,
            file => Self::Cited(Form::of_file_name(file)?),
        };
        // A name cannot end so: its fourth part is a number.
        text.parse::<ShapeName>().is_err().then_some((name, told))
    }

    pub(super) async fn answer(
        self,
        site: &Site,
        name: ShapeName,
        asked: similar::Asked,
    ) -> Result<Response, Problem> {
        let mut response = match self {
            Self::Similar => return similar::of_shape(site, name, asked).await,
            Self::Linked => linked(&site.held(name).await?),
            Self::Cited(form) => cited(&site.held(name).await?, form),
            Self::Scene => scene(&site.held(name).await?),
        };
        let vary = header::HeaderValue::from_static(address::VARY);
        response.headers_mut().append(header::VARY, vary);
        Ok(response)
    }
}

fn linked(page: &ShapePage) -> Response {
    typed(signposts::set_of_shape(page).to_string(), "application/linkset+json")
}

fn scene(page: &ShapePage) -> Response {
    let title = words::title(&numbered_label(&page.shape), &page.subject.id);
    typed(Scene::shared(&title, page).json(), "application/json")
}

fn cited(page: &ShapePage, form: Form) -> Response {
    let link = links::absolute(&links::shape(&page.shape.name));
    // Where the site stands is not known of a program that does not say whom it asks.
    let link = link.starts_with("http").then_some(link);
    typed(Work::of_shape(page, link).to_text(form), form.media_type())
}

fn typed(text: String, media_type: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, REVALIDATE)];
    (headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_stands_behind_a_name_and_is_none() {
        assert_eq!(Told::of("a/b/liver/similar"), Some(("a/b/liver", Told::Similar)));
        assert_eq!(Told::of("a/b/rib/2/citation.ris"), Some(("a/b/rib/2", Told::Cited(Form::Ris))));
        assert_eq!(Told::of("old.stl/scene.json"), Some(("old.stl", Told::Scene)));
        assert_eq!(Told::of("a/b/similar"), None, "it is a name");
        assert_eq!(Told::of("a/b/liver/nothing.txt"), None);
    }
}
