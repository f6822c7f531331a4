"""The program `chipquote`: terminal entry point. It starts service and workers as processes and imports neither."""
