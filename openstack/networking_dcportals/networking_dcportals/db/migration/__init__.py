"""The alembic sub-project that creates and upgrades the driver's tables: neutron-db-manage --subproject networking-dcportals."""
