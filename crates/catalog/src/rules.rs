//! What must hold in a whole body, and where a subject breaks it.
//!
//! The rules are data, `rules/body.toml`; this file knows only their kinds. They look at what is
//! recorded of shapes: structure, side, box, volume, pieces. Space is RAS+ in millimetres: x grows to
//! the person's right, z to the head.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::{Anatomy, Role, Sex, Shape, ShapeName, Side};

/// A rule that a subject breaks, with the reason. It asks for a look; nothing is removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    /// For programs, such as `both-sexes`, `mirrored`, `implausible-volume`.
    pub code: String,
    /// How much it weighs.
    pub weight: Weight,
    /// The shapes that it is about.
    pub shapes: Vec<ShapeName>,
    /// The reason in words.
    pub text: String,
    /// The numbers behind it, with their units in their names.
    pub evidence: BTreeMap<String, f64>,
}

/// How much a flag weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Something to know: the shapes are not doubtful by it.
    Note,
    /// The shapes are doubtful.
    Doubtful,
}

/// Volumes of a structure over the collection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    /// Of the natural logarithm of the volume in mm³.
    pub(crate) median: f64,
    /// Median of the distances to it, times 1.4826: the deviation of a normal distribution.
    pub(crate) deviation: f64,
    pub(crate) n: u64,
}

/// By structure.
pub(crate) type Spreads = BTreeMap<String, Spread>;

/// Farther from the median than so many deviations is not plausible.
const MAX_DEVIATIONS: f64 = 6.0;
/// A spread of fewer shapes says nothing.
const MIN_SHAPES: u64 = 20;
/// Bodies differ at least so much: a tenth of the volume, one deviation.
const MIN_DEVIATION: f64 = 0.1;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    exclusive: Vec<Exclusive>,
    sex: Vec<OfSex>,
    right_of: Vec<RightOf>,
    row: Vec<Row>,
    volume: Vec<Volume>,
    alike: Vec<Alike>,
    one_piece: Vec<OnePiece>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exclusive {
    structures: [String; 2],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfSex {
    sex: Sex,
    structures: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RightOf {
    right: String,
    left: String,
    at_least_mm: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    structures: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Volume {
    structure: String,
    reference_ml: f64,
    factor: f64,
    norm: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Alike {
    structures: Vec<String>,
    factor: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OnePiece {
    structures: Vec<String>,
}

impl Rules {
    fn builtin() -> &'static Self {
        static RULES: OnceLock<Rules> = OnceLock::new();
        RULES.get_or_init(|| {
            toml::from_str(include_str!("rules/body.toml"))
                .expect("a test reads the rules that are compiled in")
        })
    }
}

/// What a subject's shapes break, in the order of the rules. `spreads` may be empty.
pub(crate) fn flags(sex: Option<Sex>, shapes: &[Shape], spreads: &Spreads) -> Vec<Flag> {
    let rules = Rules::builtin();
    let body = Body::new(shapes);
    let mut flags = Vec::new();
    flags.extend(rules.exclusive.iter().filter_map(|rule| both(rule, &body)));
    flags.extend(rules.sex.iter().flat_map(|rule| wrong_sex(rule, sex, &body)));
    flags.extend(shapes.iter().filter_map(side_of_what_has_none));
    flags.extend(positions(rules, &body));
    flags.extend(rules.volume.iter().flat_map(|rule| implausible(rule, &body)));
    flags.extend(shapes.iter().filter_map(|shape| outlier(shape, spreads)));
    flags.extend(rules.alike.iter().flat_map(|rule| unlike(rule, &body)));
    flags.extend(rules.one_piece.iter().flat_map(|rule| pieces(rule, &body)));
    flags.extend(same_mesh(shapes));
    flags.extend(shapes.iter().filter(|shape| shape.quality.touches_border).map(cut));
    flags
}

/// The shapes of a subject by structure and side; of several of a kind, the largest.
struct Body<'a>(BTreeMap<(&'a str, Option<Side>), &'a Shape>);

impl<'a> Body<'a> {
    fn new(shapes: &'a [Shape]) -> Self {
        let mut largest: BTreeMap<_, &Shape> = BTreeMap::new();
        for shape in shapes.iter().filter(|shape| shape.coded) {
            let kept = largest.entry((shape.structure.as_str(), shape.side)).or_insert(shape);
            if shape.measures.volume_mm3 > kept.measures.volume_mm3 {
                *kept = shape;
            }
        }
        Self(largest)
    }

    /// All sides of a structure.
    fn all(&self, structure: &str) -> impl Iterator<Item = &'a Shape> {
        let sides = [None, Some(Side::Left), Some(Side::Right)];
        sides.into_iter().filter_map(move |side| self.0.get(&(structure, side)).copied())
    }

    fn one(&self, structure: &str) -> Option<&'a Shape> {
        self.0.get(&(structure, None)).copied()
    }

    /// Left and right of each structure that has both.
    fn pairs(&self) -> impl Iterator<Item = [&'a Shape; 2]> {
        self.0.iter().filter_map(move |(&(structure, side), &left)| {
            let right = self.0.get(&(structure, Some(Side::Right)))?;
            (side == Some(Side::Left)).then_some([left, *right])
        })
    }
}

fn flag<'a>(
    code: &str,
    weight: Weight,
    shapes: impl IntoIterator<Item = &'a Shape>,
    text: String,
    evidence: &[(&str, f64)],
) -> Flag {
    Flag {
        code: code.to_owned(),
        weight,
        shapes: shapes.into_iter().map(|shape| shape.name.clone()).collect(),
        text,
        evidence: evidence.iter().map(|&(name, value)| (name.to_owned(), value)).collect(),
    }
}

