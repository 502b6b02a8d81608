//! Vertebrae C1 to L5, each with body, arch and processes, the sacrum, and the cord in their canal.

use super::Structure;
use super::curves::{Knot, plate, tube};
use super::implicit::{Point, Solid, add, behind_plane, ellipsoid, smooth_min};

/// A vertebra: name; middle of its body (y, z); half width, depth and height of the body; reach of
/// the transverse process to the side and to the back, of the spinous process to the back and down.
struct Vertebra {
    name: &'static str,
    middle: [f64; 2],
    body: Point,
    transverse: [f64; 2],
    spinous: [f64; 2],
}

const fn vertebra(
    name: &'static str,
    middle: [f64; 2],
    body: Point,
    transverse: [f64; 2],
    spinous: [f64; 2],
) -> Vertebra {
    Vertebra { name, middle, body, transverse, spinous }
}

const VERTEBRAE: [Vertebra; 24] = [
    vertebra("C1", [-22.0, 592.0], [0.0, 0.0, 0.0], [38.0, 10.0], [26.0, 0.0]),
    vertebra("C2", [-19.0, 571.0], [10.5, 8.5, 8.5], [26.0, 8.0], [37.0, 6.0]),
    vertebra("C3", [-16.0, 553.0], [11.5, 8.5, 6.2], [26.0, 8.0], [33.0, 6.0]),
    vertebra("C4", [-15.0, 537.0], [12.0, 8.5, 6.0], [26.0, 8.0], [33.0, 7.0]),
    vertebra("C5", [-17.0, 521.0], [12.5, 8.8, 6.0], [27.0, 8.0], [35.0, 8.0]),
    vertebra("C6", [-21.0, 505.0], [13.0, 9.0, 6.2], [28.0, 9.0], [41.0, 10.0]),
    vertebra("C7", [-27.0, 488.0], [14.0, 9.5, 6.8], [34.0, 14.0], [52.0, 14.0]),
    vertebra("T1", [-35.0, 469.0], [15.0, 10.0, 7.6], [37.0, 20.0], [54.0, 18.0]),
    vertebra("T2", [-44.0, 449.0], [14.5, 11.0, 8.0], [35.0, 23.0], [54.0, 24.0]),
    vertebra("T3", [-52.0, 428.0], [14.0, 11.5, 8.4], [34.0, 25.0], [52.0, 28.0]),
    vertebra("T4", [-59.0, 407.0], [14.0, 12.5, 8.6], [33.0, 27.0], [50.0, 31.0]),
    vertebra("T5", [-64.0, 385.0], [14.2, 13.0, 8.9], [33.0, 28.0], [49.0, 33.0]),
    vertebra("T6", [-67.0, 362.0], [14.6, 13.8, 9.2], [33.0, 28.0], [49.0, 34.0]),
    vertebra("T7", [-67.0, 338.5], [15.2, 14.5, 9.5], [32.0, 28.0], [50.0, 34.0]),
    vertebra("T8", [-65.0, 314.0], [15.8, 15.0, 9.9], [31.0, 28.0], [50.0, 32.0]),
    vertebra("T9", [-61.0, 289.0], [16.5, 15.2, 10.3], [30.0, 27.0], [49.0, 28.0]),
    vertebra("T10", [-55.0, 263.0], [17.5, 15.4, 10.8], [29.0, 26.0], [48.0, 24.0]),
    vertebra("T11", [-48.0, 235.5], [18.8, 15.5, 11.4], [26.0, 25.0], [47.0, 18.0]),
    vertebra("T12", [-40.0, 206.0], [20.2, 15.8, 12.2], [25.0, 23.0], [47.0, 13.0]),
    vertebra("L1", [-30.0, 174.0], [21.2, 16.2, 13.0], [38.0, 19.0], [51.0, 8.0]),
    vertebra("L2", [-20.0, 139.0], [22.2, 16.8, 13.4], [41.0, 18.0], [53.0, 8.0]),
    vertebra("L3", [-14.0, 103.0], [23.2, 17.2, 13.6], [45.0, 18.0], [53.0, 8.0]),
    vertebra("L4", [-15.0, 66.5], [24.2, 17.4, 13.5], [43.0, 18.0], [51.0, 8.0]),
    vertebra("L5", [-26.0, 31.0], [25.4, 17.6, 12.8], [44.0, 19.0], [45.0, 8.0]),
];

/// Vertebrae, sacrum and cord.
pub(super) fn structures() -> Vec<Structure> {
    let canal = canal();
    let mut all: Vec<Structure> = (0..VERTEBRAE.len())
        .map(|index| {
            let name = format!("vertebrae_{}", VERTEBRAE[index].name);
            Structure::new(name, bone(index).without(canal.clone(), 2.0))
        })
        .collect();
    all.extend(sacrum());
    all.push(Structure::new("spinal_cord", cord()));
    all
}

/// Middle of the canal behind the middle of a body.
fn canal_y(vertebra: &Vertebra) -> f64 {
    vertebra.middle[0] - vertebra.body[1].max(6.0) - 7.5
}

