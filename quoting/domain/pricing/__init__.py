"""Landed cost: what one unit costs at a site, charge by charge."""
