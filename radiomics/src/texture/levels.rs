//! Grey levels of a region in a box with an empty border, so that every voxel has all its neighbours.

/// Grey levels, 0 outside the region; one layer of zeros surrounds the box.
#[derive(Clone, Debug)]
pub struct Levels {
    /// Voxels along x, y, z with the border.
    pub shape: [usize; 3],
    /// The levels, x fastest.
    pub values: Vec<u16>,
    /// The highest level that occurs.
    pub most: usize,
    /// Number of voxels in the region.
    pub voxels: usize,
    /// For each line along x: first column of the region and the one after its last.
    pub spans: Vec<[u32; 2]>,
}

impl Levels {
    /// From the levels of a box without border (x fastest, 0 outside the region).
    pub fn new(shape: [usize; 3], inner: &[u16]) -> Self {
        let padded = shape.map(|n| n + 2);
        let mut values = vec![0; padded.iter().product()];
        let mut spans = vec![[0, 0]; padded[1] * padded[2]];
        let (mut most, mut voxels) = (0, 0);
        for (line, row) in inner.chunks_exact(shape[0].max(1)).enumerate() {
            let (j, k) = (line % shape[1] + 1, line / shape[1] + 1);
            let place = j + padded[1] * k;
            let Some(first) = row.iter().position(|&level| level > 0) else { continue };
            let last = row.iter().rposition(|&level| level > 0).expect("a level was found above");
            spans[place] = [first as u32 + 1, last as u32 + 2];
            values[place * padded[0] + 1..][..shape[0]].copy_from_slice(row);
            for &level in &row[first..=last] {
                most = most.max(level);
                voxels += usize::from(level > 0);
            }
        }
        Self { shape: padded, values, most: usize::from(most), voxels, spans }
    }

    /// The layers that hold the box, without the border.
    pub fn layers(&self) -> std::ops::Range<usize> {
        1..self.shape[2] - 1
    }

    /// How far a step lies away in the array.
    pub fn stride(&self, step: [isize; 3]) -> isize {
        let [nx, ny, _] = self.shape.map(|n| n as isize);
        step[0] + nx * (step[1] + ny * step[2])
    }

    /// Number of voxels of the region in some layers.
    pub fn voxels_in(&self, layers: std::ops::Range<usize>) -> usize {
        if layers == self.layers() {
            return self.voxels;
        }
        let layer = self.shape[0] * self.shape[1];
        self.values[layers.start * layer..layers.end * layer].iter().filter(|&&level| level > 0).count()
    }

    /// Number of voxels of each level in some layers, from level 0 on; level 0 is not counted.
    pub fn voxels_by_level(&self, layers: std::ops::Range<usize>) -> Vec<u32> {
        let mut counts = vec![0_u32; self.most + 1];
        for [start, length] in self.lines(layers) {
            for &level in &self.values[start..start + length] {
                counts[usize::from(level)] += 1;
            }
        }
        counts[0] = 0;
        counts
    }

    /// The lines with voxels in some layers: place of the first voxel, and number of voxels to look at.
    pub fn lines(&self, layers: std::ops::Range<usize>) -> impl Iterator<Item = [usize; 2]> + '_ {
        let rows = self.shape[1];
        (layers.start * rows..layers.end * rows).filter_map(move |line| {
            let [first, end] = self.spans[line].map(|x| x as usize);
            (end > first).then(|| [line * self.shape[0] + first, end - first])
        })
    }
}

/// The 4 directions in a slice; each with its opposite makes the 8 neighbours.
pub const IN_SLICE: [[isize; 3]; 4] = [[1, 0, 0], [0, 1, 0], [1, 1, 0], [-1, 1, 0]];

/// The 13 directions in a volume; each with its opposite makes the 26 neighbours.
pub const IN_VOLUME: [[isize; 3]; 13] = [
    [1, 0, 0],
    [0, 1, 0],
    [1, 1, 0],
    [-1, 1, 0],
    [0, 0, 1],
    [1, 0, 1],
    [-1, 0, 1],
    [0, 1, 1],
    [0, -1, 1],
    [1, 1, 1],
    [-1, 1, 1],
    [1, -1, 1],
    [-1, -1, 1],
];