/// What people call a shape.
fn title(shape: &Shape) -> String {
    match shape.coded {
        true => Anatomy::builtin().display(&shape.structure, shape.side),
        false => shape.label_name.clone(),
    }
}

/// Middle of the box, RAS+.
fn centre_mm(shape: &Shape, axis: usize) -> f64 {
    let measures = &shape.measures;
    f64::midpoint(measures.bounds_min_mm[axis], measures.bounds_max_mm[axis])
}

const RIGHT: usize = 0;
const UP: usize = 2;

fn both(rule: &Exclusive, body: &Body<'_>) -> Option<Flag> {
    let [one, other] = &rule.structures;
    let (one, other) = (body.all(one).next()?, body.all(other).next()?);
    let text = format!("{} and {} in one body", title(one), title(other));
    let volumes = [
        ("first_volume_mm3", one.measures.volume_mm3),
        ("second_volume_mm3", other.measures.volume_mm3),
    ];
    Some(flag("both-sexes", Weight::Doubtful, [one, other], text, &volumes))
}

fn wrong_sex(rule: &OfSex, sex: Option<Sex>, body: &Body<'_>) -> Vec<Flag> {
    let Some(said) = sex.filter(|said| *said != rule.sex) else { return Vec::new() };
    let found = rule.structures.iter().flat_map(|structure| body.all(structure));
    found
        .map(|shape| {
            let text = format!("{} in a subject whose sex is {}", title(shape), said.word());
            let volume = [("volume_mm3", shape.measures.volume_mm3)];
            flag("wrong-sex", Weight::Doubtful, [shape], text, &volume)
        })
        .collect()
}

/// A label such as `liver left`, which the vocabulary leaves alone because there is no such thing.
fn side_of_what_has_none(shape: &Shape) -> Option<Flag> {
    if shape.coded {
        return None;
    }
    let words: Vec<&str> =
        shape.label_name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let is_side = |word: &&str| Side::from_word(&word.to_lowercase()).is_some();
    let others: Vec<&str> = words.iter().copied().filter(|word| !is_side(word)).collect();
    if others.len() == words.len() {
        return None;
    }
    let coded = Anatomy::builtin().code(&others.join(" "))?;
    let is_unpaired = coded.side.is_none() && !coded.structure.paired;
    is_unpaired.then(|| {
        let text = format!(
            "`{}` names a side, and there is one {} in a body",
            shape.label_name, coded.structure.name
        );
        flag("impossible-side", Weight::Doubtful, [shape], text, &[])
    })
}

/// One comparison of two positions.
struct Order<'a> {
    /// The one that must have the larger coordinate.
    more: &'a Shape,
    less: &'a Shape,
    axis: usize,
    code: &'static str,
    by_mm: f64,
    at_least_mm: f64,
}

impl Order<'_> {
    fn is_broken(&self) -> bool {
        self.by_mm < 0.0
    }

    fn flag(&self) -> Flag {
        let way = if self.axis == RIGHT { "to the person's left of" } else { "below" };
        let by_mm = -self.by_mm;
        let (more, less) = (title(self.more), title(self.less));
        let text = format!("the {more} lies {by_mm:.0} mm {way} the {less}");
        flag(self.code, Weight::Doubtful, [self.more, self.less], text, &[("by_mm", by_mm)])
    }
}

