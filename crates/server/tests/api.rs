//! The API: answers hold what the description says, and nothing else.

use axum::http::{Method, StatusCode};
use medshape::format::Format;
use serde_json::Value;

use crate::common::TestSite;

/// A request for each path of the description.
const ASKED: &[(&str, &str)] = &[
    ("/v1/search", "/v1/search?q=left+kidney+xyzzy&limit=5"),
    ("/v1/search", "/v1/search?offset=1"),
    ("/v1/search", "/v1/search?q=kidny+volume:%3E1ml+quality:solid"),
    ("/v1/suggest", "/v1/suggest?q=left+kid"),
    ("/v1/suggest", "/v1/suggest"),
    ("/v1/shapes/{name}", "/v1/shapes/alpha/p1/kidney-left"),
    ("/v1/shapes/{name}", "/v1/shapes/beta/p2/thing"),
    ("/v1/shapes/{name}/similar", "/v1/shapes/alpha/p1/kidney-left/similar"),
    ("/v1/shapes/{name}/similar", "/v1/shapes/alpha/p1/rib/2/similar?size=any&limit=1&q=rib"),
    ("/v1/shapes/{name}/scene.json", "/v1/shapes/alpha/p1/liver/scene.json"),
    ("/v1/shapes/{name}/linkset.json", "/v1/shapes/beta/p2/thing/linkset.json"),
    ("/v1/shapes/{name}/citation.csl.json", "/v1/shapes/beta/p2/thing/citation.csl.json"),
    ("/v1/shapes/{name}/datacite.json", "/v1/shapes/alpha/p1/liver/datacite.json"),
    ("/oembed", "/oembed?url=http%3A%2F%2Fx%2Fs%2Falpha%2Fp1%2Fliver&maxwidth=300"),
    ("/v1/subjects/{source}/{subject}", "/v1/subjects/alpha/p1"),
    ("/v1/sources", "/v1/sources"),
    ("/v1/stats", "/v1/stats"),
    ("/v1/releases", "/v1/releases"),
    ("/v1/releases/{number}", "/v1/releases/1"),
    ("/v1/releases/{number}/{file}", "/v1/releases/1/release.json"),
    ("/healthz", "/healthz"),
    ("/v1/openapi.json", "/v1/openapi.json"),
];

/// What is sent to each path that takes something.
const CHOSEN: &[(&str, &str)] = &[
    ("/v1/selections", "{\"q\": \"source:alpha\"}"),
    ("/v1/selections", "{\"names\": [\"alpha/p1/liver\", \"alpha/p1/none\"]}"),
    ("/v1/selections/preview", "{\"names\": [\"alpha/p1/liver\", \"beta/p2/thing\"]}"),
    ("/v1/selections/preview", "{\"q\": \"\"}"),
    ("/v1/views", "{\"address\": \"/s/alpha/p1/liver?ex=1\"}"),
];
/// Lists and archives are no JSON: `tests/selections.rs` reads them.
const IN_TESTS_OF_SELECTIONS: [&str; 4] = [
    "/v1/selections/{id}",
    "/v1/selections/{id}/{file}",
    "/v1/manifests/{form}",
    "/v1/archive.zip",
];

#[test]
fn every_format_is_described() {
    let written: Vec<_> = Format::all().map(Format::extension).collect();
    let described = TestSite::released().get("/v1/openapi.json").json();
    let of = |path: &str| {
        let parameters = described["paths"][path]["get"]["parameters"].as_array().unwrap();
        let format = parameters.iter().find(|one| one["name"] == "format").unwrap();
        format["schema"]["enum"].clone()
    };
    for path in ["/v1/archive.zip", "/v1/manifests/{form}", "/v1/selections/{id}/{file}"] {
        assert_eq!(of(path), serde_json::json!(written), "{path}");
    }
}

