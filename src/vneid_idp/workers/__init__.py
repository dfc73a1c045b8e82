"""What runs beside the requests: tasks, each on its own beat, and the follower of the population register's feed."""
