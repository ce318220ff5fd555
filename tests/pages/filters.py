"""The filters of a result page, as a test moves them."""

from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Slider


def pick(app: AppTest, key: str, values: object) -> AppTest:
    """Choose pills or segments by the widget's key."""
    (found,) = [one for one in app.get("button_group") if one.key == key]
    found.set_value(values)
    return app.run()


def chosen(app: AppTest, key: str) -> object:
    """What pills or segments stand on, by the start of the widget's key."""
    (found,) = [one for one in app.get("button_group") if str(one.key).startswith(key)]
    return found.value


def depths(app: AppTest) -> Slider[Any]:
    """The range of depths."""
    return next(one for one in app.slider if str(one.key).startswith("depth_um"))


def summary(app: AppTest) -> str:
    """What stands beside the closed filters."""
    said = next(one.value for one in app.caption if " µm, " in str(one.value))
    return str(said).replace("\\", "")


def in_address(app: AppTest) -> set[str]:
    """The names of all choices that the address carries."""
    widgets = [*app.slider, *app.multiselect, *app.selectbox, *app.get("button_group")]
    return {str(one.proto.query_param_key) for one in widgets} - {""}
