"""What all of the API has in common: who asks, in which scope, how errors, pages, filters and versions look."""
