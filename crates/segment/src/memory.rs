//! How much memory an image takes, before it is taken.

use medshape_types::Grid;

use crate::array::Shape;
use crate::image::Frame;
use crate::plans::Configuration;
use crate::sliding::padding;

/// Bytes of a single float.
const FLOAT: u64 = 4;

/// Bytes that are held while the channels of an image on this grid are read: estimated from above.
pub fn reading(grid: &Grid, n_channels: usize) -> u64 {
    // The channels so far, and one that is read and turned.
    FLOAT * grid.n_voxels() as u64 * (n_channels as u64 + 2)
}

/// The most bytes that are held at one time for an image that is read, aside from what the network takes
/// for a patch: estimated from above.
pub fn needed(
    frame: &Frame,
    network: Shape,
    configuration: &Configuration,
    n_answers: usize,
) -> u64 {
    let (_, padded) = padding(network, configuration.patch);
    let voxels = |shape: Shape| shape.iter().map(|n| *n as u64).product::<u64>();
    let [whole, span, network, padded, patch] =
        [frame.whole, frame.span.shape, network, padded, configuration.patch].map(voxels);
    let n_channels = configuration.schemes.len() as u64;
    let n_answers = n_answers as u64;
    // While a volume changes its size: what came before, what comes after, and two steps between.
    let resizing = FLOAT * 4 * span.max(network);
    let preparing = FLOAT * n_channels * (span + network) + resizing;
    let tiles = FLOAT * patch * (2 * n_channels + 2 * n_answers + 1);
    let sliding = FLOAT * padded * (n_channels + n_answers + 2) + tiles;
    let labelling = FLOAT * n_answers * network + resizing + (FLOAT + 2) * span;
    let writing = 8 * whole;
    preparing.max(sliding).max(labelling).max(writing)
}

/// How much memory is free for this program, where the system says so: of the machine, or of the group of
/// processes that it runs in, whichever is less.
pub fn free() -> Option<u64> {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let of_machine = read("/proc/meminfo").and_then(|text| available(&text));
    let number = |path: &str| read(path)?.trim().parse::<u64>().ok();
    let of_group = number("/sys/fs/cgroup/memory.max")
        .zip(number("/sys/fs/cgroup/memory.current"))
        .map(|(most, now)| most.saturating_sub(now));
    of_machine.into_iter().chain(of_group).min()
}

fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_available_is_read() {
        let text = "MemTotal:       24689236 kB\nMemFree: 1 kB\nMemAvailable:   18251012 kB\n";
        assert_eq!(available(text), Some(18_251_012 * 1024));
        assert_eq!(available("MemTotal: 1 kB\n"), None);
    }
}
