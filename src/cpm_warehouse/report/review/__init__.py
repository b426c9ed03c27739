"""A review of a change: what two publications, and two states of the project, differ in."""
