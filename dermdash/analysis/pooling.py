"""Several studies as one question: whether they may be pooled, and their arms by name."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from dermdash.errors import DesignError

if TYPE_CHECKING:
    from dermdash.trial.protocols import Protocol
    from dermdash.trial.studies import Arm, Study
    from dermdash.trial.transaction import Transaction


def check_poolable(tx: "Transaction", study_ids: Sequence[int]) -> None:
    """Let studies through whose scores mean the same.

    Raises
    ------
    DesignError
        One is blinded; two models graded them, or two samplings; skin would be pooled with
        phantoms, or sides of subjects with subjects.
    """
    from dermdash.trial.protocols import current_protocol
    from dermdash.trial.studies import get_study

    read: list[tuple[str, Protocol]] = []
    for study_id in study_ids:
        study = get_study(tx, study_id)
        if study.kind == "hemi_face" and len(study_ids) > 1:
            raise DesignError(
                f"{study.name} compares sides of its subjects, which cannot be pooled with "
                "subjects of other studies; compare it alone"
            )
        if study.blinded and len(study_ids) > 1:
            raise DesignError(
                f"{study.name} is blinded, and its codes are no arms of other studies; compare it "
                "alone until it is unblinded"
            )
        protocol = current_protocol(tx, study_id)
        if protocol is not None:
            read.append((study.name, protocol))
    kinds = {get_study(tx, study_id).synthetic for study_id in study_ids}
    if len(kinds) > 1:
        raise DesignError("phantoms cannot be pooled with skin; choose studies of one of them")
    for (name, one), (other_name, other) in pairwise(read):
        if one.model_digest != other.model_digest:
            raise DesignError(
                f"{name} was graded by {_model(one)} and {other_name} by {_model(other)}; one "
                "comparison needs one model: grade them by the same, or compare them apart"
            )
        if one.sampling != other.sampling or one.pipeline_version != other.pipeline_version:
            raise DesignError(
                f"{name} samples {_sampling(one)} and {other_name} {_sampling(other)}; one "
                "comparison needs one sampling: grade them alike, or compare them apart"
            )


def pooled_arms(studies: Sequence["Study"]) -> tuple["Arm", ...]:
    """The arms of all studies, one a name, in order; no two in one colour while colours last.

    An arm is a control where each study that has it says so.
    """
    from dermdash.trial.design import ARM_COLOURS, CONTROL_GREY

    found: dict[str, Arm] = {}
    for arm in (arm for study in studies for arm in study.arms):
        if arm.name in found:
            known = found[arm.name]
            found[arm.name] = replace(known, is_control=known.is_control and arm.is_control)
            continue
        taken = {other.colour for other in found.values()}
        free = [c for c in (*ARM_COLOURS, CONTROL_GREY) if c not in taken]
        colour = free[0] if arm.colour in taken and free else arm.colour
        found[arm.name] = replace(arm, colour=colour)
    return tuple(found.values())


def only_control(arms: Sequence["Arm"]) -> str | None:
    """The name of the one control, or None where there is none or several."""
    controls = [arm.name for arm in arms if arm.is_control]
    return controls[0] if len(controls) == 1 else None


def _model(protocol: "Protocol") -> str:
    return f"{protocol.model_name} ({protocol.model_digest[:8]})"


def _sampling(protocol: "Protocol") -> str:
    own = protocol.sampling
    return (
        f"{own.crops} crops a layer over {own.thickness_um} µm with {own.margin_um} µm of margin "
        f"(pipeline {protocol.pipeline_version})"
    )
