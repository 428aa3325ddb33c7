"""Slipway's Python workers: one runnable module per kind of job, each started as a supervised child."""
