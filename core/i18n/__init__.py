"""Languages: catalogues of sentences, the translator that a request carries, dates and times in words."""
