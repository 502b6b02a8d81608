//! Curves of a training log, as a picture that any browser shows.

use std::fmt::Write;
use std::path::Path;

use crate::Error;

/// Size of the picture, and room for the axes.
const SIZE: [f64; 2] = [720.0, 320.0];
const MARGIN: [f64; 2] = [56.0, 36.0];

/// Draws the loss of a log over its steps: each step faintly, the mean of some boldly.
///
/// # Errors
/// If the log cannot be read or the picture not be written.
pub fn draw(log: &Path, picture: &Path) -> Result<(), Error> {
    let text = std::fs::read_to_string(log).map_err(Error::io(log))?;
    std::fs::write(picture, svg(&losses(&text))).map_err(Error::io(picture))
}

/// Steps and losses of a log.
fn losses(log: &str) -> Vec<[f64; 2]> {
    let numbers = |line: &str| {
        let mut cells = line.split('\t').map(str::parse::<f64>);
        Some([cells.next()?.ok()?, cells.next()?.ok()?])
    };
    log.lines().filter_map(numbers).filter(|pair| pair.iter().all(|v| v.is_finite())).collect()
}

/// The picture of steps and losses.
pub fn svg(losses: &[[f64; 2]]) -> String {
    let end = losses.last().map_or(1.0, |pair| pair[0]);
    let top = losses.iter().map(|pair| pair[1]).fold(0.0, f64::max).max(1e-9);
    let place = |pair: &[f64; 2]| {
        let x = MARGIN[0] + pair[0] / end * (SIZE[0] - MARGIN[0] - 8.0);
        let y = SIZE[1] - MARGIN[1] - pair[1] / top * (SIZE[1] - MARGIN[1] - 8.0);
        format!("{x:.1},{y:.1}")
    };
    let line = |pairs: &[[f64; 2]]| pairs.iter().map(place).collect::<Vec<_>>().join(" ");
    let [width, height] = SIZE;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\" fill=\"currentColor\">\
         <title>Loss over steps</title><desc>From {:.3} to {:.3} in {end} steps</desc>",
        losses.first().map_or(0.0, |pair| pair[1]),
        smooth(losses).last().map_or(0.0, |pair| pair[1]),
    );
    for tick in 0..=4 {
        let value = top * f64::from(tick) / 4.0;
        let at = place(&[0.0, value]);
        let (x, y) = at.split_once(',').unwrap_or(("0", "0"));
        let _ = write!(
            out,
            "<line x1=\"{x}\" x2=\"{width}\" y1=\"{y}\" y2=\"{y}\" stroke=\"#8884\"/>\
             <text x=\"{}\" y=\"{y}\" text-anchor=\"end\" dy=\"4\">{value:.2}</text>",
            MARGIN[0] - 6.0
        );
    }
    let _ = writeln!(
        out,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"#69c\" stroke-opacity=\"0.35\"/>\
         <polyline points=\"{}\" fill=\"none\" stroke=\"#15a\" stroke-width=\"2\"/>\
         <text x=\"{}\" y=\"{}\" text-anchor=\"end\">step {end}</text>\
         <text x=\"{}\" y=\"{}\">loss</text></svg>",
        line(losses),
        line(&smooth(losses)),
        width - 8.0,
        height - 12.0,
        MARGIN[0],
        height - 12.0,
    );
    out
}

/// Means over a fortieth of the steps.
fn smooth(losses: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let n = losses.len().div_ceil(40).max(1);
    let mean = |pairs: &[[f64; 2]], of: usize| {
        pairs.iter().map(|pair| pair[of]).sum::<f64>() / pairs.len() as f64
    };
    losses.chunks(n).map(|pairs| [mean(pairs, 0), mean(pairs, 1)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_becomes_a_line_from_its_first_to_its_last_step() {
        let log = "step\tloss\trate\tseconds\n1\t2.0\t1e-3\t0.1\n2\t1.0\t1e-3\t0.2\n";
        assert_eq!(losses(log), [[1.0, 2.0], [2.0, 1.0]]);
        let svg = svg(&losses(log));
        // Loss 2 is the top of 320, and step 2 the right end of 720.
        assert!(svg.contains("384.0,8.0 712.0,146.0"), "{svg}");
        assert!(super::svg(&[]).ends_with("</svg>\n"));
    }
}
