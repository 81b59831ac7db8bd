"""The driver's own tables in Neutron's database."""
