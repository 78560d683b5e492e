"""Who comes in at a tenant's bill: its owner and its finance."""

from tenants.accounts.entrance import MONEY, open_to

for_tenant = open_to(MONEY)
