"""The dose that radiotherapy leaves outside the field, from the treatment plan and the anatomy.

>>> import straydose
>>> dose = straydose.estimate(study="export")  # a folder with plan, CT and structures
>>> dose.gy.shape, dose.spacing, dose.origin  # numpy view [z, y, x]; mm, LPS
>>> dose.organs[0]["mean_gy"]
>>> dose.save("result")  # the files of the program `straydose estimate`

The same computation as the program `straydose`: the same input, seed and histories give the same bytes of dose.
Images may be files or objects of SimpleITK, nibabel or numpy (`Image`), DICOM objects files or pydicom datasets.
Messages of exceptions are those of the program: what they call `--voxel-mm` is the keyword `voxel_mm`.

Research software, not a medical device: for research and epidemiology, not for diagnosis, treatment decisions or plan
approval.
"""

from ._errors import Cancelled, Error, Failed, MissingEnvironment, Misused, Refused
from ._estimate import Case, demo_case, estimate, read_plan
from ._features import Prediction, example_cohort, predict, radiomics, train
from ._phantom import phantom
from ._sources import Image
from ._straydose import Anatomy, Dose, Phantom, Plan, __version__

__all__ = [
    "Anatomy",
    "Cancelled",
    "Case",
    "Dose",
    "Error",
    "Failed",
    "Image",
    "MissingEnvironment",
    "Misused",
    "Phantom",
    "Plan",
    "Prediction",
    "Refused",
    "__version__",
    "demo_case",
    "estimate",
    "example_cohort",
    "phantom",
    "predict",
    "radiomics",
    "read_plan",
    "train",
]
