"""The component, and what it runs on in this process. Nothing here is meant for other packages."""
