//! How large a shape is among others of its structure: a plot, and a sentence that says the same.

use maud::{Markup, html};
use medshape::catalog::{Measured, Shape};

use crate::texts::key;
use crate::words;

/// Fewer say nothing of a population.
const LEAST: usize = 3;
const N_BARS: usize = 24;
const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 96.0;
const LEFT: f64 = 4.0;
const RIGHT: f64 = 4.0;
const BOTTOM: f64 = 20.0;
const TOP: f64 = 14.0;

/// Where a volume stands among the volumes of whole shapes of the structure, both sides together.
#[derive(Debug, PartialEq)]
struct Place {
    sorted_mm3: Vec<f64>,
    volume_mm3: f64,
}

impl Place {
    fn of(shape: &Shape, measured: &[Measured]) -> Option<Self> {
        let whole = measured.iter().filter(|other| other.is_whole);
        let mut sorted_mm3: Vec<f64> = whole.map(|other| f64::from(other.volume_mm3)).collect();
        sorted_mm3.sort_unstable_by(f64::total_cmp);
        let volume_mm3 = shape.measures.volume_mm3;
        (sorted_mm3.len() >= LEAST && volume_mm3.is_finite())
            .then_some(Self { sorted_mm3, volume_mm3 })
    }

    /// How many are smaller. Volumes of the index are rounded to single precision, this one is not.
    fn n_smaller(&self) -> usize {
        let volume = f64::from(self.volume_mm3 as f32);
        self.sorted_mm3.partition_point(|other| *other < volume)
    }

    fn median_mm3(&self) -> f64 {
        let (n, sorted) = (self.sorted_mm3.len(), &self.sorted_mm3);
        (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0
    }

    /// The volumes that the plot shows: all of them, and this one.
    fn ends(&self) -> [f64; 2] {
        let (first, last) = (self.sorted_mm3[0], self.sorted_mm3[self.sorted_mm3.len() - 1]);
        let [least, most] = [first.min(self.volume_mm3), last.max(self.volume_mm3)];
        if most > least { [least, most] } else { [0.5 * least, 1.5 * most.max(1e-9)] }
    }

    /// How many volumes each bar stands for.
    fn bars(&self) -> [usize; N_BARS] {
        let [least, most] = self.ends();
        let mut bars = [0; N_BARS];
        for volume in &self.sorted_mm3 {
            let at = (volume - least) / (most - least) * N_BARS as f64;
            // From zero up by construction; the largest belongs into the last.
            bars[(at as usize).min(N_BARS - 1)] += 1;
        }
        bars
    }

    fn x(&self, volume_mm3: f64) -> f64 {
        let [least, most] = self.ends();
        LEFT + (volume_mm3 - least) / (most - least) * (WIDTH - LEFT - RIGHT)
    }

    fn sentence(&self, name: &str) -> String {
        let (n, smaller) = (self.sorted_mm3.len(), self.n_smaller());
        let said = match smaller {
            0 => key::place::NONE.text().to_owned(),
            all if all == n => key::place::ALL.text().to_owned(),
            some => key::place::SOME.counted(some as u64),
        };
        key::place::SENTENCE.counted_with(
            n as u64,
            &[
                ("volume", &words::volume(self.volume_mm3)),
                ("name", &name),
                ("said", &said),
                ("median", &words::volume(self.median_mm3())),
            ],
        )
    }
}

/// The plot; nothing where there are too few to compare with.
pub(super) fn figure(shape: &Shape, measured: &[Measured]) -> Markup {
    let Some(place) = Place::of(shape, measured) else { return html! {} };
    let name = words::Named::of(&shape.structure);
    let sentence = place.sentence(name.text());
    html! {
        figure.plot.place {
            figcaption { (key::place::TITLE) }
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(sentence) {
                (drawn(&place))
            }
            p.muted { (sentence) @if shape.quality.touches_border { " " (key::place::CUT) } }
        }
    }
}

fn drawn(place: &Place) -> Markup {
    let bars = place.bars();
    let most = bars.iter().copied().max().unwrap_or(1).max(1) as f64;
    let width = (WIDTH - LEFT - RIGHT) / N_BARS as f64;
    let ground = HEIGHT - BOTTOM;
    let [least, last] = place.ends();
    let (here, middle) = (place.x(place.volume_mm3), place.x(place.median_mm3()));
    html! {
        @for (at, n) in bars.iter().enumerate().filter(|(_, n)| **n > 0) {
            @let height = *n as f64 / most * (ground - TOP);
            rect.bar x=(short(LEFT + width * at as f64 + 0.5)) y=(short(ground - height)) width=(short(width - 1.0)) height=(short(height)) {}
        }
        line.grid x1=(short(LEFT)) x2=(short(WIDTH - RIGHT)) y1=(short(ground)) y2=(short(ground)) {}
        line.middle x1=(short(middle)) x2=(short(middle)) y1=(short(TOP)) y2=(short(ground)) {}
        path.here d=(format!("M{:.1} {:.1}v{:.1}m-5 {:.1}l5 8 5-8z", here, ground, -(ground - 8.0), -8.0)) {}
        text x=(short(LEFT)) y=(short(HEIGHT - 5.0)) { (words::volume(least)) }
        text x=(short(WIDTH - RIGHT)) y=(short(HEIGHT - 5.0)) text-anchor="end" { (words::volume(last)) }
    }
}

fn short(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(volumes: &[f64], volume_mm3: f64) -> Place {
        Place { sorted_mm3: volumes.to_vec(), volume_mm3 }
    }

    #[test]
    fn the_sentence_counts_those_that_are_smaller() {
        let said = |volume| place(&[1.0, 2.0, 3.0, 4.0, 10.0], volume).sentence("liver");
        assert!(
            said(3.0).contains("2 of them are smaller; the median is 3.00 mm³"),
            "{}",
            said(3.0)
        );
        assert!(said(0.5).contains("None is smaller"));
        assert!(said(11.0).contains("All are smaller"));
        assert!((place(&[1.0, 2.0, 4.0, 9.0], 1.0).median_mm3() - 3.0).abs() < 1e-12);
    }

    #[test]
    fn every_volume_is_in_a_bar_and_the_mark_is_inside() {
        for volumes in [&[1.0, 2.0, 3.0, 4.0, 10.0][..], &[7.0; 9], &[0.0; 5]] {
            for volume in [0.0, 2.5, 7.0, 99.0] {
                let place = place(volumes, volume);
                assert_eq!(place.bars().iter().sum::<usize>(), volumes.len());
                let x = place.x(volume);
                assert!((0.0..=WIDTH).contains(&x), "{volumes:?} {volume}: {x}");
            }
        }
    }
}
