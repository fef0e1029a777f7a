"""An organisation's own pages: the first page, reading, who we are; and the brand that all its pages wear."""