#[test]
fn answers_are_as_described() {
    let site = TestSite::released();
    let description = site.get("/v1/openapi.json").json();
    for (path, asked) in ASKED {
        let answer = site.get(asked);
        assert_eq!(answer.status, StatusCode::OK, "{asked}");
        let media_type = answer.header("content-type");
        assert!(media_type.ends_with("json"), "{asked}: {media_type}");
        let schema = schema_of(&description, path, "200", media_type);
        check(&description, schema, &answer.json(), asked);
    }
    for (path, asked) in CHOSEN {
        let made = site.send(Method::POST, path, &[("content-type", "application/json")], asked);
        let status = made.status.as_u16().to_string();
        assert!(made.status.is_success(), "{path}: {}", made.text());
        let content = &description["paths"][path]["post"]["responses"][&status]["content"];
        check(&description, &content["application/json"]["schema"], &made.json(), path);
        if let Some(id) = made.json()["id"].as_str().filter(|_| *path == "/v1/selections") {
            let record = site.get(&format!("/v1/selections/{id}"));
            let path = "/v1/selections/{id}";
            let schema = schema_of(&description, path, "200", "application/json");
            check(&description, schema, &record.json(), path);
        }
    }
    let described = description["paths"].as_object().unwrap();
    let gives_json = |methods: &Value| {
        let types = methods["get"]["responses"]["200"]["content"].as_object();
        types.is_some_and(|types| types.keys().any(|name| name.ends_with("json")))
    };
    for (path, _) in described.iter().filter(|(_, methods)| gives_json(methods)) {
        let is_asked = ASKED.iter().any(|(asked, _)| asked == path)
            || IN_TESTS_OF_SELECTIONS.contains(&path.as_str());
        assert!(is_asked, "{path} is not asked");
    }
}

#[test]
fn problems_are_problem_documents() {
    let site = TestSite::new();
    let description = site.get("/v1/openapi.json").json();
    for (path, asked, status) in [
        ("/v1/search", "/v1/search?limit=0", 400),
        ("/v1/search", "/v1/search?limit=many", 400),
        ("/v1/suggest", "/v1/suggest?limit=51", 400),
        ("/v1/search", "/v1/search?offset=-1", 400),
        ("/v1/shapes/{name}", "/v1/shapes/alpha/p1/spleen", 404),
        ("/v1/shapes/{name}", "/v1/shapes/nonsense", 404),
        ("/v1/shapes/{name}/similar", "/v1/shapes/alpha/p1/kidney-left/similar?size=huge", 400),
        ("/v1/shapes/{name}/similar", "/v1/shapes/alpha/p1/spleen/similar", 404),
        ("/v1/subjects/{source}/{subject}", "/v1/subjects/alpha/p9", 404),
        ("/v1/shapes/{name}/citation.ris", "/v1/shapes/alpha/p1/spleen/citation.ris", 404),
        ("/v1/search", "/v1/search?limit=1&limit=2", 400),
        ("/oembed", "/oembed?url=x&maxwidth=wide", 400),
        ("/oembed", "/oembed?url=alpha%2Fp1%2Fliver&maxheight=0", 400),
        ("/oembed", "/oembed", 400),
        ("/oembed", "/oembed?url=nonsense", 404),
        ("/oembed", "/oembed?url=x&format=xml", 501),
        ("/v1/releases/{number}", "/v1/releases/1", 404),
        ("/v1/releases/{number}/{file}", "/v1/releases/one/release.json", 404),
    ] {
        let answer = site.get(asked);
        assert_eq!(answer.status.as_u16(), status, "{asked}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{asked}");
        let schema = schema_of(&description, path, &status.to_string(), "application/problem+json");
        check(&description, schema, &answer.json(), asked);
        assert_eq!(answer.json()["status"], status);
    }
    assert_eq!(site.get("/v1/nothing").header("content-type"), "application/problem+json");
}

#[test]
fn checker_of_this_test_finds_faults() {
    let site = TestSite::new();
    let description = site.get("/v1/openapi.json").json();
    let schema = schema_of(&description, "/v1/stats", "200", "application/json");
    let mut stats = site.get("/v1/stats").json();
    assert!(fault(&description, schema, &stats, "").is_none());
    stats["n_shapes"] = "four".into();
    assert!(fault(&description, schema, &stats, "").is_some());
    stats["n_shapes"] = 4.into();
    stats["more"] = 1.into();
    assert!(fault(&description, schema, &stats, "").is_some());
}

