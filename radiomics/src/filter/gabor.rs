//! Gabor filters: waves under a Gaussian, in slices.

use super::boundary::Boundary;
use super::spectral::transform;
use super::volume::Volume;
use rayon::prelude::*;
use rustfft::num_complex::Complex;

type C = Complex<f64>;

/// One Gabor filter, in voxels of an isotropic slice.
#[derive(Clone, Copy, Debug)]
pub struct Gabor {
    /// Standard deviation of the Gaussian along the wave.
    pub sigma: f64,
    /// Wavelength.
    pub lambda: f64,
    /// Standard deviation along the wave over that across it.
    pub gamma: f64,
}

/// Half the kernel's size in standard deviations.
const REACH: f64 = 7.0;

impl Gabor {
    /// The kernel at an angle: exp(−(u² + γ²v²)/2σ² + 2πi u/λ), u along the wave. IBSI 2 manual, section 3.5.
    fn at(&self, angle: f64, x: f64, y: f64) -> C {
        let (s, c) = angle.sin_cos();
        let (u, v) = (x * c + y * s, y * c - x * s);
        let size = (-(u * u + (self.gamma * v).powi(2)) / (2.0 * self.sigma * self.sigma)).exp();
        C::from_polar(size, std::f64::consts::TAU * u / self.lambda)
    }

    /// Mean over some angles (rad) of the size of the response, in the slices across an axis.
    pub fn response(&self, volume: &Volume, across: usize, angles: &[f64], boundary: Boundary) -> Volume {
        let [u, v] = [[1, 2], [0, 2], [0, 1]][across];
        let strides = [1, volume.shape[0], volume.shape[0] * volume.shape[1]];
        let [nu, nv] = [volume.shape[u], volume.shape[v]];
        let reach = (REACH * self.sigma + 0.5).floor() as usize;
        let padded = [nu + 2 * reach, nv + 2 * reach, 1];
        let size = padded[0] * padded[1];
        let kernels: Vec<Vec<C>> = angles
            .par_iter()
            .map(|&angle| {
                let mut kernel = vec![C::default(); size];
                let reach = reach as isize;
                for y in -reach..=reach {
                    for x in -reach..=reach {
                        let place = x.rem_euclid(padded[0] as isize)
                            + padded[0] as isize * y.rem_euclid(padded[1] as isize);
                        kernel[place as usize] += self.at(angle, x as f64, y as f64);
                    }
                }
                transform(&mut kernel, padded, false);
                kernel
            })
            .collect();
        let source = |n: usize, len: usize| -> Vec<Option<usize>> {
            (0..len).map(|place| boundary.index(place as isize - reach as isize, n)).collect()
        };
        let (from_u, from_v) = (source(nu, padded[0]), source(nv, padded[1]));
        let norm = 1.0 / size as f64;
        let slices: Vec<Vec<f64>> = (0..volume.shape[across])
            .into_par_iter()
            .map(|slice| {
                let start = slice * strides[across];
                let mut spectrum = vec![C::default(); size];
                for (row, y) in spectrum.chunks_exact_mut(padded[0]).zip(&from_v) {
                    let Some(y) = y else { continue };
                    for (value, x) in row.iter_mut().zip(&from_u) {
                        value.re = x.map_or(0.0, |x| volume.values[start + x * strides[u] + y * strides[v]]);
                    }
                }
                transform(&mut spectrum, padded, false);
                let mut mean = vec![0.0; nu * nv];
                for kernel in &kernels {
                    let mut product: Vec<C> = spectrum.iter().zip(kernel).map(|(a, b)| a * b).collect();
                    transform(&mut product, padded, true);
                    for (place, value) in mean.iter_mut().enumerate() {
                        let at = place % nu + reach + padded[0] * (place / nu + reach);
                        *value += product[at].norm() * norm / kernels.len() as f64;
                    }
                }
                mean
            })
            .collect();
        let mut values = vec![0.0; volume.values.len()];
        for (slice, found) in slices.iter().enumerate() {
            for (place, value) in found.iter().enumerate() {
                values[slice * strides[across] + place % nu * strides[u] + place / nu * strides[v]] = *value;
            }
        }
        Volume { shape: volume.shape, values }
    }
}
