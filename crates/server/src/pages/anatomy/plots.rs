//! Plots of volumes, drawn as SVG. A table beside them says the same.

use maud::{Markup, html};
use medshape::catalog::{Measured, Sex, Subject};

use super::statistics::Group;
use crate::texts::{Key, key};
use crate::words;

const WIDTH: f32 = 360.0;
const HEIGHT: f32 = 240.0;
const LEFT: f32 = 52.0;
const BOTTOM: f32 = 30.0;
const TOP: f32 = 10.0;
const RIGHT: f32 = 8.0;
/// Points of a scatter plot at most; of more, every so-manieth is drawn.
const MAX_POINTS: usize = 1500;
const OLDEST: f32 = Subject::OLDEST_YEARS as f32;

/// The volumes that an axis shows, from nothing up.
struct Scale {
    most_mm3: f32,
    step_mm3: f32,
}

impl Scale {
    fn up_to(mm3: f32) -> Self {
        let step_mm3 = round_step(mm3 / 4.0);
        Self { most_mm3: (mm3 / step_mm3).ceil().max(1.0) * step_mm3, step_mm3 }
    }

    fn y(&self, mm3: f32) -> f32 {
        HEIGHT - BOTTOM - (mm3 / self.most_mm3).clamp(0.0, 1.0) * (HEIGHT - BOTTOM - TOP)
    }

    fn axis(&self) -> Markup {
        let n_steps = (self.most_mm3 / self.step_mm3).round() as u16;
        html! {
            @for step in 0..=n_steps {
                @let mm3 = f32::from(step) * self.step_mm3;
                line.grid x1=(LEFT) x2=(WIDTH - RIGHT) y1=(short(self.y(mm3))) y2=(short(self.y(mm3))) {}
                text x=(LEFT - 6.0) y=(short(self.y(mm3) + 4.0)) text-anchor="end" { (tick(mm3)) }
            }
        }
    }
}

/// The next of 1, 2, 5, 10, 20 … that is not less.
fn round_step(least: f32) -> f32 {
    let power = 10.0_f32.powf(least.max(1e-3).log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .map(|digit| digit * power)
        .into_iter()
        .find(|step| *step >= least * 0.999)
        .unwrap_or(power * 10.0)
}

fn tick(mm3: f32) -> String {
    if mm3 == 0.0 {
        return "0".to_owned();
    }
    let (value, unit) = if mm3 < 1000.0 { (mm3, "mm³") } else { (mm3 / 1000.0, "ml") };
    format!("{} {unit}", words::number(&value.to_string()))
}

fn short(value: f32) -> String {
    format!("{value:.1}")
}

/// A box from quarter to three quarters for each group, a line at its median, whiskers to its ends.
pub(super) fn boxes(title: Key, groups: &[Group]) -> Markup {
    let scale = Scale::up_to(groups.iter().map(|group| group.five.most_mm3).fold(1.0, f32::max));
    let room = (WIDTH - LEFT - RIGHT) / groups.len().max(1) as f32;
    let said: Vec<String> = groups
        .iter()
        .map(|Group { name, five, .. }| {
            let median = words::volume(f64::from(five.median_mm3));
            key::statistics::MEDIAN_OF.with(&[("name", name), ("median", &median)])
        })
        .collect();
    html! {
        figure.plot {
            figcaption { (title) }
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(key::statistics::PLOT.with(&[("title", &title.text()), ("said", &said.join("; "))])) {
                (scale.axis())
                @for (at, group) in groups.iter().enumerate() {
                    (one_box(&scale, group, LEFT + room * (at as f32 + 0.5), room.min(90.0) * 0.5))
                }
            }
        }
    }
}

fn one_box(scale: &Scale, Group { name, sex, five }: &Group, x: f32, width: f32) -> Markup {
    let y = |mm3| short(scale.y(mm3));
    let (left, right) = (short(x - width / 2.0), short(x + width / 2.0));
    let height = scale.y(five.lower_mm3) - scale.y(five.upper_mm3);
    html! {
        line.whisker x1=(short(x)) x2=(short(x)) y1=(y(five.least_mm3)) y2=(y(five.most_mm3)) {}
        rect class=(format!("box is-{}", sex.map_or("not-known", Sex::word))) x=(left) y=(y(five.upper_mm3)) width=(short(width)) height=(short(height.max(1.0))) {}
        line.median x1=(left) x2=(right) y1=(y(five.median_mm3)) y2=(y(five.median_mm3)) {}
        text x=(short(x)) y=(HEIGHT - 10.0) text-anchor="middle" { (words::capitalised(name)) " (" (words::grouped(five.n as u64)) ")" }
    }
}

/// A mark for each shape of a subject whose age is known: round for women, square for men.
pub(super) fn scatter(title: Key, shapes: &[&Measured]) -> Markup {
    let known: Vec<(u8, &Measured)> =
        shapes.iter().filter_map(|shape| Some((shape.age_years?, *shape))).collect();
    let scale = Scale::up_to(known.iter().map(|(_, shape)| shape.volume_mm3).fold(1.0, f32::max));
    let x = |age: f32| LEFT + age.min(OLDEST) / OLDEST * (WIDTH - LEFT - RIGHT - 6.0);
    let every = known.len().div_ceil(MAX_POINTS).max(1);
    html! {
        @if !known.is_empty() {
            figure.plot {
                figcaption { (title) span.legend { span.is-female { "● " (key::words::FEMALE) } span.is-male { "■ " (key::words::MALE) } } }
                svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(key::statistics::SCATTER.counted(known.len() as u64)) {
                    (scale.axis())
                    @for years in [0.0_f32, 30.0, 60.0, 90.0] {
                        text x=(short(x(years))) y=(HEIGHT - 10.0) text-anchor="middle" { (years) @if years == 90.0 { "+" } }
                    }
                    @for (age, shape) in known.iter().step_by(every) {
                        (mark(x(f32::from(*age)), scale.y(shape.volume_mm3), shape.sex))
                    }
                }
                @if every > 1 { p.muted { (key::statistics::ONE_IN.with(&[("every", &every)])) } }
            }
        }
    }
}

fn mark(x: f32, y: f32, sex: Option<Sex>) -> Markup {
    html! {
        @match sex {
            Some(Sex::Male) => rect.point.is-male x=(short(x - 3.0)) y=(short(y - 3.0)) width="6" height="6" {},
            Some(Sex::Female) => circle.point.is-female cx=(short(x)) cy=(short(y)) r="3.3" {},
            None => circle.point cx=(short(x)) cy=(short(y)) r="2.5" {},
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_on_a_round_number() {
        for (mm3, most, step) in [(1754.0, 2000.0, 500.0), (980.0, 1000.0, 500.0), (0.7, 0.8, 0.2)]
        {
            let scale = Scale::up_to(mm3);
            assert!(
                (scale.most_mm3 - most).abs() < 1e-3 && (scale.step_mm3 - step).abs() < 1e-3,
                "{mm3}: {} {}",
                scale.most_mm3,
                scale.step_mm3
            );
        }
    }
}
