"""``pyz3 doctor``: why a wheel does not install or a module does not load, read from the files alone."""

from pyz3.doctor.diagnosis import Diagnosis
from pyz3.doctor.examine import diagnose
from pyz3.doctor.subject import subjects_of

__all__ = ["Diagnosis", "diagnose", "subjects_of"]
