"""straydose as a dose engine of pyRadPlan: importing this package registers it as ``straydose``."""

from pyRadPlan.dose.engines import register_engine

from ._engine import StraydoseEngine
from ._program import StraydoseError

register_engine(StraydoseEngine)

__all__ = ["StraydoseEngine", "StraydoseError"]
