"""What can go wrong through no fault of the program.

    DermdashError
      InputError       what was given cannot be used; nothing stored was changed
        VolumeError    a volume or its file
        DejError       a DEJ depth or map
        TableError     a CSV table, its columns or a row
        DesignError    a study, arm, visit, site or subject
        LabelError     grades given by raters
        ModelError     a model folder or its card
      StoreError       the database, the vault or the disk

Each message is one sentence for the person who can mend it: value, rule, remedy.
"""


class DermdashError(Exception):
    """Base of every error that is shown to the user as its one sentence."""


class InputError(DermdashError):
    """What was given cannot be used."""


class VolumeError(InputError):
    """A volume or its file cannot be used."""


class DejError(InputError):
    """A DEJ depth or map does not fit the volume."""


class TableError(InputError):
    """A table, a column or a row cannot be used."""


class DesignError(InputError):
    """A study, arm, visit, site or subject contradicts what is known."""


class LabelError(InputError):
    """Grades given by raters cannot be used."""


class ModelError(InputError):
    """A model folder, its network or its card cannot be used."""


class StoreError(DermdashError):
    """The database, the vault or the disk refuses; what was stored is unharmed."""
