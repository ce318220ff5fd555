"""Every way in which subjects can be shared out among arms."""


def labelings(sizes: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The arm of each subject, each way once.

    >>> labelings((2, 1))
    [(0, 0, 1), (0, 1, 0), (1, 0, 0)]
    """
    if not any(sizes):
        return [()]
    return [
        (arm, *rest)
        for arm, left in enumerate(sizes)
        if left
        for rest in labelings(tuple(n - (arm == i) for i, n in enumerate(sizes)))
    ]
