"""What customers want of a tenant, followed until it is settled; and what many of them want today."""
