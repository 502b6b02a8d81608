//! The normal law and Student's: what a value of a test statistic is worth.

/// Share of the standard normal law beyond a distance from 0, on both sides.
pub(super) fn normal_two_sided(z: f64) -> f64 {
    (2.0 * normal_above(z.abs())).min(1.0)
}

/// Share of the standard normal law below a value.
pub(crate) fn normal_below(z: f64) -> f64 {
    if z < 0.0 { normal_above(-z) } else { 1.0 - normal_above(z) }
}

/// The value below which a share of the standard normal law lies, by bisection: exact to the last
/// digits, and rarely needed.
pub(super) fn normal_quantile(share: f64) -> f64 {
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if normal_below(middle) < share { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// Share of Student's law with `freedom` degrees beyond a distance from 0, on both sides.
pub(super) fn student_two_sided(t: f64, freedom: f64) -> f64 {
    incomplete_beta(0.5 * freedom, 0.5, freedom / (freedom + t * t))
}

/// Share of the standard normal law above a value that is not negative: half the complementary error
/// function, which is an incomplete gamma function (Press et al., 2007, 6.2).
fn normal_above(z: f64) -> f64 {
    let x = 0.5 * z * z;
    let front = (-x).exp() * x.sqrt() / std::f64::consts::PI.sqrt();
    if x < 1.5 {
        // Series of the lower function with a = 1/2.
        let (mut term, mut sum, mut a) = (2.0, 2.0, 0.5);
        while term > sum * 1e-17 {
            a += 1.0;
            term *= x / a;
            sum += term;
        }
        return 0.5 * (1.0 - front * sum);
    }
    // Continued fraction of the upper one.
    let mut b = x + 0.5;
    let (mut c, mut d) = (1e300, 1.0 / b);
    let mut fraction = d;
    for step in 1..1000 {
        let n = f64::from(step);
        let a = -n * (n - 0.5);
        b += 2.0;
        d = 1.0 / (a * d + b);
        c = b + a / c;
        fraction *= c * d;
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    0.5 * front * fraction
}

/// The regularised incomplete beta function (Press et al., 2007, 6.4).
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, 1.0 - x) / b
    }
}

/// Lentz's way through the continued fraction of the incomplete beta function.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const LEAST: f64 = 1e-300;
    let kept = |value: f64| if value.abs() < LEAST { LEAST } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / kept(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..10_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for part in [even, odd] {
            d = 1.0 / kept(1.0 + part * d);
            c = kept(1.0 + part / c);
            change = c * d;
            fraction *= change;
        }
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}

/// The logarithm of the gamma function of a positive number (Lanczos, 1964; g = 7, 9 terms).
fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let terms = TERMS.iter().zip(1..).map(|(term, n)| term / (x + f64::from(n)));
    let sum = 0.999_999_999_999_809_9 + terms.sum::<f64>();
    let t = x + 7.5;
    0.5 * std::f64::consts::TAU.ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy 1.17.1: `norm.sf(z)`, `norm.ppf(q)`, `2 * t.sf(x, df)`.
    #[test]
    fn laws_have_the_values_of_scipy() {
        let close = |found: f64, expected: f64| {
            assert!((found / expected - 1.0).abs() < 1e-11, "{found} {expected}");
        };
        for (z, above) in NORMAL {
            close(normal_below(-z), above);
            close(normal_two_sided(z), 2.0 * above);
        }
        close(normal_quantile(0.975), 1.959_963_984_540_054);
        close(normal_quantile(0.01), -2.326_347_874_040_840_8);
        for (t, freedom, share) in STUDENT {
            close(student_two_sided(t, freedom), share);
        }
    }

    const NORMAL: [(f64, f64); 4] = [
        (0.5, 0.3085375387259869),
        (1.5, 0.06680720126885807),
        (2.5, 0.006209665325776132),
        (6.0, 9.865876450376946e-10),
    ];
    const STUDENT: [(f64, f64, f64); 4] = [
        (0.3, 4.5, 0.7775335470394313),
        (2.0, 3.0, 0.13932596855884305),
        (2.5, 17.3, 0.02274750017580115),
        (8.0, 120.0, 8.833425662830027e-13),
    ];
}
