"""Geometry of the pictures: frozen inputs to frozen coordinates, no markup and no Django."""
