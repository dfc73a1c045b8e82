"""Health and logs: configured by the application, imported by nobody else."""