#[test]
fn search_counts_and_slices() {
    let site = TestSite::new();
    let all = site.get("/v1/search").json();
    assert_eq!((&all["total"], all["items"].as_array().unwrap().len()), (&4.into(), 4));
    let second = site.get("/v1/search?offset=1&limit=1").json();
    assert_eq!(second["items"][0]["name"], all["items"][1]["name"]);
    let kidney = site.get("/v1/search?q=left+kidney+xyzzy").json();
    assert_eq!(kidney["unknown"], serde_json::json!(["xyzzy"]));
    assert_eq!(kidney["items"][0]["licence"], "CC-BY-4.0");
    assert_eq!(kidney["understood"][0]["syntax"], "structure:kidney-left");
    let thing = site.get("/v1/shapes/beta/p2/thing").json();
    assert_eq!(thing["shape"]["redistributable"], false);
}

#[test]
fn addresses_in_answers_lead_somewhere() {
    let site = TestSite::new();
    let shape = site.get("/v1/shapes/alpha/p1/rib/2").json()["shape"].take();
    let mut addresses = vec![shape["url"].as_str().unwrap().to_owned()];
    for list in [&shape["files"], &shape["downloads"]] {
        let urls = list.as_array().unwrap().iter().filter_map(|entry| entry["url"].as_str());
        addresses.extend(urls.map(str::to_owned));
    }
    assert_eq!(addresses.len(), 1 + 3 + Format::all().count());
    for address in addresses {
        assert_eq!(site.get(&address).status, StatusCode::OK, "{address}");
    }
}

fn schema_of<'a>(description: &'a Value, path: &str, status: &str, media_type: &str) -> &'a Value {
    let content = &description["paths"][path]["get"]["responses"][status]["content"];
    let schema = &content[media_type]["schema"];
    assert!(schema.is_object(), "{path} {status} has no schema");
    schema
}

fn check(description: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(fault) = fault(description, schema, value, place) {
        panic!("{fault}");
    }
}

/// What contradicts the schema: the part of JSON Schema that the description uses.
fn fault(description: &Value, schema: &Value, value: &Value, place: &str) -> Option<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.strip_prefix("#/components/schemas/").unwrap();
        let schema = &description["components"]["schemas"][name];
        assert!(schema.is_object(), "no schema {name}");
        return fault(description, schema, value, place);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let none_fits =
            choices.iter().all(|choice| fault(description, choice, value, place).is_some());
        return none_fits.then(|| format!("{place}: no choice fits {value}"));
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    if !types.iter().any(|name| is_of_type(value, name)) {
        return Some(format!("{place}: {value} is not {types:?}"));
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        return Some(format!("{place}: {value} is not one of the words"));
    }
    let items = value.as_array().into_iter().flatten().enumerate();
    let in_items = { items }.find_map(|(index, item)| {
        fault(description, &schema["items"], item, &format!("{place}[{index}]"))
    });
    in_items.or_else(|| fault_of_object(description, schema, value, place))
}

fn fault_of_object(
    description: &Value,
    schema: &Value,
    value: &Value,
    place: &str,
) -> Option<String> {
    let members = value.as_object()?;
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    if let Some(missing) = { required }.find(|key| !members.contains_key(*key)) {
        return Some(format!("{place}: {missing} is missing"));
    }
    members.iter().find_map(|(key, member)| {
        let place = format!("{place}.{key}");
        match (&schema["properties"][key], &schema["additionalProperties"]) {
            (Value::Null, Value::Bool(false)) => Some(format!("{place} is not described")),
            (Value::Null, Value::Null) => None,
            (Value::Null, others) => fault(description, others, member, &place),
            (property, _) => fault(description, property, member, &place),
        }
    })
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}
