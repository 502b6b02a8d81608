//! Plots of reports, as text that any browser draws.

use std::fmt::Write;

use crate::page::escaped;

/// Colours of lines; the first is that of what others are measured by.
const COLOURS: [&str; 8] =
    ["#888", "#b58900", "#2a7d2a", "#15a", "#b03060", "#7a4fb5", "#c4651a", "#178a8a"];

/// Edge of a square, and room for words.
const EDGE: f64 = 300.0;
const ROOM: f64 = 46.0;

/// Lines and points in a square whose axes have one range, with its diagonal and a legend.
#[derive(Debug, Clone, Copy)]
pub struct Square<'a> {
    /// What it shows.
    pub title: &'a str,
    /// What goes from left to right.
    pub across: &'a str,
    /// What goes from bottom to top.
    pub up: &'a str,
    /// Where both axes begin.
    pub from: f64,
    /// Where both axes end; above `from`.
    pub to: f64,
}

/// Something in a square, with its colour by its place among others.
#[derive(Debug, Clone)]
pub struct Line {
    name: String,
    points: Vec<[f64; 2]>,
    is_joined: bool,
    is_marked: bool,
}

impl Line {
    /// A line through points.
    pub fn through(name: &str, points: Vec<[f64; 2]>) -> Self {
        Self { name: name.to_owned(), points, is_joined: true, is_marked: false }
    }

    /// A line through points, each with a mark.
    pub fn marked(name: &str, points: Vec<[f64; 2]>) -> Self {
        Self { is_marked: true, ..Self::through(name, points) }
    }

    /// Marks alone.
    pub fn points(name: &str, points: Vec<[f64; 2]>) -> Self {
        Self { is_joined: false, ..Self::marked(name, points) }
    }
}

impl<'a> Square<'a> {
    /// One whose axes are shares, from 0 to 1.
    pub fn of_shares(title: &'a str, [across, up]: [&'a str; 2]) -> Self {
        Self { title, across, up, from: 0.0, to: 1.0 }
    }

    /// The picture. A line without points has no place in the legend, and keeps its colour.
    pub fn draw(&self, lines: impl IntoIterator<Item = Line>) -> String {
        let mut out = self.frame();
        let lines = lines.into_iter().enumerate().filter(|(_, line)| !line.points.is_empty());
        for (above, (number, line)) in lines.enumerate() {
            self.add(&mut out, &line, (above, COLOURS[number % COLOURS.len()]));
        }
        out + "</svg>"
    }

    /// Where a point lies in the picture; what is beyond the axes lies on their ends.
    fn place(&self, point: [f64; 2]) -> (f64, f64) {
        let [x, y] = point.map(|at| ((at - self.from) / (self.to - self.from)).clamp(0.0, 1.0));
        (ROOM + x * EDGE, 12.0 + (1.0 - y) * EDGE)
    }

    fn frame(&self) -> String {
        let (width, height) = (ROOM + EDGE + 190.0, EDGE + 60.0);
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             style=\"max-width:100%;height:auto\" role=\"img\" font-family=\"sans-serif\" font-size=\"12\" \
             fill=\"currentColor\"><title>{}</title>",
            escaped(self.title)
        );
        for tick in 0..=4 {
            let at = self.from + (self.to - self.from) * f64::from(tick) / 4.0;
            let ((x, low), (left, y)) = (self.place([at, self.from]), self.place([self.from, at]));
            let _ = write!(
                out,
                "<line x1=\"{left}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#8884\"/>\
                 <text x=\"{:.1}\" y=\"{y:.1}\" dy=\"4\" text-anchor=\"end\">{at}</text>\
                 <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{at}</text>",
                left + EDGE,
                left - 6.0,
                low + 16.0
            );
        }
        let ((x1, y1), (x2, y2)) = (self.place([self.from; 2]), self.place([self.to; 2]));
        let _ = write!(
            out,
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"#888\" stroke-dasharray=\"3 4\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\
             <text transform=\"translate(12 {:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            x1 + 0.5 * EDGE,
            y1 + 36.0,
            escaped(self.across),
            y1 - 0.5 * EDGE,
            escaped(self.up)
        );
        out
    }

    fn add(&self, out: &mut String, line: &Line, (above, colour): (usize, &str)) {
        let places: Vec<(f64, f64)> = line.points.iter().map(|point| self.place(*point)).collect();
        if line.is_joined {
            let text: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            let _ = write!(
                out,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
                text.join(" ")
            );
        }
        for (x, y) in places.iter().filter(|_| line.is_marked) {
            let _ = write!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
        }
        let (x, y) = (ROOM + EDGE + 14.0, 24.0 + 20.0 * above as f64);
        let _ = write!(
            out,
            "<line x1=\"{x}\" x2=\"{}\" y1=\"{y}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"3\"/>\
             <text x=\"{}\" y=\"{y}\" dy=\"4\">{}</text>",
            x + 18.0,
            x + 24.0,
            escaped(&line.name)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_lie_where_the_axes_say() {
        let square = Square { title: "a < b", across: "x", up: "y", from: 20.0, to: 100.0 };
        let picture = square.draw([
            Line::through("empty", Vec::new()),
            Line::points("two", vec![[20.0, 20.0], [60.0, 120.0]]),
        ]);
        assert!(picture.contains("<title>a &lt; b</title>") && !picture.contains("empty"));
        let second = "<circle cx=\"196.0\" cy=\"12.0\" r=\"3\" fill=\"#b58900\"/>";
        assert!(
            picture.contains("cx=\"46.0\" cy=\"312.0\"") && picture.contains(second),
            "{picture}"
        );
        assert!(!picture.contains("polyline"));
    }
}