fn canal() -> Solid {
    let mut knots: Vec<Knot> = vec![[0.0, -31.0, 612.0, 10.0]];
    knots.extend(VERTEBRAE.iter().map(|v| [0.0, canal_y(v), v.middle[1], 8.2]));
    knots.push([0.0, -62.0, -8.0, 7.0]);
    tube(&knots)
}

/// The cord ends at the first lumbar disc.
fn cord() -> Solid {
    let mut knots: Vec<Knot> = vec![[0.0, -30.0, 611.0, 6.5]];
    let shown = VERTEBRAE.iter().take(20);
    knots.extend(shown.map(|v| [0.0, canal_y(v), v.middle[1], 5.4]));
    knots.push([0.0, -44.0, 156.0, 3.4]);
    tube(&knots)
}

/// A vertebra upright in its place, then tilted along the spine.
fn bone(index: usize) -> Solid {
    let v = &VERTEBRAE[index];
    let centre = [0.0, v.middle[0], v.middle[1]];
    let upright = match v.name {
        "C1" => atlas(v),
        "C2" => body(v).and(arch(v), 4.0).and(dens(v), 4.0),
        _ => body(v).and(arch(v), 4.0),
    };
    let (above, below) = (index.saturating_sub(1), (index + 1).min(VERTEBRAE.len() - 1));
    let rise = VERTEBRAE[above].middle[1] - VERTEBRAE[below].middle[1];
    let lean = VERTEBRAE[above].middle[0] - VERTEBRAE[below].middle[0];
    // The last one leans with the top of the sacrum.
    let slope = if v.name == "L5" { 0.38 } else { lean / rise };
    let length = (1.0 + slope * slope).sqrt();
    let (cosine, sine) = (1.0 / length, slope / length);
    upright.turned(centre, [[1.0, 0.0, 0.0], [0.0, cosine, -sine], [0.0, sine, cosine]])
}

/// A drum with rims: oval, waisted, its plates slightly hollow.
fn body(v: &Vertebra) -> Solid {
    let [half_width, half_depth, half_height] = v.body;
    let [y, z] = v.middle;
    let reach = ellipsoid([0.0, y, z], v.body.map(|radius| radius + 2.0));
    Solid::new(*reach.bounds(), move |p| {
        let (up, forward) = ((p[2] - z) / half_height, (p[1] - y) / half_depth);
        let waist = 0.90 + 0.10 * (up * up).min(1.5);
        let across = p[0] / half_width;
        // The back of a body is nearly flat.
        let forward = if forward < 0.0 { 1.18 * forward } else { forward };
        let level = (across * across + forward * forward).sqrt();
        let side = (level - waist) * half_depth.min(half_width);
        let hollow = 1.2 * (1.0 - level * level).max(0.0);
        let end = (p[2] - z).abs() - half_height + hollow;
        -smooth_min(-side, -end, 4.0)
    })
}

/// Pedicles, laminae, and the processes.
fn arch(v: &Vertebra) -> Solid {
    let [y, z] = v.middle;
    let [half_width, half_depth, half_height] = v.body;
    let thick = 0.27 * half_height + 1.6;
    let back = canal_y(v);
    let at = |x: f64, y: f64, up: f64, r: f64| -> Knot { [x, y, z + up, r] };
    let side = 11.5 + 0.12 * half_width;
    let ring = tube(&[
        at(0.62 * half_width, y - 0.6 * half_depth, 0.35 * half_height, thick),
        at(side, back + 3.0, 0.3 * half_height, thick),
        at(side - 1.0, back - 6.0, 0.0, thick),
        at(0.0, back - 13.0, -0.35 * half_height, thick),
    ]);
    let [reach, set_back] = v.transverse;
    let tip = back - 0.55 * set_back + 4.0;
    let transverse = tube(&[
        at(side - 2.0, back - 2.0, 0.2 * half_height, thick + 0.6),
        at(0.6 * reach + 4.0, 0.5 * (back + tip), 0.25 * half_height, thick),
        at(reach, tip, 0.35 * half_height, thick + 0.4),
    ]);
    let joint_up = at(side, back - 4.0, 1.15 * half_height, 0.8 * thick);
    let joint_down = at(side - 1.5, back - 8.0, -1.3 * half_height, 0.8 * thick);
    let joints = tube(&[joint_up, at(side, back - 6.0, 0.0, thick + 0.5), joint_down]);
    let half = Solid::all(vec![ring, transverse, joints], 4.0);
    half.clone().and(half.mirrored(), 2.0).and(spinous(v, back, thick), 3.0)
}

/// A blade: three rods above each other.
fn spinous(v: &Vertebra, back: f64, thick: f64) -> Solid {
    let z = v.middle[1];
    let [reach, drop] = v.spinous;
    let half_height = v.body[2];
    let tip = v.middle[0] - reach;
    let blade = [-0.75, -0.3, 0.15].map(|level| {
        let start = [0.0, back - 11.0, z + level * half_height, 0.75 * thick];
        let tall = if v.name.starts_with('L') { 1.0 } else { 0.35 };
        [start, [0.0, tip, z - drop + tall * level * half_height, 0.8 * thick]]
    });
    Solid::all(blade.iter().map(|rod| tube(rod)).collect(), 4.0)
}

