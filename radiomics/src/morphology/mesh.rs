//! Surface of a mask by marching cubes: area and enclosed volume.

use serde::{Deserialize, Serialize};

/// Corner offsets of a cell.
const CORNERS: [[i32; 3]; 8] =
    [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]];

/// Corners that an edge of a cell joins.
const EDGES: [[usize; 2]; 12] =
    [[0, 1], [1, 2], [2, 3], [3, 0], [4, 5], [5, 6], [6, 7], [7, 4], [0, 4], [1, 5], [2, 6], [3, 7]];

/// Triangles of each cell, three edges (hexadecimal) each, by the bits of the corners that lie inside.
///
/// W. E. Lorensen, H. E. Cline, Computer Graphics 21 (1987) 163, in the form that P. Bourke published (Polygonising a scalar
/// field, 1994, table of C. G. Bloyd; public domain). Written from memory and checked by the tests below: each cell uses
/// just the edges that its corners cut, and neighbouring cells meet on each of their faces, so that meshes are closed.
#[rustfmt::skip]
const TRIANGLES: [&str; 256] = [
    "", "083", "019", "183981", "12a", "08312a", "92a029", "2832a8a98", "3b2", "0b28b0", "19023b",
    "1b219b98b", "3a1ba3", "0a108a8ba", "3903b9ba9", "98aa8b", "478", "430734", "019847", "419471731",
    "12a847", "34730412a", "92a902847", "2a9297273794", "8473b2", "b47b24204", "90184723b", "47b94b9b2921",
    "3a13ba784", "1ba14b1047b4", "47890b9bab03", "47b4b99ba", "954", "954083", "054150", "854835315",
    "12a954", "30812a495", "52a542402", "2a5325354348", "95423b", "0b208b495", "05401523b", "21525828b485",
    "a3ba13954", "4950818a18ba", "54050b5bab03", "54858aa8b", "978579", "930953573", "078017157", "153357",
    "978957a12", "a12950530573", "802825857a52", "2a5253357", "7957893b2", "95797292027b", "23b018178157",
    "b21b17715", "958857a13a3b", "5705097b010aba0", "ba0b03a50807570", "ba57b5", "a65", "0835a6", "9015a6",
    "1831985a6", "165261", "165126308", "965906026", "598582526328", "23ba65", "b08b20a65", "01923b5a6",
    "5a61929b298b", "63b653513", "08b0b50515b6", "3b6036065059", "65969bb98", "5a6478", "43047365a",
    "1905a6847", "a65197173794", "612651478", "125526304347", "847905065026", "739794329596269",
    "3b2784a65", "5a647242027b", "01947823b5a6", "9219b294b7b45a6", "8473b53515b6", "51b5b610b7b404b",
    "059065036b63847", "65969b4797b9", "a4964a", "4a649a083", "a01a60640", "83181686461a", "149124264",
    "308129249264", "024426", "832824426", "a49a64b23", "08228b49a4a6", "3b201606461a", "64161a48121b8b1",
    "964936913b63", "8b1810b61914641", "3b6360064", "648b68", "7a678a89a", "0730a709a67a", "a671a7178180",
    "a67a71173", "126168189867", "269291679093739", "780706602", "732672", "23ba68a89867",
    "20727b09767a9a7", "1801781a767a23b", "b21b17a61671", "896867916b63136", "091b67", "7807063b0b60",
    "7b6", "76b", "308b76", "019b76", "819831b76", "a126b7", "12a3086b7", "2902a96b7", "6b72a3a83a98",
    "723627", "708760620", "276237019", "162186198876", "a76a17137", "a7617a187108", "03707a0a96a7",
    "76a7a88a9", "684b86", "36b306046", "86b846901", "946963931b36", "6846b82a1", "12a30b06b046",
    "4b846b0292a9", "a93a32943b36463", "823842462", "042462", "190234246438", "194142246", "8138618466a1",
    "a10a06604", "4634386a3039a93", "a946a4", "49576b", "083495b76", "50154076b", "b76834354315",
    "954a1276b", "6b712a083495", "76b54a42a402", "348354325a52b76", "723762549", "954086062687",
    "362376150540", "628687218485158", "954a16176137", "16a176107870954", "40a4a503a6a737a", "76a7a854a48a",
    "6956b9b89", "36b063056095", "0b805b01556b", "6b3635531", "12a95b9b8b56", "0b306b09656912a",
    "b85b56805a52025", "6b36352a3a53", "589528562382", "956960062", "158180568382628", "156216",
    "13616a386569896", "a10a06950560", "03856a", "a56", "b5a75b", "b5ab75830", "5b75ab190", "a75ab7981831",
    "b12b71751", "08312717572b", "9759279022b7", "75272b592328982", "25a235375", "820852875a25",
    "9015a35373a2", "982921872a25752", "135375", "087071175", "903935537", "987597", "5845a8ab8",
    "5045b05abb30", "01984a8aba45", "ab4a45b34941314", "2512852b8458", "04b0b345b2b151b", "0250592b5458b85",
    "9452b3", "25a352345384", "5a2524420", "3a235a385458019", "5a2524192942", "845853351", "045105",
    "845853905035", "945", "4b749b9ab", "0834979b79ab", "1ab1b414074b", "3143481a474bab4", "4b79b492b912",
    "9749b791b2b1083", "b74b42240", "b74b42834324", "29a279237749", "9a7974a27870207", "37a3a274a1a040a",
    "1a2874", "491417713", "491417081871", "403743", "487", "9a8ab8", "30939bb9a", "01a0a88ab", "31ab3a",
    "12b1b99b8", "30939b1292b9", "02b80b", "32b", "23828aa89", "9a2092", "23828a0181a8", "1a2", "138918",
    "091", "038", "",
];

