"""Every write records who; a name that nobody vouched for says so."""

import pytest

from dermdash.errors import InputError
from dermdash.identity import WORKER, User, may, refusal, require, role_of, system_user


def test_an_unverified_name_says_so() -> None:
    """The audit must never show a typed name as if a sign-in had checked it."""
    assert str(User("Ada")) == "Ada (not verified)"
    assert str(User("ada@example.org", verified=True)) == "ada@example.org"
    assert str(WORKER) == "worker"


def test_the_system_knows_its_user() -> None:
    """Batches started by cron are audited under the account that ran them."""
    assert system_user().name


SIGNED_IN = User("bo@example.org", verified=True, signed_in=True)


@pytest.mark.parametrize(
    ("user", "administrators", "role"),
    [
        (User("Ada"), (), "administrator"),  # alone at a machine, all its acts recorded
        (User("root", verified=True), (), "administrator"),
        (SIGNED_IN, (), "member"),
        (SIGNED_IN, ("Ada",), "member"),
        (SIGNED_IN, ("Ada", "BO@example.org"), "administrator"),
        (User("Ada"), ("ada",), "administrator"),
        (User("Ada (not verified)", verified=True), ("ada",), "administrator"),  # by a job
        (User("Adam"), ("ada",), "member"),
        (User(""), ("ada",), "member"),
        (WORKER, (), "member"),
        (WORKER, ("worker",), "member"),
        (None, (), "member"),
        (None, ("ada",), "member"),
    ],
)
def test_who_is_an_administrator(
    user: User | None, administrators: tuple[str, ...], role: str
) -> None:
    """A name too many, and anybody unblinds; a name too few, and nobody can."""
    assert role_of(user, administrators) == role
    assert may(user, "unblind a study", administrators) == (role == "administrator")


def test_a_refusal_says_whom_to_ask_or_how_to_name_somebody() -> None:
    """Behind a sign-in without administrators nobody would know why nothing can be blinded."""
    with pytest.raises(InputError) as refused:
        require(SIGNED_IN, "blind a study", ())
    assert str(refused.value) == (
        "bo@example.org may not blind a study; name administrators in DERMDASH_ADMINISTRATORS, "
        "separated by commas"
    )
    assert refusal(None, "erase a subject", ["ada", "eve"]) == (
        "whoever gave no name may not erase a subject; ask an administrator: ada, eve"
    )
    require(User("ada"), "blind a study", ("ada",))
