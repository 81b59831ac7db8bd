"""Neutron's ML2 mechanism driver for dcportals, and what delivers to and listens to dcportald for it."""
