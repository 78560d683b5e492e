"""A tenant's customers: who they are, under which numbers they call, and all that was ever had with them."""
