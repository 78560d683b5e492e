"""What a tenant's agents may say: articles with revisions, found in Chinese and English."""
