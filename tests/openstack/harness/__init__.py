"""A private OpenStack network service on a lab: MariaDB, RabbitMQ, neutron-server with the driver, agents. See cloud.py."""
