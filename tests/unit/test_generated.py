"""Random projects: the same values give the same files, and the files are what the values say."""

from __future__ import annotations

import ast

from generated import Made, edits, projects
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=projects(), data=st.data())
def test_every_project_is_whole(made: Made, data: st.DataObject) -> None:
    files = made.files()
    assert files == made.files()
    ast.parse(files["setup.py"])
    for module in made.modules:
        assert f"PyInit_{module.name.rpartition('.')[2]}(" in files[module.source]
        assert all(unit.path in files for unit in module.units)
    assert {f"{folder}/config.h" for folder, _ in made.headers} <= files.keys()
    later = data.draw(edits(made))
    assert later.files().keys() == files.keys()
    assert (later.name, later.packages, later.style) == (made.name, made.packages, made.style)
