"""Forms that a tenant defines: fields of its customers, of its cases, steps of its scripts, and the answers."""
