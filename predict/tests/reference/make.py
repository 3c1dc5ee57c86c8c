"""Reference numbers for the tests of this crate, by published solvers on one synthetic table.

    python make.py

needs scikit-learn 1.9 or later, scikit-survival, neuroCombat 0.2.12 and numpy; writes the CSV files beside it. Versions used are in versions.txt.
"""

import sys
from pathlib import Path

import numpy as np
import neuroCombat  # noqa: F401, the package of this name hides its module of this name
import pandas as pd
import sklearn
import sksurv
from sklearn.linear_model import LogisticRegression, enet_path
from sksurv.linear_model import CoxnetSurvivalAnalysis
from sksurv.metrics import concordance_index_censored
from sksurv.util import Surv

HERE = Path(__file__).parent
ROWS, VARIABLES = 120, 12
SHARES = (0.2, 0.5, 1.0)


def table():
    rng = np.random.default_rng(20261122)
    common = rng.normal(size=(ROWS, 3))
    x = rng.normal(size=(ROWS, VARIABLES)) + common @ rng.normal(size=(3, VARIABLES))
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    eta = x @ np.array([1.0, -0.7, 0.4, 0.0, 0.0, 0.5, 0, 0, 0, -0.3, 0, 0])
    number = 2.0 + eta + rng.normal(size=ROWS)
    yes = rng.random(ROWS) < 1 / (1 + np.exp(-eta + 0.3))
    # whole weeks, so that there are ties
    time = np.ceil(30 * rng.exponential(size=ROWS) * np.exp(-0.6 * eta))
    end = np.ceil(rng.uniform(5, 90, size=ROWS))
    event = time <= end
    return np.round(x, 10), np.round(number, 10), yes, np.minimum(time, end), event


def harmonised():
    """ComBat on three sites with age kept; neuroCombat's iteration stops at 1e-4, here at 1e-12 to compare digits."""
    combat = sys.modules["neuroCombat.neuroCombat"]
    combat.it_sol.__defaults__ = (1e-12,)
    rng = np.random.default_rng(7)
    sites = np.repeat([0, 1, 2], [22, 15, 18])
    age = np.round(rng.uniform(1, 18, sites.size) * 8) / 8  # neuroCombat keeps covariates in 32 bits
    x = rng.normal(size=(6, sites.size)) * rng.uniform(0.5, 3, (6, 1)) + 0.1 * rng.normal(size=(6, 1)) * age
    x = x * np.array([1.0, 1.4, 0.8])[sites] + np.array([0.0, 0.9, -0.4])[sites] + rng.normal(size=(6, 3))[:, sites] * 0.3
    x = np.round(x, 8)
    covariates = pd.DataFrame({"site": sites, "age": age})
    out = combat.neuroCombat(x, covariates, "site", continuous_cols=["age"])["data"]
    header = ",".join(["site", "age", *(f"x{j}" for j in range(6)), *(f"y{j}" for j in range(6))])
    np.savetxt(HERE / "combat.csv", np.column_stack([sites, age, x.T, out.T]), delimiter=",", header=header, comments="", fmt="%.12g")


def main():
    x, number, yes, time, event = table()
    names = [f"x{j}" for j in range(VARIABLES)]
    columns = np.column_stack([x, number, yes, time, event])
    np.savetxt(HERE / "table.csv", columns, delimiter=",", header=",".join([*names, "number", "yes", "time", "event"]), comments="", fmt="%.10g")

    lines = ["kind,share,strength,intercept," + ",".join(names)]

    def add(kind, share, strength, intercept, coefficients):
        values = [share, strength, intercept, *coefficients]
        lines.append(kind + "," + ",".join(f"{v:.12g}" for v in values))

    n = len(number)
    for share in SHARES:
        centred = x - x.mean(axis=0)
        strengths = np.max(np.abs(centred.T @ (number - number.mean()))) / n / share * np.geomspace(0.9, 1e-3, 8)
        _, path, _ = enet_path(centred, number - number.mean(), l1_ratio=share, alphas=strengths, tol=1e-14, max_iter=10**6)
        for strength, b in zip(strengths, path.T):
            add("linear", share, strength, number.mean() - x.mean(axis=0) @ b, b)
        steepest = np.max(np.abs(centred.T @ (yes - yes.mean()))) / n / share
        for strength in steepest * np.geomspace(0.9, 1e-2, 6):
            model = LogisticRegression(l1_ratio=share, C=1 / (strength * n), solver="saga", tol=1e-12, max_iter=10**6, random_state=0)
            model.fit(x, yes)
            add("logistic", share, strength, model.intercept_[0], model.coef_[0])
        survival = Surv.from_arrays(event, time)
        cox = CoxnetSurvivalAnalysis(l1_ratio=share, n_alphas=8, alpha_min_ratio=1e-2, tol=1e-14, max_iter=10**7)
        cox.fit(x, survival)
        for strength, b in zip(cox.alphas_, cox.coef_.T):
            add("cox", share, strength, 0.0, b)
    (HERE / "elastic_net.csv").write_text("\n".join(lines) + "\n")

    score = x @ np.array([1.0, -0.7] + [0.0] * (VARIABLES - 2))
    c = concordance_index_censored(event, time, score)[0]
    auc = sklearn.metrics.roc_auc_score(yes, np.round(score, 1))
    probability = 1 / (1 + np.exp(-score))
    brier = sklearn.metrics.brier_score_loss(yes, probability)
    plain = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10**5).fit(score[:, None], yes)
    (HERE / "metrics.csv").write_text(
        "metric,value\n"
        f"c_index,{c:.12g}\nauc_of_score_rounded_to_a_tenth,{auc:.12g}\nbrier,{brier:.12g}\n"
        f"calibration_slope,{plain.coef_[0][0]:.12g}\ncalibration_intercept_with_slope,{plain.intercept_[0]:.12g}\n"
    )
    harmonised()
    (HERE / "versions.txt").write_text(f"numpy {np.__version__}\nscikit-learn {sklearn.__version__}\nscikit-survival {sksurv.__version__}\n")


if __name__ == "__main__":
    main()
