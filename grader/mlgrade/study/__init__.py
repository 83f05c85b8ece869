"""What a student learns with beside the checks: cards and demos."""