/// Flags for what lies on the wrong side. If most of all that can be compared does, it is the picture
/// that is turned over, and one flag says so.
fn positions(rules: &Rules, body: &Body<'_>) -> Vec<Flag> {
    let sideways: Vec<Order<'_>> = pairs(body).chain(right_of(rules, body)).collect();
    let upright: Vec<Order<'_>> = rules.row.iter().flat_map(|rule| row(rule, body)).collect();
    let mirrored = (
        "mirrored",
        "left and right are exchanged: the picture is mirrored, or all labels are, or the organs of \
         this person are (situs inversus)",
    );
    let upside_down = ("upside-down", "what should be above is below: the picture is upside down");
    let mut flags = together(&sideways, mirrored);
    flags.extend(together(&upright, upside_down));
    flags
}

fn together(orders: &[Order<'_>], (code, text): (&str, &str)) -> Vec<Flag> {
    // Too near to tell is neither kept nor broken.
    let clear: Vec<&Order<'_>> =
        orders.iter().filter(|order| order.by_mm.abs() >= order.at_least_mm).collect();
    let broken: Vec<&Order<'_>> = clear.iter().copied().filter(|order| order.is_broken()).collect();
    // Two are enough where nothing speaks against it; of more, most.
    let are_all = broken.len() >= 2 && broken.len() == clear.len();
    let are_most = broken.len() >= 3 && 2 * broken.len() > clear.len();
    if !are_all && !are_most {
        return broken.into_iter().map(Order::flag).collect();
    }
    let mut shapes: Vec<&Shape> = Vec::new();
    for shape in broken.iter().flat_map(|order| [order.more, order.less]) {
        if shapes.iter().all(|other| other.name != shape.name) {
            shapes.push(shape);
        }
    }
    let (n_broken, n_compared) = (broken.len() as f64, clear.len() as f64);
    let text = format!("{text} ({} of {} comparisons)", broken.len(), clear.len());
    let evidence = [("n_broken", n_broken), ("n_compared", n_compared)];
    vec![flag(code, Weight::Doubtful, shapes, text, &evidence)]
}

/// The left one of a pair lies farther left.
fn pairs<'a>(body: &Body<'a>) -> impl Iterator<Item = Order<'a>> {
    body.pairs().map(|[left, right]| Order {
        more: right,
        less: left,
        axis: RIGHT,
        code: "sides-exchanged",
        by_mm: centre_mm(right, RIGHT) - centre_mm(left, RIGHT),
        at_least_mm: 5.0,
    })
}

fn right_of<'a>(rules: &Rules, body: &Body<'a>) -> impl Iterator<Item = Order<'a>> {
    rules.right_of.iter().filter_map(|rule| {
        let (more, less) = (body.one(&rule.right)?, body.one(&rule.left)?);
        Some(Order {
            more,
            less,
            axis: RIGHT,
            code: "wrong-place",
            by_mm: centre_mm(more, RIGHT) - centre_mm(less, RIGHT),
            at_least_mm: rule.at_least_mm,
        })
    })
}

/// Neighbours of a row, as far as they are there and whole: the middle of a cut one is not its own.
fn row<'a>(rule: &Row, body: &Body<'a>) -> Vec<Order<'a>> {
    let mut orders = Vec::new();
    for side in [None, Some(Side::Left), Some(Side::Right)] {
        let there = rule.structures.iter().filter_map(|id| body.0.get(&(id.as_str(), side)));
        let whole: Vec<&Shape> =
            there.copied().filter(|shape| !shape.quality.touches_border).collect();
        orders.extend(whole.windows(2).map(|pair| Order {
            more: pair[0],
            less: pair[1],
            axis: UP,
            code: "wrong-order",
            by_mm: centre_mm(pair[0], UP) - centre_mm(pair[1], UP),
            at_least_mm: 2.0,
        }));
    }
    orders
}