/// Area and volume of a closed mesh.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mesh {
    /// Area (mm²).
    pub area_mm2: f64,
    /// Enclosed volume (mm³).
    pub volume_mm3: f64,
}

/// How cells are made triangles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meshing {
    /// Each cell as its own corners say: closed wherever voxels touch.
    #[default]
    Closed,
    /// As PyRadiomics 2 and later does: cells with their last corner inside are taken for the complement turned round. That
    /// leaves holes where two voxels touch along an edge, so that the volume depends on the origin: the voxel before the
    /// first of the region's box.
    Pyradiomics,
}

/// What one kind of cell adds.
#[derive(Clone, Copy, Default)]
struct Piece {
    area: f64,
    /// Sum over triangles (a, b, c) of (b − a) × (c − a), and of det(a, b, c), with the cell's lower corner as origin.
    flow: [f64; 3],
    volume: f64,
}

fn point(edge: usize, spacing_mm: [f64; 3]) -> [f64; 3] {
    let [a, b] = EDGES[edge];
    std::array::from_fn(|x| 0.5 * f64::from(CORNERS[a][x] + CORNERS[b][x]) * spacing_mm[x])
}

fn piece(kind: usize, spacing_mm: [f64; 3]) -> Piece {
    let edges: Vec<usize> =
        TRIANGLES[kind].bytes().map(|digit| (digit as char).to_digit(16).unwrap_or(0) as usize).collect();
    let mut piece = Piece::default();
    for triangle in edges.chunks_exact(3) {
        let [a, b, c] = [0, 1, 2].map(|corner| point(triangle[corner], spacing_mm));
        let u: [f64; 3] = std::array::from_fn(|x| b[x] - a[x]);
        let v: [f64; 3] = std::array::from_fn(|x| c[x] - a[x]);
        let normal = cross(u, v);
        piece.area += 0.5 * normal.iter().map(|n| n * n).sum::<f64>().sqrt();
        piece.flow = std::array::from_fn(|x| piece.flow[x] + normal[x]);
        let across = cross(b, c);
        piece.volume += (0..3).map(|x| a[x] * across[x]).sum::<f64>();
    }
    piece
}

