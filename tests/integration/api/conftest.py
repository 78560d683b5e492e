"""Two tenants of the same shape, and programs that ask for each of them, for the operator and for finance."""

from dataclasses import dataclass

import pytest
from django.core.cache import cache

from tenants.accounts.models import Tenant
from tenants.accounts.rights import Kind
from tenants.accounts.scope import operator_scope
from tests.builders.api import Program, a_key
from tests.builders.tenants import a_tenant


@pytest.fixture(autouse=True)
def nobody_has_asked_yet():
    """Limits count in the process's memory, which outlives a test."""
    cache.clear()


@dataclass(frozen=True)
class Side:
    """A tenant and a program of its own."""

    tenant: Tenant
    program: Program


@pytest.fixture
def museum(db) -> Side:
    with operator_scope():
        tenant = a_tenant("museum", name="City Museum", name_zh="城市博物馆")
    return Side(tenant, Program(a_key(tenant)))


@pytest.fixture
def harbour(db) -> Side:
    with operator_scope():
        tenant = a_tenant("harbour", name="Harbour Insurance")
    return Side(tenant, Program(a_key(tenant)))


@pytest.fixture
def ops(db) -> Program:
    return Program(a_key())


@pytest.fixture
def fin(db) -> Program:
    return Program(a_key(kind=Kind.FIN))
