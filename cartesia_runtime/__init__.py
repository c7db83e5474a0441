"""Code that the generated packages share: models, JSON, files, paging, and the seam to a transport.

It is the same for every OpenAPI document, speaks no HTTP and imports no HTTP library.
"""
