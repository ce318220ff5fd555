"""What the model saw in one patch, asked in a short-lived process.

The server's own process never loads an inference runtime: this module does, where it is run as a
program (``python -m dermdash.ui.patch_view``), with pickled arguments in and arrays out.
"""

import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import DermdashError, ModelError
from dermdash.imaging.dej import Dej
from dermdash.imaging.slab import Sampling
from dermdash.imaging.volume import Reading

TIMEOUT_S = 60


@dataclass(frozen=True, slots=True, eq=False)
class SeenPatch:
    """A patch as graded: (224, 224, 3) uint8, (4,) probabilities, (7, 7, 4) activation."""

    rgb: NDArray[np.uint8]
    probabilities: NDArray[np.float32]
    activation: NDArray[np.float32]


def see_patch(
    path: Path,
    reading: Reading,
    dej: Dej,
    sampling: Sampling,
    model_folder: Path,
    *,
    depth_um: int,
    crop: int,
) -> SeenPatch:
    """Grade one patch again and keep what the model saw.

    Raises
    ------
    DermdashError
        The volume, the DEJ or the model cannot be used.
    """
    arguments = (path, reading, dej, sampling, model_folder, depth_um, crop)
    done = subprocess.run(
        [sys.executable, "-m", "dermdash.ui.patch_view"],
        input=pickle.dumps(arguments),
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        raise ModelError("the model's process ended before it answered; try again")
    answer = pickle.loads(done.stdout)
    if isinstance(answer, DermdashError):
        raise answer
    return SeenPatch(*answer)


def main() -> None:
    from dermdash.grading.grader import load_grader
    from dermdash.imaging.volume import read_volume
    from dermdash.pipeline import explain_patch

    path, reading, dej, sampling, folder, depth_um, crop = pickle.load(sys.stdin.buffer)
    answer: object
    try:
        view = explain_patch(
            read_volume(path, reading),
            dej,
            load_grader(folder),
            depth_um=depth_um,
            crop=crop,
            sampling=sampling,
        )
        answer = (view.rgb, view.probabilities, view.activation)
    except DermdashError as error:
        answer = error
    pickle.dump(answer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
