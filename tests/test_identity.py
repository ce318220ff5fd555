"""Every write records who; a name that nobody vouched for says so."""

from dermdash.identity import WORKER, User, system_user


def test_an_unverified_name_says_so() -> None:
    """The audit must never show a typed name as if a sign-in had checked it."""
    assert str(User("Ada")) == "Ada (not verified)"
    assert str(User("ada@example.org", verified=True)) == "ada@example.org"
    assert str(WORKER) == "worker"


def test_the_system_knows_its_user() -> None:
    """Batches started by cron are audited under the account that ran them."""
    assert system_user().name
