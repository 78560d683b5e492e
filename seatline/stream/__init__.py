"""News for browsers: one stream each, fed by PostgreSQL's notices. See docs/adr/0046-news-and-snapshots.md."""
