//! Faults, schedules and laws for every planner and controller.
