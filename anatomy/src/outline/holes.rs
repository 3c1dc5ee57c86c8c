//! Holes of a slice: background that does not reach its edge.

/// Background that the edge reaches, while filling.
const OPEN: u8 = 2;

/// Sets every pixel that is enclosed by set ones.
pub(super) fn fill(slice: &mut [u8], columns: usize) {
    let rows = slice.len() / columns;
    let mut open: Vec<usize> = Vec::new();
    let reach = |slice: &mut [u8], open: &mut Vec<usize>, pixel: usize| {
        if slice[pixel] == 0 {
            slice[pixel] = OPEN;
            open.push(pixel);
        }
    };
    for column in 0..columns {
        reach(slice, &mut open, column);
        reach(slice, &mut open, (rows - 1) * columns + column);
    }
    for row in 0..rows {
        reach(slice, &mut open, row * columns);
        reach(slice, &mut open, (row + 1) * columns - 1);
    }
    while let Some(pixel) = open.pop() {
        let column = pixel % columns;
        if column > 0 {
            reach(slice, &mut open, pixel - 1);
        }
        if column + 1 < columns {
            reach(slice, &mut open, pixel + 1);
        }
        if pixel >= columns {
            reach(slice, &mut open, pixel - columns);
        }
        if pixel + columns < slice.len() {
            reach(slice, &mut open, pixel + columns);
        }
    }
    slice.iter_mut().for_each(|pixel| *pixel = u8::from(*pixel != OPEN));
}
