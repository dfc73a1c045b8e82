"""Rows of a policy, as they stand in its file."""


def threshold(day: str, number: int = 18, until: str | None = None, name: str = "guardian_until_age") -> str:
    """A number, in force from a day."""
    end = "" if until is None else f"in_force_until = {until}\n"
    return (
        f'[[threshold]]\nname = "{name}"\nnumber = {number}\nlegal_reference = "Law 1/2027, Article 2"\n'
        f"in_force_from = {day}\n{end}"
    )


def requirement(day: str, level: int, until: str | None = None) -> str:
    """What a post needs, in force from a day."""
    end = "" if until is None else f"in_force_until = {until}\n"
    return (
        f'[[requirement]]\nkind = "social_account"\naction = "post"\nminimum_level = {level}\nown_proof = false\n'
        f'legal_reference = "Decree 1/2027"\nin_force_from = {day}\n{end}'
    )


def interval(day: str, amount: int, step: str = "two_way", trigger: str = "disowned") -> str:
    """So many days after the step before, in force from a day."""
    return (
        f'[[interval]]\ntrigger = "{trigger}"\nstep = "{step}"\namount = {amount}\nunit = "days"\n'
        f'legal_reference = "Decree 2/2027"\nin_force_from = {day}\n'
    )


def holiday(day: str, *, off: bool = True) -> str:
    """A day that is off, or not after all."""
    return (
        f'[[holiday]]\nday = {day}\nname = "Flag day"\nday_off = {"true" if off else "false"}\n'
        'legal_reference = "Notice 1"\n'
    )