fn atlas(v: &Vertebra) -> Solid {
    let [y, z] = v.middle;
    let at = |x: f64, dy: f64, up: f64, r: f64| -> Knot { [x, y + dy, z + up, r] };
    let ring = tube(&[
        at(0.0, 11.0, 0.0, 4.2),
        at(12.0, 6.0, 0.0, 4.2),
        at(19.0, -6.0, 0.0, 4.4),
        at(16.0, -21.0, -1.0, 3.6),
        at(0.0, -30.0, -2.0, 4.0),
    ]);
    let mass = ellipsoid([20.0, y - 2.0, z], [8.0, 10.0, 7.5]);
    let wing = tube(&[at(22.0, -4.0, 0.0, 4.6), at(37.0, -8.0, -2.0, 4.4)]);
    let half = Solid::all(vec![ring, mass, wing], 4.0);
    half.clone().and(half.mirrored(), 1.0)
}

fn dens(v: &Vertebra) -> Solid {
    let [y, z] = v.middle;
    tube(&[[0.0, y + 0.5, z + 4.0, 6.0], [0.0, y + 0.5, z + 25.0, 4.6]])
}

/// Rows from the promontory to the coccyx: y, z, half width, half thickness at the middle.
const SACRUM: [[f64; 4]; 7] = [
    [-42.0, 2.0, 54.0, 13.0],
    [-56.0, -18.0, 55.0, 12.0],
    [-69.0, -38.0, 48.0, 10.0],
    [-77.0, -58.0, 37.0, 8.5],
    [-80.0, -78.0, 28.0, 7.0],
    [-75.0, -98.0, 14.0, 5.5],
    [-64.0, -114.0, 4.0, 4.0],
];

/// The first sacral vertebra and the rest of the sacrum.
fn sacrum() -> [Structure; 2] {
    let rows: Vec<Vec<Knot>> = SACRUM
        .iter()
        .map(|&[y, z, half_width, thick]| {
            [-1.0, -0.55, 0.0, 0.55, 1.0]
                .map(|share: f64| {
                    let back = 9.0 * share * share * half_width / 48.0;
                    let thin = 1.0 - 0.32 * share * share;
                    [share * half_width, y - back, z - 3.0 * share * share, thick * thin]
                })
                .to_vec()
        })
        .collect();
    let rows: Vec<&[Knot]> = rows.iter().map(Vec::as_slice).collect();
    let crest =
        tube(&[[0.0, -64.0, -5.0, 5.0], [0.0, -84.0, -32.0, 5.0], [0.0, -90.0, -70.0, 4.0]]);
    let drum = ellipsoid([0.0, -40.0, 0.0], [25.0, 17.0, 11.0]);
    let holes = (1..5).flat_map(|row| {
        let [y, z, half_width, _] = SACRUM[row];
        let x = 0.45 * half_width + 3.0;
        [-x, x].map(|x| tube(&[[x, y + 20.0, z + 10.0, 4.0], [x, y - 25.0, z - 3.0, 3.0]]))
    });
    let whole = plate(&rows).and(crest, 8.0).and(drum, 8.0);
    let whole = whole.without(Solid::all(holes.collect(), 0.5), 2.0);
    let cut = behind_plane([0.0, -58.0, -24.0], [0.0, 0.55, 0.84]);
    let below = whole.clone().within(cut.clone().grown(-0.8), 1.0);
    let above = whole.without(cut, 1.0);
    [Structure::new("vertebrae_S1", above), Structure::new("sacrum", below)]
}

/// The front of the spine at a height, for what lies on it: y in mm.
pub(super) fn front_y(z: f64) -> f64 {
    let above = VERTEBRAE.iter().rev().position(|v| v.middle[1] > z).map_or(0, |k| 23 - k);
    let (high, low) = (&VERTEBRAE[above.min(22)], &VERTEBRAE[above.min(22) + 1]);
    let share = ((z - low.middle[1]) / (high.middle[1] - low.middle[1])).clamp(0.0, 1.0);
    let front = |v: &Vertebra| v.middle[0] + v.body[1];
    front(low) + share * (front(high) - front(low))
}

/// Where rib `number` (1 to 12) joins the spine: the right side of the body's upper rim.
pub(super) fn rib_joint(number: usize) -> Point {
    let v = &VERTEBRAE[number + 6];
    add([v.body[0] + 4.0, v.middle[0], v.middle[1]], [0.0, -0.75 * v.body[1], 0.45 * v.body[2]])
}

/// The tip of the right transverse process that rib `number` lies on.
pub(super) fn rib_rest(number: usize) -> Point {
    let v = &VERTEBRAE[number + 6];
    let tip = canal_y(v) - 0.55 * v.transverse[1] + 4.0;
    [v.transverse[0] + 3.0, tip + 5.0, v.middle[1] + 0.3 * v.body[2] + 3.0]
}

/// The back of the spine's canal at vertebra `index`, from the head: where muscles lie.
pub(super) fn behind_arch(index: usize) -> [f64; 2] {
    let v = &VERTEBRAE[index];
    [canal_y(v) - 16.0, v.middle[1]]
}
