"""The tables, seen from Django: whose they are, what they point at, what they say to people."""

from uuid import UUID

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from seatline.ids import new_id
from tenants.accounts.scope import ScopeMissing
from tests.architecture.tree import FLOORS

OURS = [model for floor in FLOORS for model in apps.get_app_config(floor).get_models()]
IDS = [model._meta.label for model in OURS]
each_model = pytest.mark.parametrize("model", OURS, ids=IDS)

HEIGHT = {floor: height for height, floor in enumerate(FLOORS)}


def tenant_of(model):
    return next((field for field in model._meta.fields if field.name in ("tenant", "tenant_id")), None)


@each_model
def test_foreign_keys_never_point_up(model):
    here = HEIGHT[model._meta.app_label]
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey | models.OneToOneField | models.ManyToManyField):
            there = field.related_model._meta.app_label
            assert HEIGHT.get(there, -1) <= here, f"{field} points up: keep the id as a UUID"


@each_model
def test_floor_points_down_only_at_who_the_tenant_is_or_through_a_key_that_is_protected(model):
    for field in model._meta.fields:
        if isinstance(field, models.ForeignKey) and field.related_model._meta.app_label != model._meta.app_label:
            assert (
                field.remote_field.on_delete is not models.CASCADE or field.related_model._meta.app_label not in FLOORS
            )


@each_model
def test_tenants_table_refuses_an_unscoped_query(model):
    if tenant_of(model) is None:
        return
    for manager in model._meta.managers:
        with pytest.raises(ScopeMissing):
            manager.all()


@each_model
def test_key_is_a_uuid_that_sorts_by_time_or_a_number_that_people_say(model):
    key = model._meta.pk
    if isinstance(key, models.UUIDField):
        assert key.default in (new_id, models.NOT_PROVIDED), f"{model._meta.label}: a default is seatline.ids.new_id"
        assert key.default is models.NOT_PROVIDED or isinstance(key.get_default(), UUID)


# Rows that only the house's own programs write: a broken rule there is a fault of ours, and no person can mend it.
WRITTEN_BY_PROGRAMS = {
    "telephony.LedgerEntry", "telephony.Call", "telephony.Leg", "telephony.Recording", "billing.UsageRecord",
    "billing.Charge", "billing.Document", "billing.DocumentLine", "billing.DocumentTax", "billing.NumberSeries",
}  # fmt: skip
SET_BY_ONE_SERVICE = {"version_approval_is_whole"}  # both columns in one statement


@each_model
def test_rules_of_a_table_have_a_name_and_a_sentence_for_people(model):
    assert all(constraint.name for constraint in model._meta.constraints)
    if model._meta.label not in WRITTEN_BY_PROGRAMS:
        silent = {
            one.name for one in model._meta.constraints
            if one.violation_error_message == one.default_violation_error_message
        }  # fmt: skip
        assert not silent - SET_BY_ONE_SERVICE


@each_model
def test_table_and_columns_have_names_for_people(model):
    assert str(model._meta.verbose_name) and str(model._meta.verbose_name_plural)
    assert model.__doc__ and not model.__doc__.startswith(f"{model.__name__}("), "Django made up a docstring"
    assert model.__str__ is not models.Model.__str__, "people see “object (…)” in lists"


@pytest.mark.django_db
def test_no_migration_is_forgotten():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
