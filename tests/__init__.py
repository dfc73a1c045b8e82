"""Everything that this project promises, one folder a level (README, *Tests*)."""
