"""The v0 API of 2024: its routes under ``/v0``, in its own shapes."""
