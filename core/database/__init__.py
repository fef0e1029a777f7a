"""The database: engine, column types, organisations' tables, the guard over every statement, migrations."""
