"""From patches to grades through the exported network: the only door to LiteRT."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import ModelError
from dermdash.grading.model import Model, load_model
from dermdash.grading.patches import SIZE_PX, Patches


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What the network says of n patches.

    probabilities : (n, n_classes) float32, rows sum to 1
    features : (n, 576) float32, the pooled features under the last layer
    activation : (n, 7, 7, n_classes) float32; its mean over 7 x 7 plus the bias are the logits
    """

    probabilities: NDArray[np.float32]
    features: NDArray[np.float32]
    activation: NDArray[np.float32]


class Grader(Protocol):
    """Grades patches of (n, 224, 224, 3) float32, 0 to 255."""

    @property
    def digest(self) -> str: ...

    def __call__(self, patches: Patches, /) -> Predictions: ...


class LiteRtGrader:
    """A model's exported network on the CPU.

    threads : calls that may run at the same time, each on an interpreter and a core of its own

    Raises
    ------
    ModelError
        The exported network cannot be run, or has other inputs or outputs than patches and grades.
    """

    def __init__(self, model: Model, threads: int = 1) -> None:
        self.digest = model.digest
        self.threads = threads
        self._name = model.name
        self._idle: SimpleQueue[_Interpreter] = SimpleQueue()
        for _ in range(threads):
            self._idle.put(_Interpreter(model))

    def __call__(self, patches: Patches, /) -> Predictions:
        """Grade patches.

        Raises
        ------
        ModelError
            The network answers with something else than probabilities.
        """
        with self._borrowed() as interpreter:
            predictions = interpreter.run(patches)
        sums = predictions.probabilities.sum(axis=1)
        if not np.all(np.abs(sums - 1) < 1e-3):  # also refuses NaN
            raise ModelError(
                f"model {self._name} answers with no probabilities (a row sums to "
                f"{sums[np.argmax(np.abs(sums - 1))]:g}); export it again"
            )
        return predictions

    @contextmanager
    def _borrowed(self) -> Iterator["_Interpreter"]:
        interpreter = self._idle.get()
        try:
            yield interpreter
        finally:
            self._idle.put(interpreter)


def load_grader(model_folder: Path, threads: int = 1) -> LiteRtGrader:
    """The grader of the model in a folder.

    Raises
    ------
    ModelError
        The folder holds no model that can be run.
    """
    return LiteRtGrader(load_model(model_folder), threads)


class _Interpreter:
    """One LiteRT interpreter, its tensors found by their shapes."""

    def __init__(self, model: Model) -> None:
        from ai_edge_litert import interpreter

        name, n_classes = model.name, len(model.classes)
        try:
            litert: Any = interpreter  # it has no types
            self._litert = litert.Interpreter(str(model.grader_file), num_threads=1)
            self._litert.allocate_tensors()
            (entry,) = self._litert.get_input_details()
            outputs = self._litert.get_output_details()
        except (ValueError, RuntimeError, OSError) as error:
            raise ModelError(
                f"model {name} cannot be run: {model.grader_file.name} is not a LiteRT network "
                "of one input; export it again"
            ) from error
        if tuple(entry["shape"][1:]) != (SIZE_PX, SIZE_PX, 3) or entry["dtype"] != np.float32:
            raise ModelError(
                f"model {name} takes {entry['dtype'].__name__} of shape {list(entry['shape'])}; "
                f"it must take float32 patches of {SIZE_PX} x {SIZE_PX} x 3"
            )
        self._input = entry["index"]
        self._probabilities = _output(name, outputs, "probabilities", (n_classes,))
        self._activation = _output(name, outputs, "activation", (None, None, n_classes))
        self._features = _output(name, outputs, "features", (None,), besides=self._probabilities)
        self._size = 0

    def run(self, patches: Patches) -> Predictions:
        if len(patches) != self._size:
            self._litert.resize_tensor_input(self._input, [len(patches), *patches.shape[1:]])
            self._litert.allocate_tensors()
            self._size = len(patches)
        np.copyto(self._litert.tensor(self._input)(), patches)
        self._litert.invoke()
        return Predictions(
            *(
                self._litert.get_tensor(index)
                for index in (self._probabilities, self._features, self._activation)
            )
        )


def _output(
    name: str,
    outputs: list[dict[str, Any]],
    what: str,
    shape: tuple[int | None, ...],
    besides: int | None = None,
) -> int:
    """Index of the output of such a shape (batch apart; None fits any size)."""
    for output in outputs:
        found = tuple(output["shape"][1:])
        if (
            output["index"] != besides
            and len(found) == len(shape)
            and all(want in (None, have) for want, have in zip(shape, found, strict=True))
        ):
            return int(output["index"])
    raise ModelError(f"model {name} gives no {what}; export it again with dermdash")
