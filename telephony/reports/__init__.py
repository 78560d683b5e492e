"""Traffic and service level: what the operator and its tenants read of a day or a month."""
