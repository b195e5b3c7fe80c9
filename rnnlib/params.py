"""Parameters: live arrays under fixed names."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.validation import check_array, check_in_place, common_float_type, short_repr


class Params(Mapping[str, NDArray[np.floating]]):
    """A mapping of names to live arrays, all of one float type.

    What is assigned is written *into* the array, after it has been checked, so that everybody who holds the array
    sees it. Names can be neither added nor deleted.

    >>> params = Params(W=np.zeros((2, 2)))
    >>> params["W"] = [[1, 2], [3, 4]]
    >>> params["W"][0, 1]
    np.float64(2.0)
    """

    def __init__(self, arrays: Mapping[str, NDArray[np.floating]] | None = None, **named: NDArray[np.floating]) -> None:
        """Take the arrays, which are not copied, from a mapping or by keyword.

        Raises:
            TypeError, ValueError: what is no float array, or cannot be written to.
        """
        self._arrays = {name: check_in_place(name, array) for name, array in {**(arrays or {}), **named}.items()}

    @property
    def dtype(self) -> np.dtype:
        """The float type of the arrays."""
        return common_float_type(*self._arrays.values())

    def __getitem__(self, name: str) -> NDArray[np.floating]:
        return self._arrays[name]

    def __setitem__(self, name: str, value: ArrayLike) -> None:
        self.update({name: value})

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def items(self) -> ItemsView[str, NDArray[np.floating]]:
        """Return a view of all names with their arrays."""
        return self._arrays.items()

    def __repr__(self) -> str:
        return f"Params({', '.join(f'{name} {array.shape}' for name, array in self.items())})"

    def update(
        self, values: Mapping[str, ArrayLike] | Iterable[tuple[str, ArrayLike]] = (), **named: ArrayLike
    ) -> None:
        """Write new values into the arrays, all of them or none.

        Args:
            values: the new value of each name that is to change; what `numpy.load` reads from an .npz file will do.
            named: the same by keyword.

        Raises:
            KeyError: a name that does not exist.
            TypeError, ValueError: another shape, a wider float type, NaN or infinity.
        """
        # Copies, since a value may be one of the arrays that are written to.
        checked = {name: self._checked(name, value).copy() for name, value in dict(values, **named).items()}
        for name, value in checked.items():
            self._arrays[name][...] = value

    def _checked(self, name: str, value: Any) -> NDArray[np.floating]:
        if name not in self._arrays:
            raise KeyError(f"{name}: expected one of {', '.join(self)}")
        array = self._arrays[name]
        value = check_array(name, value, "(...)", array.dtype)
        if value.shape != array.shape:
            raise ValueError(f"{name}: expected {array.shape}, got {value.shape}")
        return value


def check_params(name: str, params: Any) -> Params:
    """Return the parameters of a layer where they are a Params, or refuse them with a TypeError."""
    if not isinstance(params, Params):
        raise TypeError(f"{name}: expected Params(…), with an array for each name, got {short_repr(params)}")
    return params


def joined(parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the entries of several mappings in one, each name behind that of its mapping: "rnn.W_h"."""
    return {f"{part}.{name}": value for part, values in parts.items() for name, value in values.items()}


def parted(entries: Mapping[str, Any], part: str) -> dict[str, Any]:
    """Return the entries of one mapping from what `joined` made of several."""
    return {name.removeprefix(f"{part}."): v for name, v in entries.items() if name.startswith(f"{part}.")}
