//! Parts of slices in the innermost loops, whose bounds were asserted before.

/// Part of a slice.
///
/// # Safety
/// It lies within the slice.
#[inline(always)]
pub(super) unsafe fn piece<T>(slice: &[T], first: usize, n: usize) -> &[T] {
    // SAFETY: as the caller promises.
    unsafe { std::slice::from_raw_parts(slice.as_ptr().wrapping_add(first), n) }
}

/// Part of a slice.
///
/// # Safety
/// It lies within the slice.
#[inline(always)]
pub(super) unsafe fn piece_mut<T>(slice: &mut [T], first: usize, n: usize) -> &mut [T] {
    // SAFETY: as the caller promises.
    unsafe { std::slice::from_raw_parts_mut(slice.as_mut_ptr().wrapping_add(first), n) }
}