fn implausible(rule: &Volume, body: &Body<'_>) -> Vec<Flag> {
    let check = |shape: &Shape| {
        let ml = shape.measures.volume_mm3 / 1000.0;
        let (least_ml, most_ml) =
            (rule.reference_ml / rule.factor, rule.reference_ml * rule.factor);
        // What the image cuts may be of any size below.
        let is_small = ml < least_ml && !shape.quality.touches_border;
        (is_small || ml > most_ml).then(|| {
            let text = format!(
                "the {} has {ml:.1} ml, of adults {least_ml:.0} to {most_ml:.0} ml are plausible ({})",
                title(shape),
                rule.norm
            );
            let numbers = [
                ("volume_ml", ml),
                ("least_ml", least_ml),
                ("most_ml", most_ml),
                ("reference_ml", rule.reference_ml),
            ];
            flag("implausible-volume", Weight::Doubtful, [shape], text, &numbers)
        })
    };
    body.all(&rule.structure).filter_map(check).collect()
}

/// Held against the same structure of all others, on the logarithm of the volume.
fn outlier(shape: &Shape, spreads: &Spreads) -> Option<Flag> {
    let volume_mm3 = shape.measures.volume_mm3;
    let spread = spreads.get(&shape.structure).filter(|spread| spread.n >= MIN_SHAPES)?;
    if volume_mm3 <= 0.0 || !shape.coded || shape.quality.touches_border {
        return None;
    }
    let deviation = spread.deviation.max(MIN_DEVIATION);
    let n_deviations = (volume_mm3.ln() - spread.median) / deviation;
    (n_deviations.abs() > MAX_DEVIATIONS).then(|| {
        let median_ml = spread.median.exp() / 1000.0;
        let text = format!(
            "the {} has {:.2} ml, {:.1} deviations from the median of {median_ml:.2} ml in this \
             collection",
            title(shape),
            volume_mm3 / 1000.0,
            n_deviations.abs()
        );
        let numbers = [
            ("volume_ml", volume_mm3 / 1000.0),
            ("median_ml", median_ml),
            ("n_deviations", n_deviations),
            ("n_shapes", spread.n as f64),
        ];
        flag("unusual-volume", Weight::Doubtful, [shape], text, &numbers)
    })
}

fn unlike(rule: &Alike, body: &Body<'_>) -> Vec<Flag> {
    let check = |[left, right]: [&Shape; 2]| {
        let is_of_rule = rule.structures.contains(&left.structure);
        let is_whole = !left.quality.touches_border && !right.quality.touches_border;
        let [a, b] = [left, right].map(|shape| shape.measures.volume_mm3 / 1000.0);
        let ratio = a.max(b) / a.min(b).max(f64::MIN_POSITIVE);
        (is_of_rule && is_whole && ratio > rule.factor).then(|| {
            let text =
                format!("the {} has {a:.1} ml and the {} {b:.1} ml", title(left), title(right));
            let numbers = [("left_ml", a), ("right_ml", b), ("ratio", ratio)];
            flag("sides-differ", Weight::Doubtful, [left, right], text, &numbers)
        })
    };
    body.pairs().filter_map(check).collect()
}

fn pieces(rule: &OnePiece, body: &Body<'_>) -> Vec<Flag> {
    let shapes = rule.structures.iter().flat_map(|structure| body.all(structure));
    shapes
        .filter(|shape| shape.measures.n_components > 1)
        .map(|shape| {
            let n = shape.measures.n_components;
            let text = format!("the {} is in {n} pieces", title(shape));
            flag("islands", Weight::Note, [shape], text, &[("n_components", n as f64)])
        })
        .collect()
}

/// One mesh under two names.
fn same_mesh(shapes: &[Shape]) -> Vec<Flag> {
    let mut by_mesh: BTreeMap<_, Vec<&Shape>> = BTreeMap::new();
    for shape in shapes {
        let mesh = shape.files.iter().find(|file| file.role == Role::Mesh);
        if let Some(file) = mesh {
            by_mesh.entry(file.sha256).or_default().push(shape);
        }
    }
    let several = by_mesh.into_values().filter(|shapes| shapes.len() > 1);
    several
        .map(|shapes| {
            let titles: Vec<String> = shapes.iter().map(|shape| title(shape)).collect();
            let text = format!("one and the same mesh stands for {}", titles.join(", "));
            let n = [("n_shapes", shapes.len() as f64)];
            flag("same-mesh", Weight::Doubtful, shapes, text, &n)
        })
        .collect()
}

fn cut(shape: &Shape) -> Flag {
    let text = format!("the {} reaches the border of the image and may be cut", title(shape));
    flag("cut", Weight::Note, [shape], text, &[])
}

#[cfg(test)]
mod tests;
