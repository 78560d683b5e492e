"""Who may read and write billing's tables."""

import pytest
from django.apps import apps
from django.db import connection

TABLES = {
    # table: rights of fin, ops, web, tel
    "billing_billingentity": ("rcu", "r", "", ""),
    "billing_taxrule": ("rcu", "r", "", ""),
    "billing_numberseries": ("rcu", "r", "", ""),
    "billing_bookmark": ("rcu", "r", "", ""),
    "billing_tenantbilling": ("rcu", "r", "r", ""),
    "billing_contract": ("rcu", "r", "", ""),
    "billing_contractfile": ("rc", "r", "", ""),
    "billing_contractversion": ("rcud", "r", "", ""),
    "billing_pricecomponent": ("rcud", "r", "", ""),
    "billing_usagerecord": ("rc", "r", "r", ""),
    "billing_artefact": ("rc", "r", "r", ""),
    "billing_document": ("rcud", "r", "r", ""),
    "billing_documentline": ("rcud", "r", "r", ""),
    "billing_documenttax": ("rcud", "r", "r", ""),
    "billing_charge": ("rcud", "r", "r", ""),
    "billing_billingrun": ("rcu", "r", "", ""),
    "billing_runitem": ("rcu", "r", "", ""),
    "billing_rundocument": ("rcu", "r", "", ""),
    "billing_payment": ("rc", "r", "r", ""),
    "billing_allocation": ("rc", "r", "r", ""),
    "billing_dunningstep": ("rcud", "r", "", ""),
    "billing_reminder": ("rcu", "r", "r", ""),
    "billing_dispute": ("rcu", "r", "r", ""),
    "billing_fapiao": ("rcu", "r", "r", ""),
    "billing_exportjob": ("rcu", "r", "", ""),
    "billing_billalert": ("rcud", "r", "rcud", ""),
    "billing_mail": ("rcu", "r", "", ""),
    "billing_ledgeraccount": ("rcud", "r", "", ""),
}
LETTERS = {"r": "SELECT", "c": "INSERT", "u": "UPDATE", "d": "DELETE"}


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_each_role_has_exactly_its_rights(table):
    with connection.cursor() as cursor:
        for role, expected in zip(("fin", "ops", "web", "tel"), TABLES[table], strict=True):
            held = ""
            for letter, verb in LETTERS.items():
                cursor.execute("select has_table_privilege(%s, %s, %s)", [f"seatline_{role}", table, verb])
                held += letter if cursor.fetchone()[0] else ""
            assert held == expected, f"{role} on {table}"
            cursor.execute("select has_table_privilege(%s, %s, 'TRUNCATE')", [f"seatline_{role}", table])
            assert not cursor.fetchone()[0]


def test_every_table_of_billing_is_listed_here():
    assert {model._meta.db_table for model in apps.get_app_config("billing").get_models()} == set(TABLES)
