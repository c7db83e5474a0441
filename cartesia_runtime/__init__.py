"""Shared code of the generated packages: models, JSON, files, paging, transport interface.

It works with any OpenAPI document and contains no HTTP code.
"""
