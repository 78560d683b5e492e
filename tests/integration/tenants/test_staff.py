"""The groups of the operator's staff after `migrate`."""

import pytest
from django.contrib.auth.models import Group

from tenants.accounts.staff import FINANCE, GROUPS, OPERATIONS, is_finance
from tenants.models import User

pytestmark = pytest.mark.django_db


def test_every_group_is_there_with_the_rights_of_the_table():
    assert set(Group.objects.values_list("name", flat=True)) == set(GROUPS)
    operations = User.objects.create_user("li", password="long enough 4711", is_staff=True)
    operations.groups.add(Group.objects.get(name=OPERATIONS))
    assert operations.has_perm("tenants.add_seatlease")
    assert operations.has_perm("tenants.view_leaseoccurrence")
    assert not operations.has_perm("tenants.change_leaseoccurrence")
    assert not operations.has_perm("tenants.add_user")
    assert not is_finance(operations)


def test_finance_is_known_by_its_group():
    finance = User.objects.create_user("wang", password="long enough 4711", is_staff=True)
    finance.groups.add(Group.objects.get(name=FINANCE))
    assert is_finance(finance)
    assert finance.has_perm("tenants.view_seatlease")
    assert not finance.has_perm("tenants.change_seatlease")
