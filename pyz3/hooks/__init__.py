"""Projects that another build backend describes: running it, and what it gives."""
