"""Why a client can trust the operator: what was done with its data, kept so that no change of it stays unseen."""