fn cross(u: [f64; 3], v: [f64; 3]) -> [f64; 3] {
    [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
}

impl Mesh {
    /// The surface halfway between the voxels of a mask (x fastest) and those around it.
    ///
    /// The volume is that of the tetrahedra between the triangles and the origin, Σ det(a, b, c) / 6. A cell adds what its kind
    /// of corners adds and where it lies, so that cells are only counted, by kind and by place.
    pub fn of(shape: [usize; 3], mask: &[bool], spacing_mm: [f64; 3], how: Meshing) -> Self {
        let [nx, ny, nz] = shape;
        let mut counts = [0_u64; 256];
        let mut places = [[0_u64; 3]; 256];
        let empty = vec![false; nx];
        let row = |j: usize, k: usize| -> &[bool] {
            // Rows from 1 on; row 0 and the one after the last lie outside.
            if j == 0 || j > ny || k == 0 || k > nz {
                &empty
            } else {
                &mask[nx * (j - 1 + ny * (k - 1))..][..nx]
            }
        };
        for k in 0..=nz {
            for j in 0..=ny {
                let rows = [row(j, k), row(j + 1, k), row(j, k + 1), row(j + 1, k + 1)];
                // Corners 0, 3, 4, 7 of a cell lie at its lower x, corners 1, 2, 5, 6 at its upper x.
                let mut lower = 0_usize;
                // The loop ends one column beyond the mask.
                #[allow(clippy::needless_range_loop)]
                for i in 0..=nx {
                    let upper = if i < nx {
                        usize::from(rows[0][i])
                            | usize::from(rows[1][i]) << 3
                            | usize::from(rows[2][i]) << 4
                            | usize::from(rows[3][i]) << 7
                    } else {
                        0
                    };
                    // 0 → 1, 3 → 2, 4 → 5, 7 → 6.
                    let kind =
                        lower | (upper & 1) << 1 | (upper & 8) >> 1 | (upper & 16) << 1 | (upper & 128) >> 1;
                    if kind != 0 && kind != 255 {
                        counts[kind] += 1;
                        for (sum, place) in places[kind].iter_mut().zip([i, j, k]) {
                            *sum += place as u64;
                        }
                    }
                    lower = upper;
                }
            }
        }
        let mut mesh = Self { area_mm2: 0.0, volume_mm3: 0.0 };
        for kind in (1..255).filter(|&kind| counts[kind] > 0) {
            let (piece, sign) = match how {
                Meshing::Pyradiomics if kind >= 128 => (piece(255 - kind, spacing_mm), -1.0),
                _ => (piece(kind, spacing_mm), 1.0),
            };
            mesh.area_mm2 += counts[kind] as f64 * piece.area;
            // Moving a triangle by t adds t · ((b − a) × (c − a)) to its determinant.
            let moved: f64 = (0..3).map(|x| places[kind][x] as f64 * spacing_mm[x] * piece.flow[x]).sum();
            mesh.volume_mm3 += sign * (counts[kind] as f64 * piece.volume + moved) / 6.0;
        }
        // The table turns its triangles inwards.
        mesh.volume_mm3 = mesh.volume_mm3.abs();
        mesh
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// Directed edges between points on a face (half voxels).
    type Rim = BTreeSet<([u8; 3], [u8; 3])>;

    /// Directed edges of a cell's triangles that no other triangle of the cell shares.
    fn rim(kind: usize) -> BTreeSet<(usize, usize)> {
        let edges: Vec<usize> =
            TRIANGLES[kind].chars().map(|digit| digit.to_digit(16).expect("hexadecimal") as usize).collect();
        let mut all = BTreeSet::new();
        for triangle in edges.chunks_exact(3) {
            for corner in 0..3 {
                assert!(
                    all.insert((triangle[corner], triangle[(corner + 1) % 3])),
                    "cell {kind} has an edge twice"
                );
            }
        }
        all.iter().filter(|(a, b)| !all.contains(&(*b, *a))).copied().collect()
    }

    #[test]
    fn every_cell_uses_just_the_edges_that_its_corners_cut() {
        for (kind, triangles) in TRIANGLES.iter().enumerate() {
            let used: BTreeSet<usize> =
                triangles.chars().map(|digit| digit.to_digit(16).expect("hexadecimal") as usize).collect();
            let cut = (0..12).filter(|&edge| (kind >> EDGES[edge][0] & 1) != (kind >> EDGES[edge][1] & 1));
            assert_eq!(used, cut.collect(), "cell {kind}");
        }
    }

    #[test]
    fn neighbouring_cells_meet_on_every_face() {
        for axis in 0..3 {
            // Corners on the face → rim on the face; the cell above sees it from the other side.
            let mut seen: BTreeMap<Vec<([i32; 3], bool)>, Rim> = BTreeMap::new();
            for kind in 0..256 {
                for side in [1, 0] {
                    let mut corners: Vec<([i32; 3], bool)> = (0..8)
                        .filter(|&corner| CORNERS[corner][axis] == side)
                        .map(|corner| {
                            let mut place = CORNERS[corner];
                            place[axis] = 0;
                            (place, kind >> corner & 1 == 1)
                        })
                        .collect();
                    corners.sort_unstable();
                    let on_face =
                        |edge: usize| EDGES[edge].iter().all(|&corner| CORNERS[corner][axis] == side);
                    let middle = |edge: usize| -> [u8; 3] {
                        std::array::from_fn(|x| {
                            let sum = CORNERS[EDGES[edge][0]][x] + CORNERS[EDGES[edge][1]][x];
                            if x == axis { 0 } else { sum as u8 }
                        })
                    };
                    let rim: BTreeSet<_> = rim(kind)
                        .into_iter()
                        .filter(|&(a, b)| on_face(a) && on_face(b))
                        .map(|(a, b)| if side == 1 { (middle(a), middle(b)) } else { (middle(b), middle(a)) })
                        .collect();
                    let first = seen.entry(corners).or_insert_with(|| rim.clone());
                    assert_eq!(*first, rim, "axis {axis}, cell {kind}, side {side}");
                }
            }
        }
    }

    #[test]
    fn one_voxel_is_an_octahedron() {
        let mesh = Mesh::of([1, 1, 1], &[true], [2.0, 2.0, 2.0], Meshing::Closed);
        assert!((mesh.volume_mm3 - 4.0 / 3.0).abs() < 1e-12);
        assert!((mesh.area_mm2 - 8.0 * 3.0_f64.sqrt() / 4.0 * 2.0).abs() < 1e-12);
    }

    #[test]
    fn the_volume_does_not_depend_on_where_the_mask_lies() {
        let mut small = vec![false; 27];
        for place in [0, 1, 4, 13, 14, 22, 26] {
            small[place] = true;
        }
        let mut large = vec![false; 7 * 6 * 5];
        for place in 0..27 {
            large[place % 3 + 4 + 7 * (place / 3 % 3 + 2 + 6 * (place / 9 + 1))] = small[place];
        }
        let a = Mesh::of([3, 3, 3], &small, [1.0, 2.0, 3.0], Meshing::Closed);
        let b = Mesh::of([7, 6, 5], &large, [1.0, 2.0, 3.0], Meshing::Closed);
        assert!((a.volume_mm3 - b.volume_mm3).abs() < 1e-12 && (a.area_mm2 - b.area_mm2).abs() < 1e-12);
    }

    #[test]
    fn the_mesh_of_pyradiomics_has_a_hole_where_voxels_touch_along_an_edge() {
        let spacing_mm = [1.0, 2.0, 3.0];
        let of = |mask: &[bool], how| Mesh::of([2, 2, 1], mask, spacing_mm, how);
        // A convex block has no such place.
        let block = [true; 4];
        let (ours, theirs) = (of(&block, Meshing::Closed), of(&block, Meshing::Pyradiomics));
        assert!((ours.area_mm2 - theirs.area_mm2).abs() < 1e-12);
        assert!((ours.volume_mm3 - theirs.volume_mm3).abs() < 1e-12);
        let touching = [true, false, false, true];
        let turned = [false, true, true, false];
        let differs = |mask: &[bool]| {
            let (ours, theirs) = (of(mask, Meshing::Closed), of(mask, Meshing::Pyradiomics));
            (ours.area_mm2 - theirs.area_mm2).abs() > 1e-3
        };
        assert!(differs(&touching) || differs(&turned));
    }
}
