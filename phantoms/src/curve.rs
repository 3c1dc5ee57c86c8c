//! Two values that change along a height, between the rows of a table, without kinks.

/// Cubics through the rows of a table (Catmull-Rom), kept between neighbouring rows; worked out once, asked millions of times.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    pieces: Vec<Piece>,
}

/// Between two rows.
#[derive(Clone, Debug)]
struct Piece {
    start: f64,
    per_width: f64,
    /// For each value its coefficients, from the constant one up, and the values of the two rows, the lower one first.
    values: [([f64; 4], [f64; 2]); 2],
}

impl Curve {
    /// Through at least two rows: the height, rising, and the two values there. Beyond the ends the values stay.
    pub fn new(rows: &[[f64; 3]]) -> Self {
        let piece = |n: usize| {
            let (low, high) = (rows[n], rows[n + 1]);
            let (before, after) = (rows[n.saturating_sub(1)], rows[(n + 2).min(rows.len() - 1)]);
            let value = |v: usize| {
                let [p0, p1, p2, p3] = [before, low, high, after].map(|row| row[v + 1]);
                let cubic = [
                    p1,
                    0.5 * (p2 - p0),
                    0.5 * (2.0 * p0 - 5.0 * p1 + 4.0 * p2 - p3),
                    0.5 * (3.0 * (p1 - p2) + p3 - p0),
                ];
                (cubic, [p1.min(p2), p1.max(p2)])
            };
            Piece { start: low[0], per_width: 1.0 / (high[0] - low[0]), values: [value(0), value(1)] }
        };
        Self { pieces: (0..rows.len() - 1).map(piece).collect() }
    }

    /// The values at a height.
    pub fn at(&self, height: f64) -> [f64; 2] {
        let next = self.pieces[1..].iter().position(|piece| height < piece.start);
        let piece = &self.pieces[next.unwrap_or(self.pieces.len() - 1)];
        let part = ((height - piece.start) * piece.per_width).clamp(0.0, 1.0);
        piece.values.map(|([c0, c1, c2, c3], [low, high])| {
            (c0 + part * (c1 + part * (c2 + part * c3))).clamp(low, high)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_through_its_rows_and_stays_between_them() {
        let rows = [[0.0, 1.0, 5.0], [1.0, 2.0, 5.0], [3.0, 2.5, 4.0], [4.0, 0.0, 4.5]];
        let curve = Curve::new(&rows);
        for [height, a, b] in rows {
            let at = curve.at(height);
            assert!((at[0] - a).abs() < 1e-12 && (at[1] - b).abs() < 1e-12, "{height}: {at:?}");
        }
        assert_eq!([curve.at(-1.0), curve.at(9.0)], [[1.0, 5.0], [0.0, 4.5]]);
        for n in 0..400 {
            let [a, b] = curve.at(0.01 * f64::from(n));
            assert!((0.0..=2.5).contains(&a) && (4.0..=5.0).contains(&b), "{n}: {a} {b}");
        }
        // By hand: the cubic half way from the second row to the third, with the slopes of their neighbours.
        let [a, _] = curve.at(2.0);
        assert!((a - (9.0 * (2.0 + 2.5) - (1.0 + 0.0)) / 16.0).abs() < 1e-12, "{a}");
    }
}
