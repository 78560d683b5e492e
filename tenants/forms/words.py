"""Fields and answers in the language of who reads. Pure; `chinese` says which of a tenant's two labels is wanted."""

from tenants.forms.rules import Field, Kind, Option


def label(field: Field | Option, chinese: bool) -> str:
    """The label in the wanted language, or in the one there is."""
    return (field.label_zh or field.label) if chinese else (field.label or field.label_zh)


def answer_in_words(field: Field, answer: str, chinese: bool) -> str:
    """An answer as people read it: a choice by its label."""
    if field.kind is not Kind.CHOICE:
        return answer
    return next((label(option, chinese) for option in field.options if option.code == answer), answer)
