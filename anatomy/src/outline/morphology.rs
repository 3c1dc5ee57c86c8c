//! Thinning and thickening of a slice by a rectangle, one axis after the other.

/// Keeps the pixels whose neighbours up to `reach` along both axes are all set; beyond the slice counts as set.
pub(super) fn erode(slice: &mut [u8], columns: usize, reach: [usize; 2]) {
    spread(slice, columns, reach, 0);
}

/// Sets the pixels with a set neighbour up to `reach` along both axes.
pub(crate) fn dilate(slice: &mut [u8], columns: usize, reach: [usize; 2]) {
    spread(slice, columns, reach, 1);
}

/// Spreads `value` by `reach` along both axes.
fn spread(slice: &mut [u8], columns: usize, reach: [usize; 2], value: u8) {
    let rows = slice.len() / columns;
    for row in slice.chunks_exact_mut(columns) {
        spread_line(row, 0, 1, columns, reach[0], value);
    }
    for column in 0..columns {
        spread_line(slice, column, columns, rows, reach[1], value);
    }
}

/// Spreads `value` along one line of pixels: forwards, then backwards, by counting how far the last one is.
fn spread_line(pixels: &mut [u8], start: usize, stride: usize, length: usize, reach: usize, value: u8) {
    let original: Vec<bool> = (0..length).map(|n| pixels[start + n * stride] == value).collect();
    let mut left = 0;
    for n in 0..length {
        left = if original[n] {
            reach
        } else if left > 0 {
            left - 1
        } else {
            continue;
        };
        pixels[start + n * stride] = value;
    }
    left = 0;
    for n in (0..length).rev() {
        left = if original[n] {
            reach
        } else if left > 0 {
            left - 1
        } else {
            continue;
        };
        pixels[start + n * stride] = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_grows_to_its_rectangle_and_shrinks_back() {
        let mut slice = vec![0; 7 * 7];
        slice[3 * 7 + 3] = 1;
        dilate(&mut slice, 7, [2, 1]);
        assert_eq!(slice.iter().filter(|pixel| **pixel == 1).count(), 5 * 3);
        erode(&mut slice, 7, [2, 1]);
        assert_eq!(slice.iter().filter(|pixel| **pixel == 1).count(), 1);
        assert_eq!(slice[3 * 7 + 3], 1);
    }
}
