"""Exact allocation: how many of each offer, proven, recounted and explained."""
