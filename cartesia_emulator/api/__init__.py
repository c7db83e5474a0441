"""The operations of today's API, one module for each resource."""
